"""Frechet distance of each class: does a class look like its own real pictures?"""

from collections.abc import Sequence

import torch
from torch import Tensor

from latentstudio.metrics.frechet import Moments, frechet_distance, moments_of


def moments_by_class(features: Tensor, classes: Tensor, count: int) -> tuple[Moments, ...]:
    """The moments of the features [N, D] of each of ``count`` classes [N].

    Raises:
        ValueError: a class of fewer than two pictures.
    """
    return tuple(moments_of(features[classes == number]) for number in range(count))


def class_frechet_distances(
    features: Tensor, classes: Tensor, real: Sequence[Moments]
) -> list[float]:
    """The distance of each class of generated features [N, D], classes [N], to the real ones.

    The sizes of the classes must be those of the real classes: small ones are farther apart.
    """
    fake = moments_by_class(features, classes, len(real))
    return [frechet_distance(a, b) for a, b in zip(fake, real, strict=True)]


def class_accuracy(probabilities: Tensor, classes: Tensor) -> float:
    """The share of pictures that are read as the class asked for: [N, C] and [N]."""
    return float((probabilities.argmax(1) == classes).to(torch.float64).mean())
