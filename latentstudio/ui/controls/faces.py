"""How a face is drawn anywhere: fitted, rounded, ringed when chosen, with its star and letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from latentstudio.ui import theme
from latentstudio.ui.controls.base import RING, draw_icon, fill, write

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
    mark: int = 0  # 1 and -1: an example for and against
    state: State = "ready"
    _fit: tuple[tuple[int, int, int], QImage] | None = None  # what it was made of, the result

    def picture(self, painter: QPainter, edge: float, radius: float) -> QImage | None:
        """The image as a square with round corners at device pixels, made once and kept."""
        if self.image is None or self.image.isNull():
            return None
        ratio = painter.deviceTransform().m11()
        key = (self.image.cacheKey(), max(1, round(edge * ratio)), round(radius * ratio))
        if self._fit is None or self._fit[0] != key:
            self._fit = (key, _rounded(self.image, key[1], key[2]))
        return self._fit[1]


def _rounded(image: QImage, edge: int, radius: int) -> QImage:
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode
    scaled = image.scaled(QSize(edge, edge), keep, smooth.SmoothTransformation)
    made = QImage(edge, edge, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(scaled))
    painter.drawRoundedRect(0, 0, edge, edge, radius, radius)
    painter.end()
    return made


def paint_picture(painter: QPainter, box: QRectF, face: Face, radius: float = 4) -> None:
    """The picture of a face alone, or the empty place for it."""
    picture = face.picture(painter, box.width(), radius)
    if picture is None:
        fill(painter, box, "raised" if theme.tokens().dark else "hover", radius)
    else:
        painter.drawImage(box, picture)


def paint_face(painter: QPainter, box: QRectF, face: Face, *, radius: float = 4) -> None:
    """A face with all its signs."""
    paint_picture(painter, box, face, radius)
    if face.state == "dropped":
        fill(painter, box, "raised", radius)
        draw_icon(painter, box.center(), "triangle-alert", "warning")
    if face.starred:
        _paint_star(painter, box)
    if face.mark:
        _paint_mark(painter, box, face.mark)
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
    font.setPixelSize(max(11, theme.px(11)))
    font.setWeight(font.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.color("on_data"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)


def paint_label(painter: QPainter, area: QRectF, text: str, chosen: bool) -> None:
    """The words under a face."""
    middle = Qt.AlignmentFlag.AlignHCenter
    token = "text" if chosen else "faint"
    write(painter, area, text, role="small", token=token, align=middle)


def _paint_star(painter: QPainter, box: QRectF) -> None:
    radius = theme.px(8)
    center = box.topLeft() + QPointF(theme.px(3) + radius, theme.px(3) + radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 42, 48, 190))
    painter.drawEllipse(center, radius, radius)
    painter.setBrush(QColor(_STAR))
    painter.drawPath(_star_path(center, theme.px(6)))


def _paint_mark(painter: QPainter, box: QRectF, mark: int) -> None:
    """Plus or minus at the lower right, told apart by shape."""
    radius, arm = theme.px(8), theme.px(4)
    center = box.bottomRight() - QPointF(theme.px(3) + radius, theme.px(3) + radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 42, 48, 190))
    painter.drawEllipse(center, radius, radius)
    pen = QPen(QColor("white"), 1.75)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(center - QPointF(arm, 0), center + QPointF(arm, 0))
    if mark > 0:
        painter.drawLine(center - QPointF(0, arm), center + QPointF(0, arm))


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
