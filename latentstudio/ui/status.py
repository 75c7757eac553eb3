"""Status bar: keys that work now, and how the picture came about."""

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import KeyHints, Label, StatusDot

HEIGHT = 26


class PlainBar(QStatusBar):
    """The window's bar, filled by one widget: Qt's own leaves gaps around what is added to it."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(0, 0, 0, 0)
        self._inside = inside
        inside.setParent(self)
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inside.setGeometry(self.rect())


class StatusBar(QWidget):
    """Left: keys; right: state of the picture, pictures a second, slider-to-paint time, device."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.hints = KeyHints()
        self.state = StatusDot()
        self.state.setObjectName("status.state")
        self.rate = Label("", token="muted")
        self.latency = Label("", token="muted")
        self.device = Label("", token="muted")
        for name, label, tooltip in (
            ("rate", self.rate, "Pictures painted in a second, over the last two"),
            ("latency", self.latency, "From moving a control to the painted picture, median"),
            ("device", self.device, "What draws, and how precisely"),
        ):
            label.setObjectName(f"status.{name}")
            label.setToolTip(tooltip)
            label.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        row.addWidget(self.hints)
        row.addStretch(1)
        for widget in (self.state, self.rate, self.latency, self.device):
            row.addWidget(widget)
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_speed(self, rate: float, latency: float | None) -> None:
        """Pictures a second and milliseconds; empty while nothing moves."""
        _say(self.rate, f"{rate:.0f} fps" if rate >= 1 else "")
        _say(self.latency, f"{latency:.0f} ms" if latency is not None else "")

    def show_device(self, device: str, precision: str) -> None:
        _say(self.device, f"{device.upper()} · {precision}" if device else "")

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("bar"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line"))


def _say(label: Label, words: str) -> None:
    """Words, or nothing: an empty label would still keep its gap."""
    label.setText(words)
    label.setVisible(bool(words))
