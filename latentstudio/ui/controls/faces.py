"""How a face is drawn anywhere: fitted, rounded, ringed when chosen, with its star and letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainterPath, QPen

from latentstudio.ui import theme
from latentstudio.ui.controls.base import RING, draw_icon, fill, write

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

State = Literal["ready", "waiting", "dropped"]
MARGIN = 2 * RING  # around a face: the gap and the ring
_STAR = "#FFD45E"  # part of the picture's furniture, the same in both themes


@dataclass(slots=True)
class Face:
    """What one tile shows."""

    image: QImage | None = None
    label: str = ""
    badge: str = ""
    starred: bool = False
    state: State = "ready"
    _fit: tuple[int, int, QImage] | None = None  # of which image, at which width, the result

    def picture(self, painter: QPainter, edge: float) -> QImage | None:
        """The image at the device pixels of a square of ``edge``, scaled once and kept."""
        if self.image is None or self.image.isNull():
            return None
        wanted = max(1, round(edge * painter.deviceTransform().m11()))
        key = self.image.cacheKey()
        if self._fit is None or self._fit[:2] != (key, wanted):
            self._fit = (key, wanted, _scaled(self.image, wanted))
        return self._fit[2]


def _scaled(image: QImage, wanted: int) -> QImage:
    if image.width() <= wanted:
        return image
    size, keep = QSize(wanted, wanted), Qt.AspectRatioMode.KeepAspectRatioByExpanding
    return image.scaled(size, keep, Qt.TransformationMode.SmoothTransformation)


def paint_face(painter: QPainter, box: QRectF, face: Face, *, radius: float = 4) -> None:
    """The square picture of a face, or what stands in its place while there is none."""
    picture = face.picture(painter, box.width())
    if picture is None:
        fill(painter, box, "raised" if theme.tokens().dark else "hover", radius)
    else:
        paint_rounded(painter, box, picture, radius)
    if face.state == "dropped":
        fill(painter, box, "raised", radius)
        draw_icon(painter, box.center(), "triangle-alert", "warning")
    if face.starred:
        _paint_star(painter, box)
    if face.badge:
        paint_badge(painter, box.topLeft() + QPointF(-2, -2), face.badge)


def paint_selection(painter: QPainter, box: QRectF, token: str = "accent") -> None:
    """The one sign of a chosen picture: a ring outside it, a gap away from its pixels."""
    reach = RING + RING / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(token), RING))
    painter.drawRoundedRect(box.adjusted(-reach, -reach, reach, reach), 4 + reach, 4 + reach)


def paint_badge(painter: QPainter, corner: QPointF, letter: str) -> None:
    """The letter of a source on its data colour."""
    edge = theme.px(14)
    box = QRectF(corner.x(), corner.y(), edge, edge)
    token = letter.lower() if letter.lower() in theme.DATA else "outline"
    fill(painter, box, token, 3)
    font = theme.font("small")
    font.setPixelSize(max(10, theme.px(10)))
    font.setWeight(font.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.color("on_data"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)


def paint_label(painter: QPainter, area: QRectF, text: str, chosen: bool) -> None:
    """The words under a face."""
    middle = Qt.AlignmentFlag.AlignHCenter
    token = "text" if chosen else "faint"
    write(painter, area, text, role="small", token=token, align=middle)


def paint_rounded(painter: QPainter, box: QRectF, image: QImage, radius: float) -> None:
    """An image with rounded corners, filling a box."""
    painter.save()
    clip = QPainterPath()
    clip.addRoundedRect(box, radius, radius)
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    painter.drawImage(box, image)
    painter.restore()


def _paint_star(painter: QPainter, box: QRectF) -> None:
    radius = theme.px(8)
    center = box.topLeft() + QPointF(theme.px(3) + radius, theme.px(3) + radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 42, 48, 190))
    painter.drawEllipse(center, radius, radius)
    painter.setBrush(QColor(_STAR))
    painter.drawPath(_star_path(center, theme.px(6)))


def _star_path(center: QPointF, radius: float) -> QPainterPath:
    """A five-pointed star standing on two points."""
    path = QPainterPath()
    turn = [(0.0, -1.0), (0.95106, -0.30902), (0.58779, 0.80902)]
    outer = [*turn, (-turn[2][0], turn[2][1]), (-turn[1][0], turn[1][1])]
    for at, (x, y) in enumerate(outer):
        nx, ny = outer[(at + 1) % 5]
        point = QPointF(center.x() + radius * x, center.y() + radius * y)
        if at == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
        waist = 0.62  # how far the notch between two points stands out
        notch = QPointF((x + nx) / 2 * waist, (y + ny) / 2 * waist) * radius
        path.lineTo(center + notch)
    path.closeSubpath()
    return path
