"""MaskOverlay: a mask as it is seen on a picture, hatched and outlined at the screen's pixels."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from latentstudio.core.mask import Area, Levels
from latentstudio.ui import theme

SHARE = 0.42
"""How much of the accent is seen over the picture."""
_HATCH, _LINE = 9, 3  # device pixels from one dark line to the next, and their width
_DASH = 12
_EDGE = 2  # width of the outline
_DARK = (0x0B, 0x0C, 0x0E)

Pixels = npt.NDArray[np.uint8]


class MaskOverlay:
    """Drawn once for the whole picture, then only where the mask changes.

    Args:
        outline: draw nothing but a dashed outline, for results.
    """

    def __init__(self, outline: bool = False) -> None:
        self._outline = outline
        self._levels: Levels = np.zeros((1, 1), np.uint8)
        self._target = QRectF()
        self._area = QRect()
        self._ratio = 1.0
        self._pixels: Pixels = np.zeros((1, 1, 4), np.uint8)
        self._image = QImage()
        self._stale = True

    def set_levels(self, levels: Levels, area: Area | None = None) -> None:
        """Show a mask [R, R]; where only an area of it has changed, only that is drawn anew."""
        self._levels = levels
        if area is None or self._stale:
            self._stale = True
        else:
            self._draw(self._device(self.place(area)))

    def invalidate(self) -> None:
        """The colours are new."""
        self._stale = True

    def place(self, area: Area) -> QRect:
        """Where an area of the mask is on the widget, with room for the outline."""
        side = self._levels.shape[0]
        zoom = self._target.width() / side
        rows, columns = area
        left, top = self._target.left(), self._target.top()
        box = QRectF(
            left + columns.start * zoom,
            top + rows.start * zoom,
            (columns.stop - columns.start) * zoom,
            (rows.stop - rows.start) * zoom,
        )
        reach = math.ceil(zoom) + _EDGE + 1
        return box.toAlignedRect().adjusted(-reach, -reach, reach, reach)

    def paint(self, painter: QPainter, dirty: QRect, target: QRectF, ratio: float) -> None:
        """Paint a part of it over a picture that stands at ``target`` of the widget."""
        if target.isEmpty():
            return
        if self._stale or target != self._target or ratio != self._ratio:
            self._target, self._ratio = QRectF(target), ratio
            self._prepare()
        part = dirty.intersected(self._area)
        if not part.isEmpty():
            source = QRectF(self._device(part))
            painter.drawImage(QRectF(part), self._image, source)

    def _prepare(self) -> None:
        self._stale = False
        self._area = self._target.toAlignedRect()
        width = max(1, math.ceil(self._area.width() * self._ratio))
        height = max(1, math.ceil(self._area.height() * self._ratio))
        self._pixels = np.zeros((height, width, 4), np.uint8)
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(self._pixels.data, width, height, width * 4, kind)
        self._draw(QRect(0, 0, width, height))

    def _device(self, part: QRect) -> QRect:
        """A part of the widget in pixels of the image."""
        ratio = self._ratio
        left, top = part.left() - self._area.left(), part.top() - self._area.top()
        box = QRectF(left * ratio, top * ratio, part.width() * ratio, part.height() * ratio)
        return box.toAlignedRect()

    def _draw(self, part: QRect) -> None:
        height, width = self._pixels.shape[:2]
        box = part.intersected(QRect(0, 0, width, height))
        if box.isEmpty():
            return
        columns = np.arange(box.left() - _EDGE, box.left() + box.width() + _EDGE)
        rows = np.arange(box.top() - _EDGE, box.top() + box.height() + _EDGE)
        soft = self._sampled(rows, columns)
        inside = soft >= 128
        inner = slice(_EDGE, -_EDGE)
        edge = (inside & ~_shrunk(inside))[inner, inner]
        stripes = np.add.outer(rows[inner], columns[inner])
        draw = self._dashes if self._outline else self._tinted
        view = self._pixels[
            box.top() : box.top() + box.height(), box.left() : box.left() + box.width()
        ]
        view[:] = draw(soft[inner, inner], edge, stripes)

    def _tinted(self, soft: Levels, edge: npt.NDArray[np.bool_], stripes: Levels) -> Pixels:
        accent = _rgb(theme.color("accent"))
        share = soft.astype(np.float32) * (SHARE / 255)
        drawn = np.empty((*soft.shape, 4), np.float32)
        for channel, level in enumerate((accent[2], accent[1], accent[0])):
            drawn[..., channel] = share * level
        drawn[..., 3] = share * 255
        hatch = (stripes % _HATCH < _LINE) & (soft >= 128)
        drawn[hatch] = _premultiplied(_DARK, 0.5)
        drawn[edge] = _premultiplied(accent, 1.0)
        finished: Pixels = drawn.astype(np.uint8)
        return finished

    def _dashes(self, soft: Levels, edge: npt.NDArray[np.bool_], stripes: Levels) -> Pixels:
        drawn: Pixels = np.zeros((*soft.shape, 4), np.uint8)
        light = stripes % _DASH < _DASH // 2
        drawn[edge & light] = 235
        drawn[edge & ~light] = _premultiplied(_DARK, 0.35)
        return drawn

    def _sampled(self, rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_]) -> Levels:
        """Levels between those of the mask, at device pixels; 0 outside of it."""
        side = self._levels.shape[0]
        zoom = self._target.width() * self._ratio / side
        left = (self._area.left() - self._target.left()) * self._ratio
        top = (self._area.top() - self._target.top()) * self._ratio
        x = np.clip((columns + left + 0.5) / zoom - 0.5, 0, side - 1)
        y = np.clip((rows + top + 0.5) / zoom - 0.5, 0, side - 1)
        x0, y0 = x.astype(np.int64), y.astype(np.int64)
        x1, y1 = np.minimum(x0 + 1, side - 1), np.minimum(y0 + 1, side - 1)
        # Sums of 8.8 fixed point: half the time of floats.
        across = ((x - x0) * 256).astype(np.uint32)[None, :]
        down = ((y - y0) * 256).astype(np.uint32)[:, None]
        levels = self._levels[y0[0] : y1[-1] + 1].astype(np.uint32)
        wide = levels[:, x0] * (256 - across) + levels[:, x1] * across
        tall = wide[y0 - y0[0]] * (256 - down) + wide[y1 - y0[0]] * down
        sampled: Levels = (tall >> 16).astype(np.uint8)
        return sampled


def _shrunk(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What is inside and further than ``_EDGE`` from the outside."""
    for _ in range(_EDGE):
        padded = np.pad(inside, 1, mode="edge")
        inside = (
            inside & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        )
    return inside


def _rgb(color: QColor) -> tuple[int, int, int]:
    return color.red(), color.green(), color.blue()


def _premultiplied(rgb: tuple[int, int, int], share: float) -> npt.NDArray[np.uint8]:
    red, green, blue = (round(level * share) for level in rgb)
    return np.array([blue, green, red, round(255 * share)], np.uint8)
