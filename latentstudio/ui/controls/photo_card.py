"""PhotoCard: a picture to choose, with its name and what it is; CropView: the square of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.core.crop import Crop, square_of
from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, painter_on, raised, ring, write
from latentstudio.ui.controls.buttons import Button
from latentstudio.ui.controls.faces import Face, paint_picture

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QImage,
        QKeyEvent,
        QMouseEvent,
        QPainter,
        QPaintEvent,
        QWheelEvent,
    )

_HEIGHT, _PICTURE, _INSET = 52, 40, 6
_CROP_HEIGHT = 132
_STEP = 0.02
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_ARROWS = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -_STEP),
    Qt.Key.Key_Down: (0.0, _STEP),
}
_DIM = QColor(0, 0, 0, 130)


class PhotoCard(Button):
    """A source: its picture or icon, its name, a line about it; ticked when it is in use."""

    def __init__(
        self, title: str, line: str, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._line, self._face = icon, line, Face()
        self._used = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(title)
        self.become(title)

    def show_words(self, title: str, line: str) -> None:
        """Its name, and what it is."""
        self._line = line
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.update()

    def set_image(self, image: QImage | None) -> None:
        """Its picture."""
        self._face.image = image
        self.update()

    def set_used(self, on: bool) -> None:
        """Whether it is the picture that is repaired."""
        self._used = on
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(_HEIGHT))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        raised(painter, area, "hover" if self.is_hot() else "raised")
        inset, edge = theme.px(_INSET), theme.px(_PICTURE)
        box = QRectF(inset, inset, edge, edge)
        if self._icon and self._face.image is None:
            draw_icon(painter, box.center(), self._icon)
        else:
            paint_picture(painter, box, self._face)
        left, right = box.right() + theme.px(10), area.right() - theme.px(30 if self._used else 8)
        half = area.height() / 2
        up = QRectF(left, theme.px(5), right - left, half - theme.px(5))
        token = "text" if self.isEnabled() else "outline"
        write(painter, up, self.text(), role="strong", token=token)
        write(painter, up.translated(0, half - theme.px(6)), self._line, token="faint")
        if self._used:
            draw_icon(painter, QPointF(area.right() - theme.px(18), half), "check", "accent")
            ring(painter, area)
            if self.shows_focus():  # its own ring would not be told from this one
                ring(painter, area.adjusted(4, 4, -4, -4))


class CropView(Control, QWidget):
    """A whole picture with the square that goes into the model's frame.

    Signals:
        moved: the middle of the square, 0 to 1 across and down, at every move.
        ended: a drag has ended.
        zoom_asked: steps of the wheel.
    """

    moved = Signal(float, float)
    ended = Signal()
    zoom_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._size, self._crop = (1, 1), Crop()
        self._held: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Crop")

    def show_crop(self, image: QImage | None, size: tuple[int, int], crop: Crop) -> None:
        """Show a small picture, the size it stands for, and the square."""
        self._image, self._size, self._crop = image, size, crop
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(_CROP_HEIGHT))

    def _target(self) -> QRectF:
        width, height = self._size
        scale = min(self.width() / width, self.height() / height)
        shown = QRectF(0, 0, width * scale, height * scale)
        shown.moveCenter(QRectF(self.rect()).center())
        return shown

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._image is not None:
            self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        step, self._held = event.position() - self._held, event.position()
        target = self._target()
        self._go(step.x() / target.width(), step.y() / target.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held = None
            self.ended.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_asked.emit(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Arrows move the square while it has the focus, not the window's seeds."""
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in _ARROWS and not key.modifiers() & _COMMANDS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None:
            QWidget.keyPressEvent(self, event)
            return
        self._go(*step)
        self.ended.emit()

    def _go(self, dx: float, dy: float) -> None:
        if self._image is not None:
            self.moved.emit(
                min(max(self._crop.x + dx, 0.0), 1.0), min(max(self._crop.y + dy, 0.0), 1.0)
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.fillRect(self.rect(), theme.color("surround"))
        if self._image is not None:
            self._paint_square(painter)
        if self.shows_focus():
            ring(painter, self.rect())
        painter.end()

    def _paint_square(self, painter: QPainter) -> None:
        target = self._target()
        painter.drawImage(target, self._image)  # type: ignore[arg-type]  # the caller looked
        scale = target.width() / self._size[0]
        corners = QPolygonF(
            [
                QPointF(target.left() + x * scale, target.top() + y * scale)
                for x, y in square_of(self._size, self._crop).corners()
            ]
        )
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(target)
        inside.addPolygon(corners)
        inside.closeSubpath()
        painter.fillPath(outside.subtracted(inside), _DIM)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        a, b, c, d = (corners.at(i) for i in range(4))
        for share in (1 / 3, 2 / 3):
            painter.drawLine(a + (b - a) * share, d + (c - d) * share)
            painter.drawLine(a + (d - a) * share, b + (c - b) * share)
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawPolygon(corners)
