"""Noise of a recipe: mode, seed and strength, overall, by input and by bands of inputs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from latentstudio.core.latent import SEEDS
from latentstudio.core.recipe import NoiseMode, Recipe

Band = Literal["all", "none", "fine", "coarse"]

FINE = 64
"""From this side on a noise input is fine; smaller ones, 4 to 32 pixels, are coarse.

The split of Karras et al. 2019, figure 5: hair and pores from fine noise, curls and the background
from coarse noise.
"""

STRENGTH_RANGE = (0.0, 2.0)


def with_mode(recipe: Recipe, mode: NoiseMode) -> Recipe:
    return replace(recipe, noise=replace(recipe.noise, mode=mode))


def with_noise_seed(recipe: Recipe, seed: int) -> Recipe:
    return replace(recipe, noise=replace(recipe.noise, seed=seed % SEEDS))


def with_strength(recipe: Recipe, strength: float) -> Recipe:
    """Multiply the learned strength of every input, 0 to 2."""
    return replace(recipe, noise=replace(recipe.noise, strength=_bounded(strength)))


def layer_strength(recipe: Recipe, layer: int) -> float:
    """The factor of one noise input, on top of the overall one."""
    layers = recipe.noise.layers
    return layers[layer] if layer < len(layers) else 1.0


def with_layer_strength(recipe: Recipe, inputs: int, layer: int, strength: float) -> Recipe:
    """Set the factor of one of the noise inputs, 0 to 2."""
    factors = [layer_strength(recipe, i) for i in range(inputs)]
    factors[layer] = _bounded(strength)
    return _with_layers(recipe, factors)


def with_band(recipe: Recipe, sides: Sequence[int], band: Band) -> Recipe:
    """One of the four cases of Karras et al. 2019, figure 5; ``sides`` are those of the inputs.

    None is the mode of that name; the others turn noise on where it was off.
    """
    if band == "none":
        return with_mode(recipe, "none")
    shown = with_mode(recipe, "const") if recipe.noise.mode == "none" else recipe
    if shown.noise.strength == 0.0:
        shown = with_strength(shown, 1.0)
    return _with_layers(shown, [1.0 if _belongs(side, band) else 0.0 for side in sides])


def band_of(recipe: Recipe, sides: Sequence[int]) -> Band | None:
    """Which of the four cases the noise is, or None where it varies from all of them."""
    if recipe.noise.mode == "none" or active(recipe, len(sides)) == 0:
        return "none"
    factors = [layer_strength(recipe, i) for i in range(len(sides))]
    cases: tuple[Band, ...] = ("all", "fine", "coarse")
    for band in cases:
        if factors == [1.0 if _belongs(side, band) else 0.0 for side in sides]:
            return band
    return None


def missing(sides: Sequence[int], band: Band) -> bool:
    """Whether a model has no noise input in a band."""
    return not any(_belongs(side, band) for side in sides)


def active(recipe: Recipe, inputs: int) -> int:
    """How many of the noise inputs change the picture."""
    if recipe.noise.mode == "none":
        return 0
    return sum(factor > 0 for factor in recipe.noise.strengths(inputs))


def layer_names(sides: Sequence[int]) -> tuple[str, ...]:
    """``4 px``, and ``8 px, 1st`` and ``8 px, 2nd`` where a side has several inputs."""
    ordinals = ("1st", "2nd", "3rd")
    names = []
    for place, side in enumerate(sides):
        before = sides[:place].count(side)
        several = sides.count(side) > 1 and before < len(ordinals)
        names.append(f"{side} px, {ordinals[before]}" if several else f"{side} px")
    return tuple(names)


def summary(recipe: Recipe) -> str:
    """The noise in a few words: ``fixed, 1.00``."""
    noise = recipe.noise
    if noise.mode == "none":
        return "none"
    word = "fixed" if noise.mode == "const" else "random"
    return f"{word}, {noise.strength:.2f}{'' if _plain(noise.layers) else ', varies'}"


def _with_layers(recipe: Recipe, factors: Sequence[float]) -> Recipe:
    """Factors of all inputs; none are kept where all are 1, so that equal noise is equal."""
    layers = () if _plain(factors) else tuple(factors)
    return replace(recipe, noise=replace(recipe.noise, layers=layers))


def _plain(factors: Sequence[float]) -> bool:
    return all(factor == 1.0 for factor in factors)


def _belongs(side: int, band: Band) -> bool:
    return band == "all" or (band == "fine") == (side >= FINE)


def _bounded(strength: float) -> float:
    low, high = STRENGTH_RANGE
    return min(max(float(strength), low), high)
