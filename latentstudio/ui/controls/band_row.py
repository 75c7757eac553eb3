"""BandRow: the share of a band between two faces, one at each end of the track."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on, write
from latentstudio.ui.controls.slider_row import SliderRow
from latentstudio.ui.controls.tile import Tile

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

_LINE, _TILE, _TRACK = 22, 30, 22
_GAP = 8


class BandRow(SliderRow):
    """Name, resolutions and share above, what the band moves below, then face, track, face.

    The value is in percent of the right face; clicking a face asks for another one there.

    Attributes:
        ends: the faces at the left and right end.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        self._pixels = self._what = ""
        self.ends = (Tile(size=_TILE), Tile(size=_TILE))
        super().__init__(name, 0, 100, 0, step=1, decimals=0, unit="%", parent=parent)
        for end in self.ends:
            end.setParent(self)
            end.show()
        self._place()

    def set_words(self, pixels: str, what: str) -> None:
        """The resolutions of the band and what it moves."""
        self._pixels, self._what = pixels, what
        self.update()

    def set_letters(self, left: str, right: str, token: str) -> None:
        """The letters of the faces, and the colour of the right one's share."""
        for end, letter in zip(self.ends, (left, right), strict=True):
            end.set_badge(letter)
        scale = replace(self.track.scale_of, unit=f"% {right}")
        if scale != self.track.scale_of or token != self.track.fill_token:
            mixed = self.track.mixed
            self.track.fill_token = token
            self.track.scale_of = scale
            self.field.set_scale(scale)
            self.track.mixed = mixed
            self._place()
            self._show()

    def set_reason(self, reason: str) -> None:
        super().set_reason(reason)
        for end in self.ends:
            end.set_reason(reason)

    def _place(self) -> None:
        field, gap = self.field.sizeHint(), theme.px(_GAP)
        line = theme.px(_LINE)
        self.field.setGeometry(self.width() - field.width(), 0, field.width(), field.height())
        dot = theme.px(16)
        self.dot.setGeometry(self.width() - field.width() - dot, 0, dot, field.height())
        left, right = self.ends
        edge = left.sizeHint()
        top = 2 * line
        left.setGeometry(-2, top, edge.width(), edge.height())
        right.setGeometry(self.width() - edge.width() + 4, top, edge.width(), edge.height())
        start = edge.width() - 4 + gap
        middle = top + (edge.height() - theme.px(_TRACK)) // 2
        width = max(0, self.width() - 2 * start)
        self.track.setGeometry(start, middle, width, theme.px(_TRACK))

    def sizeHint(self) -> QSize:
        height = 2 * theme.px(_LINE) + self.ends[0].sizeHint().height() + theme.px(4)
        return QSize(theme.px(240), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        line = theme.px(_LINE)
        name = QFontMetrics(theme.font("heading")).horizontalAdvance(self._label)
        end = self.dot.x()
        on = self.isEnabled()
        first = QRectF(0, 0, end, line)
        write(painter, first, self._label, role="heading", token="text" if on else "outline")
        rest = QRectF(name + theme.px(8), 0, max(0, end - name - theme.px(8)), line)
        write(painter, rest, self._pixels, token="faint" if on else "outline")
        below = QRectF(0, line - theme.px(2), self.width(), line)
        words = self._what if on else self._reason
        write(painter, below, words, token="muted" if on else "faint")
        painter.end()
