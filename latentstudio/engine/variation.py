"""Noise variation: how much each pixel changes from one noise draw to the next."""

from collections.abc import Generator as Steps
from dataclasses import replace

import torch

from latentstudio.core.latent import SEEDS
from latentstudio.core.recipe import Noise, NoiseMode, Recipe
from latentstudio.core.variation import DRAWS, Variation
from latentstudio.engine.messages import Step
from latentstudio.engine.render import styles_of, synthesize
from latentstudio.models.generator import Generator

_LEVELS = 127.5  # of 255, for one unit of a picture from -1 to 1


def variation(
    generator: Generator, recipe: Recipe, draws: int = DRAWS
) -> Steps[Step, None, Variation]:
    """The standard deviation over noise draws (Karras et al. 2019, figure 4), one draw a step.

    The draws are those of the recipe's noise seed and the ones after it, with its strengths; where
    noise is off, nothing varies. The deviation of a pixel is the root mean square of its colours'.
    """
    styles = styles_of(generator, recipe)
    mode: NoiseMode = "none" if recipe.noise.mode == "none" else "const"
    seeds = _seeds(recipe.noise, 1 if mode == "none" else draws)
    pictures = []
    for done, seed in enumerate(seeds, start=1):
        drawn = replace(recipe, noise=replace(recipe.noise, mode=mode, seed=seed))
        with torch.no_grad():
            image = synthesize(generator, drawn, styles)[0].float().nan_to_num().clamp(-1, 1)
        pictures.append(image.cpu())
        yield Step(done, len(seeds), f"draw {done}")
    deviation = torch.stack(pictures).std(0, correction=0).square().mean(0).sqrt() * _LEVELS
    return Variation(recipe, deviation.numpy(), draws)


def _seeds(noise: Noise, draws: int) -> list[int]:
    return [(noise.seed + draw) % SEEDS for draw in range(draws)]
