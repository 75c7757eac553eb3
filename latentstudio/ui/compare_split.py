"""CompareSplit: the handle between the two halves of a comparison, and the words over them."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, painter_on, stroke, write

_WIDTH, _KNOB = 32, 28
_STEP, _LEAP = 0.01, 0.1
_WORDS, _PADDING, _INSET = 24, 8, 10
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS = {*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Delete}


class CompareSplit(Control, QWidget):
    """A line with a knob over the picture; drag it, or move it by arrows.

    Signals:
        moved: the share of the picture left of the line, 0 to 1.
    """

    moved = Signal(float)

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._share = 0.5
        self._area = QRectF()
        self._grip: float | None = None
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.become("Line between the two faces")
        self.setObjectName("compare.split")
        self.setToolTip(
            "Drag to see more of one face; arrows move it by 1 %, with Shift by 10 %, "
            "a double click puts it into the middle"
        )
        self._tell()
        self.hide()

    @property
    def share(self) -> float:
        """How much of the picture is left of the line, 0 to 1."""
        return self._share

    def set_share(self, share: float) -> None:
        """Move the line; ``moved`` follows."""
        share = min(max(share, 0.0), 1.0)
        if share != self._share:
            self._share = share
            self._tell()
            self.stand(self._area)
            self.moved.emit(share)

    def stand(self, area: QRectF) -> None:
        """Stand in a picture that is seen in an area of the canvas."""
        self._area = area
        width = theme.px(_WIDTH)
        x = area.left() + area.width() * self._share
        self.setGeometry(
            QRect(round(x - width / 2), round(area.top()), width, round(area.height()))
        )

    def _tell(self) -> None:
        left = round(self._share * 100)
        self.setAccessibleDescription(f"{left} % of the other face, {100 - left} % of this one")

    # --- pointer and keys -----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().x() - self.width() / 2
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None and self._area.width() > 0:
            x = self.mapToParent(event.position()).x() - self._grip
            self.set_share((x - self._area.left()) / self._area.width())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_share(0.5)

    def event(self, event: QEvent) -> bool:
        """Arrows move the line while it has the focus; elsewhere they are the window's seeds."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            if event.key() in _KEYS and not event.modifiers() & commands:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            leaps = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.set_share(self._share + _STEPS[key] * (_LEAP if leaps else _STEP))
        elif key in _KEYS:
            ends = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0, Qt.Key.Key_Delete: 0.5}
            self.set_share(ends[key])
        else:
            super().keyPressEvent(event)
            return
        self.show_ring(True)

    # --- picture --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        middle = self.width() / 2
        # White between two dark hairlines is seen on any picture.
        painter.fillRect(QRectF(middle - 2, 0, 4, self.height()), QColor(0, 0, 0, 120))
        painter.fillRect(QRectF(middle - 1, 0, 2, self.height()), QColor("white"))
        edge = theme.px(_KNOB)
        knob = QRectF(middle - edge / 2, (self.height() - edge) / 2, edge, edge)
        painter.setPen(QPen(QColor(0, 0, 0, 120), 1))
        painter.setBrush(theme.color("hover" if self.underMouse() else "panel"))
        painter.drawEllipse(knob.adjusted(0.5, 0.5, -0.5, -0.5))
        away = theme.px(6)
        for icon, side in (("chevron-left", -away), ("chevron-right", away)):
            draw_icon(painter, knob.center() + QPointF(side, 0), icon, "text", 14)
        if self.shows_focus():
            stroke(painter, knob, "accent", 2, edge / 2)
        painter.end()


class HalfLabel(Control, QWidget):
    """What one half of the picture is, in its upper corner."""

    def __init__(self, canvas: QWidget, *, at_right: bool = False) -> None:
        super().__init__(canvas)
        self._words, self._at_right = "", at_right
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.become("Face on the right" if at_right else "Face on the left")
        self.hide()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def show_words(self, words: str) -> None:
        """Say what is shown."""
        self._words = words
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        wide = QFontMetrics(theme.font("strong")).horizontalAdvance(self._words)
        return QSize(wide + 2 * theme.px(_PADDING), theme.px(_WORDS))

    def stand(self, half: QRectF) -> None:
        """Stand in the outer upper corner of a half, or nowhere where that is too narrow."""
        inset, size = theme.px(_INSET), self.sizeHint()
        room = int(half.width()) - inset - theme.px(_KNOB) // 2
        size.setWidth(min(size.width(), room))
        fits = room >= theme.px(48) and half.height() > 2 * size.height()
        self.setVisible(fits and bool(self._words))
        left = half.right() - inset - size.width() if self._at_right else half.left() + inset
        self.setGeometry(
            round(left), round(half.top()) + inset, max(0, size.width()), size.height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel", 0.9))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        inside = QRectF(self.rect()).adjusted(theme.px(_PADDING), 0, -theme.px(_PADDING), 0)
        write(painter, inside, self._words, role="strong", token="text")
        painter.end()
