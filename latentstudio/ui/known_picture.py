"""KnownPicture: asks the engine what a restoration is told of a picture, when that changes."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Rgb
from latentstudio.core.recipe import ModelRef
from latentstudio.core.work import SETTINGS, Work
from latentstudio.ui.panel import Tasks, job_of
from latentstudio.ui.panels.tasks import TASKS, known_options

_SETTLE_MS = 120


class KnownPicture(QObject):
    """Keeps the newest answer; the one before stays on show while a control moves.

    Signals:
        changed: another picture is there.
    """

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._job: int | None = None
        self._wanted: tuple[Work, ModelInfo] | None = None
        self._asked: tuple[Work, ModelRef] | None = None
        self._shown: tuple[Work, ModelRef, Rgb] | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._ask)
        tasks.job_changed.connect(self._job_changed)

    def of(self, work: Work, info: ModelInfo) -> Rgb | None:
        """What is known of a work's picture; None until it was computed, then ``changed``."""
        key = (_plain(work), ModelRef.of(info))
        if key != self._asked:
            self._wanted = (work, info)
            self._soon.start()
        if self._shown is None:
            return None
        before, model, pixels = self._shown
        alike = (before.picture, before.crop, before.restore.kind, model)
        same = alike == (work.picture, work.crop, work.restore.kind, key[1])
        return pixels if same else None

    def pause(self) -> None:
        """Another model is being opened: nothing is asked until ``of`` is."""
        self._soon.stop()
        self._wanted = None

    def _ask(self) -> None:
        if self._wanted is None:
            return
        work, info = self._wanted
        self._wanted = None
        if TASKS["restore"].missing(work, info.resolution):
            return
        if self._job is not None:
            self._tasks.cancel(self._job)
        self._asked = (_plain(work), ModelRef.of(info))
        options = known_options(work, info)
        self._job = self._tasks.start_job("known", "What is known", **options)

    def _job_changed(self, message: Any) -> None:
        if self._job is None or job_of(message) != self._job or hasattr(message, "step"):
            return
        self._job = None
        pixels = getattr(message, "result", None)
        if pixels is not None and self._asked is not None:
            self._shown = (*self._asked, pixels)
            self.changed.emit()
        elif getattr(message, "cancelled", False):
            self._asked = None  # ended with its model: it may be asked again


def _plain(work: Work) -> Work:
    """The parts of a work that say what is known."""
    search = replace(SETTINGS, seed=work.search.seed)
    restore = replace(work.restore, keep=True)
    return Work(work.picture, work.crop, restore=restore, search=search)
