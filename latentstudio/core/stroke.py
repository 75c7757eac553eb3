"""Stroke: a mask that is being painted, a piece of the line at a time."""

import numpy as np
import numpy.typing as npt

from latentstudio.core.mask import Area, Levels, Mask, Point, paint_line


class Stroke:
    """A brush on its way over a mask; only what a piece of the line reaches is computed.

    Args:
        mask: what there is; it stays as it is.
        size: diameter in pixels at full pressure.
        hardness: share of the radius, 0 to 1, that is painted fully.
        erase: take away instead.

    Attributes:
        levels: the mask with the stroke so far, uint8 [H, W].
    """

    def __init__(self, mask: Mask, size: float, hardness: float = 1.0, erase: bool = False) -> None:
        self.levels: Levels = mask.levels.copy()
        self._mask = mask
        self._size, self._hardness, self._erase = size, hardness, erase
        self._painted: npt.NDArray[np.float32] = np.zeros(mask.levels.shape, np.float32)
        self._last: Point | None = None

    def to(self, point: Point, pressure: float = 1.0) -> Area:
        """Go on to a point; returns the rows and columns that have changed."""
        size = self._size * min(max(pressure, 0.05), 1.0)
        area = paint_line(self._painted, self._last or point, point, size, self._hardness)
        self._last = point
        drawn = np.rint(np.clip(self._painted[area], 0, 1) * 255).astype(np.uint8)
        before = self._mask.levels[area]
        self.levels[area] = (
            np.minimum(before, 255 - drawn) if self._erase else np.maximum(before, drawn)
        )
        return area

    def mask(self) -> Mask:
        """The mask with the stroke."""
        return Mask(self.levels)
