"""Recording: what the user does to the picture becomes the journey, between two Shift+P."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter

from latentstudio.core.recording import Recorder
from latentstudio.ui import theme
from latentstudio.ui.controls import TextButton
from latentstudio.ui.controls.base import write

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_TICK_MS = 200
_DOT = 8


class RecordingButton(TextButton):
    """A red dot and the time, as long as it records; a click ends it."""

    def __init__(self) -> None:
        super().__init__("Recording 0:00")
        self.setObjectName("canvas.recording")
        self.set_tooltip("Stop recording; the journey is what was done  (Shift+P)")
        self.hide()

    def show_time(self, seconds: float) -> None:
        """How long it has been recording."""
        words = f"Recording {int(seconds) // 60}:{int(seconds) % 60:02d}"
        if words != self.text():
            self.set_text(words)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(theme.px(_DOT + 6), 0)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        self._paint_body(painter, area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("error"))
        dot = theme.px(_DOT)
        left = area.left() + theme.px(12)
        painter.drawEllipse(QRectF(left, area.center().y() - dot / 2, dot, dot))
        rest = area.adjusted(theme.px(12) + dot + theme.px(6), 0, 0, 0)
        write(painter, rest, self.text(), role="strong", token="text")


class Recording(QObject):
    """Turns recording on and off; what was recorded is one undo step."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._recorder: Recorder | None = None
        self.button = RecordingButton()
        window.header.add_views(self.button)
        self.button.clicked.connect(self.toggle)
        self._switch = window.animate.timeline.transport.record
        self._switch.clicked.connect(self.toggle)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._look)

    @property
    def on(self) -> bool:
        """Whether it records."""
        return self._recorder is not None

    def toggle(self) -> None:
        """Begin, or end and keep what was done."""
        if self.on:
            self.finish()
        elif self._window.bridge.info is not None:
            self._recorder = Recorder(self._window.document)
            self._show()

    def finish(self) -> None:
        """What was done is the journey from now on; what it was before comes back by undo."""
        recorder, self._recorder = self._recorder, None
        self._show()
        if recorder is None:
            return
        window, made = self._window, recorder.finish()
        count = len(made.keyframes)
        if count < 2:
            window.notices.post("info", "Nothing was recorded", "The picture did not change.")
            return
        old = window.document.state.journey
        window.document.edit("Recorded journey", lambda state: replace(state, journey=made))
        before = " Undo brings back the journey that was there." if old.keyframes else ""
        window.notices.post(
            "info",
            f"Recorded {max(made.duration, 1):.0f} s",
            f"It is the journey now, in {count} keyframes.{before}",
            (("Show in Animate", lambda: window.workspaces.show("animate")),),
        )

    def _look(self) -> None:
        """The time goes on; another model, or the longest time, ends it."""
        if self._recorder is not None and self._recorder.running:
            self.button.show_time(self._recorder.seconds)
        else:
            self.finish()

    def _show(self) -> None:
        self.button.show_time(0)
        self.button.setVisible(self.on)
        self._window.actions_by_name["record"].setChecked(self.on)
        self._switch.setChecked(self.on)
        if self.on:
            self._tick.start()
        else:
            self._tick.stop()


def recording_commands(window: "MainWindow") -> dict[str, Callable[[], None]]:
    """Action name -> function."""
    return {"record": lambda: window.recording.toggle()}
