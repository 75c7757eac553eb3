"""Driver: does random but seeded things in a whole window, as a restless visitor would.

``python -m tests.ui.driver avatars-dcgan --actions 2000`` drives a real model and says what it
found: exceptions, warnings of Qt, leaks, and whether undoing everything draws the first picture.
"""

import argparse
import gc
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast, get_args

import numpy as np
from PySide6.QtCore import QPoint, QSettings, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from latentstudio.app import make_application, make_window
from latentstudio.core.memory import give_freed_memory_back
from latentstudio.core.work import Task
from latentstudio.ui import actions
from latentstudio.ui.main_window import MainWindow
from latentstudio.ui.panels.motion import MotionPanel

LEFT_OUT = {"quit", "open", "new_session", "save_session", "save_session_as", "full_screen"}
"""Actions that end the run, ask for a file, or make another history."""

OPENS_A_MODEL = (
    "model_menu.", "palette.", "start.model", "start.recent", "top.model", "start.open",
)  # fmt: skip
HARMLESS = ("propagateSizeHints", "This plugin does not support")  # of the offscreen platform

_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Delete, Qt.Key.Key_Return,
    Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_3, Qt.Key.Key_Tab,
)  # fmt: skip
_WAIT_S = 60.0
_REST_MS = 200
_TASKS_S = 15.0
_GROWTH = 1.05  # what memory, widgets and threads may be after the last quarter, over the first
_FILES = "io_0"  # the thread for files begins with the first one, which an autosave may be
_TURN = 25  # actions in a workspace, before the next has its turn


@dataclass
class Report:
    """What a drive found; ``faults`` is empty when all is well."""

    done: int = 0
    controls: int = 0
    steps: int = 0
    faults: list[str] = field(default_factory=list)
    memory_mb: dict[int, float] = field(default_factory=dict)
    widgets: dict[int, int] = field(default_factory=dict)
    threads: dict[int, int] = field(default_factory=dict)
    undone_to_the_first: bool | None = None


class Driver:
    """Drives one window; every choice follows from the seed.

    What was not touched yet comes first, and at the beginning every workspace has its turn, so that
    all is in use early, and what grows later leaks.
    """

    def __init__(self, window: MainWindow, seed: int = 0) -> None:
        self.window = window
        self.report = Report()
        self._random = random.Random(seed)
        self._touched: set[str] = set()
        self._first = self.settle()
        self._start = len(window.document.entries) - 1
        self._log: list[str] = []

    def drive(self, count: int, marks: tuple[int, ...] = ()) -> Report:
        """Do so many things; memory, widgets and threads are counted after ``marks`` of them."""
        for number in range(1, count + 1):
            is_turn = number < count // 4 and number % _TURN == 0
            if is_turn:  # what a task takes for the first time, it takes early
                self._let_tasks_end()
            self._log.append(self._next_workspace() if is_turn else self._do_something())
            self._close_popups()
            QApplication.processEvents()
            if number % 10 == 0:
                self.settle()
            self.report.done = number
            if number in marks:
                self._measure(number)
        self.settle()
        self.report.controls = len(self._touched)
        self.report.steps = len(self.window.document.entries) - 1
        return self.report

    def try_every_search(self) -> None:
        """Run each kind of search once: what it takes for the first time it takes before a count.

        OpenCV, the critic and the networks of a search take 25 MB, and chance may call for the
        first one late.
        """
        desk, document = self.window.inpaint, self.window.document
        self.window.workspaces.show("inpaint")
        desk.masks.take_preset("centre")
        for task in get_args(Task):
            document.edit("Task", lambda s, t=task: replace(s, work=replace(s.work, task=t)))
            desk.panel.start()
            self._let_tasks_end()
            desk.panel.cancel()

    def _let_tasks_end(self) -> None:
        end = time.monotonic() + _TASKS_S
        while self.window.jobs.running and time.monotonic() < end:
            QTest.qWait(20)

    def undo_everything(self) -> None:
        """Undo all with no picture kept, and compare with the first picture."""
        window = self.window
        window.workspaces.show("explore")  # where the canvas shows the recipe
        window.bridge.forget_frames()
        while window.document.can_undo and window.document.index > self._start:
            window.document.undo()
        self.report.undone_to_the_first = bool(np.array_equal(self.settle(), self._first))

    def settle(self) -> np.ndarray:
        """Wait until the exact picture of the recipe is on show, and give its pixels.

        A picture that moves by itself is stopped first: on the way it may be a smaller one.
        """
        bridge, end = self.window.bridge, time.monotonic() + _WAIT_S
        cast(MotionPanel, self.window.panel("motion")).stop()
        self.window.animate.player.pause()
        while time.monotonic() < end:
            QApplication.processEvents()
            frame = bridge.frame
            if frame is not None and frame.recipe == bridge.wanted and frame.exact:
                return frame.pixels
            QTest.qWait(5)
        raise AssertionError(f"no picture within {_WAIT_S:.0f} s, after {self._log[-5:]}")

    def _do_something(self) -> str:
        if self._random.random() < 0.35:
            return self._trigger()
        return self._touch()

    def _next_workspace(self) -> str:
        """The next one in turn, so that no chance keeps one out of the way."""
        names = [line.name for line in actions.ACTIONS if line.name.startswith("workspace_")]
        place = names.index(f"workspace_{self.window.workspaces.current.key}")
        return self._run(names[(place + 1) % len(names)])

    def _trigger(self) -> str:
        known = self.window.actions_by_name
        lines = [line.name for line in actions.ACTIONS if line.name not in LEFT_OUT]
        names = [name for name in lines if known[name].isEnabled()]
        fresh = [name for name in names if f"action.{name}" not in self._touched]
        return self._run(self._random.choice(fresh or names))

    def _run(self, name: str) -> str:
        self.window.actions_by_name[name].trigger()
        self._touched.add(f"action.{name}")
        return name

    def _touch(self) -> str:
        found = [
            widget
            for widget in self.window.findChildren(QWidget)
            if "." in widget.objectName()
            and not widget.objectName().startswith(OPENS_A_MODEL)
            and widget.isVisible()
            and widget.isEnabled()
            and not widget.visibleRegion().isEmpty()
        ]
        found.sort(key=lambda widget: widget.objectName())
        fresh = [widget for widget in found if widget.objectName() not in self._touched]
        widget = self._random.choice(fresh or [*found, self.window.canvas])
        name = widget.objectName()
        ways: tuple[Callable[[QWidget], None], ...] = (self._click, self._drag, self._press)
        self._random.choice(ways)(widget)
        self._touched.add(name)
        return name

    def _click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))

    def _drag(self, widget: QWidget) -> None:
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))
        for _ in range(self._random.randint(1, 6)):
            QTest.mouseMove(widget, self._point(widget))
            QApplication.processEvents()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=self._point(widget))

    def _press(self, widget: QWidget) -> None:
        inner = [w for w in (widget, *widget.findChildren(QWidget)) if w.focusPolicy().value]
        target = self._random.choice(inner or [widget])
        target.setFocus()
        for _ in range(self._random.randint(1, 4)):
            QTest.keyClick(target, self._random.choice(_KEYS))

    def _point(self, widget: QWidget) -> QPoint:
        area = widget.visibleRegion().boundingRect()
        return QPoint(
            area.left() + self._random.randrange(max(area.width(), 1)),
            area.top() + self._random.randrange(max(area.height(), 1)),
        )

    def _close_popups(self) -> None:
        for _ in range(5):
            popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if popup is None or popup is self.window:
                return
            popup.close()
            QApplication.processEvents()

    def _rest(self) -> None:
        """The same state at every mark: no popup or notice, task or picture; one workspace."""
        window, end = self.window, time.monotonic() + _WAIT_S
        while window.jobs.running and time.monotonic() < end:
            window.jobs.cancel_newest()
            QTest.qWait(20)
        self._close_popups()
        window.notices.clear()  # errors and offers stay until they are closed
        window.workspaces.show("explore")
        window.bridge.forget_frames()  # up to 64 MB by design
        window.bridge.forget_faces()  # up to 24 MB
        self.settle()
        QTest.qWait(_REST_MS)  # what is to be deleted later is deleted in an event loop alone

    def _measure(self, number: int) -> None:
        self._rest()
        gc.collect()
        give_freed_memory_back()  # what the C library keeps free is no leak
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.report.memory_mb[number] = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        self.report.widgets[number] = len(QApplication.allWidgets())
        self.report.threads[number] = len([t for t in threading.enumerate() if t.name != _FILES])


def leaks(report: Report, early: int, late: int) -> list[str]:
    """What grew between two measurements, a sentence each."""
    counted = {"memory": report.memory_mb, "widgets": report.widgets, "threads": report.threads}
    return [
        f"{name} grew from {found[early]:g} after action {early} to {found[late]:g} after {late}"
        for name, found in counted.items()
        if found[late] > _GROWTH * found[early]
    ]


def listen(report: Report) -> None:
    """Note exceptions and warnings of Qt in a report, from now on."""

    def warned(kind: QtMsgType, _context: object, text: str) -> None:
        grave = kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        if grave and not any(words in text for words in HARMLESS):
            report.faults.append(f"Qt: {text}")

    def raised(kind: type[BaseException], error: BaseException, _trace: object) -> None:
        import traceback

        report.faults.append("".join(traceback.format_exception(kind, error, error.__traceback__)))

    qInstallMessageHandler(warned)
    sys.excepthook = raised
    threading.excepthook = lambda args: raised(
        args.exc_type, args.exc_value or RuntimeError(), args.exc_traceback
    )


def no_dialogs() -> None:
    """Every file dialog is cancelled at once, and so is every drag: it would wait for its drop."""
    for name in ("getOpenFileName", "getSaveFileName", "getOpenFileNames", "getExistingDirectory"):
        setattr(QFileDialog, name, staticmethod(lambda *_a, **_k: ("", "")))
    QDrag.exec = lambda *_a: Qt.DropAction.IgnoreAction  # type: ignore[method-assign]


def main() -> int:
    """Drive a real model from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--actions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    make_application()
    no_dialogs()
    with TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat)
        window = make_window(settings, Path(folder))
        window.resize(1440, 900)
        window.show()
        window.bridge.start()
        window.files.open_model(options.model)
        driver = Driver(window, options.seed)
        listen(driver.report)
        quarter, report = options.actions // 4, driver.report
        try:
            driver.try_every_search()
            driver.drive(options.actions, (quarter, options.actions))
            report.faults += leaks(report, quarter, options.actions)
            driver.undo_everything()
        except AssertionError as error:  # what it waited for did not come
            report.faults.append(str(error))
        window.close()
        # What is copied outlives Python on this platform, and is freed by it: too late.
        QApplication.clipboard().clear()
    found: dict[str, Any] = {"model": options.model, "seed": options.seed, **asdict(report)}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0 if report.undone_to_the_first and not report.faults else 1


if __name__ == "__main__":
    sys.exit(main())
