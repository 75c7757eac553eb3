"""Directions as a person uses them: rows that read the face, drags, locks, the open row."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Span, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.panels.directions import DirectionsPanel
from tests.ui.bench import Bench, make_bench
from tests.ui.directions import (
    GLASSES,
    HAIR,
    MODEL,
    MODEL_OF,
    SMILE,
    WIDTH,
    card_of,
    components,
    drag,
    item_of,
    now,
    own,
    panel_of,
    row_of,
    shows,
)
from tests.ui.studio import Studio, open_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench[DirectionsPanel]]:
    """The panel, on a model with eight style layers and three attributes."""
    made = make_bench(qtbot, DirectionsPanel, **MODEL_OF)
    yield made
    made.close()


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The whole window on that model."""
    with open_studio(qtbot, tmp_path, **MODEL_OF) as made:
        yield made


# --- reading and moving --------------------------------------------------------------------------


def test_rows_read_where_any_face_is(bench: Bench[DirectionsPanel]) -> None:
    for seed in (3, 17):
        bench.document.edit_recipe("Seed", lambda r, seed=seed: with_seed(r, seed))
        for found in (SMILE, HAIR, GLASSES):
            shows(bench, found)
            assert not row_of(bench, found).is_changed()
    assert row_of(bench, SMILE).objectName() == "directions.smile"


def test_a_drag_goes_to_the_reading_in_one_step(bench: Bench[DirectionsPanel]) -> None:
    row = row_of(bench, SMILE)
    before = bench.recipe
    own = now(bench, SMILE)
    drag(row, 0.5, -0.4, 1.2)
    assert now(bench, SMILE) == pytest.approx(1.2, abs=1e-3)
    assert [entry.label for entry in bench.document.entries][1:] == ["Smile"]
    assert row.is_changed()
    assert row.default() == pytest.approx(own, abs=2e-3)
    drag(row, 2.0)
    assert len(bench.document.entries) == 3
    assert len(bench.recipe.moves) == 1
    bench.document.undo()
    assert now(bench, SMILE) == pytest.approx(1.2, abs=1e-3)
    bench.document.undo()
    assert bench.recipe == before


def test_a_move_before_the_picture_of_a_new_face_finds_its_target(
    bench: Bench[DirectionsPanel],
) -> None:
    bench.document.edit_recipe("Seed", lambda r: with_seed(r, 3))
    drag(row_of(bench, SMILE), 1.5)  # the picture is still of the face before
    bench.qtbot.waitUntil(lambda: bool(bench.recipe.moves))
    assert now(bench, SMILE) == pytest.approx(1.5, abs=1e-3)
    assert [entry.label for entry in bench.document.entries][1:] == ["Seed", "Smile"]
    shows(bench, SMILE)
    bench.document.edit_recipe("Seed", lambda r: with_seed(r, 4))
    drag(row_of(bench, GLASSES), 1.5)
    bench.document.undo()  # that face is gone, and with it what was asked of it
    bench.wait_for_picture()
    assert [move.name for move in bench.recipe.moves] == ["Smile"]


def test_the_hand_wins_over_pictures_that_come_late(bench: Bench[DirectionsPanel]) -> None:
    held, other = row_of(bench, SMILE), row_of(bench, HAIR)
    held.track._move(1.5)
    before = other.place()
    held.track._move(2.5)
    bench.wait_for_picture()
    bench.qtbot.waitUntil(lambda: other.place() != before)
    held.show_place(-1.0, 0.0, True)
    assert held.place() == 2.5
    held.track._commit()
    shows(bench, SMILE)


def test_a_gesture_that_is_called_off_leaves_nothing(bench: Bench[DirectionsPanel]) -> None:
    row, before = row_of(bench, SMILE), bench.recipe
    shows(bench, SMILE)
    row.track.setFocus()
    row.track._move(2.0)
    assert bench.recipe != before
    bench.key(Key.Key_Escape)
    assert bench.recipe.moves == ()


def test_what_was_moved_is_taken_back_alone_or_all_at_once(studio: Studio) -> None:
    drag(row_of(studio, SMILE), 1.5)
    drag(row_of(studio, GLASSES), -1.5)
    row_of(studio, SMILE).track.setFocus()
    studio.key(Key.Key_Delete)
    assert [move.name for move in studio.recipe.moves] == ["Glasses"]
    row_of(studio, GLASSES).dot.click()
    assert studio.recipe.moves == ()
    studio.document.undo()
    studio.window.canvas.setFocus()
    studio.key(Key.Key_R, Shift)
    assert studio.recipe.moves == ()
    studio.document.undo()
    studio.key(Key.Key_R)
    assert studio.recipe.moves == ()


def test_a_value_beyond_the_track_is_told(bench: Bench[DirectionsPanel]) -> None:
    row = row_of(bench, SMILE)
    row.field.begin("4.2")
    row.field.setModified(True)
    bench.key(Key.Key_Return)
    assert now(bench, SMILE) == pytest.approx(4.2, abs=1e-3)
    shows(bench, SMILE)
    assert row.field.text() == "+4.2"
    assert row.track.number() == 3.0


# --- locks ---------------------------------------------------------------------------------------


def test_a_locked_direction_stays_where_it_is(bench: Bench[DirectionsPanel]) -> None:
    row_of(bench, HAIR).lock.click()
    assert bench.document.state.locks == (HAIR,)
    assert row_of(bench, HAIR).lock.isChecked()
    before = now(bench, HAIR)
    drag(row_of(bench, SMILE), 2.0)
    assert now(bench, HAIR) == pytest.approx(before, abs=1e-3)
    assert now(bench, SMILE) == pytest.approx(2.0, abs=1e-3)
    bench.document.undo()
    bench.document.undo()
    assert not row_of(bench, HAIR).lock.isChecked()
    shows(bench, SMILE)
    drag(row_of(bench, SMILE), -2.0)
    assert abs(now(bench, HAIR) - before) > 0.5


def lock_component(bench: Bench[DirectionsPanel]) -> Direction:
    """Find components by PCA and lock the first."""
    panel, found = panel_of(bench), components(3)
    panel._take_found("components", found, MODEL.model_id)
    panel.tabs.segments[1].click()
    row_of(bench, found[0]).lock.click()
    return found[0]


def holds(bench: Bench[DirectionsPanel], locked: Direction) -> None:
    """Other directions leave it where it is."""
    before = now(bench, locked)
    panel_of(bench).tabs.segments[0].click()
    drag(row_of(bench, SMILE), 2.5)
    assert now(bench, locked) == pytest.approx(before, abs=1e-3)
    assert now(bench, SMILE) == pytest.approx(2.5, abs=1e-3)


def test_a_locked_component_stays_locked_beside_the_other_method(
    bench: Bench[DirectionsPanel],
) -> None:
    panel, locked = panel_of(bench), lock_component(bench)
    others = components(3, rng=1)
    panel._take_found("sefa", others, MODEL.model_id)
    panel.methods.segments[1].click()
    assert not row_of(bench, others[0]).lock.isChecked()
    assert panel.header.summary == "1 locked"
    assert panel._unlisted.isHidden()
    holds(bench, locked)


def test_a_lock_outlives_a_session_and_can_be_undone_without_its_row(
    bench: Bench[DirectionsPanel],
) -> None:
    panel, locked = panel_of(bench), lock_component(bench)
    kept = parse_session(session_bytes(Session.of(bench.document))).state
    panel._found.clear()  # as after a start
    bench.document.edit("Open", lambda _state: replace(kept, locks=()))
    bench.document.edit("Open", lambda _state: kept)
    panel._refill()
    assert panel.header.summary.endswith("1 locked")
    assert panel._unlisted.text() == "Also locked, but not listed here: Component 1."
    holds(bench, locked)
    panel._unlisted.link.click()
    assert bench.document.state.locks == ()
    assert panel._unlisted.isHidden()


def test_a_lock_of_before_that_nothing_has_is_told_and_not_counted(
    bench: Bench[DirectionsPanel],
) -> None:
    panel = panel_of(bench)
    bench.document.edit("Open", lambda s: replace(s, locks=("Component 1", "Glasses")))
    assert panel.header.summary == "1 locked"
    assert row_of(bench, GLASSES).lock.isChecked()
    assert panel._unlisted.text() == "Not held until it is found again: Component 1."
    found = components(3)
    panel._take_found("components", found, MODEL.model_id)
    assert panel._unlisted.isHidden()
    assert panel.header.summary == "2 locked"
    holds(bench, found[0])


def test_locks_and_moves_of_another_direction_of_the_name_are_its_own(
    bench: Bench[DirectionsPanel],
) -> None:
    panel, (first, *_) = panel_of(bench), components(3)
    panel.add_directions([replace(first, group="mine")], "Import")
    mine = bench.document.state.directions[0]
    drag(row_of(bench, mine), 1.0)
    found = components(3, rng=1)
    panel._take_found("components", found, MODEL.model_id)
    panel.tabs.segments[1].click()
    drag(row_of(bench, found[0]), 1.0)
    row_of(bench, found[0]).lock.click()
    assert bench.document.state.locks == (found[0],)
    assert panel.header.summary == "2 moved, 1 locked"
    row_of(bench, found[0]).reset_asked.emit()
    assert [move.along for move in bench.recipe.moves] == [mine.vector.digest]
    panel.tabs.segments[2].click()
    assert not row_of(bench, mine).lock.isChecked()


def test_an_overlap_offers_its_lock(bench: Bench[DirectionsPanel]) -> None:
    card = card_of(bench, SMILE)
    assert card.overlap.text() == "Also moves hair length, +0.71"
    card.overlap.link.click()
    assert bench.document.state.locks == (HAIR,)
    assert card.overlap.isHidden()
    assert "hold-out 94\u00a0%" in card.origin.text()


def test_when_locks_leave_nothing_the_card_says_so(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    twin = replace(SMILE, name="Grin", group="mine")
    panel.add_directions([twin], "Add")
    panel.rows.lock(SMILE)
    card = card_of(bench, twin)
    assert "leave nothing" in card.overlap.text()
    before = bench.recipe
    drag(row_of(bench, twin), 1.0)
    assert bench.recipe == before


def test_the_closed_header_counts(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    assert panel.header.summary == "none moved"
    drag(row_of(bench, SMILE), 1.5)
    panel.rows.lock(GLASSES)
    assert panel.header.summary == "1 moved, 1 locked"


# --- the open row --------------------------------------------------------------------------------


def test_one_row_is_open_at_a_time(bench: Bench[DirectionsPanel]) -> None:
    card_of(bench, SMILE)
    row_of(bench, GLASSES).track.setFocus()
    bench.key(Key.Key_Return)
    assert item_of(bench, SMILE).card is None
    assert item_of(bench, GLASSES).card is not None
    bench.key(Key.Key_Return)
    assert item_of(bench, GLASSES).card is None
    assert bench.recipe.moves == ()


def test_five_faces_lead_to_their_readings(bench: Bench[DirectionsPanel]) -> None:
    card = card_of(bench, SMILE)
    bench.qtbot.waitUntil(lambda: all(t._face.image is not None for t in card.steps.tiles))
    pictures = {tile._face.image.pixelColor(5, 5).rgb() for tile in card.steps.tiles}  # type: ignore[union-attr]
    assert len(pictures) == 5
    for tile, target in ((card.steps.tiles[3], 1.0), (card.steps.tiles[0], -2.0)):
        tile.click()
        assert now(bench, SMILE) == pytest.approx(target, abs=1e-3)
        assert tile._selected
    assert len(bench.document.entries) == 3
    assert card.steps.tiles[0].objectName() == "directions.smile.minus2"


def test_layers_reach_only_some_of_the_styles(bench: Bench[DirectionsPanel]) -> None:
    own = bench.wait_for_picture().styles
    card = card_of(bench, SMILE)
    drag(row_of(bench, SMILE), 2.0)
    card.layers.setFocus()
    card.layers._go(2, 4)
    card.layers._finish()
    assert [move.span for move in bench.recipe.moves] == [Span(2, 4, 1)]
    styles = bench.wait_for_picture().styles
    assert styles is not None
    assert own is not None
    moved = np.abs(styles - own).max(1)
    assert (moved > 1e-3).tolist() == [False, True, True, True, True, True, False, False]
    assert moved[1] == pytest.approx(moved[2] / 2, rel=1e-3)
    drag(row_of(bench, SMILE), 1.0)
    assert len(bench.recipe.moves) == 1
    shows(bench, SMILE)
    bench.document.undo()
    bench.document.undo()
    assert [move.span for move in bench.recipe.moves] == [None]
    assert card.layers.range() == (0, 7)


def test_layers_can_be_chosen_before_the_first_move(bench: Bench[DirectionsPanel]) -> None:
    card = card_of(bench, SMILE)
    card.layers._go(0, 1)
    card.layers._finish()
    assert [entry.label for entry in bench.document.entries][1:] == ["Smile: layers"]
    assert panel_of(bench).header.summary == "none moved"
    kept = parse_session(session_bytes(Session.of(bench.document))).state
    bench.document.undo()
    assert card.layers.range() == (0, 7)
    bench.document.edit("Open", lambda _state: kept)
    assert card.layers.range() == (0, 1)
    bench.wait_for_picture()
    assert not row_of(bench, SMILE).is_changed()
    drag(row_of(bench, GLASSES), 1.0)
    drag(row_of(bench, SMILE), 1.0)
    assert [move.span for move in bench.recipe.moves if move.name == "Smile"] == [Span(0, 1, 1)]
    assert now(bench, SMILE) == pytest.approx(1.0, abs=1e-3)


# --- filter, many rows ---------------------------------------------------------------------------


def test_the_filter_finds_names_and_esc_shows_all(studio: Studio) -> None:
    panel = panel_of(studio)
    studio.window.canvas.setFocus()
    studio.key(Key.Key_Slash)
    assert QApplication.focusWidget() is panel.filter
    QTest.keyClicks(panel.filter, "HAIR")
    assert [cast(Direction, key).name for key in panel.rows.list.rows()] == ["Hair length"]
    QTest.keyClicks(panel.filter, "xyz")
    assert panel.rows.list.isHidden()
    assert "HAIRxyz" in panel._empty.text()
    studio.key(Key.Key_Escape)
    assert panel.filter.isHidden()
    studio.qtbot.waitUntil(lambda: len(panel.rows.list.rows()) == 3)


def test_only_rows_in_sight_are_built(bench: Bench[DirectionsPanel]) -> None:
    panel, found = panel_of(bench), components()
    panel._take_found("components", found, MODEL.model_id)
    panel.tabs.segments[1].click()
    rows = panel.rows.list
    bench.qtbot.waitUntil(lambda: len(rows.rows()) > 7)
    assert len(rows.rows()) < 40
    assert row_of(bench, found[0])._share == 1.0
    bar = bench.rail.verticalScrollBar()
    bench.qtbot.waitUntil(lambda: bar.maximum() > 1000)
    bar.setValue(bar.maximum())
    bench.qtbot.waitUntil(lambda: found[-1] in rows.rows())
    assert found[40] not in rows.rows()
    drag(row_of(bench, found[-1]), 1.5)
    assert now(bench, found[-1]) == pytest.approx(1.5, abs=1e-3)
    assert panel._strangers.isHidden()


# --- models with less ----------------------------------------------------------------------------


@pytest.fixture
def plain(qtbot: QtBot) -> Iterator[Bench[DirectionsPanel]]:
    """A model with one style layer that brings nothing."""
    made = make_bench(qtbot, DirectionsPanel, layers=1, z_dim=WIDTH)
    yield made
    made.close()


def test_a_model_without_attributes_says_so(plain: Bench[DirectionsPanel]) -> None:
    panel = panel_of(plain)
    assert panel.rows.list.isHidden()
    assert panel.finder.box.words.text().startswith("This model brings no attributes.")
    mine = own(plain)
    assert not card_of(plain, mine).layers.isVisible()
    drag(row_of(plain, mine), 1.0)
    assert now(plain, mine) == pytest.approx(1.0, abs=1e-3)


def test_every_control_speaks(bench: Bench[DirectionsPanel]) -> None:
    card_of(bench, SMILE)
    panel = panel_of(bench)
    silent = [
        widget.objectName()
        for widget in panel.findChildren(QLineEdit) + panel.findChildren(DirectionRow)
        if widget.objectName().startswith("directions.")
        and not (widget.accessibleName() and widget.toolTip())
    ]
    assert silent == []


def test_tab_goes_from_row_to_row(studio: Studio) -> None:
    row = row_of(studio, SMILE)
    row.track.setFocus()
    seen: list[str] = []
    for _ in range(4):
        studio.key(Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        seen.append(widget.accessibleName())
    follow: Callable[[str], int] = seen.index
    assert follow("Hair length") < follow("Glasses")


def test_a_click_on_the_track_goes_there(bench: Bench[DirectionsPanel]) -> None:
    track = row_of(bench, SMILE).track
    QTest.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() // 2, 8))
    assert now(bench, SMILE) == pytest.approx(0.0, abs=0.06)
