import threading
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QFileDialog

from tests.ui.driver import Driver, Report, leaks
from tests.ui.studio import Studio


def test_a_restless_visitor_finds_no_fault_and_can_undo_it_all(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("getOpenFileName", "getSaveFileName", "getOpenFileNames", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, name, lambda *_a, **_k: ("", ""))
    monkeypatch.setattr(QDrag, "exec", lambda *_a: Qt.DropAction.IgnoreAction)
    threads = {*threading.enumerate()}
    driver = Driver(studio.window, seed=1)
    report = driver.drive(150)
    driver.undo_everything()
    assert report.done == 150
    assert report.controls > 30
    assert report.steps > 10
    assert report.undone_to_the_first
    # The thread for files begins with the first file, which an autosave may be.
    assert {t.name for t in {*threading.enumerate()} - threads} <= {"io_0"}


@pytest.mark.parametrize(
    ("what", "grown"),
    [
        ("memory", {"memory_mb": {500: 400.0, 2000: 600.0}}),
        ("widgets", {"widgets": {500: 1000, 2000: 1500}}),
        ("threads", {"threads": {500: 4, 2000: 6}}),
    ],
)
def test_what_grows_between_the_measurements_is_a_fault(what: str, grown: dict[str, Any]) -> None:
    report = Report(
        memory_mb={500: 400.0, 2000: 420.0},
        widgets={500: 1000, 2000: 1040},
        threads={500: 4, 2000: 4},
    )
    assert not leaks(report, 500, 2000)
    (fault,) = leaks(replace(report, **grown), 500, 2000)
    assert fault.startswith(f"{what} grew from")
