"""SliderTrack: the track and knob of a slider row, lit from the default to the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QSlider, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

    from latentstudio.ui.controls.numbers import Scale

_STEPS = {
    Qt.Key.Key_Left: -1.0,
    Qt.Key.Key_Down: -1.0,
    Qt.Key.Key_Right: 1.0,
    Qt.Key.Key_Up: 1.0,
    Qt.Key.Key_PageDown: -10.0,
    Qt.Key.Key_PageUp: 10.0,
}
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete, Qt.Key.Key_Escape}
_TYPED = "0123456789+-.,"
_WHEEL_REST_MS = 250  # a pause this long ends the gesture


class SliderTrack(Control, QSlider):
    """A slider over floats; Qt's integer value mirrors it for screen readers.

    Signals:
        moved: the value, at every move by the user.
        committed: the value, once at the end of a gesture.
        typed: a key that begins a number.
    """

    moved = Signal(float)
    committed = Signal(float)
    typed = Signal(str)

    def __init__(
        self, scale: Scale, default: float, fill_token: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.scale_of = scale
        self.default = default
        self.fill_token = fill_token
        self.mixed = False
        self._value = self._before = default
        self._pending = self._mirroring = self._dragging = False
        self._rest = QTimer(self, singleShot=True, interval=_WHEEL_REST_MS)
        self._rest.timeout.connect(self._commit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._mirror()

    def number(self) -> float:
        """The value."""
        return self._value

    def shows(self, value: float) -> bool:
        """Whether the track stands at a value already."""
        return not self.mixed and self._value == self.scale_of.clamp(value)

    def set_number(self, value: float) -> None:
        """Shows a value without telling anyone."""
        self._value = self.scale_of.clamp(value)
        self.mixed = False
        if not self._pending:
            self._before = self._value
        self._mirror()
        self.update()

    def set_scale(self, scale: Scale) -> None:
        """Takes other limits; the value stays as near as it can."""
        self.scale_of = scale
        self.set_number(self._value)

    def take(self, value: float) -> None:
        """A whole gesture at once: moves to a value as if the user had and ends there."""
        self._move(value)
        self._commit()

    def take_default(self) -> None:
        """Goes back to the default."""
        self.take(self.default)

    def _move(self, value: float) -> None:
        target = self.scale_of.clamp(value)
        if target == self._value and not self.mixed:
            return
        self._pending, self._value, self.mixed = True, target, False
        self._mirror()
        self.update()
        self.moved.emit(target)

    def _commit(self) -> None:
        self._rest.stop()
        if self._pending:
            self._pending = False
            self._before = self._value
            self.committed.emit(self._value)

    def _mirror(self) -> None:
        self._mirroring = True
        scale = self.scale_of
        self.setRange(round(scale.minimum / scale.fine), round(scale.maximum / scale.fine))
        self.setValue(round(self._value / scale.fine))
        self._mirroring = False

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        super().sliderChange(change)
        by_reader = change == QAbstractSlider.SliderChange.SliderValueChange
        if by_reader and not self._mirroring:
            self.take(self.scale_of.snap(self.value() * self.scale_of.fine))

    # keyboard

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):  # type: ignore[arg-type]
            event.accept()
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _STEPS:
            return held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)
        if held & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        return event.key() in _ENDS or (event.text() in _TYPED and event.text() != "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        if not self._wants(event):
            event.ignore()
        elif event.key() in _STEPS:
            self._step(_STEPS[Qt.Key(event.key())], event)
        elif event.key() in _ENDS:
            self._jump(Qt.Key(event.key()))
        else:
            self.typed.emit(event.text())

    def _step(self, steps: float, event: QKeyEvent) -> None:
        size = self.scale_of.step
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            size = self.scale_of.fine
        self._move(self.scale_of.snap(self._value + steps * size))

    def _jump(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self._cancel()
            return
        ends = {Qt.Key.Key_Home: self.scale_of.minimum, Qt.Key.Key_End: self.scale_of.maximum}
        self._move(ends.get(key, self.default))

    def _cancel(self) -> None:
        self._dragging = False
        self._move(self._before)
        self._commit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._commit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._before = self._value
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        if event.button() == Qt.MouseButton.LeftButton:
            self._before, self._dragging = self._value, True
            self._move(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._move(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self._commit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # the rail scrolls instead
            return
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120
        self._move(self.scale_of.snap(self._value + turns * self.scale_of.step))
        self._rest.start()

    def _value_at(self, x: float) -> float:
        edge = self.inset() + self.knob()
        return self.scale_of.at((x - edge) / max(1, self.width() - 2 * edge))

    # picture

    def knob(self) -> float:
        """The radius of the knob."""
        return theme.px(6)

    def inset(self) -> float:
        """Room at either end that is no track."""
        return 0.0

    def thickness(self) -> float:
        """Of the track."""
        return theme.px(4)

    def middle(self) -> float:
        """The height that the track lies at."""
        return self.height() / 2

    def sizeHint(self) -> QSize:
        return QSize(theme.px(128), theme.px(22))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(48), theme.px(22))

    def _x(self, value: float) -> float:
        edge = self.inset() + self.knob()
        return edge + self.scale_of.fraction(value) * (self.width() - 2 * edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        middle, height = self.middle(), self.thickness()
        inset = self.inset()
        groove = QRectF(inset, middle - height / 2, self.width() - 2 * inset, height)
        center = QPointF(self._x(self._value), middle)
        painter.save()
        painter.setClipPath(self._beside(center))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().track)
        painter.drawRoundedRect(groove, height / 2, height / 2)
        if self.isEnabled() and not self.mixed:
            self._paint_change(painter, groove)
        painter.restore()
        self._paint_knob(painter, center)
        painter.end()

    def _beside(self, knob: QPointF) -> QPainterPath:
        """All but a disc around the knob: the gap lifts it off the track."""
        path = QPainterPath()
        path.addRect(QRectF(self.rect()))
        path.addEllipse(knob, self.knob() + 2, self.knob() + 2)
        return path

    def _paint_change(self, painter: QPainter, groove: QRectF) -> None:
        share, end = self.scale_of.fraction(self.default), self._x(self._value)
        # a default at a limit is the end of the track itself and needs no tick
        start = {0.0: groove.left(), 1.0: groove.right()}.get(share, self._x(self.default))
        if self._value == self.default:
            return
        lit = QRectF(min(start, end), groove.top(), abs(end - start), groove.height())
        fill(painter, lit, self.fill_token, 0 if 0 < share < 1 else groove.height() / 2)
        if 0 < share < 1:
            half = self.thickness() / 2 + theme.px(3)
            tick = QRectF(round(start) - 1, groove.center().y() - half, 2, 2 * half)
            painter.fillRect(tick, theme.color("outline"))

    def _paint_knob(self, painter: QPainter, center: QPointF) -> None:
        radius = self.knob()
        if self.shows_focus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawEllipse(center, radius + 3, radius + 3)
        self._paint_disc(painter, center, radius)

    def _paint_disc(self, painter: QPainter, center: QPointF, radius: float) -> None:
        color = QColor(theme.tokens().knob) if self.isEnabled() else theme.color("outline")
        if self.mixed:
            painter.setPen(QPen(color, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(center, radius - 1, radius - 1)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, radius, radius)
