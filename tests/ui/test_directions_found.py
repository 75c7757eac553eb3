"""Directions that are found by jobs, learned, imported, renamed and taken away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.document import State
from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import Recipe, Seed, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.engine.messages import JobDone, JobProgress, Step
from latentstudio.ui.panels.directions import DirectionsPanel
from tests.ui.bench import Bench, make_bench
from tests.ui.directions import (
    GLASSES,
    MODEL,
    MODEL_OF,
    SMILE,
    Place,
    card_of,
    components,
    drag,
    item_of,
    own,
    panel_of,
    row_of,
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
    bench.qtbot.waitUntil(lambda: len(panel.rows.list.rows()) == 3)
    assert len(bench.document.entries) == 1


def test_components_that_a_model_brings_are_among_the_components(qtbot: QtBot) -> None:
    first = components(1)[0]
    bench = make_bench(qtbot, DirectionsPanel, **{**MODEL_OF, "directions": (SMILE, first)})
    panel = bench.panel
    assert panel.shown() == (SMILE,)
    panel.tabs.segments[1].click()
    assert panel.shown() == (first,)
    bench.close()


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
    assert (kept.directions, kept.locks) == ((mine,), (mine,))


def test_directions_of_another_model_are_counted_not_shown(bench: Bench[DirectionsPanel]) -> None:
    panel = panel_of(bench)
    panel.add_directions([replace(GLASSES, group="mine", model_id="another")], "Import")
    assert panel.shown() == ()
    assert "1 more belongs to another model." in panel._empty.text()
