"""EaseCurve: how the way from one keyframe to the next goes, as a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter, QPaintEvent

_HEIGHT, _INSET, _POINTS = 68, 12, 64


class EaseCurve(Control, QWidget):
    """Time from left to right, the share of the way from bottom to top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: Callable[[float], float] = lambda t: t
        self._place: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Ease")

    def show_ease(self, words: str, share: Callable[[float], float]) -> None:
        """Show a curve: the share of the way after a share of the time, both 0 to 1."""
        self._share = share
        self.setAccessibleDescription(words)
        self.update()

    def show_place(self, place: float | None) -> None:
        """A dot where the playhead is, as a share of the time; None for none."""
        if place != self._place:
            self._place = place
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        area = QRectF(self.rect())
        fill(painter, area, "surround")
        inset = theme.px(_INSET)
        inner = area.adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(theme.grid(), 1))
        for i in range(5):
            x, y = inner.left() + inner.width() * i / 4, inner.top() + inner.height() * i / 4
            painter.drawLine(QPointF(x, inner.top()), QPointF(x, inner.bottom()))
            painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right(), y))
        self._paint_curve(painter, inner)
        painter.end()

    def _paint_curve(self, painter: QPainter, inner: QRectF) -> None:
        def at(t: float) -> QPointF:
            y = inner.bottom() - inner.height() * self._share(t)
            return QPointF(inner.left() + inner.width() * t, y)

        path = QPainterPath(at(0.0))
        before = at(0.0)
        for i in range(1, _POINTS + 1):
            point = at(i / _POINTS)
            if abs(point.y() - before.y()) > inner.height() / 2:  # a hold jumps straight up
                path.lineTo(QPointF(point.x(), before.y()))
            path.lineTo(point)
            before = point
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent" if self.isEnabled() else "outline"), 2))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if self.isEnabled() else "outline"))
        for end in (at(0.0), at(1.0)):
            painter.drawEllipse(end, theme.px(3.5), theme.px(3.5))
        if self._place is not None:
            painter.setBrush(theme.color("text"))
            painter.drawEllipse(at(self._place), theme.px(4.5), theme.px(4.5))
