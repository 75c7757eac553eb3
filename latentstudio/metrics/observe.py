"""What metrics need of a set of pictures, gathered batch by batch."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.metrics.referee import Referee
from latentstudio.metrics.spectrum import log_power

KEPT = 2000
"""So many pictures are kept; the rest leave their features and spectra."""


@dataclass(frozen=True)
class Observed:
    """A set of N pictures, as the metrics need it.

    Attributes:
        features: the referee's, float32 [N, D].
        spectra: see ``log_power``: [N, R / 2].
        pictures: the first ones, uint8 [at most KEPT, 3, R, R].
        classes: the class of each, int64 [N]; None without classes.
    """

    features: Tensor
    spectra: Tensor
    pictures: Tensor
    classes: Tensor | None = None

    def __len__(self) -> int:
        return len(self.features)

    @property
    def images(self) -> Tensor:
        """The pictures kept, float32 in [-1, 1]."""
        return from_levels(self.pictures)

    def first(self, count: int) -> "Observed":
        """The set's first pictures only."""
        classes = None if self.classes is None else self.classes[:count]
        return Observed(self.features[:count], self.spectra[:count], self.pictures[:count], classes)


class Observer:
    """Looks at a set of pictures of any size, batch by batch; rounds them to 8 bits first."""

    def __init__(self, referee: Referee) -> None:
        self._referee = referee
        self._features: list[Tensor] = []
        self._spectra: list[Tensor] = []
        self._pictures: list[Tensor] = []
        self._classes: list[Tensor] = []
        self._kept = 0

    @torch.no_grad()
    def add(self, images: Tensor, classes: Tensor | None = None) -> None:
        """Look at pictures [B, 3, R, R] in [-1, 1] on any device, of classes [B]."""
        levels = to_levels(images).cpu()
        rounded = from_levels(levels)
        self._features.append(self._referee.features(rounded))
        self._spectra.append(log_power(rounded))
        self._pictures.append(levels[: KEPT - self._kept])
        self._kept += len(self._pictures[-1])
        if classes is not None:
            self._classes.append(classes.cpu())

    def observed(self) -> Observed:
        """What was seen so far; at least one batch."""
        classes = torch.cat(self._classes) if self._classes else None
        return Observed(
            torch.cat(self._features), torch.cat(self._spectra), torch.cat(self._pictures), classes
        )


def to_levels(images: Tensor) -> Tensor:
    """Pictures in [-1, 1] as they are saved: uint8, the same shape."""
    return (images.float() * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)


def from_levels(levels: Tensor) -> Tensor:
    """What ``to_levels`` rounded, float32 in [-1, 1]."""
    return levels.float() / 127.5 - 1


def coarsened(images: Tensor, factor: int) -> Tensor:
    """Pictures [B, 3, R, R] shrunk by a factor and enlarged again: a yardstick for the metrics."""
    small = F.avg_pool2d(images, factor)
    return F.interpolate(small, images.shape[-2:], mode="bilinear")
