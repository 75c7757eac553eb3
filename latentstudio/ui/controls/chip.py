"""Chip: a rounded button with a picture or a ring, a name and a quiet detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen

from latentstudio.ui import theme
from latentstudio.ui.controls.base import draw_icon, raised, write
from latentstudio.ui.controls.buttons import Button
from latentstudio.ui.controls.faces import Face, paint_picture

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_HEIGHT, _SIGN, _PADDING, _GAP = 28, 18, 8, 8
_WIDEST = 180  # of the name


class Chip(Button):
    """The model chip and the jobs chip of the top bar."""

    def __init__(
        self, text: str = "", *, chevron: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._chevron = chevron
        self._detail = ""
        self._face = Face()
        self._round = True
        self._progress: float | None = None
        self._compact = False
        self.setText(text)
        self.become(text or "chip", kind="chip")

    def set_text(self, text: str) -> None:
        """Shows a name."""
        self.setText(text)
        self._spoken()

    def set_detail(self, text: str) -> None:
        """Shows a quiet word after the name (the resolution)."""
        self._detail = text
        self._spoken()

    def set_image(self, image: QImage | None, round: bool = True) -> None:
        """Shows a face at the left; round for a place one can go to."""
        self._face, self._round = Face(image), round
        self._spoken()

    def set_progress(self, share: float | None) -> None:
        """Shows a ring that is filled so far (0 to 1), or none."""
        self._progress = share
        self._spoken()

    def set_compact(self, on: bool) -> None:
        """Leaves out the detail."""
        self._compact = on
        self._spoken()

    def _spoken(self) -> None:
        self.setAccessibleDescription(" ".join(filter(None, (self.text(), self._detail))))
        self.updateGeometry()
        self.update()

    def _has_sign(self) -> bool:
        return self._face.image is not None or self._progress is not None

    def _words(self) -> tuple[int, int]:
        name = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        shown = self._detail and not self._compact
        detail = QFontMetrics(theme.font("label")).horizontalAdvance(self._detail) if shown else 0
        return min(name, theme.px(_WIDEST)), detail

    def sizeHint(self) -> QSize:
        name, detail = self._words()
        parts = [name, detail]
        if self._has_sign():
            parts.append(theme.px(_SIGN))
        if self._chevron:
            parts.append(theme.px(16))
        used = [part for part in parts if part]
        gaps = max(0, len(used) - 1) * theme.px(_GAP)
        return QSize(sum(used) + gaps + 2 * theme.px(_PADDING), theme.px(_HEIGHT))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        raised(painter, area, "hover" if self.is_hot() else "raised")
        left = area.left() + theme.px(_PADDING)
        if self._has_sign():
            self._paint_sign(painter, QRectF(left, 0, theme.px(_SIGN), area.height()))
            left += theme.px(_SIGN + _GAP)
        name, detail = self._words()
        token = "text" if self.isEnabled() else "outline"
        box = QRectF(left, 0, name, area.height())
        write(painter, box, self.text(), role="strong", token=token)
        if detail:
            rest = QRectF(left + name + theme.px(_GAP), 0, detail, area.height())
            write(painter, rest, self._detail, token="faint")
        if self._chevron:
            x = area.right() - theme.px(_PADDING + 8)
            draw_icon(painter, QPointF(x, area.center().y()), "chevron-down", "muted", 14)

    def _paint_sign(self, painter: QPainter, area: QRectF) -> None:
        edge = area.width()
        box = QRectF(area.left(), round(area.center().y() - edge / 2), edge, edge)
        if self._progress is not None:
            paint_ring(painter, box.adjusted(2, 2, -2, -2), self._progress)
        else:
            paint_picture(painter, box, self._face, edge / 2 if self._round else 3)


def paint_ring(painter: QPainter, box: QRectF, share: float, token: str = "accent") -> None:
    """A ring filled clockwise from the top, on its empty track."""
    width = max(2.0, box.width() / 7)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("outline", 0.5), width))
    painter.drawEllipse(box)
    pen = QPen(theme.color(token), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawArc(box, 90 * 16, round(-360 * 16 * min(max(share, 0.02), 1.0)))
