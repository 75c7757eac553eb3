"""Noise tuning: finds noise that makes a picture nearer to a given one, and still looks like noise.

Karras et al. 2020, appendix D: noise that could carry a picture is held back by its correlation
with itself one pixel on, at every size down to eight pixels.
"""

import math
from collections.abc import Generator as Steps
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Noise
from latentstudio.engine.messages import Step
from latentstudio.models.generator import Generator, TakesNoise
from latentstudio.models.noise import constant_noise

HELD = 0.3
"""Weight of the correlation, beside the mean of absolute differences of pixels."""

_SMALLEST = 8
_RATE = 0.1


def tuned(
    generator: Generator, styles: Tensor, target: Tensor, noise: Noise, steps: int, total: int
) -> Steps[Step, None, Tensor]:
    """Optimise the noise of styles [1, L, D] towards a picture [3, R, R] by Adam.

    Args:
        generator: a model with noise.
        styles: what is drawn; it stays.
        target: the picture.
        noise: where to begin, with its strengths; the seed's also where ``none`` was asked for.
        steps: to take; they end at ``total``.
        total: of the whole task.

    Returns:
        The nearest picture [3, R, R] that was drawn on the way, the first included.

    Raises:
        StudioError: the model does not take noise that is given.
    """
    sides = generator.info.noise_resolutions
    if not isinstance(generator, TakesNoise):
        raise StudioError(
            f"{generator.info.name} takes no noise from outside",
            "its noise can be chosen by a seed only",
            "Leave the noise as it is.",
        )
    begin = [constant_noise(noise.seed, layer, side) for layer, side in enumerate(sides)]
    maps = [one.to(styles.device).clone().requires_grad_() for one in begin]
    strengths = noise.strengths(len(sides))
    adam = torch.optim.Adam(maps, _RATE, betas=(0.9, 0.99))
    best, least = torch.zeros(0), math.inf
    for number in range(steps):
        for group in adam.param_groups:
            group["lr"] = _RATE * 0.5 * (1 + math.cos(math.pi * number / steps))
        adam.zero_grad()
        with torch.enable_grad():
            image = _drawn(generator, styles, maps, strengths)
            off = (image - target).abs().mean()
            loss = off + HELD * correlation(maps)
        if float(off) < least:
            best, least = image.detach(), float(off)
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        with torch.no_grad():
            for one in maps:
                one.sub_(one.mean()).div_(one.std().clamp_min(1e-6))
        yield Step(total - steps + number + 1, total, "Tuning the noise")
    return best


def correlation(maps: Sequence[Tensor]) -> Tensor:
    """How much noise maps [1, 1, S, S] are unlike noise: about 0 for noise.

    The square of each map's mean product with itself one pixel to the right and one down, summed
    over the map halved again and again; halving keeps the variance of noise.
    """
    total = torch.zeros((), device=maps[0].device)
    for one in maps:
        level = one
        while True:
            for axis in (2, 3):
                total = total + (level * level.roll(1, axis)).mean().square()
            if level.shape[-1] <= _SMALLEST:
                break
            level = F.avg_pool2d(level, 2) * 2
    return total


def _drawn(
    generator: TakesNoise, styles: Tensor, maps: Sequence[Tensor], strengths: Sequence[float]
) -> Tensor:
    noises = [one * strength for one, strength in zip(maps, strengths, strict=True)]
    return generator.synthesize_with(styles, noises)[0].float()
