"""Tile: one square face that can be clicked; FacePopup: the larger face under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on, stroke
from latentstudio.ui.controls.buttons import Button
from latentstudio.ui.controls.faces import (
    MARGIN,
    Face,
    State,
    paint_face,
    paint_label,
    paint_picture,
    paint_selection,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

HOVER_MS, HOVER_SIZE = 300, 160
LABEL_HEIGHT = 18


class Tile(Button):
    """A face as a button; its ring is the sign of being chosen.

    Args:
        size: of the face in pixels at 100 %.
        flush: no room for the ring around it, for a face that is never chosen.

    Signals:
        activated: a double click or Return.
    """

    activated = Signal()

    def __init__(
        self, *, size: int = 64, flush: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._size, self._margin = size, 0 if flush else MARGIN
        self._face = Face()
        self._selected = False
        self.become("Face")

    def set_image(self, image: QImage | None) -> None:
        """Shows a picture, or the empty tile."""
        self._face.image = image
        self.update()

    def set_label(self, text: str) -> None:
        """Words under the face."""
        self._face.label = text
        self.setAccessibleName(text or "Face")
        self.updateGeometry()
        self.update()

    def set_badge(self, letter: str) -> None:
        """The letter of a source at the upper left."""
        self._face.badge = letter
        self.update()

    def set_starred(self, on: bool) -> None:
        """A star at the upper left."""
        self._face.starred = on
        self.update()

    def set_selected(self, on: bool) -> None:
        """The ring."""
        self._selected = on
        self.update()

    def set_state(self, state: State) -> None:
        """Whether the face is there, on its way or dropped."""
        self._face.state = state
        self.update()

    def sizeHint(self) -> QSize:
        edge = theme.px(self._size) + 2 * self._margin
        return QSize(edge, edge + (theme.px(LABEL_HEIGHT) if self._face.label else 0))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        edge = theme.px(self._size)
        box = QRectF(self._margin, self._margin, edge, edge)
        paint_face(painter, box, self._face)
        if self._selected:
            paint_selection(painter, box)
        if self._face.label:
            below = QRectF(0, box.bottom() + self._margin, self.width(), theme.px(LABEL_HEIGHT))
            paint_label(painter, below, self._face.label, self._selected)


class FacePopup(QWidget):
    """The face under the pointer at 160 pixels, beside its tile, out of the pointer's way."""

    def __init__(self, parent: QWidget) -> None:
        kind = Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint
        super().__init__(parent, kind | Qt.WindowType.NoDropShadowWindowHint)
        self._face = Face()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def show_face(self, face: Face, tile: QRect) -> None:
        """Shows a face above a tile, or below where there is no room; ``tile`` is on the screen."""
        self._face = Face(face.image, face.label)
        edge = theme.px(HOVER_SIZE) + 2 * MARGIN
        self.resize(edge, edge + (theme.px(LABEL_HEIGHT + 4) if face.label else 0))
        corner = QPoint(tile.center().x() - edge // 2, tile.top() - self.height() - 4)
        screen = self.screen().availableGeometry()
        if corner.y() < screen.top():
            corner.setY(tile.bottom() + 4)
        corner.setX(min(max(corner.x(), screen.left()), screen.right() - edge))
        self.move(corner)
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        body = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(body, 6, 6)
        stroke(painter, body, "outline" if theme.tokens().dark else "line", 1, 6)
        edge = theme.px(HOVER_SIZE)
        box = QRectF(MARGIN, MARGIN, edge, edge)
        paint_picture(painter, box, self._face)
        if self._face.label:
            below = QRectF(0, box.bottom(), self.width(), self.height() - box.bottom())
            paint_label(painter, below, self._face.label, True)
        painter.end()
