"""The window as a person uses it: pictures, keys, undo, sheet, strip."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from latentstudio.core.recipe import Vector, place_of, seed_of, with_anchor
from latentstudio.engine.render import draw
from latentstudio.ui.actions import ACTIONS
from latentstudio.ui.controls import Segmented, SliderRow, TextButton
from latentstudio.ui.listing import controls_of
from tests.fakes import FakeGenerator
from tests.ui.studio import Studio

Key, Shift, Control = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def slide(studio: Studio, name: str, values: list[float]) -> None:
    """Drag a slider through values and let go."""
    row = studio.control(name)
    assert isinstance(row, SliderRow)
    for value in values:
        row.moved.emit(value)
    row.committed.emit(values[-1])


def test_what_is_shown_is_the_recipe_byte_for_byte(studio: Studio) -> None:
    slide(studio, "truncation.psi", [float(v) for v in np.linspace(-1, 2, 500)])
    studio.wait_for_picture()  # on a busy machine its preview, first
    studio.qtbot.waitUntil(lambda: bool((shown := studio.window.bridge.frame) and shown.exact))
    assert studio.recipe.truncation.psi == 2.0
    frame = studio.wait_for_picture()
    assert frame.pixels.tobytes() == draw(studio.generator, studio.recipe).pixels.tobytes()


def test_a_slow_model_moves_in_half_precision_and_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": True})
    info = replace(studio.generator.info, name="slow", model_id="id-of-slow")
    studio.generators["slow"] = FakeGenerator(info, delay=0.01)
    studio.window.bridge.open("slow")
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "slow")
    label = studio.window.status.device
    for psi in np.linspace(0.9, 0.1, 50):  # until the model is measured, and a copy made
        slide(studio, "truncation.psi", [float(psi)])
        if not studio.wait_for_picture().exact:
            break
    assert label.text() == "CPU · bfloat16"
    studio.qtbot.waitUntil(lambda: label.text() == "CPU · float32")  # at rest


def test_a_remembered_picture_says_what_draws_now(studio: Studio) -> None:
    slide(studio, "truncation.psi", [0.9])
    studio.settle()
    studio.window.bridge.device = "mps"  # as after a card without memory
    studio.document.undo()
    studio.settle()
    assert studio.window.status.device.text() == "MPS · float32"


def test_a_drag_is_one_step_of_undo(studio: Studio) -> None:
    slide(studio, "truncation.psi", [0.9, 0.8, 0.7])
    slide(studio, "truncation.psi", [0.6, 0.5])
    assert [entry.label for entry in studio.document.entries][1:] == ["Truncation", "Truncation"]
    studio.key(Key.Key_Z, Control)
    assert studio.recipe.truncation.psi == 0.7
    studio.key(Key.Key_Z, Control)
    assert studio.recipe.truncation.psi == 1.0
    studio.key(Key.Key_Z, Control | Shift)
    assert studio.recipe.truncation.psi == 0.7
    row = studio.control("truncation.psi")
    assert isinstance(row, SliderRow)
    assert row.value() == pytest.approx(0.7)


def test_keys_walk_through_seeds(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    studio.key(Key.Key_Right)
    studio.key(Key.Key_Right)
    studio.key(Key.Key_Left)
    assert seed_of(studio.recipe) == 1
    studio.key(Key.Key_Down)
    assert seed_of(studio.recipe) == 101
    studio.key(Key.Key_Up)
    studio.key(Key.Key_Right, Shift)
    place = place_of(studio.recipe)
    assert place is not None
    assert place == pytest.approx((1.1, 0.0))
    studio.key(Key.Key_R)
    assert seed_of(studio.recipe) == 1
    assert len(studio.recipe.anchors) == 1


def test_space_is_a_random_face_but_never_taken_from_a_button(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    before = studio.recipe
    studio.key(Key.Key_Space)
    assert studio.recipe != before
    studio.key(Key.Key_2, Control)
    button = studio.control("sources.copy")
    assert isinstance(button, TextButton)
    button.setFocus()
    now = studio.recipe
    studio.key(Key.Key_Space)
    assert studio.document.state.sources[1] == studio.document.state.sources[0]
    assert studio.recipe == now


def test_letters_are_text_while_a_field_has_focus(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    studio.key(Key.Key_G, Control)
    field = studio.control("sample.seed").findChild(QLineEdit) or studio.control("sample.seed")
    before = studio.recipe.space
    QTest.keyClicks(field, "w")
    QTest.keyClick(field, Key.Key_A, Control)
    QTest.keyClicks(field, "42")
    QTest.keyClick(field, Key.Key_Return)
    assert studio.recipe.space == before
    assert seed_of(studio.recipe) == 42


def test_dragging_the_picture_walks_over_the_plane_in_one_step(studio: Studio) -> None:
    canvas = studio.window.canvas
    middle = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 9):
        QTest.mouseMove(canvas, middle - QPoint(10 * step, 5 * step))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle - QPoint(80, 40))
    place = place_of(studio.recipe)
    assert place is not None
    width = canvas.target().width()
    assert place == pytest.approx((160 / width, 80 / width), abs=1e-4)
    assert len(studio.document.entries) == 2


def test_interpolation_from_a_to_b(studio: Studio) -> None:
    studio.key(Key.Key_2, Control)
    studio.control("sources.add").click()  # type: ignore[attr-defined]
    first = studio.wait_for_picture().pixels
    slide(studio, "interpolate.position", [0.2, 0.5])
    assert [anchor.weight for anchor in studio.recipe.anchors] == [0.5, 0.5]
    middle = studio.wait_for_picture().pixels
    assert not np.array_equal(first, middle)
    studio.window.canvas.setFocus()
    studio.key(Key.Key_X)
    studio.key(Key.Key_W)
    assert studio.recipe.space == "w"
    assert not np.array_equal(studio.wait_for_picture().pixels, middle)


def test_sheet_goes_to_the_face_that_is_clicked(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    studio.key(Key.Key_Q)
    sheet = studio.window.sheet
    assert sheet.isVisible()
    count = len(studio.document.entries)
    chosen = sheet.recipes[5]
    sheet.grid.picked.emit(5)
    assert studio.recipe == chosen
    assert len(studio.document.entries) == count + 1
    assert sheet.recipes[5] == chosen
    studio.key(Key.Key_Q)
    assert studio.window.canvas.isVisible()
    studio.wait_for_picture()


def test_history_shows_the_steps_and_goes_back(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    for _ in range(3):
        studio.key(Key.Key_Right)
        studio.document.end_gesture()  # as a pause would
    strip = studio.window.strip
    strip.tabs.set_current("history")
    strip.tabs.chosen.emit("history")
    studio.control("strip.history").picked.emit(1)  # type: ignore[attr-defined]
    assert seed_of(studio.recipe) == 1
    assert studio.document.can_redo


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Shift])
def test_a_pause_between_presses_begins_a_new_step(
    studio: Studio, modifier: Qt.KeyboardModifier
) -> None:
    studio.window.canvas.setFocus()
    for _ in range(3):
        studio.key(Key.Key_Right, modifier)
    assert len(studio.document.entries) == 2
    studio.qtbot.waitUntil(lambda: studio.document.entries[1].merge is None)
    studio.key(Key.Key_Right, modifier)
    assert len(studio.document.entries) == 3
    studio.document.undo()
    wanted = (3.0, 0.0) if modifier != Shift else (0.3, 0.0)
    assert place_of(studio.recipe) == pytest.approx(wanted)


def test_z_is_off_where_faces_can_meet_in_w_only(studio: Studio) -> None:
    space = studio.control("sample.space")
    assert isinstance(space, Segmented)
    action = studio.window.actions_by_name["toggle_space"]
    assert space.segments[0].isEnabled()
    assert action.isEnabled()
    style = Vector("w", np.zeros(studio.generator.info.style_dim))
    studio.document.edit_recipe("Face", lambda r: with_anchor(r, 0, style))
    assert not space.segments[0].isEnabled()
    assert "meet in W only" in space.segments[0].toolTip()
    assert space.current() == 1
    assert not action.isEnabled()
    studio.document.undo()
    assert space.segments[0].isEnabled()
    assert action.isEnabled()


def test_every_action_is_in_a_menu_has_a_key_and_says_what_it_does(studio: Studio) -> None:
    in_menus = {
        action
        for top in studio.window.top_bar.menu_bar.actions()
        for action in top.menu().actions()  # type: ignore[attr-defined]
    }
    keys: list[str] = []
    for line in ACTIONS:
        action = studio.window.actions_by_name[line.name]
        assert action in in_menus, line.name
        assert action.shortcuts(), line.name
        assert line.help in action.toolTip()
        keys += [shortcut.toString() for shortcut in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_every_control_has_a_name_words_and_help(studio: Studio) -> None:
    controls = controls_of(studio.window)
    names = [control.name for control in controls]
    assert len(names) == len(set(names))
    assert {
        "sample.seed", "sample.random", "truncation.psi", "interpolate.position", "canvas",
        "picture.save", "model.chip", "plane.pad", "sheet.faces", "strip.history",
    } <= set(names)  # fmt: skip
    for control in controls:
        widget = studio.control(control.name)
        assert control.words, f"{control.name} has no accessible name"
        assert widget.toolTip(), f"{control.name} has no tooltip"


def test_what_a_model_lacks_is_said_in_words(studio: Studio) -> None:
    row = studio.control("truncation.cutoff")
    assert isinstance(row, SliderRow)
    assert not row.isEnabled()
    assert "one style layer" in row.toolTip()


def test_what_was_drawn_before_is_shown_without_waiting(studio: Studio) -> None:
    slide(studio, "truncation.psi", [0.5])
    studio.wait_for_picture()
    studio.document.undo()
    assert studio.wait_for_picture().recipe.truncation.psi == 1.0
    studio.qtbot.wait(150)
    assert not studio.window.header.busy


def test_space_is_chosen_side_by_side(studio: Studio) -> None:
    segments = studio.control("sample.space")
    assert isinstance(segments, Segmented)
    segments.chosen.emit(1)
    assert studio.recipe.blend == "w"
    studio.document.undo()
    assert segments.current() == 0


def test_zoom_is_whole_by_steps_and_fits_again(studio: Studio) -> None:
    canvas = studio.window.canvas
    canvas.setFocus()
    studio.key(Key.Key_1)
    assert canvas.zoom() == 1.0
    studio.key(Key.Key_Plus)
    studio.key(Key.Key_Plus)
    assert canvas.zoom() == 3.0
    studio.key(Key.Key_Minus)
    assert canvas.zoom() == 2.0
    studio.key(Key.Key_0)
    assert canvas.fits
    assert canvas.zoom() <= 5.0
