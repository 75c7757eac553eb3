"""JobRow: one task in the job centre, while it waits, while it runs, and once it has ended."""

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from latentstudio.engine.messages import JobProgress
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, Label, TextButton
from latentstudio.ui.controls.base import draw_icon, painter_on
from latentstudio.ui.job_words import JobWords

_INDENT = 24  # of the words, beside the icon


class JobRow(QWidget):
    """A task: icon, title, bar, what it is doing, time left, cancel; later Show.

    Signals:
        cancelled: the cross of a running task was clicked.
        closed: the cross of a finished one was clicked.
        show_asked: Show was clicked.
    """

    cancelled = Signal()
    closed = Signal()
    show_asked = Signal()

    def __init__(self, job: int, title: str, words: JobWords) -> None:
        super().__init__()
        self.job, self.title, self.words = job, title, words
        self.share = 0.0
        self.running = True
        self.result: object = None
        self._icon, self._token = words.icon, "muted"
        self._note = Label("Waiting", token="faint")
        self._left = Label("", token="faint")
        self.cross = IconButton("x", f"Cancel {title}", size=20)
        self.cross.setObjectName(f"jobs.cancel.{job}")
        self.cross.set_tooltip(f"Cancel. {words.kept}")
        self.cross.clicked.connect(self._crossed)
        self.shower = TextButton("Show")
        self.shower.setObjectName(f"jobs.show.{job}")
        self.shower.setAccessibleName(f"Show the result of {title}")
        self.shower.set_tooltip("Go to the result")
        self.shower.clicked.connect(self.show_asked)
        self.shower.hide()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName(title)
        self._lay_out()

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(Label(self.title, role="strong", token="text"), 1)
        head.addWidget(self.shower)
        head.addWidget(self.cross)
        foot.addWidget(self._note, 1)
        foot.addWidget(self._left)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(_INDENT), 0, 0, theme.px(8))
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(foot)

    def progress(self, message: JobProgress) -> None:
        """Show how far the task is."""
        step = message.step
        self.share = step.done / step.total if step.total else 0.0
        self.bar.setValue(round(1000 * self.share))
        self._note.setText(step.note)
        left = time_left(message.seconds_left)
        self._left.setText(" · ".join(filter(None, (f"{100 * self.share:.0f} %", left))))

    def end(self, note: str, *, failed: bool = False, result: object = None) -> None:
        """The task is over; ``result`` is something that can be shown, or None."""
        self.running, self.result = False, result
        self._icon, self._token = ("circle-alert", "error") if failed else ("check", "accent")
        self.bar.hide()
        self._left.setText("")
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.cross.setObjectName(f"jobs.close.{self.job}")
        self.cross.setAccessibleName(f"Take {self.title} off the list")
        self.cross.set_tooltip("Take it off the list; the result stays")
        self.shower.setVisible(result is not None)
        self.update()

    def wait_for_cancel(self) -> None:
        """A cancel was asked for; it comes before the next step."""
        self._note.setText("Cancelling")

    def stop(self) -> None:
        """The task was cancelled."""
        self.end(f"Cancelled. {self.words.kept}")
        self._icon, self._token = "ban", "muted"

    def note(self) -> str:
        """What stands under the bar."""
        return self._note.text()

    def left(self) -> str:
        """How much is done, and how long the rest takes."""
        return self._left.text()

    def _crossed(self) -> None:
        (self.cancelled if self.running else self.closed).emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        middle = self.cross.geometry().center().y()
        draw_icon(painter, QPointF(theme.px(8), middle), self._icon, self._token)
        painter.end()


def time_left(seconds: float | None) -> str:
    """Seconds for people: ``12 s left``, ``1:05 left``."""
    if seconds is None:
        return ""
    whole = round(seconds)
    return f"{whole} s left" if whole < 60 else f"{whole // 60}:{whole % 60:02d} left"
