"""Job centre: running tasks with progress, time left and cancel, behind a chip of the top bar."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latentstudio.engine.messages import Failure, JobDone, JobProgress
from latentstudio.ui import theme
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.controls import Chip, EmptyState, IconButton, Label


@dataclass
class _Row:
    widget: QWidget
    title: str
    bar: QProgressBar
    left: Label


class JobCentre(QFrame):
    """A popover; the chip shows the newest task's share done.

    Attributes:
        finished: (title, result, failure or None) of a task that ended by itself.
        changed: a task began or ended.
    """

    finished = Signal(str, object, object)
    changed = Signal()

    def __init__(self, bridge: EngineBridge, chip: Chip) -> None:
        super().__init__(chip, Qt.WindowType.Popup)
        self.setObjectName("jobs")
        self._bridge = bridge
        self._chip = chip
        self._rows: dict[int, _Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._empty = EmptyState("list-checks", "Nothing is running", "Exports appear here.")
        self._column.addWidget(self._empty)
        chip.clicked.connect(self.popup)
        bridge.job_changed.connect(self._show)

    @property
    def running(self) -> int:
        """How many tasks are running or waiting."""
        return len(self._rows)

    def popup(self) -> None:
        """Open under the chip, or at the right of the window where there is no chip."""
        self.setFixedWidth(theme.px(360))
        self.adjustSize()
        anchor = self._chip if self._chip.isVisible() else self._chip.window()
        corner = anchor.mapToGlobal(anchor.rect().bottomRight())
        if anchor is not self._chip:
            corner = anchor.mapToGlobal(QPoint(anchor.width() - 12, theme.px(44)))
        self.move(corner.x() - self.width(), corner.y() + 4)
        self.show()

    def cancel_newest(self) -> None:
        """Stop the task that was started last."""
        if self._rows:
            self._bridge.cancel(max(self._rows))

    def _show(self, message: JobProgress | JobDone | Failure) -> None:
        if isinstance(message, JobProgress):
            self._progress(message)
        elif isinstance(message, JobDone):
            self._end(message.job)
            if not message.cancelled:
                self.finished.emit(message.title, message.result, None)
        else:
            title = self._rows[message.id].title if message.id in self._rows else "Task"
            self._end(message.id)
            self.finished.emit(title, None, message)

    def _progress(self, message: JobProgress) -> None:
        row = self._rows.get(message.job) or self._add(message)
        share = message.step.done / message.step.total if message.step.total else 0.0
        row.bar.setValue(round(1000 * share))
        row.left.setText(_words(message.seconds_left))
        self._chip.setVisible(True)
        self._chip.set_text(f"{message.title} {100 * share:.0f} %")
        self._chip.set_progress(share)

    def _add(self, message: JobProgress) -> _Row:
        widget = QWidget()
        title = Label(message.title, role="strong", token="text")
        left = Label("", token="faint")
        cancel = IconButton("x", "Cancel; files are written whole or not at all", size=20)
        cancel.setObjectName(f"jobs.cancel.{message.job}")
        cancel.clicked.connect(partial(self._bridge.cancel, message.job))
        bar = QProgressBar()
        bar.setRange(0, 1000)
        bar.setTextVisible(False)
        bar.setFixedHeight(4)
        bar.setAccessibleName(message.title)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(left)
        head.addWidget(cancel)
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 8)
        column.addLayout(head)
        column.addWidget(bar)
        self._column.addWidget(widget)
        self._empty.hide()
        row = self._rows[message.job] = _Row(widget, message.title, bar, left)
        self.changed.emit()
        return row

    def _end(self, job: int) -> None:
        row = self._rows.pop(job, None)
        if row is not None:
            self._column.removeWidget(row.widget)
            row.widget.deleteLater()
        self._empty.setVisible(not self._rows)
        self._chip.setVisible(bool(self._rows))
        self.changed.emit()


def _words(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s left"
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f} left"
