"""Feature losses: how unlike pictures look to a network, and all they are measured by together."""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.search import Features
from latentstudio.engine.measure import Everything
from latentstudio.metrics.evaluation import choose_referee
from latentstudio.models.generator import Generator

Look = Callable[[Tensor], list[Tensor]]
"""Pictures [B, 3, R, R] to feature maps [B, C, H, W]."""

WEIGHT = 0.05
"""Of features, beside pixels and edges."""

_ALEXNET = "alexnet-owt-7be5be79.pth"  # as torchvision names it; lpips brings the rest

_COARSEST = 4  # pixels: below this a map no longer says where


@dataclass(frozen=True)
class Likeness:
    """A whole picture [3, R, R], by its pixels, its edges, and what a network sees in it.

    Attributes:
        pixels: pixels and edges at several sizes.
        far: pictures to their distance from the picture as a network sees it [B]; None without.
        by: the name of that network; empty without.
    """

    pixels: Everything
    far: Callable[[Tensor], Tensor] | None = None
    by: str = ""

    def distance(self, images: Tensor) -> Tensor:
        """Distances [B] of pictures [B, 3, R, R]; 0 for the picture itself."""
        near = self.pixels.distance(images)
        return near if self.far is None else near + WEIGHT * self.far(images)


def likeness(
    generator: Generator, target: Tensor, features: Features, classes: Tensor | None = None
) -> Likeness:
    """The measurement that a projection goes by.

    Args:
        generator: the model; its critic may look.
        target: the picture [3, R, R], on the model's device.
        features: who looks; ``auto`` takes the critic, else a referee of this size, else nobody.
        classes: shares [1, C] that a critic of classes is asked with.

    Raises:
        StudioError: the one who is to look is not there.
    """
    pixels = Everything(target)
    if features == "lpips":
        return Likeness(pixels, _lpips(target), "lpips")
    if features == "critic" and generator.info.critic is None:
        raise StudioError(
            f"{generator.info.name} brings no discriminator",
            "its file has the generator only",
            "Let the referee look, or nobody.",
        )
    if features in ("auto", "critic") and generator.info.critic is not None:
        return Likeness(pixels, _compared(_critic_look(generator, classes), target), "critic")
    if features == "none":
        return Likeness(pixels)
    try:
        referee = choose_referee(None, generator.info.resolution)
    except StudioError:
        if features == "auto":  # then pixels and edges must do
            return Likeness(pixels)
        raise
    return Likeness(pixels, _compared(referee.maps, target), "referee")


def difference(maps: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """How far feature maps are apart: [B], 0 to 4.

    Each place's channels are scaled to length one, squares of differences are averaged over places
    and then over maps (Zhang et al. 2018, equation 1, without learned weights).
    """
    parts = [
        (_unit(a) - _unit(b)).square().sum(1).mean((1, 2))
        for a, b in zip(maps, wanted, strict=True)
        if a.shape[-1] >= _COARSEST
    ]
    return torch.stack(parts).mean(0)


def _compared(look: Look, target: Tensor) -> Callable[[Tensor], Tensor]:
    with torch.no_grad():
        wanted = look(target[None])
    return lambda images: difference(look(images), wanted)


def _critic_look(generator: Generator, classes: Tensor | None) -> Look:
    def look(images: Tensor) -> list[Tensor]:
        shares = None if classes is None else classes.expand(len(images), -1)
        return generator.critic_features(images, shares)

    return look


def _unit(maps: Tensor) -> Tensor:
    maps = maps.float()
    return maps / (maps.square().sum(1, keepdim=True) + 1e-8).sqrt()


def _lpips(target: Tensor) -> Callable[[Tensor], Tensor]:
    """The learned metric of Zhang et al. 2018, where its package is installed."""
    if importlib.util.find_spec("lpips") is None:
        raise StudioError(
            "LPIPS is not installed",
            "its package is no part of the studio",
            "Run pip install lpips, or let the discriminator look.",
        )
    weights = Path(torch.hub.get_dir(), "checkpoints", _ALEXNET)
    if not weights.is_file():  # torchvision would download it
        raise StudioError(
            "LPIPS has no weights of AlexNet",
            f"they are not at {weights}, and the studio downloads nothing",
            'Run python -c "import lpips; lpips.LPIPS()" once, or let the discriminator look.',
        )
    network: Any = importlib.import_module("lpips").LPIPS(net="alex", verbose=False)
    network = network.to(target.device).eval().requires_grad_(False)

    def far(images: Tensor) -> Tensor:
        distances: Tensor = network(images.float(), target[None].expand_as(images))
        return distances.reshape(len(images))

    return far
