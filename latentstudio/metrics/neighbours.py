"""Nearest training pictures: a generator that copies is nearer to them than other real ones are."""

from dataclasses import dataclass

import torch
from torch import Tensor

from latentstudio.metrics.pairwise import nearest_distances

CLOSEST = 0.01
"""The share of pictures, the nearest ones, that ``closest`` bounds."""


@dataclass(frozen=True)
class Nearest:
    """Distances to the nearest training picture: the median, and that of the nearest hundredth."""

    median: float
    closest: float


def nearest_training(features: Tensor, training: Tensor) -> Nearest:
    """How near pictures [N, D] come to training pictures [M, D] in feature space.

    To be compared with the same distances of real pictures that are not among the training ones:
    clearly less means copies, clearly more means pictures unlike any real one.
    """
    distances = nearest_distances(features, training)
    levels = torch.tensor([0.5, CLOSEST], dtype=distances.dtype)
    median, closest = torch.quantile(distances, levels).tolist()
    return Nearest(median, closest)
