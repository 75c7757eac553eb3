"""Directions as a person uses them: read, drag, lock, open, filter, find, learn, keep in files."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from latentstudio.core.direction import Direction, reading
from latentstudio.core.document import State
from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import ModelRef, Recipe, Seed, Span, Vector, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.engine.messages import JobDone, JobProgress, Step
from latentstudio.ui.actions import KeyGuard
from latentstudio.ui.controls.direction_card import DirectionCard
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.panels.direction_rows import DirectionItem
from latentstudio.ui.panels.directions import DirectionsPanel
from tests.ui.bench import Bench, make_bench
from tests.ui.studio import Studio, make_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
LAYERS, WIDTH = 8, 16
MODEL = ModelRef("fake", "id-of-fake")


def direction(name: str, *numbers: float, **more: Any) -> Direction:
    """A direction along the first axes of the style, in these shares."""
    array = np.zeros(WIDTH, np.float32)
    array[: len(numbers)] = numbers
    array /= np.linalg.norm(array)
    more = {"mean": 0.1, "scale": 0.4, "group": "attributes", **more}
    return Direction(name, Vector("w", array), **more)


SMILE = direction("Smile", 1, found="learned from labels", accuracy=0.94)
HAIR = direction("Hair length", 1, 1)
GLASSES = direction("Glasses", 0, 0, 1)


Place = Studio | Bench[DirectionsPanel]
MODEL_OF = {"layers": LAYERS, "z_dim": WIDTH, "directions": (SMILE, HAIR, GLASSES)}


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench[DirectionsPanel]]:
    """The panel, on a model with eight style layers and three attributes."""
    made = make_bench(qtbot, DirectionsPanel, **MODEL_OF)
    yield made
    made.close()


@pytest.fixture
def studio(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """The whole window on that model."""
    guard = KeyGuard()
    qapp.installEventFilter(guard)
    made = make_studio(qtbot, tmp_path, **MODEL_OF)
    yield made
    made.window.close()
    qapp.removeEventFilter(guard)
    made.window.deleteLater()


def panel_of(place: Place) -> DirectionsPanel:
    if isinstance(place, Bench):
        return place.panel
    return cast(DirectionsPanel, place.window.panel("directions"))


def item_of(place: Place, found: Direction) -> DirectionItem:
    return cast(DirectionItem, panel_of(place).rows.list.row(found))


def row_of(place: Place, found: Direction) -> DirectionRow:
    return item_of(place, found).row


def card_of(place: Place, found: Direction) -> DirectionCard:
    """The card of a direction, opened."""
    item = item_of(place, found)
    if item.card is None:
        item.row.chevron.click()
    assert item.card is not None
    return item.card


def drag(row: DirectionRow, *values: float) -> None:
    """Move the knob through values and let go."""
    for value in values:
        row.track._move(value)
    row.track._commit()


def now(place: Place, found: Direction) -> float:
    """Where the picture of the current recipe really is."""
    styles = place.wait_for_picture().styles
    assert styles is not None
    return reading(found, styles)


def shows(place: Place, found: Direction) -> None:
    """The row comes to show where the picture is."""
    wanted = now(place, found)
    row = row_of(place, found)
    place.qtbot.waitUntil(lambda: abs(row.place() - wanted) < 0.002)


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
    assert bench.document.state.locks == ("Hair length",)
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


def test_an_overlap_offers_its_lock(bench: Bench[DirectionsPanel]) -> None:
    card = card_of(bench, SMILE)
    assert card.overlap.text() == "Also moves hair length, +0.71"
    card.overlap.link.click()
    assert bench.document.state.locks == ("Hair length",)
    assert card.overlap.isHidden()
    assert "hold-out 94\u00a0%" in card.origin.text()


def test_when_locks_leave_nothing_the_card_says_so(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    twin = replace(SMILE, name="Grin", group="mine")
    panel.add_directions([twin], "Add")
    panel.rows.lock("Smile")
    card = card_of(bench, twin)
    assert "leave nothing" in card.overlap.text()
    before = bench.recipe
    drag(row_of(bench, twin), 1.0)
    assert bench.recipe == before


def test_the_closed_header_counts(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    assert panel.header.summary == "none moved"
    drag(row_of(bench, SMILE), 1.5)
    panel.rows.lock("Glasses")
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
    assert len(bench.document.entries) == 1
    drag(row_of(bench, SMILE), 1.0)
    assert [move.span for move in bench.recipe.moves] == [Span(0, 1, 1)]
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
    assert len(panel.rows.list.rows()) == 3


def components(count: int = 80, rng: int = 0) -> tuple[Direction, ...]:
    """So many components in a random basis."""
    random = np.random.default_rng(rng)
    return tuple(
        direction(
            f"Component {place + 1}",
            *random.normal(size=WIDTH),
            group="components",
            found="PCA",
            eigenvalue=9.0 * 0.9**place,
        )
        for place in range(count)
    )


def test_only_rows_in_sight_are_built(bench: Bench[DirectionsPanel]) -> None:
    panel, found = panel_of(bench), components()
    panel._take_found("components", found, MODEL.model_id)
    panel.tabs.segments[1].click()
    rows = panel.rows.list
    bench.qtbot.waitUntil(lambda: len(rows.rows()) > 0)
    assert len(rows.rows()) < 15
    assert row_of(bench, found[0])._share == 1.0
    rows.verticalScrollBar().setValue(rows.verticalScrollBar().maximum())
    assert found[-1] in rows.rows()
    assert found[40] not in rows.rows()
    drag(row_of(bench, found[-1]), 1.5)
    assert now(bench, found[-1]) == pytest.approx(1.5, abs=1e-3)
    assert panel._strangers.isHidden()


# --- jobs ----------------------------------------------------------------------------------------


class Jobs:
    """Stands in for the engine's jobs: remembers what was started, answers when told."""

    def __init__(self, bench: Bench[DirectionsPanel], monkeypatch: pytest.MonkeyPatch) -> None:
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.cancelled: list[int] = []
        self._bridge = bench.bridge
        monkeypatch.setattr(self._bridge, "start_job", self._start)
        monkeypatch.setattr(self._bridge, "cancel", self.cancelled.append)

    def _start(self, name: str, _title: str, /, **options: Any) -> int:
        self.started.append((name, options))
        return len(self.started)

    def progress(self, done: int, total: int, note: str = "") -> None:
        job = len(self.started)
        self._bridge.job_changed.emit(JobProgress(job, "Job", Step(done, total, note)))

    def end(self, result: object, cancelled: bool = False) -> None:
        name = self.started[-1][0]
        done = JobDone(len(self.started), name, "Job", result, MODEL, cancelled)
        self._bridge.job_changed.emit(done)


@pytest.fixture
def jobs(bench: Bench[DirectionsPanel], monkeypatch: pytest.MonkeyPatch) -> Jobs:
    return Jobs(bench, monkeypatch)


@pytest.mark.parametrize(("segment", "name"), [(0, "components"), (1, "sefa")])
def test_components_are_found_by_a_job_in_place(
    bench: Bench[DirectionsPanel], jobs: Jobs, segment: int, name: str
) -> None:
    panel = panel_of(bench)
    panel.tabs.segments[1].click()
    panel.methods.segments[segment].click()
    box = panel.finder.box
    assert not box.button.isHidden()
    box.button.click()
    assert jobs.started == [(name, {})]
    jobs.progress(5, 20, "5 of 20 faces")
    assert box.button.isHidden()
    assert (box.bar.value(), box.note.text()) == (250, "5 of 20 faces")
    box.cancel.click()
    assert jobs.cancelled == [1]
    jobs.end(None, cancelled=True)
    assert not box.button.isHidden()
    box.button.click()
    jobs.end(components(3))
    assert box.isHidden()
    assert len(panel.rows.list.rows()) == 3
    assert len(bench.document.entries) == 1


def mark(place: Place, plus: int, minus: int) -> None:
    """Keep so many marked faces."""
    marks = [1] * plus + [-1] * minus
    gallery = tuple(
        Kept(replace(with_seed(Recipe(model=MODEL), 50 + i)), m) for i, m in enumerate(marks)
    )
    place.document.edit("Mark", lambda state: replace(state, gallery=gallery))


def test_learning_waits_for_ten_marks_each(bench: Bench[DirectionsPanel], jobs: Jobs) -> None:
    panel = panel_of(bench)
    mark(bench, 10, 7)
    assert panel.learn.text() == "Learn: 7 of 10"
    assert panel.learn.reason() == "Mark 3 more minus (Shift+Y) among kept faces first"
    mark(bench, 11, 10)
    assert panel.learn.reason() == ""
    panel.learn.click()
    name, options = jobs.started[-1]
    assert (name, options["name"]) == ("learn", "Learned")
    assert [r.anchors[0].latent for r in options["plus"]] == [Seed(50 + i) for i in range(11)]
    assert len(options["minus"]) == 10
    assert panel.learn.reason() != ""
    steps = len(bench.document.entries)
    jobs.end(replace(GLASSES, name="Smile", group="mine", accuracy=0.8))
    assert [d.name for d in bench.document.state.directions] == ["Smile 2"]
    assert len(bench.document.entries) == steps + 1
    assert panel.group() == "mine"
    assert panel.learn.reason() == ""
    bench.document.undo()
    assert bench.document.state.directions == ()
    assert panel.rows.list.isHidden()


# --- the user's own ------------------------------------------------------------------------------


def own(place: Place) -> Direction:
    """A direction in Mine."""
    panel_of(place).add_directions([replace(GLASSES, name="Hat", group="mine")], "Import")
    return place.document.state.directions[0]


def test_one_of_ones_own_is_renamed_with_its_moves(bench: Bench[DirectionsPanel]) -> None:
    mine = own(bench)
    drag(row_of(bench, mine), 1.0)
    card = card_of(bench, mine)
    assert card.name is not None
    card.name.setText("Smile")
    QTest.keyClick(card.name, Key.Key_Return)
    assert [d.name for d in bench.document.state.directions] == ["Smile 2"]
    assert [m.name for m in bench.recipe.moves] == ["Smile 2"]
    assert item_of(bench, bench.document.state.directions[0]).card is not None
    bench.document.undo()
    assert [m.name for m in bench.recipe.moves] == ["Hat"]


def test_a_deleted_one_leaves_the_face_and_says_what_moved_it(
    bench: Bench[DirectionsPanel],
) -> None:
    panel, mine = panel_of(bench), own(bench)
    drag(row_of(bench, mine), 1.0)
    recipe = bench.recipe
    card = card_of(bench, mine)
    assert card.remove is not None
    card.remove.click()
    assert bench.document.state.directions == ()
    assert bench.recipe == recipe
    assert "Hat" in panel._strangers.text()
    panel._strangers.link.click()
    assert bench.recipe.moves == ()
    assert panel._strangers.isHidden()


def test_directions_go_through_a_file_and_come_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(studio.folder / "faces")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (chosen, ""))
    panel = panel_of(studio)
    studio.window.actions_by_name["export_directions"].trigger()
    path = studio.folder / "faces.directions.safetensors"
    studio.qtbot.waitUntil(path.exists)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(path), ""))
    panel.import_asked.emit()
    studio.qtbot.waitUntil(lambda: len(studio.document.state.directions) == 3)
    names = [d.name for d in studio.document.state.directions]
    assert names == ["Smile 2", "Hair length 2", "Glasses 2"]
    back = studio.document.state.directions[0]
    assert (back.vector, back.scale, back.accuracy) == (SMILE.vector, SMILE.scale, SMILE.accuracy)
    assert len(studio.document.entries) == 2
    assert panel.group() == "mine"
    studio.window.files.open_path(path)  # as a drop on the window does
    studio.qtbot.waitUntil(lambda: len(studio.document.state.directions) == 6)


def test_nothing_to_export_is_said(studio: Studio) -> None:
    panel_of(studio).tabs.segments[2].click()
    studio.window.actions_by_name["export_directions"].trigger()
    assert studio.notices()[0] == "info: There are no directions here to export"


def test_the_work_is_in_the_session(bench: Bench[DirectionsPanel]) -> None:
    mine = own(bench)
    row_of(bench, mine).lock.click()
    panel_of(bench).tabs.segments[0].click()
    drag(row_of(bench, SMILE), 1.0)
    kept = parse_session(session_bytes(Session.of(bench.document))).state
    assert kept == bench.document.state
    assert isinstance(kept, State)
    assert (kept.directions, kept.locks) == ((mine,), ("Hat",))


def test_directions_of_another_model_are_counted_not_shown(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    panel.add_directions([replace(GLASSES, group="mine", model_id="another")], "Import")
    assert panel.shown() == ()
    assert "1 more belongs to another model." in panel._empty.text()


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
