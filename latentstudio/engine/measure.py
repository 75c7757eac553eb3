"""Measurements: what is known of a picture, and how far a drawn one is from it.

Inpainting, super-resolution, colouring and compressed sensing are one task: find a latent whose
picture measures as the given one does (Bora et al. 2017, "Compressed sensing using generative
models", section 1; Yeh et al. 2017, section 3 for the mask).
"""

from collections.abc import Generator as Steps
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.engine.messages import Step

WINDOW = 7  # of the importance weights, in pixels of a 64 px picture (Yeh et al. 2017, 3.1)
_LUMA = (0.299, 0.587, 0.114)
_ANYWHERE = 0.1
_PART = 2**20  # numbers that are drawn in some ten milliseconds


class Measurement(Protocol):
    """What is known of a picture."""

    def distance(self, images: Tensor) -> Tensor:
        """How far drawn pictures [B, 3, R, R] are from what is known: [B], 0 for none.

        In units of a grey level's range of 2, so 0.01 is about one of 255 levels.
        """
        ...


@dataclass(frozen=True)
class Known:
    """Pixels [3, R, R] that count by weights [R, R] of mean 1 over the picture."""

    target: Tensor
    weights: Tensor

    def distance(self, images: Tensor) -> Tensor:
        """The weighted mean of absolute differences (contextual loss: Yeh et al. 2017, eq. 3)."""
        return (off_by(images, self.target)[:, 0] * self.weights).mean((1, 2))


@dataclass(frozen=True)
class Noisy:
    """A picture [3, R, R] under noise of about this standard deviation."""

    target: Tensor
    spread: float

    def distance(self, images: Tensor) -> Tensor:
        """Squares below the noise, as suits a normal one, absolute values above."""
        return pseudo_huber(images.float() - self.target, self.spread)


@dataclass(frozen=True)
class Pooled:
    """A smaller picture [3, S, S]: the mean over squares of pixels."""

    target: Tensor

    def distance(self, images: Tensor) -> Tensor:
        factor = images.shape[-1] // self.target.shape[-1]
        return (F.avg_pool2d(images.float(), factor) - self.target).abs().mean((1, 2, 3))


@dataclass(frozen=True)
class Grey:
    """The luminance [R, R] of a picture (ITU-R BT.601)."""

    target: Tensor

    def distance(self, images: Tensor) -> Tensor:
        return (luminance(images.float()) - self.target).abs().mean((1, 2))


@dataclass(frozen=True)
class Projections:
    """Random Gaussian measurements [M] of a picture: compressed sensing.

    ``matrix`` is [M, 3 R R] with variance 1 / M.
    """

    matrix: Tensor
    target: Tensor

    def distance(self, images: Tensor) -> Tensor:
        """Root mean square of the differences, in the scale of the picture."""
        count = images[0].numel()
        differences = images.float().flatten(1) @ self.matrix.T - self.target
        return (differences.square().sum(1) / count).clamp_min(1e-12).sqrt()


@dataclass(frozen=True)
class Everything:
    """A whole picture [3, R, R] at several sizes, with its edges: for projection.

    The mean of absolute differences of the picture shrunk by 1, 2, 4, ... and of the differences
    between neighbouring pixels.
    """

    target: Tensor
    sizes: int = 4

    def distance(self, images: Tensor) -> Tensor:
        images, target = as_seen(images, self.target), self.target[None]
        total = images.new_zeros(len(images))
        for _ in range(self.sizes):
            difference = images - target
            across, down = difference.diff(dim=3), difference.diff(dim=2)
            parts = (difference, across, down)
            total = total + torch.stack([part.abs().mean((1, 2, 3)) for part in parts]).sum(0)
            images, target = F.avg_pool2d(images, 2), F.avg_pool2d(target, 2)
        return total / self.sizes


def as_seen(images: Tensor, target: Tensor) -> Tensor:
    """Pictures [B, 3, R, R] as they compare to one of whole levels [3, R, R].

    What lies beyond black or white is shown as black or white, so where the target is at that end
    it is no difference. Elsewhere it stays, or nothing would pull it back.
    """
    top = torch.where(target >= 1, 1.0, torch.inf)
    bottom = torch.where(target <= -1, -1.0, -torch.inf)
    return images.float().minimum(top).maximum(bottom)


def pseudo_huber(differences: Tensor, spread: float) -> Tensor:
    """Mean [B] of differences [B, 3, R, R]: squares below ``spread``, absolute values above.

    So a few that are far off pull no more than others (Charbonnier et al. 1997).
    """
    parts = ((differences / spread).square() + 1).sqrt() - 1
    return spread * parts.mean((1, 2, 3))


def off_by(images: Tensor, target: Tensor) -> Tensor:
    """How far pictures [B, 3, R, R] are off at each place, over the colours: [B, 1, R, R]."""
    return (as_seen(images, target) - target).abs().mean(1, keepdim=True)


def known_pixels(target: Tensor, hole: Tensor) -> Known:
    """What is outside a hole, weighted by how near it is to the hole.

    A known pixel weighs as the share of unknown ones in the window around it (Yeh et al. 2017,
    equation 2), and a tenth of the most anywhere, so that far ones count, too.

    Args:
        target: [3, R, R] in [-1, 1].
        hole: bool [R, R]; the pixels to be made anew.

    Raises:
        ValueError: nothing is known.
    """
    if bool(hole.all()):
        raise ValueError("nothing is known")
    unknown = hole.float()[None, None]
    window = max(3, round(WINDOW * hole.shape[-1] / 64)) | 1
    # Beyond the border there is nothing to be made anew.
    near = F.avg_pool2d(unknown, window, 1, window // 2, count_include_pad=True)[0, 0]
    weights = (near + _ANYWHERE * max(float(near.max()), 1e-3)) * (1 - hole.float())
    return Known(target, weights / weights.mean())


def projections(target: Tensor, count: int, seed: int) -> Steps[Step, None, Projections]:
    """Random Gaussian measurements of a picture [3, R, R] (Bora et al. 2017, section 2).

    Yields:
        a Step after each part of the matrix.
    """
    matrix = torch.empty(count, target.numel())
    for first, part in normal_rows(count, target.numel(), seed):
        matrix[first : first + len(part)] = part / count**0.5
        yield Step(0, 1, "Measuring the picture")
    matrix = matrix.to(target.device)
    return Projections(matrix, matrix @ target.flatten())


def normal_rows(count: int, size: int, seed: int) -> Iterator[tuple[int, Tensor]]:
    """A matrix [count, size] of normal numbers, some rows at a time, each with its first's number.

    The numbers are those of the whole drawn at once, for a size that 16 divides.
    """
    random, rows = torch.Generator().manual_seed(seed), max(1, _PART // size)
    for first in range(0, count, rows):
        yield first, torch.randn(min(rows, count - first), size, generator=random)


def noise_of(image: Tensor) -> float:
    """The standard deviation of the noise in a picture [3, R, R] (Immerkaer 1996, equation 4).

    What is left by a mask that sees neither surfaces nor straight edges; its median, so that
    drawn lines do not count.
    """
    mask = torch.tensor([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]])
    seen = F.conv2d(image[:, None].float(), mask.to(image.device)[None, None])
    return float(seen.abs().median()) / 0.6745 / 6


def luminance(images: Tensor) -> Tensor:
    """Pictures [..., 3, R, R] to their luminance [..., R, R]."""
    weights = torch.tensor(_LUMA, device=images.device)
    return (images * weights[:, None, None]).sum(-3)
