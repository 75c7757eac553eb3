"""MaskCanvas: the picture with its mask, painted with brush, eraser, rectangle, lasso and fill."""

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from latentstudio.core.mask import Mask, Point, with_fill, with_lasso, with_rectangle
from latentstudio.core.stroke import Stroke
from latentstudio.ui import theme
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.mask_overlay import MaskOverlay

Tool = Literal["brush", "eraser", "rectangle", "lasso", "fill"]
TOOLS: dict[Tool, tuple[str, str, str]] = {
    "brush": ("brush", "Brush", "B"),
    "eraser": ("eraser", "Eraser", "E"),
    "rectangle": ("square-dashed", "Rectangle", "M"),
    "lasso": ("lasso", "Lasso", "L"),
    "fill": ("paint-bucket", "Fill", "G"),
}
"""Icon, words and key of each tool."""
_WORDS = {tool: words for tool, (_, words, _) in TOOLS.items()}


class MaskCanvas(Canvas):
    """A picture on which what is to be made anew is painted.

    Attributes:
        edited: (what was done, the mask), once for each gesture.
        size_asked: steps by which the brush is to grow, of the wheel; ``hardness_asked`` likewise.
        tool: what the pointer does.
        paints: whether it does anything: other tasks only show a picture here.
    """

    edited = Signal(str, object)
    size_asked = Signal(int)
    hardness_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inpaint.canvas")
        self.setAccessibleName("Picture and mask")
        self.setToolTip("")  # it would lie over what is painted
        self.setWhatsThis(
            "Paint over what is to be made anew. The wheel zooms, with Shift it sizes the brush; "
            "the middle button moves the picture"
        )
        self.setMouseTracking(True)
        self.tool: Tool = "brush"
        self.paints = True
        self.brush_size: float = 24.0
        self.brush_hardness: float = 0.7
        self._mask = Mask.empty(1)
        self._shows_mask = True
        self._overlay_of = MaskOverlay()
        self._stroke: Stroke | None = None
        self._points: list[Point] = []
        self._erases = False  # whether the gesture takes away
        self._pointer: QPointF | None = None
        theme.events.changed.connect(self._overlay_of.invalidate)
        self.set_tool("brush")

    # --- what is shown --------------------------------------------------------------------------

    @property
    def painted_mask(self) -> Mask:
        """What was painted when the last gesture ended."""
        return self._mask

    def set_mask(self, mask: Mask) -> None:
        """Show a mask; a gesture that was under way is forgotten."""
        self._stroke, self._points = None, []
        if mask == self._mask:
            self.update()
            return
        self._mask = mask
        self._overlay_of.set_levels(mask.levels)
        self.update()

    @property
    def shows_mask(self) -> bool:
        """Whether the mask is seen."""
        return self._shows_mask

    def show_mask(self, on: bool) -> None:
        """Show or hide the mask; it counts all the same."""
        self._shows_mask = on
        self.update()

    def set_tool(self, tool: Tool) -> None:
        """Take another tool."""
        self.tool = tool
        self._cancel()
        self._show_cursor()

    def set_paints(self, on: bool) -> None:
        """Let the pointer paint, or only show the picture."""
        if on != self.paints:
            self.paints = on
            self._cancel()
            self._show_cursor()

    def _show_cursor(self) -> None:
        shapes = Qt.CursorShape
        blank = shapes.BlankCursor if self.tool in ("brush", "eraser") else shapes.CrossCursor
        self.setCursor(blank if self.paints else shapes.ArrowCursor)
        self.update()

    def set_brush(self, size: float, hardness: float) -> None:
        """Diameter in pixels of the picture, and the share of the radius that is painted fully."""
        self.brush_size, self.brush_hardness = size, hardness
        self.update()

    # --- gestures -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.button() != Qt.MouseButton.LeftButton or alt:
            super().mousePressEvent(event)
        elif self.image is not None:
            self._press(event.position(), 1.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())
        if self.is_dragging:
            super().mouseMoveEvent(event)
        else:
            self._move(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.is_dragging:
            super().mouseReleaseEvent(event)
            self.set_tool(self.tool)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._release(event.position())

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: its pressure is the size; its rubber end erases."""
        kind, rubber = event.type(), QPointingDevice.PointerType.Eraser
        if kind == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self._press(event.position(), event.pressure(), event.pointerType() == rubber)
        elif kind == QEvent.Type.TabletMove:
            self._point_at(event.position())
            self._move(event.position(), event.pressure())
        elif kind == QEvent.Type.TabletRelease:
            self._release(event.position())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() + event.angleDelta().x()
        steps = (turn > 0) - (turn < 0)  # 0 where a touchpad only begins or ends a gesture
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and steps:
            self.size_asked.emit(steps)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and steps:
            self.hardness_asked.emit(steps)
        else:
            super().wheelEvent(event)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self._stroke or self._points):
            self._cancel()
            return
        super().keyPressEvent(event)

    def _press(self, at: QPointF, pressure: float, rubber: bool = False) -> None:
        place = self._place(at)
        if not self.paints:
            return
        self._erases = erase = rubber or self.tool == "eraser"
        if self.tool == "fill":
            self.edited.emit("Fill", with_fill(self._mask, place, erase=erase))
        elif self.tool in ("brush", "eraser"):
            self._stroke = Stroke(self._mask, self.brush_size, self.brush_hardness, erase)
            self._points = [place]
            self._extend(place, pressure)
        else:
            self._points = [place]

    def _move(self, at: QPointF, pressure: float) -> None:
        if self._stroke is not None:
            self._extend(self._place(at), pressure)
        elif self._points:
            self._points.append(self._place(at))
            self.update()

    def _release(self, at: QPointF) -> None:
        points, self._points = self._points, []
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self._mask = stroke.mask()
            self.edited.emit("Stroke" if self.tool == "brush" else _WORDS[self.tool], self._mask)
        elif points and self.tool == "rectangle":
            last, erase = self._place(at), self._erases
            self._shape(with_rectangle(self._mask, points[0], last, erase=erase))
        elif points and self.tool == "lasso":
            self._shape(with_lasso(self._mask, points, erase=self._erases))

    def _shape(self, mask: Mask) -> None:
        self.edited.emit(_WORDS[self.tool], mask)
        self.update()

    def _cancel(self) -> None:
        """The gesture did not happen."""
        self._points, stroke, self._stroke = [], self._stroke, None
        if stroke is not None:
            self._overlay_of.set_levels(self._mask.levels)
        self.update()

    def _extend(self, place: Point, pressure: float) -> None:
        stroke = self._stroke
        if stroke is None:
            return
        area = stroke.to(place, pressure)
        self._overlay_of.set_levels(stroke.levels, area)
        self.update(self._overlay_of.place(area))

    def _place(self, at: QPointF) -> Point:
        """A point of the widget in pixels of the mask."""
        target, side = self.target(), self._mask.levels.shape[0]
        scale = side / max(target.width(), 1.0)
        return (at.x() - target.left()) * scale, (at.y() - target.top()) * scale

    # --- the pointer ----------------------------------------------------------------------------

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._point_at(event.position())

    def _point_at(self, at: QPointF | None) -> None:
        for point in (self._pointer, at):
            if point is not None:
                self.update(self._ring_box(point))
        self._pointer = at

    def _radius(self) -> float:
        zoom = self.target().width() / self._mask.levels.shape[0]
        return float(self.brush_size * zoom / 2)

    def _ring_box(self, at: QPointF) -> QRect:
        reach = self._radius() + 3
        return QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach).toAlignedRect()

    # --- painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.image is None:
            return
        painter = QPainter(self)
        if self._shows_mask:
            ratio = self.devicePixelRatioF()
            self._overlay_of.paint(painter, event.rect(), self.target(), ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._points and self._stroke is None:
            self._paint_shape(painter)
        elif self._pointer is not None and self.paints and self.tool in ("brush", "eraser"):
            self._paint_ring(painter, self._pointer)
        painter.end()

    def _paint_ring(self, painter: QPainter, at: QPointF) -> None:
        """White on black, so that it is seen on everything; the dotted one says how hard."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._radius()
        for color, width in ((QColor(0, 0, 0, 150), 3.0), (QColor("white"), 1.5)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(at, radius, radius)
        inner = radius * self.brush_hardness
        if 3 < inner < radius - 2:
            painter.setPen(QPen(QColor("white"), 1, Qt.PenStyle.DotLine))
            painter.drawEllipse(at, inner, inner)

    def _paint_shape(self, painter: QPainter) -> None:
        painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = [self._on_widget(point) for point in self._points]
        if self.tool == "rectangle":
            painter.drawRect(QRectF(points[0], points[-1]).normalized())
        else:
            painter.drawPolyline(points)

    def _on_widget(self, place: Point) -> QPointF:
        target = self.target()
        zoom = target.width() / self._mask.levels.shape[0]
        return QPointF(target.left() + place[0] * zoom, target.top() + place[1] * zoom)


class ResultCanvas(Canvas):
    """An answer, with a dashed line around what was made anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inpaint.result")
        self.setAccessibleName("Result")
        self.setToolTip("Hold the middle button to move it; the wheel zooms")
        self._outline = MaskOverlay(outline=True)
        self._shows_line = True

    def set_mask(self, mask: Mask) -> None:
        """The hole."""
        self._outline.set_levels(mask.levels)
        self.update()

    def show_line(self, on: bool) -> None:
        """Show or hide the line around the hole."""
        self._shows_line = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.image is not None and self._shows_line:
            painter = QPainter(self)
            ratio = self.devicePixelRatioF()
            self._outline.paint(painter, event.rect(), self.target(), ratio)
            painter.end()


def share_words(mask: Mask) -> str:
    """How much of the picture is to be made anew: ``mask covers 9 %``."""
    share = mask.share
    if not share:
        return "nothing painted yet"
    return f"mask covers {max(1, round(100 * share))} %"
