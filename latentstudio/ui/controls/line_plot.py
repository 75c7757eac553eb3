"""LinePlot: a few lines over one axis, one of them lit; for losses and curves of errors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    Points = Sequence[tuple[float, float]]

_HEIGHT, _FOOT = 104, 20
_TICKS = (0.0, 0.5, 1.0)


class LinePlot(Control, QWidget):
    """Lines from y = 0 up; the first is lit and ends in a dot, the others stay behind it."""

    def __init__(self, name: str, *, dots: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Points] = []
        self._ticks: Sequence[tuple[float, str]] = ()
        self._span, self._top, self._dots = (0.0, 1.0), 1.0, dots
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(name)

    def show_lines(
        self, lines: Sequence[Points], ticks: Sequence[tuple[float, str]], words: str
    ) -> None:
        """Show other lines.

        Args:
            lines: points (x, y) of each, the lit one first; what is not finite is left out.
            ticks: places on the x axis and their words; the first and last are its ends.
            words: what it says, for those who do not see it.
        """
        self._lines = [[p for p in line if all(map(math.isfinite, p))] for line in lines]
        self._ticks = ticks
        self._span = (ticks[0][0], ticks[-1][0]) if ticks else (0.0, 1.0)
        self._top = _round_up(max((y for line in self._lines for _, y in line), default=0.0))
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    @property
    def lines(self) -> Sequence[Points]:
        """What is shown, the lit one first."""
        return tuple(self._lines)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        words = [_short(share * self._top) for share in _TICKS]
        metrics = QFontMetrics(theme.font("small"))
        left = max(metrics.horizontalAdvance(word) for word in words) + theme.px(8)
        area = QRectF(left, theme.px(6), self.width() - left, 0)
        area.setBottom(self.height() - theme.px(_FOOT))
        fill(painter, area, "surround", 2)
        self._paint_axes(painter, area, words)
        painter.setClipRect(area.adjusted(0, -4, 0, 4))
        for at in range(len(self._lines) - 1, -1, -1):
            self._paint_line(painter, area, self._lines[at], lit=at == 0)
        painter.end()

    def _paint_axes(self, painter: QPainter, area: QRectF, words: Sequence[str]) -> None:
        right = Qt.AlignmentFlag.AlignRight
        height = theme.px(14)
        for share, word in zip(_TICKS, words, strict=True):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(theme.grid(), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            box = QRectF(0, y - height / 2, area.left() - theme.px(6), height)
            write(painter, box, word, role="small", token="faint", align=right)
        last = len(self._ticks) - 1
        for at, (x, word) in enumerate(self._ticks):
            wide = QFontMetrics(theme.font("small")).horizontalAdvance(word) + 2
            middle = self._place(area, x, 0).x() - wide / 2
            start = area.left() if at == 0 else area.right() - wide if at == last else middle
            box = QRectF(start, area.bottom() + theme.px(4), wide, height)
            write(painter, box, word, role="small", token="faint")

    def _paint_line(self, painter: QPainter, area: QRectF, line: Points, lit: bool) -> None:
        if not line:
            return
        places = [self._place(area, x, y) for x, y in line]
        color = theme.color("accent" if lit else "outline")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 2 if lit else 1))
        painter.drawPolyline(QPolygonF(places))
        if not lit:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for place in places if self._dots else places[-1:]:
            painter.drawEllipse(place, theme.px(3), theme.px(3))

    def _place(self, area: QRectF, x: float, y: float) -> QPointF:
        low, high = self._span
        share = (x - low) / (high - low) if high > low else 0.5
        inset = theme.px(4)
        across = area.left() + inset + share * (area.width() - 2 * inset)
        return QPointF(across, area.bottom() - min(y / self._top, 1.0) * area.height())


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, ... so that half of it is short to write, too."""
    if not value > 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 2, 3, 4, 5, 6, 8, 10, 20) if unit * step >= value)


def _short(value: float) -> str:
    return f"{value:.3g}"
