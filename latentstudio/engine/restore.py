"""Restoration job: finds whole pictures of which less is known, such as small or grey ones.

The generator stands for what pictures look like (Bora et al. 2017, "Compressed sensing using
generative models"; Menon et al. 2020, "PULSE", for small ones).
"""

from collections.abc import Callable, Sequence
from collections.abc import Generator as Steps
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.search import ClassShares, Filled, Restored, RestoreTask, Rgb, Settings
from latentstudio.core.steps import changed
from latentstudio.engine.inpaint import shown, to_image, to_picture
from latentstudio.engine.measure import (
    Grey,
    Measurement,
    Noisy,
    Pooled,
    known_pixels,
    luminance,
    noise_of,
    normal_rows,
    projections,
)
from latentstudio.engine.messages import Step
from latentstudio.engine.search import Candidate, search
from latentstudio.models.generator import Generator

T = TypeVar("T")
FACTORS = (2, 16)
_LEAST_NOISE = 2 / 127.5
_ROUNDS = 8  # of smooth corrections before the exact one


@dataclass(frozen=True)
class _Damage:
    """What is known: how it is measured, how it looks, and how it is put back into a picture."""

    measurement: Measurement
    given: Tensor
    put_back: Callable[[Tensor], Tensor] | None = None


def restore(
    generator: Generator,
    picture: Rgb,
    task: RestoreTask,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    *,
    factor: int = 4,
    noise: float = 0.0,
    missing: float = 0.8,
    counts: Sequence[int] = (500,),
    keep: bool = True,
    classes: ClassShares = (),
) -> Steps[Step, None, Restored]:
    """Find whole pictures that agree with what is known of one.

    Args:
        generator: draws.
        picture: uint8 [R, R, 3] of the model's resolution; for ``superres`` also smaller by a
            factor of 2 to 16.
        task: ``superres`` knows means of squares of pixels; ``colorize`` the luminance;
            ``denoise`` all pixels, but none well; ``missing`` some pixels; ``sensing`` random
            Gaussian measurements.
        settings: how to search; its seed also draws noise, pixels and measurements.
        factor: side of the squares, 2 to 16, for ``superres`` of a picture of full size.
        noise: levels (of 255) of noise to be added first, to experiment with ``denoise``.
        missing: share of the pixels that ``missing`` does not know, 0 to 1.
        counts: numbers of measurements for ``sensing``; each is a search of its own.
        keep: put what is known back into the answers, exactly but for rounding: the means of
            squares, the luminance, the known pixels. What is noisy is never put back.
        classes: shares by name; without any, a model that has classes tries them all.

    Yields:
        a Step; now and then its ``preview`` is a list of the answers so far, best first.

    Returns:
        The answers of the last search, and for ``sensing`` the error for each count.

    Raises:
        StudioError: the picture does not fit the model; an option is out of its range.
    """
    _check(generator, picture, task, factor, missing, counts)
    whole = _whole(generator, picture)
    numbers = tuple(counts) if task == "sensing" else (0,)
    curve: list[tuple[int, float]] = []
    for turn, count in enumerate(numbers):
        options = (factor, noise, missing, count)
        begun = _damage(generator, picture, task, settings.seed, options)
        damage = yield from _in_turn(begun, turn, len(numbers))

        def make(candidate: Candidate, damage: _Damage = damage) -> Filled:
            return _answer(candidate, damage if keep else replace(damage, put_back=None))

        steps = search(generator, damage.measurement, settings, classes)
        found = yield from _in_turn(shown(steps, make), turn, len(numbers))
        answers = tuple(map(make, found))
        curve.append((count, float(np.abs(answers[0].drawn.astype(float) - whole).mean())))
    given = to_picture(damage.given.cpu())
    return Restored(task, given, answers, tuple(curve) if task == "sensing" else ())


def known(
    generator: Generator,
    picture: Rgb,
    task: RestoreTask,
    seed: int = 0,
    *,
    factor: int = 4,
    noise: float = 0.0,
    missing: float = 0.8,
    count: int = 500,
) -> Steps[Step, None, Rgb]:
    """What a restoration with these options is told of a picture, without searching.

    Args: as of ``restore``; ``count`` is the number of measurements.

    Yields:
        a Step.

    Returns:
        uint8 [R, R, 3]: ``Restored.given``.

    Raises:
        StudioError: the picture does not fit the model; an option is out of its range.
    """
    _check(generator, picture, task, factor, missing, (count,))
    yield Step(0, 1, "Looking at the picture")
    if task == "sensing":
        given = yield from _sensed(to_image(picture), count, seed)
    else:
        options = (factor, noise, missing, count)
        given = (yield from _damage(generator, picture, task, seed, options)).given
    return to_picture(given.cpu())


def _sensed(image: Tensor, count: int, seed: int) -> Steps[Step, None, Tensor]:
    """``projections`` and back again; the matrix is never there as a whole."""
    flat = image.flatten()
    total = torch.zeros_like(flat)
    for first, part in normal_rows(count, flat.numel(), seed):
        total += (part @ flat) @ part
        yield Step(first, count, "Looking at the picture")
    return (total / count).reshape(image.shape)


def _in_turn(steps: Steps[Step, None, T], turn: int, turns: int) -> Steps[Step, None, T]:
    """A part of one of several searches; its steps count on."""

    def counting_on(step: Step) -> Step:
        done, total = turn * step.total + step.done, turns * step.total
        return replace(step, done=done, total=total)

    return changed(steps, counting_on)


def _damage(
    generator: Generator,
    picture: Rgb,
    task: RestoreTask,
    seed: int,
    options: tuple[int, float, float, int],
) -> Steps[Step, None, _Damage]:
    factor, noise, missing, count = options
    image, side = to_image(picture).to(generator.device), generator.info.resolution
    random = np.random.default_rng(seed)
    if task == "superres":
        small = image if image.shape[-1] < side else F.avg_pool2d(image, factor)
        return _smaller(small, side)
    if task == "colorize":
        grey = luminance(image)
        return _Damage(
            Grey(grey), grey.expand(3, -1, -1), lambda drawn: with_luminance(drawn, grey)
        )
    if task == "denoise":
        grain = torch.from_numpy(random.normal(size=image.shape).astype(np.float32))
        noisy = (image + grain.to(image.device) * (noise / 127.5)).clamp(-1, 1)
        return _Damage(Noisy(noisy, max(noise_of(noisy), _LEAST_NOISE)), noisy)
    if task == "missing":
        hole = torch.from_numpy(random.random((side, side)) < missing).to(image.device)
        return _Damage(
            known_pixels(image, hole),
            image.masked_fill(hole, 0.0),
            lambda drawn: torch.where(hole, drawn, image),
        )
    measured = yield from projections(image, count, seed)
    # The transposed matrix is the inverse but for noise: its rows have variance 1 / count.
    return _Damage(measured, (measured.target @ measured.matrix).reshape(image.shape))


def _smaller(small: Tensor, side: int) -> _Damage:
    given = F.interpolate(small[None], size=(side, side), mode="nearest")[0]
    return _Damage(Pooled(small), given, lambda drawn: with_means(drawn, small))


def with_means(drawn: Tensor, small: Tensor) -> Tensor:
    """A picture [3, R, R] whose means over squares are those of a smaller one [3, S, S].

    Smooth corrections first, which show no squares, then an exact one (back-projection: Irani and
    Peleg 1991).
    """
    side, factor = drawn.shape[-1], drawn.shape[-1] // small.shape[-1]
    fixed = drawn.float()
    for turn in range(_ROUNDS + 1):
        wrong = (small - F.avg_pool2d(fixed, factor))[None]
        mode = "bilinear" if turn < _ROUNDS else "nearest"
        fixed = fixed + F.interpolate(wrong, size=(side, side), mode=mode)[0]
    return fixed


def with_luminance(drawn: Tensor, grey: Tensor) -> Tensor:
    """A picture [3, R, R] in a luminance [R, R]; colours that do not fit become paler."""
    colour = drawn.float() - luminance(drawn.float())
    room = torch.where(colour > 0, 1 - grey, 1 + grey).clamp_min(0)
    share = (room / colour.abs().clamp_min(1e-6)).amin(0).clamp_max(1)
    return grey + share * colour


def _answer(candidate: Candidate, damage: _Damage) -> Filled:
    drawn = to_picture(candidate.image)
    pixels = drawn
    if damage.put_back is not None:
        image = torch.from_numpy(candidate.image.copy()).to(damage.given.device)
        pixels = to_picture(damage.put_back(image).cpu())
    return Filled(
        pixels, drawn, candidate.latent, candidate.fit, candidate.doubt, candidate.classes
    )


def _whole(generator: Generator, picture: Rgb) -> Rgb:
    """The picture in the model's size."""
    factor = generator.info.resolution // picture.shape[0]
    return picture if factor <= 1 else picture.repeat(factor, 0).repeat(factor, 1)


def _check(
    generator: Generator,
    picture: Rgb,
    task: RestoreTask,
    factor: int,
    missing: float,
    counts: Sequence[int],
) -> None:
    side, (height, width) = generator.info.resolution, picture.shape[:2]
    low, high = FACTORS
    smaller = task == "superres" and height < side
    fits = side % height == 0 and low <= side // height <= high if smaller else height == side
    if width != height or not fits:
        raise StudioError(
            "The picture does not fit the model",
            f"it has {width} x {height} pixels, the model {side} x {side}",
            f"Crop it to that size, or give one that is {low} to {high} times smaller."
            if task == "superres"
            else "Crop it to the model's frame first.",
        )
    if task == "superres" and not smaller and (side % factor or not low <= factor <= high):
        raise StudioError(
            f"Cannot make it {factor} times smaller",
            f"a factor is {low} to {high} and divides {side}",
            "Choose 2, 4, 8 or 16.",
        )
    if task == "missing" and not 0 < missing < 1:
        raise StudioError(
            "Nothing to look for" if missing <= 0 else "No pixel is known",
            f"{missing:.0%} of the pixels are missing",
            "Choose a share between 0 and 100 %.",
        )
    most = 3 * side * side
    if task == "sensing" and (not counts or not all(1 <= count <= most for count in counts)):
        raise StudioError(
            "Cannot measure so often",
            f"a picture of {side} x {side} has {most} numbers",
            f"Choose 1 to {most} measurements.",
        )
