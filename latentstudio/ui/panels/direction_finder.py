"""Finder: starts the jobs that find directions and shows one of them, in place, with its cancel."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from latentstudio.ui.controls.job_box import JobBox
from latentstudio.ui.panel import Tasks, job_of

_TITLES = {
    "attributes": "Attributes",
    "components": "Principal components",
    "sefa": "SeFa directions",
    "learn": "Direction from examples",
    "import_directions": "Import directions",
}
_OFFERS = {
    "attributes": (
        "This model brings no attributes. A referee can read many of its faces and learn them.",
        "Learn attributes",
    ),
    "components": (
        "The ways in which this model's faces differ most, found from many of them.",
        "Find principal components",
    ),
    "sefa": (
        "What the network's own weights amplify most, found without drawing a face.",
        "Factorise the weights",
    ),
}


class Finder(QObject):
    """One running job a method.

    Signals:
        found: (method, result, id of the model that it was found in).
        changed: a job has begun or ended.
    """

    found = Signal(str, object, str)
    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._jobs: dict[int, str] = {}
        self._progress: dict[str, tuple[float, str]] = {}
        self._method, self._offered = "attributes", False
        self.box = JobBox("Find", "sparkle")
        self.box.started.connect(lambda: self.start(self._method))
        self.box.cancelled.connect(self.cancel)
        self.box.hide()
        tasks.job_changed.connect(self._heard)

    def show(self, method: str, offered: bool) -> None:
        """Show how a method's job stands; ``offered`` says whether it can be started here."""
        self._method, self._offered = method, offered
        running = method in self._progress
        words, button = _OFFERS.get(method, ("", "")) if offered and not running else ("", "")
        self.box.set_words(words, button)
        self.box.set_progress(*self._progress.get(method, (None, "")))
        self.box.setVisible(running or bool(button))

    def is_running(self, method: str) -> bool:
        """Whether a method's job has begun and not ended."""
        return method in self._progress

    def start(self, method: str, **options: Any) -> None:
        """Start a method's job, unless it is running."""
        if self.is_running(method):
            return
        self._progress[method] = (0.0, _TITLES[method])
        self._jobs[self._tasks.start_job(method, _TITLES[method], **options)] = method
        self._tell()

    def cancel(self) -> None:
        """Stop the job on show."""
        for job, method in self._jobs.items():
            if method == self._method:
                self._tasks.cancel(job)

    def _heard(self, message: Any) -> None:
        """A JobProgress has a step, a JobDone a result, a Failure the job's id."""
        job = job_of(message)
        if job is None or job not in self._jobs:
            return
        method = self._jobs[job]
        if hasattr(message, "step"):
            step = message.step
            share = step.done / step.total if step.total else 0.0
            self._progress[method] = (share, step.note or _TITLES[method])
            if method == self._method:
                self.box.set_progress(*self._progress[method])
            return
        del self._jobs[job], self._progress[method]
        self._tell()
        if hasattr(message, "result") and not message.cancelled and message.result:
            self.found.emit(method, message.result, message.model.model_id)

    def _tell(self) -> None:
        self.show(self._method, self._offered)
        self.changed.emit()
