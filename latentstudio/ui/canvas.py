"""Canvas: paints the newest frame; zoom, pan, smooth or pixelated, and the drag that walks."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import KEYBOARD, RETURNING, ring

MARGIN = 14
MAX_FIT = 5.0  # beyond five screen pixels a model's pixel one only sees blur
MAX_ZOOM = 32.0
_RADIUS = 2.0


class Canvas(QWidget):
    """One picture on the surround colour.

    Attributes:
        painted: a frame given by ``show_image`` is on the screen.
        dragged: (dx, dy) of a drag on the picture, in widths of the picture; ``released`` after it.
        zoom_changed: the zoom, or fit, or the place of the picture has changed.
    """

    painted = Signal()
    dragged = Signal(float, float)
    released = Signal()
    zoom_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Picture")
        self.setToolTip("Drag to walk over the seed plane; wheel to zoom; middle button to pan")
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._image: QImage | None = None
        self._overlay: QImage | None = None
        self._split = 1.0
        self._side: int | None = None
        self._fresh = False
        self._zoom: float | None = None  # None fits
        self._pan = QPointF()
        self._smooth = True
        self._held: QPointF | None = None
        self._panning = False
        self._by_keys = False  # the focus came by keyboard
        theme.events.changed.connect(self.update)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def image(self) -> QImage | None:
        return self._image

    def show_image(self, image: QImage, side: int | None = None) -> None:
        """Show a picture; ``painted`` follows when it is on the screen.

        ``side`` is the width it stands for: a smaller preview takes the place of the full picture.
        """
        first, self._image = self._image is None, image
        self._side = side
        self._fresh = True
        if first:
            self.update()  # all panels wait to be painted for the new model, too: in a turn apart
        else:
            self.repaint()  # at once: Qt lets an update wait five milliseconds for more

    def set_overlay(self, image: QImage | None, split: float = 1.0) -> None:
        """Show another picture in the place of the face, or the face again.

        ``split`` is its share of the width that is seen, from the left; the rest is the face.
        """
        self._overlay, self._split = image, split
        self.update()

    @property
    def overlay(self) -> QImage | None:
        """What is shown in the place of the face, if anything is."""
        return self._overlay

    @property
    def smooth(self) -> bool:
        return self._smooth

    def set_smooth(self, on: bool) -> None:
        """Smooth between the model's pixels, or show them as squares."""
        self._smooth = on
        self.update()

    def zoom(self) -> float:
        """Screen pixels (device-independent) for one pixel of the picture."""
        return self._fit_zoom() if self._zoom is None else self._zoom

    @property
    def fits(self) -> bool:
        return self._zoom is None

    def set_zoom(self, zoom: float | None) -> None:
        """Set the zoom; None fits the window, at most 5 x."""
        self._zoom = None if zoom is None else min(max(zoom, 0.1), MAX_ZOOM)
        if zoom is None:
            self._pan = QPointF()
        self.zoom_changed.emit()
        self.update()

    def step_zoom(self, direction: int) -> None:
        """The next whole zoom up (+1) or down (-1); below 1 by halves."""
        zoom = self.zoom()
        if direction > 0:
            self.set_zoom(int(zoom) + 1 if zoom >= 1 else min(1.0, zoom * 2))
        else:
            self.set_zoom(-(-zoom // 1) - 1 if zoom > 1 else zoom / 2)

    def target(self) -> QRectF:
        """Where the picture is painted, on whole screen pixels."""
        if self._image is None:
            return QRectF()
        zoom, ratio = self.zoom(), self.devicePixelRatioF()
        size = self._full_size(self._image)
        width, height = size.width() * zoom, size.height() * zoom
        left = (self.width() - width) / 2 + self._pan.x()
        top = (self.height() - height) / 2 + self._pan.y()
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)

    def seen(self) -> QRectF:
        """The part of ``target`` that is not beyond the edges."""
        return self.target().intersected(QRectF(self.rect()))

    def _fit_zoom(self) -> float:
        if self._image is None:
            return 1.0
        room_x, room_y = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        size = self._full_size(self._image)
        fit = min(room_x / size.width(), room_y / size.height(), MAX_FIT)
        return max(fit, 0.1)

    def _full_size(self, image: QImage) -> QSizeF:
        """The size that a picture stands for."""
        size = QSizeF(image.size())
        return size if self._side is None else size * (self._side / size.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surround"))
        if self._image is not None:
            self._paint_pictures(painter, self._image)
        if self.hasFocus() and self._by_keys:
            ring(painter, self.rect(), 0)
        painter.end()
        if self._fresh:
            self._fresh = False
            self.painted.emit()

    def _paint_pictures(self, painter: QPainter, image: QImage) -> None:
        if self._overlay is None or self._split < 1:
            self._paint_picture(painter, image)
        if self._overlay is not None:
            left = self.seen()
            left.setWidth(left.width() * self._split)
            painter.setClipRect(left, Qt.ClipOperation.IntersectClip)
            self._paint_picture(painter, self._overlay)
            painter.setClipping(False)

    def _paint_picture(self, painter: QPainter, image: QImage) -> None:
        target = self.target()
        smooth = self._smooth and target.width() != image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, image)
        # Corners of the surround colour: cheaper than clipping the picture to a round path.
        corners = QPainterPath()  # odd-even: what lies in both is left out
        corners.addRect(target)
        corners.addRoundedRect(target, _RADIUS, _RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(corners, theme.color("surround"))

    # --- pointer and keys -----------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in RETURNING:
            self._by_keys = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keys = False
        if event.button() == Qt.MouseButton.MiddleButton:
            self._begin(event, panning=True)
        elif event.button() == Qt.MouseButton.LeftButton and self._image is not None:
            self._begin(event, panning=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        delta = event.position() - self._held
        if self._panning:
            self._pan += delta
            self._held = event.position()
            self.zoom_changed.emit()
            self.update()
        elif self._image is not None:
            side = max(self.target().width(), 1.0)
            self.dragged.emit(delta.x() / side, delta.y() / side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        walked = not self._panning
        self._held = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if walked:
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y()
        if steps:
            self.step_zoom(1 if steps > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._held is not None:
            self._held = None
            self.released.emit()
            return
        super().keyPressEvent(event)

    @property
    def is_dragging(self) -> bool:
        return self._held is not None

    def _begin(self, event: QMouseEvent, panning: bool) -> None:
        self._held = event.position()
        self._panning = panning
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
