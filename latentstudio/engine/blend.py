"""Blending: sets what was drawn into the hole of a picture, with seams that are not seen."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from latentstudio.core.mask import Mask

Blend = Literal["poisson", "feather", "none"]
Rgb = npt.NDArray[np.uint8]
Hole = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

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
    return _poisson(known, drawn, hole)


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


def _poisson(known: Rgb, drawn: Rgb, hole: Hole) -> Rgb:
    """The drawn picture plus what makes it meet the known one at the border of the hole.

    That difference is harmonic in the hole (Perez et al. 2003, equation 5). At the picture's own
    edge nothing is known, so there its slope is 0.
    """
    difference = known.astype(np.float64) - drawn
    correction = _harmonic(difference, hole)
    filled = np.clip(np.rint(drawn + correction), 0, 255).astype(np.uint8)
    return np.where(hole[..., None], filled, known)


def _harmonic(values: Floats, hole: Hole) -> Floats:
    """Values [H, W, 3] as given outside a hole; inside, each the mean of its neighbours."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    count = int(hole.sum())
    number = np.full(hole.shape, -1)
    number[hole] = np.arange(count)
    rows, columns, entries = [], [], []
    degree, given = np.zeros(count), np.zeros((count, values.shape[2]))
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        inside = _has_neighbour(hole.shape, axis, step)
        here = number[hole & inside]
        there = np.roll(number, -step, axis)[hole & inside]
        degree[here] += 1
        free = there >= 0
        rows.append(here[free])
        columns.append(there[free])
        entries.append(-np.ones(int(free.sum())))
        border = np.roll(values, -step, axis)[hole & inside][~free]
        np.add.at(given, here[~free], border)
    diagonal = np.arange(count)
    places = (np.concatenate([*rows, diagonal]), np.concatenate([*columns, diagonal]))
    matrix = coo_matrix((np.concatenate([*entries, degree]), places), (count, count)).tocsc()
    result = values.copy()
    result[hole] = splu(matrix).solve(given)
    return result


def _has_neighbour(shape: tuple[int, ...], axis: int, step: int) -> npt.NDArray[np.bool_]:
    inside = np.ones(shape, bool)
    edge = [slice(None), slice(None)]
    edge[axis] = slice(-1, None) if step > 0 else slice(0, 1)
    inside[tuple(edge)] = False
    return inside
