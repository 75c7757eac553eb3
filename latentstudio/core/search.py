"""How latents are searched for: settings of inpainting, restoration and projection, and answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.paste import Seam
from latentstudio.core.recipe import Noise, Recipe, Space, Vector

Rgb = npt.NDArray[np.uint8]
ClassShares = tuple[tuple[str, float], ...]
"""Classes and their shares, as ``Recipe.classes`` has them."""

RestoreTask = Literal["superres", "colorize", "denoise", "missing", "sensing"]
RESTORE_TASKS: tuple[RestoreTask, ...] = ("superres", "colorize", "denoise", "missing", "sensing")

Features = Literal["auto", "critic", "referee", "lpips", "none"]
FEATURES: tuple[Features, ...] = ("auto", "critic", "referee", "lpips", "none")
"""What looks at a projection beside its pixels; ``auto`` is the critic, else a referee."""

Start = Literal["bank", "mean"]
NOISE = Noise()


def dropped(lost: int) -> str:
    """That answers left the finite numbers, in words; empty where none did."""
    words = {0: "", 1: "1 broken answer was dropped"}
    return words.get(lost, f"{lost} broken answers were dropped")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to search.

    Attributes:
        space: where: z of any family; w, or w+ with a style for every layer.
        candidates: how many answers are looked for at once.
        steps: of Adam.
        rate: its learning rate, in standard deviations of the latent.
        realism: weight (lambda) of what the discriminator, or the prior, says.
        bank: samples that the best starts are chosen from.
        seed: of the samples.
        noise: that pictures are drawn with; random noise is held at its seed.
        start: the best of the bank, or around the mean style.
    """

    space: Space = "z"
    candidates: int = 16
    steps: int = 150
    rate: float = 0.08
    realism: float = 0.02
    bank: int = 256
    seed: int = 0
    noise: Noise = NOISE
    start: Start = "bank"


@dataclass(frozen=True)
class Filled:
    """One answer of inpainting or restoration: a whole picture, and what was drawn for it.

    Attributes:
        pixels: uint8 [R, R, 3]; what is known is put back, where that was asked for.
        drawn: uint8 [R, R, 3], the model's whole picture.
        latent: where it is.
        fit: distance from what is known, 0 to 2.
        doubt: what the discriminator, or the prior, has against it; lower is better.
        classes: shares that were given or found, for models with classes.
        seam: how it was set into the hole of ``pixels``, where there is one.
    """

    pixels: Rgb
    drawn: Rgb
    latent: Vector
    fit: float
    doubt: float
    classes: ClassShares = ()
    seam: Seam = "none"


@dataclass(frozen=True)
class Restored:
    """What a restoration found.

    Attributes:
        task: what was restored.
        given: uint8 [R, R, 3]: what was known, as a picture.
        answers: the best fit first.
        curve: for sensing, (number of measurements, mean difference from the picture in levels of
            255) for each number that was tried.
    """

    task: RestoreTask
    given: Rgb
    answers: tuple[Filled, ...]
    curve: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Projected:
    """Where a picture is in a model.

    Attributes:
        latent: for the anchor of a recipe.
        classes: shares that were given or found, for models with classes.
        styles: float32 [L, D]: what is drawn, for ``projected_w.npz``.
        picture: uint8 [R, R, 3], drawn from ``latent`` with the noise that was asked for.
        tuned: the same with noise that was optimised, too; None without.
        difference: mean absolute difference of ``picture`` from the given one, in levels of 255.
        losses: the least loss after each step.
        looked_by: what judged beside pixels: ``critic``, ``referee``, ``lpips`` or nothing.
        seconds: that it took.
    """

    latent: Vector
    classes: ClassShares
    styles: npt.NDArray[np.float32]
    picture: Rgb
    tuned: Rgb | None
    difference: float
    losses: tuple[float, ...]
    looked_by: str
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """A copy of a model that was bent to a picture.

    Attributes:
        path: the model file that was written.
        recipe: what draws the picture with that model.
        picture: uint8 [R, R, 3], drawn so.
        difference: mean absolute difference from the given picture, in levels of 255.
        moved: how far other faces of the model have moved, likewise.
        steps: that it took.
        seconds: likewise.
    """

    path: Path
    recipe: Recipe
    picture: Rgb
    difference: float
    moved: float
    steps: int
    seconds: float
