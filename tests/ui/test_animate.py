"""The Animate workspace as a person uses it: keyframes, playhead, playing, lanes, undo."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latentstudio.core.gallery import Kept
from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.recipe import Move, Recipe, Vector, with_psi, with_seed
from latentstudio.ui.animate_desk import AnimateDesk
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.journey_edits import APART
from latentstudio.ui.timeline_view import TimelineView
from tests.ui.studio import Studio

Key, Alt = Qt.Key, Qt.KeyboardModifier.AltModifier
Control, Left = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def faces(studio: Studio, *seeds: int) -> list[Recipe]:
    return [with_seed(studio.recipe, seed) for seed in seeds]


def fill(studio: Studio, *recipes: Recipe, loop: bool = False) -> None:
    """A journey with a keyframe every two seconds, on show in its workspace."""
    keys = tuple(Keyframe(recipe, 2.0 * i) for i, recipe in enumerate(recipes))
    journey = Journey(keys, loop=loop)
    studio.document.edit("Fill", lambda state: replace(state, journey=journey))
    studio.window.workspaces.show("animate")
    QApplication.processEvents()


@pytest.fixture
def desk(studio: Studio) -> Iterator[AnimateDesk]:
    """Three keyframes at 0, 2 and 4 seconds."""
    fill(studio, *faces(studio, 1, 2, 3))
    yield studio.window.animate
    studio.window.animate.player.pause()


def view(studio: Studio) -> TimelineView:
    return studio.window.animate.timeline.view


def times(studio: Studio) -> list[float]:
    return [round(key.time, 3) for key in studio.document.state.journey.keyframes]


def shown(studio: Studio) -> Recipe:
    """What is on the canvas, once it is what is wanted."""
    bridge = studio.window.bridge
    studio.qtbot.waitUntil(
        lambda: bridge.frame is not None and bridge.frame.recipe == bridge.wanted
    )
    return bridge.wanted


def drag(widget: TimelineView, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(widget, Left, pos=start.toPoint())
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(widget, (start + (end - start) * share).toPoint())
        QApplication.processEvents()
    QTest.mouseRelease(widget, Left, pos=end.toPoint())


# --- keyframes ------------------------------------------------------------------------------------


def test_i_collects_the_faces_seen_in_any_workspace(studio: Studio) -> None:
    window = studio.window
    window.canvas.setFocus()
    for seed in (5, 6, 7):
        studio.document.edit_recipe("Seed", lambda r, s=seed: with_seed(r, s))
        studio.key(Key.Key_I)
    assert times(studio) == [0.0, APART, 2 * APART]
    keys = studio.document.state.journey.keyframes
    assert [key.recipe for key in keys] == faces(studio, 5, 6, 7)
    studio.document.undo()
    assert times(studio) == [0.0, APART]


def test_the_canvas_shows_the_journey_at_the_playhead(studio: Studio, desk: AnimateDesk) -> None:
    steps = len(studio.document.entries)
    journey, info = studio.document.state.journey, studio.window.bridge.info
    desk.go(1.0)
    assert shown(studio) == journey.recipe_at(1.0, info)
    assert len(studio.document.entries) == steps
    assert studio.window.header.changes.text() == "3 keyframes"
    studio.window.workspaces.show("explore")
    assert shown(studio) == studio.recipe


def test_a_new_face_is_shown_until_the_playhead_moves(studio: Studio, desk: AnimateDesk) -> None:
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 40))
    assert shown(studio) == studio.recipe
    desk.go(1.0)
    desk.insert()  # a moment between two keyframes becomes one
    assert times(studio) == [0.0, 1.0, 2.0, 4.0]
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 41))
    desk.insert()  # the playhead stands on a keyframe: after the last one
    assert times(studio) == [0.0, 1.0, 2.0, 4.0, 4.0 + APART]
    assert studio.document.state.journey.keyframes[-1].recipe == studio.recipe


def test_a_drag_moves_a_keyframe_as_one_step(studio: Studio, desk: AnimateDesk) -> None:
    timeline, scene = view(studio), view(studio).scene
    steps = len(studio.document.entries)
    start = scene.diamond(1)
    drag(timeline, start, start + QPointF(scene.x(3.0) - scene.x(2.0), 0))
    assert times(studio) == [0.0, 3.0, 4.0]
    assert desk.selected == 1
    assert desk.player.place == pytest.approx(3.0)
    assert len(studio.document.entries) == steps + 1
    drag(timeline, scene.diamond(1), QPointF(scene.x(3.5), 10))
    studio.document.undo()
    assert times(studio) == [0.0, 3.0, 4.0]
    studio.document.undo()
    assert times(studio) == [0.0, 2.0, 4.0]


def test_a_keyframe_can_be_dragged_past_others(studio: Studio, desk: AnimateDesk) -> None:
    timeline, scene = view(studio), view(studio).scene
    drag(timeline, scene.diamond(0), QPointF(scene.x(3.0), scene.diamond(0).y()))
    assert times(studio) == [2.0, 3.0, 4.0]
    assert desk.selected == 1
    assert studio.document.state.journey.keyframes[1].recipe == faces(studio, 1)[0]


def test_everything_by_keyboard(studio: Studio, desk: AnimateDesk) -> None:
    timeline = view(studio)
    timeline.setFocus()
    studio.key(Key.Key_Period)
    assert (desk.player.place, desk.selected) == (2.0, 1)
    studio.key(Key.Key_Comma)
    assert (desk.player.place, desk.selected) == (0.0, 0)
    studio.key(Key.Key_Right, Alt)
    studio.key(Key.Key_Right)
    assert desk.player.place == pytest.approx(2 / 30)
    studio.key(Key.Key_Left, Alt)
    assert desk.player.place == pytest.approx(1 / 30)
    studio.key(Key.Key_End)
    assert (desk.player.place, desk.selected) == (4.0, 2)
    studio.key(Key.Key_PageUp)
    assert desk.player.place == pytest.approx(3.0)
    studio.key(Key.Key_Period)
    studio.key(Key.Key_Right, Control)
    assert times(studio)[-1] == pytest.approx(4 + 1 / 30, abs=1e-3)
    studio.key(Key.Key_Delete)
    assert times(studio) == [0.0, 2.0]
    studio.key(Key.Key_F2)
    name = desk.keyframe.name
    assert name.hasFocus()
    QTest.keyClicks(name, "Curly")
    studio.key(Key.Key_Return)
    assert studio.document.state.journey.keyframes[1].name == "Curly"


def test_faces_are_dropped_where_the_pointer_is(studio: Studio, desk: AnimateDesk) -> None:
    timeline, scene = view(studio), view(studio).scene
    data = mime_of(faces(studio, 8, 9))
    move = Qt.DropAction.CopyAction
    place = QPointF(scene.x(1.0), scene.film_row.center().y())
    timeline.dropEvent(QDropEvent(place, move, data, Left, Qt.KeyboardModifier.NoModifier))
    assert times(studio) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert studio.document.entries[-1].label == "Insert 2 keyframes"
    studio.document.undo()
    assert times(studio) == [0.0, 2.0, 4.0]


def test_the_film_fills_with_faces(studio: Studio, desk: AnimateDesk) -> None:
    film = desk.timeline.film
    studio.qtbot.waitUntil(lambda: all(cell.face.image is not None for cell in film.keys))
    recipes = [cell.recipe for cell in film.cells]
    studio.qtbot.waitUntil(lambda: all(r in film._known for r in recipes))
    spread = [cell.time for cell in film.cells]
    assert spread == sorted(spread)
    assert 0 <= spread[0] < 0.5
    assert 3.5 < spread[-1] <= 4


# --- playing --------------------------------------------------------------------------------------


def test_playing_follows_the_clock_and_leaves_frames_out(
    studio: Studio, desk: AnimateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(desk.player, "clock", lambda: now[0])
    steps = len(studio.document.entries)
    studio.window.canvas.setFocus()
    studio.key(Key.Key_P)
    assert desk.player.playing
    desk.player._tick.stop()  # the test gives the ticks
    for at in (0.5, 0.51, 3.0):
        now[0] = 100.0 + at
        desk.player.step()
        assert desk.player.place == pytest.approx(int(at * 30) / 30)
    now[0] = 105.0
    desk.player.step()
    assert not desk.player.playing
    assert desk.player.place == 4.0
    assert shown(studio) == faces(studio, 3)[0]
    assert len(studio.document.entries) == steps


def test_a_loop_goes_round_within_its_bar(
    studio: Studio, desk: AnimateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(desk.player, "clock", lambda: now[0])
    desk.timeline.transport.loop.click()
    assert studio.document.state.journey.loops
    assert desk.player.span == (0.0, 6.0)
    timeline, scene = view(studio), view(studio).scene
    timeline.snaps = False
    drag(timeline, QPointF(scene.x(0.0), 3), QPointF(scene.x(1.0), 3))
    drag(timeline, QPointF(scene.x(6.0), 3), QPointF(scene.x(3.0), 3))
    assert desk.player.span == pytest.approx((1.0, 3.0), abs=0.06)
    desk.player.play()
    desk.player._tick.stop()
    begin, end = desk.player.span
    now[0] = 2.5
    desk.player.step()
    assert desk.player.playing
    assert desk.player.place == pytest.approx(begin + 2.5 - (end - begin), abs=0.05)
    desk.player.pause()
    QTest.mouseDClick(timeline, Left, pos=QPoint(round(scene.x(begin)), 3))
    assert desk.player.span == (0.0, 6.0)


def test_a_face_chosen_while_it_plays_ends_playing(studio: Studio, desk: AnimateDesk) -> None:
    desk.toggle()
    assert desk.player.playing
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 50))
    assert not desk.player.playing
    assert shown(studio) == studio.recipe
    desk.toggle()
    studio.window.workspaces.show("explore")
    assert not desk.player.playing


def test_keep_keeps_what_is_seen(studio: Studio, desk: AnimateDesk) -> None:
    desk.go(1.0)
    studio.window.canvas.setFocus()
    studio.key(Key.Key_K)
    journey, info = studio.document.state.journey, studio.window.bridge.info
    assert [k.recipe for k in studio.document.state.gallery] == [journey.recipe_at(1.0, info)]


# --- panels, lanes, zoom --------------------------------------------------------------------------


def test_the_keyframe_panel_edits_the_chosen_one(studio: Studio, desk: AnimateDesk) -> None:
    desk.pick(1)
    panel = desk.keyframe
    assert panel.order.text() == "Keyframe 2 of 3"
    panel.time.committed.emit(1.5)
    assert times(studio) == [0.0, 1.5, 4.0]
    desk.ease.kinds.segments[0].click()
    assert studio.document.state.journey.keyframes[1].ease == "linear"
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 60))
    panel.replace.click()
    assert studio.document.state.journey.keyframes[1].recipe == studio.recipe
    panel.edit.click()
    assert studio.window.workspaces.current.key == "explore"
    assert shown(studio) == studio.document.state.journey.keyframes[1].recipe


def test_the_journey_panel_stretches_and_spreads(studio: Studio, desk: AnimateDesk) -> None:
    desk.pick(1)
    desk.move_keyframe(1.0)
    panel = studio.window.panel("journey")
    panel.length.committed.emit(8.0)  # type: ignore[attr-defined]
    assert times(studio) == [0.0, 2.0, 8.0]
    panel.spread.click()  # type: ignore[attr-defined]
    assert times(studio) == [0.0, 4.0, 8.0]
    panel.clear.click()  # type: ignore[attr-defined]
    assert times(studio) == []
    assert shown(studio) == studio.recipe
    studio.document.undo()
    assert times(studio) == [0.0, 4.0, 8.0]


def test_lanes_are_the_sliders_that_change(studio: Studio) -> None:
    move = Move("Smile", Vector("w", np.ones(16, np.float32)), 1.0)
    a, b = faces(studio, 1, 2)
    fill(studio, replace(a, moves=(move,)), with_psi(b, 0.5))
    timeline, desk = view(studio), studio.window.animate
    lanes = timeline.scene.lanes
    assert [(lane.name, lane.values) for lane in lanes] == [
        ("Smile", (1.0, 0.0)), ("Truncation", (1.0, 0.5)),
    ]  # fmt: skip
    scene, steps = timeline.scene, len(studio.document.entries)
    start = QPointF(scene.x(2.0), scene.lane_y(0, 0.0))
    drag(timeline, start, start - QPointF(0, 10))
    keys = studio.document.state.journey.keyframes
    assert keys[1].recipe.moves == (replace(move, amount=0.5),)
    assert len(studio.document.entries) == steps + 1
    assert desk.selected == 1
    start = QPointF(scene.x(2.0), scene.lane_y(1, 0.5))
    drag(timeline, start, start + QPointF(0, 20))
    assert studio.document.state.journey.keyframes[1].recipe.truncation.psi == pytest.approx(0.3)


def test_the_wheel_zooms_around_the_pointer(studio: Studio, desk: AnimateDesk) -> None:
    timeline, scene = view(studio), view(studio).scene
    at = QPointF(scene.x(3.0), 20)
    for _ in range(4):
        QApplication.sendEvent(timeline, _wheel(timeline, at, 120))
    assert not timeline.fits
    assert scene.time(at.x()) == pytest.approx(3.0, abs=0.01)
    studio.control("timeline.zoom_fit").click()  # type: ignore[attr-defined]
    assert timeline.fits
    assert scene.x(0.0) >= scene.head


def _wheel(widget: TimelineView, at: QPointF, turn: int) -> QWheelEvent:
    place = QPointF(widget.mapToGlobal(at.toPoint()))
    none = Qt.ScrollPhase.NoScrollPhase
    turned = QPoint(0, turn)
    return QWheelEvent(at, place, QPoint(), turned, Qt.MouseButton.NoButton, Control, none, False)


def test_the_gallery_is_at_hand(studio: Studio) -> None:
    kept = tuple(Kept(recipe) for recipe in faces(studio, 1, 2, 3, 4))
    studio.document.edit("Keep", lambda state: replace(state, gallery=kept))
    studio.window.workspaces.show("animate")
    panel = studio.window.panel("kept")
    grid = panel.faces  # type: ignore[attr-defined]
    studio.qtbot.waitUntil(lambda: len(grid.faces) == 4 and grid.faces[3].image is not None)
    grid.setFocus()
    grid.set_current(2)
    studio.key(Key.Key_Return)
    assert studio.document.state.journey.keyframes[0].recipe == kept[2].recipe


def test_nothing_can_be_played_without_two_keyframes(studio: Studio) -> None:
    studio.window.workspaces.show("animate")
    transport = studio.window.animate.timeline.transport
    assert "no keyframes" in transport.play.reason()
    studio.control("timeline.add").click()  # type: ignore[attr-defined]
    assert "two keyframes" in transport.play.reason()
    studio.window.animate.toggle()
    assert not studio.window.animate.player.playing


def test_a_journey_of_another_model_says_so(studio: Studio, desk: AnimateDesk) -> None:
    studio.window.bridge.open("other")
    studio.qtbot.waitUntil(
        lambda: studio.window.bridge.info is not None and studio.window.bridge.info.name == "other"
    )
    assert "fake" in view(studio).scene.note
    assert "fake" in desk.timeline.transport.play.reason()
    desk.go(1.0)
    desk.insert()
    assert times(studio) == [0.0, 2.0, 4.0]
    assert "error: A journey stays with one model" in studio.notices()
