"""SliderRow: label, track, reset dot and value field in one line of 28 pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, write
from latentstudio.ui.controls.numbers import Scale
from latentstudio.ui.controls.slider_track import SliderTrack
from latentstudio.ui.controls.value_field import ValueField

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

_HEIGHT = 28
_GAP = 16  # between track and field; the reset dot stands in it


class ResetDot(Control, QAbstractButton):
    """The accent dot of a changed control; a click takes the default."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.become("Back to the default")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        radius = theme.px(4 if self.underMouse() else 3)
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), radius, radius)
        painter.end()


class SliderRow(Control, QWidget):
    """A number with a name, a range and a default.

    Signals:
        moved: the value, at every move by the user.
        committed: the value, once at the end of a gesture.
    """

    moved = Signal(float)
    committed = Signal(float)
    track_kind: type[SliderTrack] = SliderTrack

    def __init__(
        self,
        label: str,
        minimum: float,
        maximum: float,
        default: float,
        *,
        step: float = 0.01,
        decimals: int = 2,
        signed: bool = False,
        unit: str = "",
        fill: str = "accent",
        label_width: int = 104,
        field_width: int = 48,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label, self._label_width = label, label_width
        self._leading: list[QWidget] = []
        scale = Scale(minimum, maximum, step, decimals, signed, unit)
        self.track = self.track_kind(scale, default, fill, self)
        self.field = ValueField(
            minimum, maximum, step=step, decimals=decimals, signed=signed, unit=unit,
            width=field_width, parent=self,
        )  # fmt: skip
        self.dot = ResetDot(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._wire()
        self.become(label)
        self.track.become(label)
        self.field.setAccessibleName(f"{label}, value")
        self._show()

    def _wire(self) -> None:
        self.field.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field.setProperty("back_to", self.track)
        self.setFocusProxy(self.track)
        self.track.moved.connect(self._moved)
        self.track.committed.connect(self.committed)
        self.track.typed.connect(self.field.begin)
        self.field.moved.connect(self._scrubbed)
        self.field.committed.connect(self._typed)
        self.dot.clicked.connect(self.track.take_default)
        self.track.installEventFilter(self)

    def value(self) -> float:
        """The value."""
        return self.track.number()

    def set_value(self, value: float) -> None:
        """Shows a value; emits nothing."""
        if self.track.shows(value):
            return
        self.track.set_number(value)
        self._show()

    def default(self) -> float:
        """The value a reset goes back to."""
        return self.track.default

    def set_default(self, value: float) -> None:
        """Moves the tick."""
        self.track.default = value
        self.track.update()
        self._show()

    def set_range(self, minimum: float, maximum: float) -> None:
        """Takes other limits."""
        scale = replace(self.track.scale_of, minimum=minimum, maximum=maximum)
        self.track.set_scale(scale)
        self.field.set_scale(scale)
        self._place()
        self._show()

    def set_label(self, text: str) -> None:
        """Renames the row."""
        self._label = text
        for widget in (self, self.track):
            widget.setAccessibleName(text)
        self.update()

    def set_label_width(self, pixels: int) -> None:
        """Gives the label another width at 100 %, 0 for none."""
        if pixels != self._label_width:
            self._label_width = pixels
            self._place()
            self.updateGeometry()
            self.update()

    def set_mixed(self, on: bool) -> None:
        """The value differs between the things it stands for: hollow knob, ``varies``."""
        if on == self.track.mixed:
            return
        self.track.mixed = on
        self.track.update()
        self._show()

    def set_reason(self, reason: str) -> None:
        if reason == self.reason():
            return
        super().set_reason(reason)
        self.field.set_reason(reason)
        self._show()

    def add_leading(self, widget: QWidget) -> None:
        """Puts a small widget (chevron, lock) before the label, inside its width."""
        widget.setParent(self)
        widget.show()
        self._leading.append(widget)
        self._place()

    def reset(self) -> None:
        """What the dot does: a gesture back to the default."""
        self.track.take_default()

    def is_changed(self) -> bool:
        """Whether the value differs from the default by more than the finest step."""
        return abs(self.value() - self.default()) > self.track.scale_of.fine / 2

    # gestures

    def _moved(self, value: float) -> None:
        self._show()
        self.moved.emit(value)

    def _scrubbed(self, value: float) -> None:
        self.track.set_number(value)
        self._moved(value)

    def _typed(self, value: float) -> None:
        self.track.set_number(value)
        self._moved(value)
        self.committed.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        focus = (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Paint)
        if watched is self.track and event.type() in focus:
            self.field.set_linked_ring(self.track.shows_focus())
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().x() < self.track.x():
            self.reset()

    # picture

    def _show(self) -> None:
        track = self.track
        self.field.set_value(track.number())
        if self.isEnabled():
            self.field.set_placeholder("varies" if track.mixed else "")
        self.dot.setVisible(self.is_changed() and self.isEnabled() and not track.mixed)
        default = track.scale_of.text(track.default)
        self.dot.setToolTip(f"Back to {default} (Delete)")
        track.setAccessibleDescription(self._spoken())
        self.update()

    def _spoken(self) -> str:
        if self._reason:
            return self._reason
        scale, track = self.track.scale_of, self.track
        value = "varies" if track.mixed else scale.text(track.number())
        ends = f"from {scale.text(scale.minimum)} to {scale.text(scale.maximum)}"
        return f"{value}, {ends}, default {scale.text(track.default)}"

    def theme_changed(self) -> None:
        super().theme_changed()
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        field, gap = self.field.sizeHint(), theme.px(_GAP)
        x = 0
        for widget in self._leading:
            hint = widget.sizeHint()
            widget.setGeometry(x, (self.height() - hint.height()) // 2, hint.width(), hint.height())
            x += hint.width()
        left = theme.px(self._label_width)
        right = self.width() - field.width()
        top = (self.height() - field.height()) // 2
        self.track.setGeometry(left, top, max(0, right - gap - left), field.height())
        self.dot.setGeometry(right - gap, top, gap, field.height())
        self.field.setGeometry(right, top, field.width(), field.height())

    def _label_left(self) -> int:
        used = sum(widget.width() for widget in self._leading)
        return used + theme.px(4) if used else 0

    def sizeHint(self) -> QSize:
        wide = self._label_width + _GAP + 128
        return QSize(theme.px(wide) + self.field.sizeHint().width(), theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        wide = self._label_width + _GAP + 48
        return QSize(theme.px(wide) + self.field.sizeHint().width(), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        left = self._label_left()
        area = QRectF(left, 0, theme.px(self._label_width) - left - theme.px(8), self.height())
        lit = self.is_changed() or self.track.shows_focus()
        token = ("text" if lit else "muted") if self.isEnabled() else "outline"
        write(painter, area, self._label, token=token)
        painter.end()
