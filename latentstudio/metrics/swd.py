"""Sliced Wasserstein distance between two sets of pictures, on the Laplacian pyramid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

Array = NDArray[np.float32]

SCALE = 1e3
"""Distances are multiplied by a thousand, as published."""

PATCH = 7
COARSEST = 16
_CHUNK = 32


@dataclass(frozen=True)
class SlicedWasserstein:
    """Distances by the side of the pyramid level in pixels, and their mean."""

    levels: dict[int, float]

    @property
    def mean(self) -> float:
        return sum(self.levels.values()) / len(self.levels)


class RealSet:
    """Real pictures made ready to be compared with; keeps projections, not pictures.

    Karras et al. 2018 (progressive growing), section 5: 7x7 patches of each picture and level of
    the Laplacian pyramid, normalised for each channel, projected on random unit directions and
    sorted. Unlike the published code, both sets are normalised by the moments of the real one: a
    cast of colour in the fakes counts.

    Args:
        real: pictures [N, 3, R, R] in [-1, 1], R a power of two and at least 8; below 32 there is
            one level.
        patches: how many from each picture and level.
        directions: how many random projections.
        seed: of the places of the patches and of the directions.
    """

    def __init__(
        self, real: Tensor, *, patches: int = 128, directions: int = 512, seed: int = 0
    ) -> None:
        random = torch.Generator().manual_seed(seed)
        self.shape = real.shape
        side, self._levels = real.shape[-1], list[_Level]()
        while side >= COARSEST or not self._levels:
            slices = torch.randn(real.shape[1] * PATCH**2, directions, generator=random)
            corners = _corners(side, len(real), patches, random)
            self._levels.append(_Level(side, corners, slices / slices.norm(dim=0)))
            side //= 2
        for level, cut in zip(self._levels, self._cut(real), strict=True):
            spread, mean = torch.std_mean(cut, dim=(0, 2, 3), keepdim=True)
            level.mean, level.spread = mean, spread.clamp_min(1e-8)
            level.real = _project(cut, level.mean, level.spread, level.slices)

    def distance(self, fake: Tensor) -> SlicedWasserstein:
        """The distance of as many pictures of the same size, at each level; 0 is equal.

        Raises:
            ValueError: another number or size of pictures.
        """
        if fake.shape != self.shape:
            raise ValueError(f"sets differ in shape: {tuple(self.shape)}, {tuple(fake.shape)}")
        distances = {}
        for level, cut in zip(self._levels, self._cut(fake), strict=True):
            projections = _project(cut, level.mean, level.spread, level.slices)
            gap = np.abs(level.real - projections).mean()
            distances[level.side] = float(gap) * SCALE
        return SlicedWasserstein(distances)

    def reduced(self, quantiles: int = 256) -> "ReducedSet":
        """A few hundred kB that stand for the set and compare with any number of pictures.

        Raises:
            ValueError: fewer patches than quantiles.
        """
        patches = self._levels[0].corners.shape[-1]
        levels = [
            ReducedLevel(
                level.side,
                level.slices,
                level.mean,
                level.spread,
                torch.from_numpy(_reduce(level.real, quantiles)),
            )
            for level in self._levels
        ]
        return ReducedSet(tuple(levels), patches)

    def _cut(self, images: Tensor) -> list[Tensor]:
        return _cut(images, [level.corners for level in self._levels])


@dataclass(frozen=True)
class ReducedLevel:
    """What is kept of a level of the pyramid.

    Attributes:
        side: of the level, in pixels.
        slices: unit directions [C * 49, directions].
        mean, spread: moments of the real patches, by channel [1, C, 1, 1].
        quantiles: means of equal parts of the sorted real projections [directions, Q].
    """

    side: int
    slices: Tensor
    mean: Tensor
    spread: Tensor
    quantiles: Tensor


@dataclass(frozen=True)
class ReducedSet:
    """Real pictures by the quantiles of their projections.

    Distances are a little less than those of a RealSet: within a quantile, what is too low and
    what is too high cancel. They must be compared with each other only.
    """

    levels: tuple[ReducedLevel, ...]
    patches: int

    def distance(self, fake: Tensor, seed: int = 0) -> SlicedWasserstein:
        """The distance of pictures [N, 3, R, R] in [-1, 1], R as that of the real ones.

        Raises:
            ValueError: pictures of another size, or fewer patches than quantiles.
        """
        if fake.shape[-1] != self.levels[0].side:
            raise ValueError(f"pictures of {fake.shape[-1]} pixels, not {self.levels[0].side}")
        random = torch.Generator().manual_seed(seed)
        corners = [_corners(level.side, len(fake), self.patches, random) for level in self.levels]
        distances = {}
        for kept, cut in zip(self.levels, _cut(fake, corners), strict=True):
            real = kept.quantiles.numpy()
            projections = _project(cut, kept.mean, kept.spread, kept.slices)
            gap = np.abs(real - _reduce(projections, real.shape[1])).mean()
            distances[kept.side] = float(gap) * SCALE
        return SlicedWasserstein(distances)


@dataclass
class _Level:
    side: int
    corners: Tensor
    slices: Tensor
    mean: Tensor = field(init=False)
    spread: Tensor = field(init=False)
    real: Array = field(init=False)


def laplacian_pyramid(images: Tensor, coarsest: int = COARSEST) -> Iterator[Tensor]:
    """Yield the bands of [N, C, R, R], finest first; the last one is the small picture itself.

    Burt and Adelson 1983, with their 5-tap binomial filter.
    """
    while images.shape[-1] > coarsest:
        smaller = _blur(images)[:, :, ::2, ::2]
        yield images - _enlarge(smaller)
        images = smaller
    yield images


def _corners(side: int, count: int, patches: int, random: torch.Generator) -> Tensor:
    """Upper left corners of the patches: [rows and columns, count, patches]."""
    return torch.randint(0, side - PATCH + 1, (2, count, patches), generator=random)


def _cut(images: Tensor, corners: Sequence[Tensor]) -> list[Tensor]:
    """Patches of each level: [N * patches, C, 7, 7]; a few pictures at a time stay in cache."""
    parts: list[list[Tensor]] = [[] for _ in corners]
    for start in range(0, len(images), _CHUNK):
        bands = laplacian_pyramid(images[start : start + _CHUNK])
        for places, band, part in zip(corners, bands, parts, strict=True):
            part.append(_patches(band, places[:, start : start + _CHUNK]))
    return [torch.cat(part) for part in parts]


def _project(patches: Tensor, mean: Tensor, spread: Tensor, slices: Tensor) -> Array:
    """Sorted projections [directions, count]; numpy sorts three times as fast as torch."""
    flat = ((patches - mean.to(patches)) / spread.to(patches)).flatten(1)
    return np.sort((slices.to(flat.device).T @ flat.T).cpu().numpy(), axis=1)


def _reduce(ordered: Array, parts: int) -> Array:
    """The means of ``parts`` nearly equal parts of sorted rows [directions, count]."""
    if ordered.shape[1] < parts:
        raise ValueError(f"{ordered.shape[1]} patches make no {parts} quantiles")
    edges = np.linspace(0, ordered.shape[1], parts + 1).round().astype(np.int64)
    sums: Array = np.add.reduceat(ordered, edges[:-1], axis=1, dtype=np.float64)
    means: Array = (sums / np.diff(edges)).astype(np.float32)
    return means


def _patches(images: Tensor, corners: Tensor) -> Tensor:
    """Cut the patches at corners [2, N, count] of [N, C, R, R]: [N * count, C, 7, 7]."""
    corners = corners.to(images.device)
    offsets = torch.arange(PATCH, device=images.device)
    rows = corners[0, :, :, None, None] + offsets[:, None]
    columns = corners[1, :, :, None, None] + offsets
    which = torch.arange(len(images), device=images.device)[:, None, None, None]
    cut = images.permute(0, 2, 3, 1)[which, rows, columns]
    return cut.flatten(0, 1).permute(0, 3, 1, 2)


def _blur(images: Tensor, gain: float = 1.0) -> Tensor:
    for axis in (2, 3):
        images = _blur_along(images, axis, gain)
    return images


def _blur_along(images: Tensor, axis: int, gain: float) -> Tensor:
    # Sums of shifted views: several times as fast as a convolution of one channel.
    padding = (0, 0, 2, 2) if axis == 2 else (2, 2, 0, 0)
    padded, side = F.pad(images, padding, mode="reflect"), images.shape[axis]
    near = padded.narrow(axis, 1, side) + padded.narrow(axis, 3, side)
    far = padded.narrow(axis, 0, side) + padded.narrow(axis, 4, side)
    blurred: Tensor = (images * 6 + near * 4 + far) * (gain / 16)
    return blurred


def _enlarge(images: Tensor) -> Tensor:
    n, c, h, w = images.shape
    spaced = images.new_zeros(n, c, 2 * h, 2 * w)
    spaced[:, :, ::2, ::2] = images
    return _blur(spaced, gain=2.0)
