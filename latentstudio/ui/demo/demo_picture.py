"""DemoPicture: the face, as large as the screen allows, to be dragged by a finger."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from latentstudio.ui import icons, theme
from latentstudio.ui.demo.lettering import ground, lettering

_RADIUS, _CHIP, _WORDS = 10, 40, 15
_STEPS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_KEY_STEP = 0.05  # of the picture's width


class DemoPicture(QWidget):
    """One picture with round corners and a word about what to do.

    Signals:
        dragged: (dx, dy) since the finger came down, in widths of the picture.
        released: it went up.
    """

    dragged = Signal(float, float)
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("demo.picture")
        self.setAccessibleName("Face")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._image: QImage | None = None
        self._held: QPointF | None = None
        self._unit = 1.0
        self._words = ""

    @property
    def image(self) -> QImage | None:
        return self._image

    @property
    def is_held(self) -> bool:
        return self._held is not None

    def set_unit(self, unit: float) -> None:
        """Pixels for one of the design's."""
        self._unit = unit
        self.update()

    def set_words(self, words: str) -> None:
        """What to do with it, in the lower left; nothing for no words."""
        self._words = words
        self.update()

    def show_image(self, image: QImage) -> None:
        """Show a picture."""
        self._image = image
        self.update()

    def let_go(self) -> None:
        """End a drag whose finger was never lifted."""
        if self._held is not None:
            self._held = None
            self.released.emit()

    # --- the finger -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._image is not None:
            self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            moved = (event.position() - self._held) / max(self.width(), 1)
            self.dragged.emit(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._image is None:
            event.ignore()
            return
        self.dragged.emit(_KEY_STEP * step[0], _KEY_STEP * step[1])
        self.released.emit()

    # --- the picture ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area, radius = QRectF(self.rect()), _RADIUS * self._unit
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            painter.fillRect(area, theme.color("panel"))
        else:
            painter.drawImage(area, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        corners, rounded = QPainterPath(), QPainterPath()
        corners.addRect(area)
        rounded.addRoundedRect(area, radius, radius)
        painter.fillPath(corners.subtracted(rounded), theme.color(ground()))
        if self._words and self._image is not None and self._held is None:
            self._paint_chip(painter)
        painter.end()

    def _paint_chip(self, painter: QPainter) -> None:
        unit = self._unit
        painter.setFont(lettering(_WORDS * unit, 500))
        words = QFontMetricsF(painter.font()).horizontalAdvance(self._words)
        edge, high = round(20 * unit), _CHIP * unit
        left, top = 20 * unit, self.height() - 20 * unit - high
        chip = QRectF(left, top, words + edge + 40 * unit, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel", 0.82))
        painter.drawRoundedRect(chip, high / 2, high / 2)
        drawn = icons.pixmap("hand", edge, "text", painter.deviceTransform().m11())
        painter.drawPixmap(
            QPointF(round(left + 16 * unit), round(chip.center().y() - edge / 2)), drawn
        )
        painter.setPen(theme.color("text"))
        rest = QRectF(left + edge + 24 * unit, top, words + 2, high)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._words)
