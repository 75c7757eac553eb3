"""Birthday test: how many near twins there are in a thousand pictures."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.metrics.pairwise import rows_of_distances

PICTURES = 1000
RATE = 2e-5
"""Of all pairs of real pictures, so many are nearer than each threshold: ten among a thousand
pictures."""

_SIDE = 16  # pictures are compared at this size, so that a shift by a pixel hides no twin


@dataclass(frozen=True)
class Twins:
    """A pair is a twin if it is nearer than both, in features and in pixels (RMS, of -1 to 1)."""

    features: float
    pixels: float


def twin_thresholds(features: Tensor, images: Tensor) -> Twins:
    """Thresholds from real pictures: features [N, D], images [N, 3, R, R] in [-1, 1]."""
    return Twins(_low_quantile(features), _low_quantile(_small(images)))


def count_twins(features: Tensor, images: Tensor, twins: Twins) -> int:
    """Pairs that are near in features and, to be sure, in pixels (Arora and Zhang 2017, section 3).

    Few different pictures give many pairs: among s pictures drawn from n there are s^2 / 2n.
    """
    images, count, start = _small(images), 0, 0
    for by_features, by_pixels in zip(
        rows_of_distances(features, features), rows_of_distances(images, images), strict=True
    ):
        near = (by_features < twins.features) & (by_pixels < twins.pixels)
        count += int(near.triu(start + 1).sum())
        start += len(near)
    return count


def _small(images: Tensor) -> Tensor:
    """Pictures [N, 3, R, R] as rows whose distance is the RMS difference of their pixels."""
    side = min(_SIDE, images.shape[-1])
    rows = F.interpolate(images.float(), (side, side), mode="area").flatten(1)
    scaled: Tensor = rows / rows.shape[1] ** 0.5
    return scaled


def _low_quantile(rows: Tensor) -> float:
    """The distance below which ``RATE`` of all pairs lie; at least the nearest pair does."""
    rank = max(1, round(RATE * len(rows) * (len(rows) - 1) / 2))
    nearest, start = torch.empty(0, dtype=torch.float64), 0
    for distances in rows_of_distances(rows, rows):
        pairs = distances[torch.ones_like(distances, dtype=torch.bool).triu(start + 1)]
        start += len(distances)
        joined = torch.cat([nearest, pairs])
        nearest = joined.topk(min(rank + 1, len(joined)), largest=False).values
    return float(nearest[-1])
