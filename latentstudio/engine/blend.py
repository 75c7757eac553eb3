"""Blending: sets what was drawn into the hole of a picture, with seams that are not seen."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from latentstudio.core.mask import Mask

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Blend = Literal["poisson", "feather", "none"]
Rgb = npt.NDArray[np.uint8]
Hole = npt.NDArray[np.bool_]

BORDER = 0.05
"""Width of the feathered border, of the picture's side; outside of it no byte changes."""


def blended(known: Rgb, drawn: Rgb, mask: Mask, way: Blend = "poisson") -> Rgb:
    """A picture whose hole is filled.

    Args:
        known: the picture, uint8 [H, W, 3].
        drawn: what is to be seen in the hole, of the same shape.
        mask: the hole.
        way: ``poisson`` takes the drawn picture's gradients and the known one's border (Perez et
            al. 2003, section 3), ``feather`` fades over a border, ``none`` cuts.
    """
    hole = mask.hole
    if not hole.any():
        return known.copy()
    if way == "none" or hole.all():
        return np.where(hole[..., None], drawn, known)
    if way == "feather":
        return _over(known, drawn, feather(mask))
    return _poisson(known, drawn, mask)


def feather(mask: Mask) -> npt.NDArray[np.float32]:
    """Shares [H, W] of the drawn picture: 1 in the hole, falling to 0 over ``BORDER`` around it."""
    width = max(1, round(mask.levels.shape[0] * BORDER))
    hole = np.where(mask.hole, 255, 0).astype(np.uint8)
    wide = Image.fromarray(hole)
    for _ in range(width):
        wide = wide.filter(ImageFilter.MaxFilter(3))
    soft = np.asarray(wide.filter(ImageFilter.BoxBlur(width / 2)), np.float32) / 255
    reach = np.asarray(wide) > 0
    return np.where(mask.hole, 1.0, np.where(reach, soft, 0.0)).astype(np.float32)


def _over(known: Rgb, drawn: Rgb, share: npt.NDArray[np.float32]) -> Rgb:
    share = share[..., None]
    mixed = np.rint(drawn * share + known * (1 - share)).astype(np.uint8)
    return np.where(share > 0, mixed, known)


def _poisson(known: Rgb, drawn: Rgb, mask: Mask) -> Rgb:
    """The drawn picture plus what makes it meet the known one at the border of the hole.

    That difference is harmonic in the hole (Perez et al. 2003, equation 5). At the picture's own
    edge nothing is known, so there its slope is 0.
    """
    hole = mask.hole
    around, laplacian = _harmonic(mask)
    difference = known.astype(np.float64) - drawn
    correction = laplacian.solve(around @ difference.reshape(-1, 3))
    filled = known.copy()
    filled[hole] = np.clip(np.rint(drawn[hole] + correction), 0, 255).astype(np.uint8)
    return filled


@lru_cache(maxsize=2)  # every answer for a hole, and a preview of it while a control moves
def _harmonic(mask: Mask) -> tuple["csr_matrix", Any]:
    """What makes each pixel of a hole the mean of its neighbours.

    Returns:
        The matrix [pixels in the hole, H W] that sums the known neighbours of each, and the
        factorised one to solve by.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    hole = mask.hole
    count = int(hole.sum())
    place, number = np.arange(hole.size).reshape(hole.shape), np.full(hole.shape, -1)
    number[hole] = np.arange(count)
    here, there = [], []
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        inside = hole & _has_neighbour(hole.shape, axis, step)
        here.append(number[inside])
        there.append(np.roll(place, -step, axis)[inside])
    rows, neighbours = np.concatenate(here), np.concatenate(there)
    columns, degree = number.ravel()[neighbours], np.bincount(rows, minlength=count)
    free, diagonal = columns >= 0, np.arange(count)
    places = (np.append(rows[free], diagonal), np.append(columns[free], diagonal))
    entries = np.append(np.full(int(free.sum()), -1.0), degree)
    known = (rows[~free], neighbours[~free])
    around = coo_matrix((np.ones(len(known[0])), known), (count, hole.size)).tocsr()
    return around, splu(coo_matrix((entries, places), (count, count)).tocsc())


def _has_neighbour(shape: tuple[int, ...], axis: int, step: int) -> npt.NDArray[np.bool_]:
    inside = np.ones(shape, bool)
    edge = [slice(None), slice(None)]
    edge[axis] = slice(-1, None) if step > 0 else slice(0, 1)
    inside[tuple(edge)] = False
    return inside
