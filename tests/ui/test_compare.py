"""The comparison as a person uses it: what it shows, its line, its menu, drops, and O."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latentstudio.core.compare import Choice, original
from latentstudio.core.recipe import ModelRef, Recipe, with_psi, with_seed
from latentstudio.core.session import Session, session_bytes
from latentstudio.engine.messages import Pixels
from latentstudio.ui.compare import Compare
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.faces import image_of
from latentstudio.ui.gallery import GalleryTab
from tests.ui.screens import pixels
from tests.ui.studio import Studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def compare(studio: Studio) -> Compare:
    """Seed 5, then truncated, beside what it was before."""
    studio.window.canvas.setFocus()
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 5))
    studio.wait_for_picture()
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.2))
    studio.wait_for_picture()
    studio.key(Key.Key_C)
    wait(studio)
    return studio.window.faces.compare


def wait(studio: Studio) -> None:
    """Until the other face is drawn."""
    studio.qtbot.waitUntil(lambda: studio.window.canvas.overlay is not None)


def is_on(studio: Studio) -> bool:
    return studio.window.faces.compare.on


def drawn(studio: Studio, recipe: Recipe) -> Pixels:
    """The exact pixels of a recipe, drawn for itself."""
    from latentstudio.engine.render import draw

    return draw(studio.generator, recipe).pixels


def shown(studio: Studio, x: float) -> list[int]:
    """What the canvas paints at a share of the picture's width, halfway down."""
    canvas = studio.window.canvas
    for widget in (canvas, *studio.window.faces.compare.labels):
        widget.update()
    area = canvas.target()
    image = pixels(canvas.grab().toImage())
    return list(image[round(area.center().y() + 60), round(area.left() + x * area.width())])


def test_both_halves_are_exact(studio: Studio, compare: Compare) -> None:
    before = with_psi(studio.recipe, 1.0)
    assert is_on(studio)
    assert compare.other.recipe == before
    overlay = studio.window.canvas.overlay
    assert overlay is not None
    assert np.array_equal(pixels(overlay), pixels(image_of(drawn(studio, before))))
    frame = studio.wait_for_picture()
    assert np.array_equal(frame.pixels, drawn(studio, studio.recipe))
    assert [label.words for label in compare.labels] == ["Before: Truncation", "Seed 5"]


def test_left_of_the_line_is_the_other_face(studio: Studio, compare: Compare) -> None:
    studio.window.canvas.set_smooth(False)
    other, mine = drawn(studio, with_psi(studio.recipe, 1.0)), drawn(studio, studio.recipe)
    area = studio.window.canvas.target()
    row = int((area.center().y() + 60.5 - area.top()) / area.height() * 64)
    for share in (0.5, 0.3, 0.8):
        compare.split.set_share(share)
        for x in (share - 0.2, share + 0.15):
            wanted = (other if x < share else mine)[row, int(x * 64), :3]
            assert np.abs(np.array(shown(studio, x)) - wanted).max() <= 40, (share, x)
            far = (mine if x < share else other)[row, int(x * 64), :3]
            assert np.abs(np.array(shown(studio, x)) - far).max() > 0


def test_the_line_is_dragged_and_moved_by_keys(studio: Studio, compare: Compare) -> None:
    split, canvas = compare.split, studio.window.canvas
    area = canvas.target()
    QTest.mousePress(split, Qt.MouseButton.LeftButton, pos=split.rect().center())
    goal = canvas.mapTo(canvas, QPoint(round(area.left() + 0.25 * area.width()), 200))
    QTest.mouseMove(split, split.mapFromParent(goal))
    QTest.mouseRelease(split, Qt.MouseButton.LeftButton, pos=split.mapFromParent(goal))
    assert split.share == pytest.approx(0.25, abs=0.01)
    recipe = studio.recipe
    split.setFocus()
    split.set_share(0.5)
    for key, modifier, share in (
        (Key.Key_Right, Shift.NoModifier, 0.51),
        (Key.Key_Left, Shift, 0.41),
        (Key.Key_Home, Shift.NoModifier, 0.0),
        (Key.Key_Left, Shift.NoModifier, 0.0),
        (Key.Key_End, Shift.NoModifier, 1.0),
        (Key.Key_Delete, Shift.NoModifier, 0.5),
    ):
        studio.key(key, modifier, to=split)
        assert split.share == pytest.approx(share)
    assert studio.recipe == recipe  # arrows were the line's, not the seed's
    assert "50 % of the other face" in split.accessibleDescription()
    studio.key(Key.Key_C, to=split)
    assert QApplication.focusWidget() is canvas


def test_c_and_the_segments_turn_it_on_and_off(studio: Studio, compare: Compare) -> None:
    window = studio.window
    assert window.header.views.current() == 1
    assert window.header.other.isVisible()
    assert window.actions_by_name["compare"].isChecked()
    studio.key(Key.Key_C, to=window.canvas)
    assert not is_on(studio)
    assert window.canvas.overlay is None
    assert window.header.views.current() == 0
    assert not window.header.other.isVisible()
    assert not compare.split.isVisible()
    window.header.views.segments[1].click()
    assert is_on(studio)
    window.header.views.segments[2].click()
    assert not is_on(studio)
    assert window.sheet.isVisible()
    studio.key(Key.Key_C, to=window)
    assert window.canvas.isVisible()
    assert window.header.views.current() == 1


def test_before_follows_the_history(studio: Studio, compare: Compare) -> None:
    studio.document.undo()
    assert compare.other.words == "Before: Seed"
    studio.document.undo()
    assert compare.other.recipe is None
    assert studio.window.canvas.overlay is None
    assert compare.labels[0].words == "Nothing before this face"
    assert compare.labels[0].isVisible()
    assert not compare.split.isVisible()
    studio.document.redo()
    wait(studio)
    assert compare.split.isVisible()


def test_the_menu_offers_sources_and_kept_faces(studio: Studio, compare: Compare) -> None:
    studio.key(Key.Key_K, to=studio.window.canvas)
    studio.key(Key.Key_A, Shift, to=studio.window.canvas)
    compare.open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    lines = {action.text(): action for action in menu.actions() if action.text()}
    assert [text for text, line in lines.items() if line.isChecked()] == [
        "The face before the last change"
    ]
    assert any(text.startswith("Source A: ") for text in lines)
    lines["Its original: the seed's own values  (O)"].trigger()
    assert compare.other.recipe == with_psi(studio.recipe, 1.0)
    assert studio.window.header.other.text() == "Original"
    lines["Kept: Seed 5"].trigger()
    assert compare.choice == Choice("face", face=studio.recipe)
    menu.close()


def test_a_face_dropped_on_it_is_compared_with(studio: Studio, compare: Compare) -> None:
    other = with_seed(studio.recipe, 77)
    canvas, data = studio.window.canvas, mime_of([other])
    place, copy = QPointF(canvas.rect().center()), Qt.DropAction.CopyAction
    button, plain = Qt.MouseButton.LeftButton, Shift.NoModifier
    enter = QDragEnterEvent(place.toPoint(), copy, data, button, plain)
    QApplication.sendEvent(canvas, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(canvas, QDropEvent(place, copy, data, button, plain))
    wait(studio)
    assert compare.other.recipe == other
    assert compare.labels[0].words == "Seed 77"
    compare.turn(False)
    assert not canvas.acceptDrops()


def test_faces_of_another_model_say_what_they_need(studio: Studio, compare: Compare) -> None:
    stranger = with_seed(Recipe(model=ModelRef("stranger", "id-of-stranger")), 1)
    compare.choose(Choice("face", face=stranger))
    assert compare.other.words == "Seed 1: needs stranger"
    assert studio.window.canvas.overlay is None


def test_two_chosen_faces_are_compared(studio: Studio) -> None:
    window = studio.window
    window.canvas.setFocus()
    for seed in (1, 2, 3):
        studio.document.edit_recipe("Seed", partial(with_seed, seed=seed))
        studio.key(Key.Key_K)
    window.strip.choose("gallery")
    tab = window.strip.tab("gallery")
    assert isinstance(tab, GalleryTab)
    tab.faces.set_selection([0, 1])
    studio.control("gallery.compare").click()  # type: ignore[attr-defined]
    compare = window.faces.compare
    assert is_on(studio)
    assert compare.other.recipe == with_seed(studio.recipe, 1)
    assert studio.recipe == with_seed(studio.recipe, 2)
    studio.document.undo()
    assert studio.recipe == with_seed(studio.recipe, 3)
    tab.faces.setFocus()
    tab.faces.set_selection([1, 2])
    studio.key(Key.Key_C, to=tab.faces)
    assert not is_on(studio)
    steps = len(studio.document.entries)
    studio.key(Key.Key_C, to=tab.faces)
    assert compare.other.recipe == with_seed(studio.recipe, 2)
    assert len(studio.document.entries) == steps  # one of the two was the current face


def test_o_shows_the_original_while_it_is_held(studio: Studio) -> None:
    canvas = studio.window.canvas
    canvas.setFocus()
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.2))
    studio.wait_for_picture()
    steps = len(studio.document.entries)
    QTest.keyPress(canvas, Key.Key_O)
    wait(studio)
    overlay = canvas.overlay
    assert overlay is not None
    wanted = image_of(drawn(studio, original(studio.recipe)))
    assert np.array_equal(pixels(overlay), pixels(wanted))
    compare = studio.window.faces.compare
    assert compare.labels[0].words == "Original: seed 0"
    assert not compare.split.isVisible()
    QTest.keyRelease(canvas, Key.Key_O)
    assert canvas.overlay is None
    assert not compare.labels[0].isVisible()
    assert len(studio.document.entries) == steps


def test_o_in_a_comparison_comes_back_to_it(studio: Studio, compare: Compare) -> None:
    QTest.keyPress(studio.window.canvas, Key.Key_O)
    assert compare.labels[0].words == "Original: seed 5"
    assert not compare.split.isVisible()
    QTest.keyRelease(studio.window.canvas, Key.Key_O)
    wait(studio)
    assert compare.split.isVisible()
    assert compare.labels[0].words == "Before: Truncation"
    studio.window.actions_by_name["original"].trigger()  # from the menu: until the next key
    assert compare.labels[0].words.startswith("Original")
    studio.key(Key.Key_Escape, to=studio.window.canvas)
    assert compare.labels[0].words == "Before: Truncation"


def test_it_goes_with_the_picture_and_its_workspaces(studio: Studio, compare: Compare) -> None:
    window = studio.window
    window.workspaces.show("mix")
    assert is_on(studio)
    window.canvas.set_zoom(9.0)
    area = window.canvas.seen()
    assert compare.split.geometry().center().x() == pytest.approx(area.center().x(), abs=2)
    window.workspaces.show("inpaint")
    assert not is_on(studio)
    assert not window.actions_by_name["compare"].isEnabled()
    window.workspaces.show("explore")
    window.bridge.open("other")
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "other")
    assert not is_on(studio)


def test_nothing_of_it_is_in_the_session(studio: Studio, compare: Compare) -> None:
    before = session_bytes(Session.of(studio.document))
    compare.choose(Choice("original"))
    compare.split.set_share(0.1)
    assert session_bytes(Session.of(studio.document)) == before
