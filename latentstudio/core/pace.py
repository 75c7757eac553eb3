"""Pace: where on a path to stand so that the picture changes evenly, from what was seen on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LEAST = 0.02
"""The share of an even step that a step counts at least: what stands still is passed quickly."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A table from the share of the change (0 to 1) to the place on the path (0 to 1) and back.

    Attributes:
        shares: of the whole change that lie before each place; from 0 to 1, rising.
    """

    shares: tuple[float, ...] = (0.0, 1.0)

    def place(self, share: float) -> float:
        """Where a share of the change has been seen; monotone and linear between the places."""
        return float(np.interp(share, self.shares, self._places))

    def share(self, place: float) -> float:
        """How much of the change has been seen at a place; the inverse of ``place``."""
        return float(np.interp(place, self._places, self.shares))

    @property
    def _places(self) -> npt.NDArray[np.float64]:
        return np.linspace(0.0, 1.0, len(self.shares))


def pace_of(distances: Sequence[float]) -> Pace:
    """The pace of a path whose pictures, at even places, differ by these distances in turn.

    Arc length as the parameter of the path, measured in pictures as in Karras et al. 2020,
    StyleGAN2, section 3.2, whose perceptual length this is with another distance.

    Args:
        distances: one for each step, not negative; all zero make an even table.
    """
    steps = np.asarray(distances, np.float64)
    mean = steps.mean() if len(steps) else 0.0
    if mean <= 0:
        return Pace()
    steps = np.maximum(steps, _LEAST * mean)
    shares = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    shares[-1] = 1.0
    return Pace(tuple(shares.tolist()))
