"""The job centre: every task with words, progress, time left, cancel; finished ones keep Show."""

import time
from collections.abc import Generator as Steps
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices

from latentstudio.core.direction import Direction
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Vector
from latentstudio.engine.jobs import JOBS
from latentstudio.engine.messages import JobProgress, Step
from latentstudio.ui import icons
from latentstudio.ui.job_centre import CHIP_AFTER_MS, KEPT, JobCentre
from latentstudio.ui.job_row import JobRow, time_left
from latentstudio.ui.job_words import JOB_WORDS, result_file
from tests.fakes import FakeGenerator
from tests.ui.studio import Studio

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def slow(generator: FakeGenerator, steps: int = 1000) -> Steps[Step, None, None]:
    for done in range(1, steps + 1):
        time.sleep(0.002)
        yield Step(done, steps, f"picture {done}")


def wrote(generator: FakeGenerator, result: object) -> Steps[Step, None, object]:
    yield Step(1, 1)
    return result


def refuses(generator: FakeGenerator) -> Steps[Step, None, None]:
    yield Step(1, 3)
    raise StudioError("The disk is full", "it has no room", "Make some.")


@pytest.fixture
def centre(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> JobCentre:
    for name, function in (("clip", slow), ("sheet", wrote), ("learn", wrote), ("sefa", refuses)):
        monkeypatch.setitem(JOBS, name, f"tests.ui.test_jobs:{function.__name__}")
    monkeypatch.setitem(JOBS, "pace", "tests.ui.test_jobs:wrote")
    # The map of faces is a task that begins by itself: it must not come in between.
    faces = studio.control("map.faces")
    studio.qtbot.waitUntil(lambda: faces.face_map() is not None)  # type: ignore[attr-defined]
    return studio.window.jobs


def row(centre: JobCentre, title: str) -> JobRow:
    return next(row for row in centre.rows() if row.title == title)


def test_every_task_has_words() -> None:
    assert set(JOBS) <= set(JOB_WORDS)
    for name, words in JOB_WORDS.items():
        assert words.icon in icons.names(), name
        assert words.kept.endswith("."), name


def test_a_task_shows_progress_time_left_and_those_that_wait(
    studio: Studio, centre: JobCentre
) -> None:
    bridge = studio.window.bridge
    bridge.start_job("clip", "Clip")
    bridge.start_job("clip", "Other clip")
    assert [r.title for r in centre.rows()] == ["Clip", "Other clip"]
    assert [r.note() for r in centre.rows()] == ["Waiting", "Waiting"]
    assert studio.window.actions_by_name["cancel_job"].isEnabled()
    studio.qtbot.waitUntil(lambda: "s left" in row(centre, "Clip").left())
    assert row(centre, "Clip").note().startswith("picture ")
    assert row(centre, "Clip").bar.value() == round(1000 * row(centre, "Clip").share)
    studio.qtbot.waitUntil(lambda: row(centre, "Other clip").note().startswith("picture "))
    chip = studio.window.top_bar.jobs
    studio.qtbot.waitUntil(chip.isVisible)
    assert not studio.window.top_bar.tasks.isVisible()
    assert chip.text().startswith("Clip ")
    assert chip.text().endswith("%  +1")
    for job in [r.job for r in centre.rows()]:
        centre.cancel(job)
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    assert not chip.isVisible()
    assert studio.window.top_bar.tasks.isVisible()


def test_ctrl_dot_cancels_the_newest_and_says_what_is_left(
    studio: Studio, centre: JobCentre
) -> None:
    studio.window.bridge.start_job("clip", "Clip")
    newest = studio.window.bridge.start_job("clip", "Newest")
    studio.window.canvas.setFocus()
    studio.key(Qt.Key.Key_Period, CONTROL)
    assert row(centre, "Newest").note() == "Cancelling"
    centre.cancel(row(centre, "Clip").job)
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    assert row(centre, "Newest").note() == "Cancelled. No file was written."
    assert row(centre, "Newest").job == newest
    assert studio.notices() == ["info: Newest: cancelled", "info: Clip: cancelled"]
    assert not studio.window.actions_by_name["cancel_job"].isEnabled()


def test_the_centre_opens_by_key_and_cancels_by_its_cross(
    studio: Studio, centre: JobCentre
) -> None:
    studio.window.canvas.setFocus()
    studio.key(Qt.Key.Key_J, CONTROL | SHIFT)
    assert centre.isVisible()
    assert centre._empty.isVisible()
    studio.window.bridge.start_job("clip", "Clip")
    assert not centre._empty.isVisible()
    studio.qtbot.waitUntil(lambda: row(centre, "Clip").share > 0)
    row(centre, "Clip").cross.click()
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    row(centre, "Clip").cross.click()  # now takes it off the list
    assert centre.rows() == []
    centre.hide()


def test_a_finished_file_keeps_show(
    studio: Studio, centre: JobCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    out = tmp_path / "sheet.png"
    studio.window.bridge.start_job("sheet", "Contact sheet", result=out)
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    done = row(centre, "Contact sheet")
    assert done.note() == "sheet.png"
    assert not done.shower.isHidden()
    done.shower.click()
    assert opened == [str(out)]
    assert studio.notices() == ["info: Contact sheet: done"]


def test_found_directions_are_shown_in_their_panel(studio: Studio, centre: JobCentre) -> None:
    shown: list[tuple[str, object]] = []
    centre.show_asked.connect(lambda panel, result: shown.append((panel, result)))
    found = Direction("Smile", Vector("w", [1.0, 0.0]))  # type: ignore[arg-type]
    studio.window.workspaces.show("mix")
    studio.window.bridge.start_job("learn", "Learn", result=found)
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    row(centre, "Learn").shower.click()
    assert shown == [("directions", found)]
    assert row(centre, "Learn").note() == "In Directions"
    assert studio.window.workspaces.current.key == "explore"
    assert studio.window.panel("directions").isVisible()


def test_what_is_seen_at_once_leaves_nothing_behind_and_never_flashes(
    studio: Studio, centre: JobCentre
) -> None:
    chip = studio.window.top_bar.jobs
    studio.window.bridge.start_job("pace", "Even speed", result=3)
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    studio.qtbot.wait(CHIP_AFTER_MS + 50)
    assert centre.rows() == []
    assert not chip.isVisible()
    assert studio.notices() == []


def test_a_failed_task_says_so_and_stays(studio: Studio, centre: JobCentre) -> None:
    studio.window.bridge.start_job("sefa", "Components")
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    assert row(centre, "Components").note() == "The disk is full"
    assert row(centre, "Components").shower.isHidden()
    assert studio.notices() == ["error: The disk is full"]


def test_the_list_of_finished_tasks_stays_short(
    studio: Studio, centre: JobCentre, tmp_path: Path
) -> None:
    for number in range(KEPT + 3):
        studio.window.bridge.start_job("sheet", f"Sheet {number}", result=tmp_path / "a.png")
    studio.qtbot.waitUntil(lambda: centre.running == 0)
    assert [r.title for r in centre.rows()] == [f"Sheet {n}" for n in range(3, KEPT + 3)]


def test_tasks_of_a_model_that_goes_vanish(studio: Studio, centre: JobCentre) -> None:
    studio.window.bridge.start_job("clip", "Clip")
    studio.qtbot.waitUntil(lambda: row(centre, "Clip").share > 0)
    clip = row(centre, "Clip").job
    studio.window.files.open_model("other")
    studio.qtbot.waitUntil(lambda: centre.rows() == [])
    centre.cancel(clip)  # a click that was on its way
    assert studio.notices() == []


def test_times_are_words() -> None:
    assert [time_left(s) for s in (None, 0.2, 12.4, 59.6, 65.0, 600)] == [
        "", "0 s left", "12 s left", "1:00 left", "1:05 left", "10:00 left",
    ]  # fmt: skip


def test_a_row_without_a_total_shows_no_share(qapp: object) -> None:
    made = JobRow(1, "Task", JOB_WORDS["pace"])
    made.progress(JobProgress(1, "Task", Step(5, 0, "five")))
    assert made.left() == "0 %"
    made.deleteLater()


def test_only_paths_are_files(tmp_path: Path) -> None:
    assert result_file(tmp_path / "a.png") == tmp_path / "a.png"
    assert result_file([tmp_path / "a.png", tmp_path / "b.png"]) == tmp_path
    assert result_file([]) is None
    assert result_file(["a.png"]) is None
