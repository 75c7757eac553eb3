"""DiffAugment: the discriminator sees real and fake pictures changed alike (Zhao et al. 2020).

Few pictures are soon learnt by heart; changed ones are not, and since every change can be
differentiated, the generator is not taught to draw the changes. Random numbers come from torch's
global generator. Section 3.2 of the paper; endless data needs none of it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT = 1 / 8
"""Pictures move by up to this share of their side."""

CUT = 1 / 2
"""Side of the square that is cut out, as a share of the picture's."""


def augment(images: Tensor, kinds: Sequence[str]) -> Tensor:
    """Change pictures [B, C, H, W] by the kinds named: ``color``, ``translation``, ``cutout``."""
    for kind in kinds:
        images = _KINDS[kind](images)
    return images


def _color(images: Tensor) -> Tensor:
    """Brightness by a quarter of its range, saturation 0 to 2 times, contrast 0.5 to 1.5 times."""
    brightness, saturation, contrast = _random(images, 3)
    images = images + (brightness - 0.5)
    grey = images.mean(1, keepdim=True)
    images = torch.lerp(grey, images, 2 * saturation)
    level = images.mean((1, 2, 3), keepdim=True)
    return torch.lerp(level, images, contrast + 0.5)


def _translation(images: Tensor) -> Tensor:
    """Move by whole pixels; what comes in from outside is 0, a middle grey."""
    count, _, height, width = images.shape
    reach_y, reach_x = round(height * SHIFT), round(width * SHIFT)
    padded = F.pad(images, (reach_x, reach_x, reach_y, reach_y)).permute(0, 2, 3, 1)
    rows = _offsets(images, reach_y) + torch.arange(height, device=images.device)
    columns = _offsets(images, reach_x) + torch.arange(width, device=images.device)
    picture = torch.arange(count, device=images.device)[:, None, None]
    return padded[picture, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _cutout(images: Tensor) -> Tensor:
    """Put 0 into a square around a random place, which may stick out of the picture."""
    rows, columns = (_near_a_place(images, side) for side in images.shape[2:])
    inside = rows[:, None, :, None] & columns[:, None, None, :]
    return images.masked_fill(inside, 0.0)


_KINDS = {"color": _color, "translation": _translation, "cutout": _cutout}


def _random(images: Tensor, count: int) -> Tensor:
    """Numbers from 0 to 1 for each picture: [count, B, 1, 1, 1]."""
    return torch.rand(count, len(images), 1, 1, 1, device=images.device, dtype=images.dtype)


def _offsets(images: Tensor, reach: int) -> Tensor:
    return torch.randint(0, 2 * reach + 1, (len(images), 1), device=images.device)


def _near_a_place(images: Tensor, side: int) -> Tensor:
    """For each picture, which rows or columns the square covers: [B, side]."""
    middle = torch.randint(0, side, (len(images), 1), device=images.device)
    return (torch.arange(side, device=images.device) - middle).abs() * 2 < side * CUT
