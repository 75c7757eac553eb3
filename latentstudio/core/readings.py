"""Readings of many directions at once, as often as pictures come, and what moves add to styles."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from latentstudio.core.direction import Direction, Styles, readers, rows
from latentstudio.core.recipe import Move

_KEPT = 16  # sums of moves: those of the picture, of the recipe, and of a strip's base


class Readings:
    """Where styles stand along directions: one product with a matrix for all of them.

    Args:
        directions: what is read, N of them.
        layers: style layers of the model.
    """

    def __init__(self, directions: Sequence[Direction], layers: int) -> None:
        self.directions = tuple(directions)
        units = [readers(d, layers).ravel() / (layers * d.scale) for d in directions]
        self._units = np.stack(units) if units else np.zeros((0, 1))
        self._means = np.array([d.mean / d.scale for d in directions])

    def at(self, styles: Styles) -> npt.NDArray[np.float64]:
        """The readings [N] of styles [L, D], in standard deviations; see ``direction.reading``."""
        if not self.directions:
            return np.zeros(0)
        found: npt.NDArray[np.float64] = self._units @ styles.ravel() - self._means
        return found


@lru_cache(maxsize=_KEPT)
def offset_of(moves: tuple[Move, ...], layers: int, width: int) -> Styles:
    """What moves add to styles: float32 [layers, width], read-only."""
    total = np.zeros((layers, width))
    for move in moves:
        step = rows(move.vector, layers) * move.amount
        if move.span is not None:
            step = step * np.array([[move.span.share(layer)] for layer in range(layers)])
        total += step
    sums = total.astype(np.float32)
    sums.setflags(write=False)
    return sums


def moved_styles(styles: Styles, before: tuple[Move, ...], after: tuple[Move, ...]) -> Styles:
    """Styles [L, D] that hold the moves ``before``, as they are with the moves ``after``.

    Moves are added last, so this is what will be drawn, known before it is.
    """
    if before == after:
        return styles
    layers, width = styles.shape
    there = offset_of(after, layers, width) - offset_of(before, layers, width)
    return styles + there
