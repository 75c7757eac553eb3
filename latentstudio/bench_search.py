"""SearchProbe: fills the hole of a face in the window for the benchmark, as a user would."""

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from latentstudio.core.mask import preset
from latentstudio.engine.messages import Failure, JobDone, JobProgress
from latentstudio.ui.main_window import MainWindow

_BETWEEN_MS = 50  # nobody does two things at once


class SearchProbe(QObject):
    """One search of the default kind: the middle half of the face on show is made anew.

    Args:
        window: with a model and a picture.
        ended: called at the end, with what went wrong or nothing.
    """

    def __init__(self, window: MainWindow, ended: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._ended = window, ended
        self._began = self._first = self._seconds = 0.0
        self._steps = 0
        self._job: int | None = None
        window.bridge.job_started.connect(self._started)
        window.bridge.job_changed.connect(self._changed)

    def start(self) -> None:
        """Go to Inpaint, take the face, paint, and press the button, a turn of the loop each."""
        window, desk = self._window, self._window.inpaint
        info = window.bridge.info
        assert info is not None
        hole = preset("centre", info.resolution)
        actions: list[Callable[[], object]] = [
            lambda: window.workspaces.show("inpaint"),
            desk.photos.take_current,
            lambda: desk.masks.edit("Centre", hole),
            self._press,
        ]
        for turn, action in enumerate(actions):
            QTimer.singleShot(turn * _BETWEEN_MS, self, action)

    def _press(self) -> None:
        panel = self._window.inpaint.panel
        self._steps = self._window.document.state.work.search.steps
        self._began = time.monotonic()
        panel.start()
        if not panel.running:
            self._ended("the search did not begin")

    def result(self) -> dict[str, Any]:
        """Seconds until the first answers were there and until all were done, and their pace."""
        return {
            "first_candidate_s": round(self._first, 3),
            "steps_per_s": round(self._steps / self._seconds, 2),
            "seconds": round(self._seconds, 2),
        }

    def _started(self, job: int, name: str, _title: str) -> None:
        if name == "inpaint":
            self._job = job

    def _changed(self, message: JobProgress | JobDone | Failure) -> None:
        ours = message.id if isinstance(message, Failure) else message.job
        if ours != self._job:
            return
        now = time.monotonic() - self._began
        if isinstance(message, Failure):
            self._ended(str(message.error))
        elif isinstance(message, JobDone):
            self._seconds = now
            self._ended("")
        elif message.step.preview and not self._first:
            self._first = now
