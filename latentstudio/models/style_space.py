"""The style space of a model as plain coordinates: what follows z, and how faces spread in it."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Vector
from latentstudio.models.generator import Generator

_PROBES = 8  # faces that tell which numbers of a style follow z


@dataclass(frozen=True)
class StyleSpace:
    """Styles [B, L, D] as coordinates [B, F], float64, and back.

    A face moves freely only where its z takes it: all layers together where they share one style,
    and not through the class embedding of a BigGAN.

    Attributes:
        layers: style layers L.
        shared: whether a face has the same style in every layer; F is D then.
        free: bool [L, D]: the numbers that differ between faces of one class.
        is_z: whether the coordinates are z itself.
    """

    layers: int
    shared: bool
    free: Tensor
    is_z: bool

    @classmethod
    def of(cls, generator: Generator) -> "StyleSpace":
        """The space of a model, found by looking at a few faces."""
        with torch.no_grad():
            z = generator.sample_z(range(_PROBES))
            styles = generator.map(z).float().cpu()
        shared = bool((styles == styles[:, :1]).all())
        free = (styles != styles[:1]).any(0)
        space = cls(styles.shape[1], shared, free, is_z=False)
        found = space.flat(styles)
        is_z = found.shape == z.shape and torch.equal(found.float(), z.float().cpu())
        return cls(space.layers, shared, free, is_z)

    @cached_property
    def size(self) -> int:
        """Number of coordinates F."""
        return self.free.shape[1] if self.shared else int(self.free.sum())

    @property
    def unit(self) -> float:
        """What a reading rises by for a step of length one: 1, or 1 / root of the layers."""
        return 1.0 if self.shared else 1 / math.sqrt(self.layers)

    def flat(self, styles: Tensor) -> Tensor:
        """Coordinates of styles [B, L, D]; their mean where layers that share one style differ."""
        styles = styles.detach().double().cpu()
        return styles.mean(1) if self.shared else styles[:, self.free]

    def vector(self, step: Tensor) -> Vector:
        """A step [F] as a direction's vector: of unit length, or unit root mean square of layers.

        Raises:
            ValueError: the step leads nowhere.
        """
        length = float(step.norm())
        if not length > 0:
            raise ValueError("a step of length 0 is no direction")
        if self.shared:
            return Vector("w", (step / length).float().numpy())
        rows = torch.zeros(self.free.shape, dtype=torch.float64)
        rows[self.free] = step / (length * self.unit)
        return Vector("w+", rows.float().numpy())

    def step(self, vector: Vector) -> Tensor:
        """The coordinates [F] of what a vector moves: the way back from ``vector``."""
        array = torch.from_numpy(vector.array.astype(np.float64))
        rows = array if vector.space == "w+" else array.expand(self.layers, -1)
        return rows.mean(0) if self.shared else rows[self.free] / self.layers


@dataclass
class StyleMoments:
    """Mean and covariance of coordinates, gathered batch by batch in float64."""

    count: int = 0
    _sum: Tensor = field(default_factory=lambda: torch.zeros(()))
    _outer: Tensor = field(default_factory=lambda: torch.zeros(()))

    def add(self, coordinates: Tensor) -> None:
        """Count coordinates [B, F]."""
        rows = coordinates.double()
        if not self.count:
            self._origin = rows.mean(0)  # near the mean, so that squares stay small
        rows = rows - self._origin
        self._sum = self._sum + rows.sum(0)
        self._outer = self._outer + rows.T @ rows
        self.count += len(rows)

    @property
    def mean(self) -> Tensor:
        return self._origin + self._sum / self.count

    @property
    def covariance(self) -> Tensor:
        shift = self._sum / self.count
        return (self._outer / self.count - shift[:, None] * shift) * (
            self.count / max(1, self.count - 1)
        )

    @property
    def spread(self) -> Tensor:
        """Standard deviation of each coordinate; 1 where it never changes."""
        deviation = self.covariance.diagonal().clamp_min(0).sqrt()
        return torch.where(deviation > 1e-8, deviation, 1.0)


def direction_of(
    space: StyleSpace,
    moments: StyleMoments,
    name: str,
    step: Tensor,
    told_by: Tensor | None = None,
    **facts: Any,
) -> Direction:
    """A direction along a step [F], with the mean and the deviation of faces along it.

    Args:
        space: the model's.
        moments: of the coordinates of many faces.
        name: for people.
        step: of any length.
        told_by: [F]: what tells where a face stands along it; the step itself where it is None.
        facts: further fields of ``Direction``.

    Raises:
        ValueError: the step leads nowhere, or no faces differ along it.
    """
    vector = space.vector(step)
    normal = None if told_by is None else space.vector(told_by)
    along = space.step(normal or vector)
    mean = float(along @ moments.mean)
    scale = math.sqrt(max(0.0, float(along @ moments.covariance @ along)))
    if not scale > 1e-9:
        raise ValueError(f"faces do not differ along {name}")
    return Direction(name, vector, mean, scale, told_by=normal, **facts)


def signed(steps: Tensor) -> Tensor:
    """Rows [K, F] turned so that the largest number of each is positive: signs are arbitrary."""
    largest = steps.gather(1, steps.abs().argmax(1, keepdim=True))
    return steps * torch.where(largest < 0, -1.0, 1.0)
