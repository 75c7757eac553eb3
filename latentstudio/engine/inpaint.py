"""Inpainting job: fills the hole of a picture with what the model finds likely there.

Yeh et al. 2017, "Semantic image inpainting with deep generative models": networks stay as they
are, z is searched for, and only the hole is taken from what is drawn.
"""

import time
from collections.abc import Callable, Sequence
from collections.abc import Generator as Steps
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.mask import Mask
from latentstudio.core.search import ClassShares, Filled, Rgb, Settings
from latentstudio.core.steps import changed
from latentstudio.engine.blend import Blend, blended
from latentstudio.engine.measure import known_pixels
from latentstudio.engine.messages import Step
from latentstudio.engine.search import Candidate, search
from latentstudio.models.generator import Generator

__all__ = ["Filled", "blend", "inpaint", "shown", "to_image", "to_picture"]

PREVIEW_S = 0.5
"""Between two previews: more often nobody can follow which answer is ahead."""


def inpaint(
    generator: Generator,
    picture: Rgb,
    mask: Mask,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    way: Blend = "poisson",
    classes: ClassShares = (),
) -> Steps[Step, None, list[Filled]]:
    """Fill a hole in several ways.

    Args:
        generator: draws.
        picture: uint8 [R, R, 3] of the model's resolution.
        mask: of the same size, 255 to be made anew.
        settings: how to search.
        way: how the seam is treated.
        classes: shares by name as a recipe has them; without any, a model that has classes
            tries them all.

    Yields:
        a Step; now and then its ``preview`` is a list of the answers so far, best first, cut into
        the picture without blending; the last step of the search has one.

    Returns:
        The answers, the best fit first.

    Raises:
        StudioError: the mask is empty or full, or of another size than the picture.
    """
    _check(generator, picture, mask)
    target = to_image(picture).to(generator.device)
    hole = torch.from_numpy(mask.hole.copy()).to(generator.device)
    measurement = known_pixels(target, hole)
    steps = search(generator, measurement, settings, classes)
    found = yield from shown(steps, lambda one: _filled(picture, mask, one, "none"))
    answers = []
    for candidate in found:
        answers.append(_filled(picture, mask, candidate, way))
        yield Step(1, 1, "Blending")
    return answers


def blend(
    _generator: Generator, picture: Rgb, mask: Mask, drawn: Sequence[Rgb], way: Blend
) -> Steps[Step, None, list[Rgb]]:
    """Set pictures that were drawn before into the hole of one, with another seam.

    Args: as of ``inpaint``; ``drawn`` are uint8 [R, R, 3] each.

    Yields:
        a Step after each.

    Returns:
        A picture with its hole filled for each of them, uint8 [R, R, 3].
    """
    pixels = []
    for number, one in enumerate(drawn, start=1):
        pixels.append(blended(picture, one, mask, way))
        yield Step(number, len(drawn), "Blending")
    return pixels


def shown(
    steps: Steps[Step, None, list[Candidate]], make: Callable[[Candidate], Filled]
) -> Steps[Step, None, list[Candidate]]:
    """A search whose preview is now and then, and at last, a list of answers, best first."""
    due = 0.0

    def with_answers(step: Step) -> Step:
        nonlocal due
        now, preview = time.monotonic(), None
        if now >= due or step.done >= step.total:
            due = now + PREVIEW_S
            preview = [make(candidate) for candidate in step.preview.so_far()]
        return replace(step, preview=preview)

    return changed(steps, with_answers)


def to_image(picture: Rgb) -> Tensor:
    """Pixels uint8 [R, R, 3] to [3, R, R] in [-1, 1]."""
    return torch.from_numpy(picture.copy()).permute(2, 0, 1).float().div(127.5).sub(1)


def to_picture(image: npt.NDArray[np.float32] | Tensor) -> Rgb:
    """[3, R, R] in [-1, 1] to pixels uint8 [R, R, 3]."""
    numbers = np.asarray(image, np.float32).transpose(1, 2, 0)
    pixels: Rgb = np.clip(np.rint(numbers * 127.5 + 127.5), 0, 255).astype(np.uint8)
    return pixels


def _filled(picture: Rgb, mask: Mask, candidate: Candidate, way: Blend) -> Filled:
    drawn = to_picture(candidate.image)
    pixels = blended(picture, drawn, mask, way)
    found = candidate
    return Filled(pixels, drawn, found.latent, found.fit, found.doubt, found.classes, way)


def _check(generator: Generator, picture: Rgb, mask: Mask) -> None:
    side = generator.info.resolution
    if picture.shape != (side, side, 3) or mask.levels.shape != (side, side):
        raise StudioError(
            "The picture does not fit the model",
            f"it has {picture.shape[1]} x {picture.shape[0]} pixels, the model {side} x {side}",
            "Crop it to the model's frame first.",
        )
    if not mask.hole.any():
        raise StudioError(
            "Nothing is painted", "the mask is empty", "Paint what is to be made anew."
        )
    if mask.hole.all():
        raise StudioError(
            "Everything is painted", "no known pixel is left", "Leave some of the picture."
        )
