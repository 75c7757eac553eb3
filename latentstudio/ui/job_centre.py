"""Job centre: every task with progress, time left and cancel, behind a chip of the top bar."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from latentstudio.engine.messages import Failure, JobDone, JobProgress
from latentstudio.ui import theme
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.controls import Chip, EmptyState, IconButton
from latentstudio.ui.controls.base import painter_on, stroke
from latentstudio.ui.job_row import JobRow
from latentstudio.ui.job_words import JOB_WORDS, OTHERS, result_file

KEPT = 6
"""Finished tasks that stay on the list."""
CHIP_AFTER_MS = 300
"""Tasks that are over before that do not flash up in the top bar."""


class JobCentre(QFrame):
    """A popover; the chip shows the running task's share done, an icon stands for it at rest.

    Attributes:
        finished: (title, result, failure or None) of a task that ended by itself.
        cancelled: (title, what is left) of a task that the user cancelled here.
        show_asked: (key of a panel or "", result) of a finished task.
        changed: a task began or ended.
    """

    finished = Signal(str, object, object)
    cancelled = Signal(str, str)
    show_asked = Signal(str, object)
    changed = Signal()

    def __init__(self, bridge: EngineBridge, chip: Chip, rest: IconButton) -> None:
        super().__init__(chip, Qt.WindowType.Popup)
        self.setObjectName("jobs")
        self.setAccessibleName("Tasks")
        self._bridge = bridge
        self._chip, self._rest = chip, rest
        self._rows: dict[int, JobRow] = {}
        self._by_hand: set[int] = set()
        self._soon = QTimer(self, singleShot=True, interval=CHIP_AFTER_MS)
        self._soon.timeout.connect(self._show_chip)
        self._column = QVBoxLayout(self)
        self._empty = EmptyState("list-checks", "Nothing is running", "Long tasks appear here.")
        self._column.addWidget(self._empty)
        for button in (chip, rest):
            button.clicked.connect(self.popup)
        bridge.job_started.connect(self._add)
        bridge.job_changed.connect(self._take)

    @property
    def running(self) -> int:
        """How many tasks are running or waiting."""
        return len(self._running())

    def rows(self) -> list[JobRow]:
        """Every task on the list, oldest first."""
        return list(self._rows.values())

    def popup(self) -> None:
        """Open under the chip, or at the right of the window where there is no chip."""
        side = theme.px(12)
        self._column.setContentsMargins(side, side, side, side)
        self.setFixedWidth(theme.px(360))
        self.adjustSize()
        anchor = next((w for w in (self._chip, self._rest) if w.isVisible()), None)
        if anchor is not None:
            corner = anchor.mapToGlobal(anchor.rect().bottomRight())
        else:
            window = self._chip.window()
            corner = window.mapToGlobal(QPoint(window.width() - side, theme.px(44)))
        self.move(max(0, corner.x() - self.width()), corner.y() + 4)
        self.show()
        if self._rows:
            self.rows()[-1].cross.setFocus()

    def cancel(self, job: int) -> None:
        """Stop a task for the user, who is told what is left of it."""
        row = self._rows.get(job)
        if row is None:  # it has ended, and its row was taken off, while the click was on its way
            return
        self._by_hand.add(job)
        row.wait_for_cancel()
        self._bridge.cancel(job)

    def cancel_newest(self) -> None:
        """Stop the task that was started last."""
        if self._running():
            self.cancel(max(row.job for row in self._running()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.fillRect(self.rect(), theme.color("panel"))
        stroke(painter, self.rect(), "outline" if theme.tokens().dark else "line", 1, 0)
        painter.end()

    def _running(self) -> list[JobRow]:
        return [row for row in self._rows.values() if row.running]

    # --- messages -------------------------------------------------------------------------------

    def _add(self, job: int, name: str, title: str) -> None:
        row = JobRow(job, title, JOB_WORDS.get(name, OTHERS))
        row.cancelled.connect(partial(self.cancel, job))
        row.closed.connect(partial(self._remove, job))
        row.show_asked.connect(partial(self._show_result, job))
        self._rows[job] = row
        self._column.addWidget(row)
        self._tell()
        if not self._soon.isActive() and not self._chip.isVisible():
            self._soon.start()

    def _take(self, message: JobProgress | JobDone | Failure) -> None:
        if isinstance(message, JobProgress):
            row = self._rows.get(message.job)
            if row is not None:
                row.progress(message)
                self._fill_chip(self._running()[0])  # tasks take turns: always the same one
        elif isinstance(message, JobDone):
            self._done(message)
        else:
            self._failed(message)

    def _done(self, message: JobDone) -> None:
        row = self._rows.get(message.job)
        if message.cancelled:
            if row is not None and message.job in self._by_hand:
                row.stop()
                self._ended()
                self.cancelled.emit(message.title, row.words.kept)
            else:
                self._remove(message.job)
            return
        if row is not None:
            path = result_file(message.result)
            if path is not None or (row.words.panel and message.result is not None):
                note = f"In {row.words.panel.capitalize()}" if path is None else path.name
                row.end(note, result=message.result)
                self._ended()
            else:  # its result is on the screen already
                self._remove(message.job)
        self.finished.emit(message.title, message.result, None)

    def _failed(self, failure: Failure) -> None:
        row = self._rows.get(failure.id)
        if row is not None:
            row.end(failure.error.title, failed=True)
            self._ended()
        self.finished.emit(row.title if row is not None else "Task", None, failure)

    def _ended(self) -> None:
        """Let go of the finished tasks that are too many."""
        over = [row.job for row in self._rows.values() if not row.running][:-KEPT]
        for job in over:
            self._remove(job)
        self._tell()

    def _remove(self, job: int) -> None:
        row = self._rows.pop(job, None)
        self._by_hand.discard(job)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._tell()

    def _show_result(self, job: int) -> None:
        row = self._rows[job]
        self.hide()
        self.show_asked.emit(row.words.panel, row.result)

    # --- the chip -------------------------------------------------------------------------------

    def _tell(self) -> None:
        self._empty.setVisible(not self._rows)
        if not self._running():
            self._soon.stop()
            self._chip.setVisible(False)
            self._rest.setVisible(True)
        if self.isVisible():
            self.adjustSize()
        self.changed.emit()

    def _show_chip(self) -> None:
        running = self._running()
        if running:
            self._fill_chip(running[0])
            self._rest.setVisible(False)
            self._chip.setVisible(True)

    def _fill_chip(self, row: JobRow) -> None:
        waiting = len(self._running()) - 1
        more = f"  +{waiting}" if waiting else ""
        self._chip.set_text(f"{row.title} {100 * row.share:.0f} %{more}")
        self._chip.set_progress(row.share)
