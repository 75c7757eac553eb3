"""Transport: the line over the timeline with the time, play, loop, snap and zoom."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, Label, PrimaryButton, TextButton
from latentstudio.ui.controls.base import draw_icon
from latentstudio.ui.controls.buttons import Button, paint_words
from latentstudio.ui.timeline_scale import clock

HEIGHT = 40
_SIDES = 500  # a side has words from this width on, in pixels at 100 %


class PlayButton(Button):
    """The round button of the transport."""

    def __init__(self) -> None:
        super().__init__()
        self._playing = False
        self.become("Play")
        self.set_tooltip("Play or pause the journey  (P)")

    def show_playing(self, on: bool) -> None:
        """What a click does next."""
        self._playing = on
        self.setAccessibleName("Pause" if on else "Play")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(32), theme.px(32))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        middle, radius = area.center(), theme.px(14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if self.isEnabled() else "hover"))
        painter.drawEllipse(middle, radius, radius)
        if self.is_hot() or self.isDown():
            painter.setBrush(theme.color("text", 0.12))
            painter.drawEllipse(middle, radius, radius)
        token = "on_accent" if self.isEnabled() else "outline"
        right = 0.0 if self._playing else theme.px(1)  # a triangle's weight lies left
        icon = "pause" if self._playing else "play"
        draw_icon(painter, middle + QPointF(right, 0), icon, token)


class Switch(TextButton):
    """A word that is on or off; its icon is lit while it is on."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__(text, icon)
        self.setCheckable(True)
        self._words, self._narrow = text, False

    def set_narrow(self, on: bool) -> None:
        """Only the icon."""
        self._narrow = on
        self.setText("" if on else self._words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(32), theme.px(28)) if self._narrow else super().sizeHint()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        self._paint_body(painter, area)
        if not self.isEnabled():
            words, tint = "outline", "outline"
        else:
            words, tint = "text", "accent" if self.isChecked() else "muted"
        paint_words(painter, area, self.text(), self._icon, words, tint)


def _size_of(label: Label, words: str) -> QSize:
    metrics = QFontMetrics(label.font())
    return QSize(metrics.horizontalAdvance(words), metrics.height())


class Transport(QWidget):
    """Time at the left, what moves the playhead in the middle, zoom at the right.

    Signals:
        loop_asked, snap_asked: the switch was turned.
        go_asked: ``start``, ``back``, ``play``, ``on`` or ``end``.
        zoom_asked: 1 closer, -1 further off, 0 everything.
    """

    loop_asked = Signal(bool)
    snap_asked = Signal(bool)
    go_asked = Signal(str)
    zoom_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = Label(clock(0), role="heading", token="text")
        self.place.setObjectName("timeline.time")
        self.place.setAccessibleName("Time of the playhead")
        self.whole = Label("", token="faint")
        self.whole.setObjectName("timeline.duration")
        self.loop = self._switch("loop", "Loop", "repeat", "Lead back to the first face")
        self.loop.toggled.connect(self.loop_asked)
        self.snap = self._switch(
            "snap", "Snap", "magnet", "Keyframes stop at ticks and at the playhead; Alt: not"
        )
        self.snap.setChecked(True)
        self.snap.toggled.connect(self.snap_asked)
        self.record = self._switch(
            "record", "Record", "video",
            "What you do to the picture, in any workspace, becomes the journey  (Shift+P)",
        )  # fmt: skip
        self.export = PrimaryButton("Export clip", "film", compact=True)
        self.export.setObjectName("timeline.export")
        self.export.set_tooltip("Choose a file and write the clip  (Ctrl+Shift+E)")
        self.export.hide()
        self.play = PlayButton()
        self.play.setObjectName("timeline.play")
        self.play.clicked.connect(lambda: self.go_asked.emit("play"))
        self.moves = [
            self._move("start", "skip-back", "To the start", "Home in the timeline"),
            self._move("back", "step-back", "One frame back", "Alt+Left"),
            self._move("on", "step-forward", "One frame on", "Alt+Right"),
            self._move("end", "skip-forward", "To the end", "End in the timeline"),
        ]
        self.left = QHBoxLayout()
        self.right = QHBoxLayout()
        self._arrange()
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_time(self, place: float, duration: float) -> None:
        """The playhead and the length, in seconds."""
        self.place.setText(clock(place))
        self.whole.setText(f"/ {clock(duration)}")

    def set_reason(self, reason: str) -> None:
        """Why nothing can be played; empty where it can."""
        for button in (self.play, *self.moves):
            button.set_reason(reason)

    def show_loop(self, on: bool) -> None:
        """Whether it loops, without telling anyone."""
        self.loop.blockSignals(True)
        self.loop.setChecked(on)
        self.loop.blockSignals(False)
        self.loop.update()

    def _switches(self) -> tuple[Switch, ...]:
        return self.loop, self.snap, self.record

    def _switch(self, name: str, words: str, icon: str, tooltip: str) -> Switch:
        made = Switch(words, icon)
        made.setObjectName(f"timeline.{name}")
        made.set_tooltip(tooltip)
        return made

    def _move(self, name: str, icon: str, words: str, key: str) -> IconButton:
        button = IconButton(icon, words, key)
        button.setObjectName(f"timeline.{name}")
        button.clicked.connect(lambda: self.go_asked.emit(name))
        return button

    def _zoom(self, name: str, icon: str, words: str, by: int) -> IconButton:
        button = IconButton(icon, words, "Ctrl+wheel" if by else "")
        button.setObjectName(f"timeline.{name}")
        button.clicked.connect(lambda: self.zoom_asked.emit(by))
        return button

    def _arrange(self) -> None:
        left, middle, right = QWidget(), QWidget(), QWidget()
        for widget, line in ((left, self.left), (right, self.right)):
            widget.setLayout(line)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.px(4))
        for part in (self.place, self.whole):
            self.left.addWidget(part)
        self.left.addSpacing(theme.px(20))
        for switch in self._switches():
            self.left.addWidget(switch)
        self.left.addStretch(1)
        self.right.addStretch(1)
        for button in (
            self._zoom("zoom_out", "zoom-out", "See more time", -1),
            self._zoom("zoom_fit", "scaling", "See the whole journey", 0),
            self._zoom("zoom_in", "zoom-in", "See less time", 1),
        ):
            self.right.addWidget(button)
        self.right.addWidget(self.export)
        centre = QHBoxLayout(middle)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(theme.px(8))
        buttons: list[Button] = [*self.moves[:2], self.play, *self.moves[2:]]
        for one in buttons:
            centre.addWidget(one)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), 0, theme.px(12), 0)
        row.addWidget(left, 1)
        row.addWidget(middle, 0)
        row.addWidget(right, 1)

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        # Of one size, so that the line is not laid out anew at every frame.
        self.place.setFixedSize(_size_of(self.place, "00:00.00"))
        self.whole.setFixedSize(_size_of(self.whole, "/ 00:00.00"))
        self.update()

    def resizeEvent(self, event: object) -> None:
        narrow = self.width() < 2 * theme.px(_SIDES)
        for switch in self._switches():
            switch.set_narrow(narrow)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line"))
