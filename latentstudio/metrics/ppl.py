"""Perceptual path length: how much the picture changes along a short step between two latents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Maps = Callable[[Tensor], Sequence[Tensor]]

STEP = 1e-3
"""The step between two points of a path, as a share of it. Published: 1e-4; lengths hardly change
from 3e-3 down, and a larger step stays farther above rounding."""

TRIMMED = 0.01
"""So large a share of the lowest and of the highest lengths is left out of the mean."""


@dataclass(frozen=True)
class PathLength:
    """The trimmed mean, and its standard error."""

    mean: float
    spread: float


def path_lengths(a: Tensor, b: Tensor, maps: Maps, step: float = STEP) -> Tensor:
    """The length of each step from pictures a to b [N, 3, R, R], over ``step`` squared: [N]."""
    return perceptual_distance(maps(a), maps(b)) / step**2


def perceptual_distance(a: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """The squared distance [N] of feature maps [N, C, H, W] with unit vectors at each place.

    Averaged over places, summed over layers (Zhang et al. 2018, equation 1, without weights).
    """
    parts = [(_unit(x) - _unit(y)).square().sum(1).mean((1, 2)) for x, y in zip(a, b, strict=True)]
    return torch.stack(parts).sum(0)


def summary(lengths: Tensor) -> PathLength:
    """The mean without the extreme hundredths, as published (Karras et al. 2019, section 4.1)."""
    ordered = lengths.double().sort().values
    cut = int(TRIMMED * len(ordered))
    kept = ordered[cut : len(ordered) - cut]
    spread = float(kept.std()) / len(kept) ** 0.5 if len(kept) > 1 else 0.0
    return PathLength(float(kept.mean()), spread)


def path_places(kind: Literal["full", "end"], count: int, random: torch.Generator) -> Tensor:
    """Where the steps begin [count]: anywhere on the path, or at its end only."""
    places = torch.rand(count, generator=random)
    return places if kind == "full" else torch.zeros(count)


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The straight line between rows, at t [N]."""
    return torch.lerp(a, b, t.reshape(-1, *[1] * (a.ndim - 1)).to(a))


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The arc between rows [N, D] (White 2016, section 2.1), lengths blended linearly, at t [N]."""
    t = t[:, None].to(a)
    length_a, length_b = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)
    unit_a, unit_b = a / length_a, b / length_b
    angle = (unit_a * unit_b).sum(1, keepdim=True).clamp(-1, 1).acos()
    arc = (torch.sin((1 - t) * angle) * unit_a + torch.sin(t * angle) * unit_b) / torch.sin(angle)
    scaled: Tensor = arc * torch.lerp(length_a, length_b, t)
    return scaled


def _unit(maps: Tensor) -> Tensor:
    unit: Tensor = maps / (maps.norm(dim=1, keepdim=True) + 1e-10)
    return unit
