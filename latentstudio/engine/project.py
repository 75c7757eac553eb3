"""Projection job: finds the latent whose picture is nearest to any given picture.

Karras et al. 2020, appendix D, describe it for w; here many starts are thinned out on the way, and
the best is brought to the end by L-BFGS, in z, w or w+.
"""

import time
from collections.abc import Generator as Steps
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Noise, Recipe, Space
from latentstudio.core.search import ClassShares, Features, Projected, Rgb, Settings, Start
from latentstudio.engine.descent import lbfgs
from latentstudio.engine.features import Likeness, likeness
from latentstudio.engine.inpaint import PREVIEW_S, to_image, to_picture
from latentstudio.engine.messages import Step
from latentstudio.engine.render import class_weights
from latentstudio.engine.search import Place, begin, descend
from latentstudio.engine.tuned_noise import tuned
from latentstudio.models.generator import Generator

NOISE = Noise()
_BANK = 256
_RATE = 0.1
_STAGES = ((16, 0.4, 1.0), (8, 0.3, 0.7), (4, 0.3, 0.4))
"""(Sixteenths of the starts that go on, share of the steps, share of the rate)."""
_REACH = 4.5  # standard deviations of z: a given face may well lie farther out than a likely one
_POLISH = 1.5  # further steps of L-BFGS for each that is left, as a share of the steps
_EXACT = 0.5  # levels of 255 that a recovered picture is off: pixels are rounded to whole ones
_LOOKS = 10  # of its steps between two looks whether it is better


def project(
    generator: Generator,
    picture: Rgb,
    space: Space = "z",
    steps: int = 200,
    *,
    starts: int = 16,
    start: Start = "bank",
    noise: Noise = NOISE,
    tune_noise: bool = False,
    features: Features = "auto",
    prior: float = 0.002,
    seed: int = 0,
    classes: ClassShares = (),
) -> Steps[Step, None, Projected]:
    """Find where a picture is in a model.

    Args:
        generator: draws.
        picture: uint8 [R, R, 3] of the model's resolution.
        space: z of any family; w, or w+ with a style for every layer, where there are styles.
        steps: of Adam; L-BFGS takes further ones.
        starts: places that are begun from; most are given up on the way.
        start: the best of a bank of samples, or around the mean style.
        noise: that the picture is drawn with, where the family has noise.
        tune_noise: optimise the noise as well, afterwards, held to be noise; what is found in it
            is no part of the latent (Karras et al. 2020, appendix D).
        features: what looks beside pixels and edges; see ``likeness``.
        prior: weight of the distance from where samples are: Mahalanobis' from the mean in w.
        seed: of the samples.
        classes: shares by name; without any, a model that has classes tries them all.

    Yields:
        a Step; now and then its ``preview`` is the picture of the best so far, uint8 [R, R, 3].

    Raises:
        StudioError: the picture or an option does not fit the model; the search came apart.
    """
    begun = time.monotonic()
    _check(generator, picture, tune_noise)
    target = to_image(picture).to(generator.device)
    given = class_weights(generator.info, Recipe(classes=classes)) if classes else None
    measurement = likeness(generator, target, features, given)
    settings = Settings(space, starts, steps, _RATE, prior, _BANK, seed, noise, start)
    place = _Projection(generator, settings, classes)
    losses: list[float] = []
    polish = _left(starts, _STAGES[-1][0]) * int(_POLISH * steps)
    total = place.bank + steps + polish + (steps if tune_noise else 0)
    yield from _watched(_found(place, measurement, total), place, losses)
    styles = place.coordinates.styles(place.points).detach()
    finer = None
    if tune_noise:
        finer = to_picture((yield from tuned(generator, styles, target, noise, steps, total)).cpu())
    return _result(place, picture, finer, losses, measurement.by, time.monotonic() - begun)


class _Projection(Place):
    """Candidates that are held by the prior alone; no critic says that they look real."""

    def __init__(self, generator: Generator, settings: Settings, classes: ClassShares) -> None:
        super().__init__(generator, settings, classes)
        self.coordinates.reach = _REACH

    def doubt(self, images: Tensor, points: Tensor) -> Tensor:
        return self.coordinates.improbable(points)

    @property
    def losses(self) -> Tensor:
        """[candidates]; infinite where one broke."""
        total = self.fits + self.settings.realism * self.doubts
        return total.masked_fill(self.broken, torch.inf)


def _left(starts: int, sixteenths: int) -> int:
    return max(1, starts * sixteenths // 16)


def _found(place: _Projection, measurement: Likeness, total: int) -> Steps[Step, None, None]:
    """Thin the candidates out to a few, bring these to the end, and keep the best."""
    yield from begin(place, measurement, total)
    done, steps, rate = place.bank, place.settings.steps, place.settings.rate
    for left, part, pace in _STAGES:
        place.keep(_left(place.settings.candidates, left))
        place.settings = replace(place.settings, rate=rate * pace)
        count = max(1, round(part * steps))
        yield from descend(place, measurement, count, done, total)
        done += count
    for row in range(len(place.points)):
        if not bool(place.broken[row]):
            yield from _polish(place, measurement, row, int(_POLISH * steps), done, total)
        done += int(_POLISH * steps)
        if _recovered(place, measurement, row):
            break
    place.keep(1)


def _recovered(place: _Projection, measurement: Likeness, row: int) -> bool:
    """Whether nothing is left to be found but rounding."""
    off = (place.images[row].float() - measurement.pixels.target).abs().mean()
    return not bool(place.broken[row]) and float(off) * 127.5 < _EXACT


def _polish(
    place: _Projection, measurement: Likeness, row: int, steps: int, done: int, total: int
) -> Steps[Step, None, None]:
    """L-BFGS on squares of pixels, which near the end finds what Adam circles around.

    Kept only where it is better by what Adam went by.
    """
    target = measurement.pixels.target

    def slope(point: Tensor) -> tuple[float, Tensor]:
        point = point.clone().requires_grad_()
        with torch.enable_grad():
            images = place.draw(point)
            squares = (images.float() - target).square().mean()
            value = squares + place.settings.realism**2 * place.doubt(images, point).sum()
        (gradient,) = torch.autograd.grad(value, point)
        return float(value), gradient

    start = point = place.points[row : row + 1].clone()
    for number, point in enumerate(lbfgs(slope, start, steps), start=1):
        if number % _LOOKS == 0:
            _improve(place, measurement, row, place.coordinates.bounded(point))
        yield Step(done + number, total, "Polishing", place)
    _improve(place, measurement, row, place.coordinates.bounded(point))


def _improve(place: _Projection, measurement: Likeness, row: int, point: Tensor) -> None:
    """Move a candidate to a point that is better."""
    with torch.no_grad():
        images, fits, doubts = place.loss(measurement, point)
    if float(fits[0] + place.settings.realism * doubts[0]) < float(place.losses[row]):
        place.points[row], place.images[row] = point[0], images[0]
        place.fits[row], place.doubts[row] = float(fits[0]), float(doubts[0])


def _watched(
    steps: Steps[Step, None, None], place: _Projection, losses: list[float]
) -> Steps[Step, None, None]:
    """The same steps with pictures now and then, while losses are written down."""
    due = 0.0
    for step in steps:
        if float(step.done).is_integer() and step.done > place.bank:
            losses.append(float(torch.nan_to_num(place.losses, torch.inf).min()))
        now, preview = time.monotonic(), None
        if now >= due:
            due = now + PREVIEW_S
            best = int(torch.nan_to_num(place.losses, torch.inf).argmin())
            preview = to_picture(place.images[best].float().cpu())
        yield replace(step, preview=preview)


def _result(
    place: _Projection,
    picture: Rgb,
    finer: Rgb | None,
    losses: list[float],
    looked_by: str,
    seconds: float,
) -> Projected:
    places = place.coordinates
    point = places.plain(place.points[0])
    with torch.no_grad():
        image = place.draw(point[None])[0]
        styles = places.styles(point[None])[0].float().cpu().numpy()
    if not bool(image.isfinite().all()):
        raise StudioError(
            "The search came apart",
            "the best candidate left the finite numbers",
            "Begin again with another seed.",
        )
    drawn = to_picture(image.float().cpu())
    off = float(np.abs(drawn.astype(np.float64) - picture).mean())
    return Projected(
        latent=places.vector(point),
        classes=places.classes(point),
        styles=styles,
        picture=drawn,
        tuned=finer,
        difference=off,
        losses=tuple(losses),
        looked_by=looked_by,
        seconds=seconds,
    )


def _check(generator: Generator, picture: Rgb, tune_noise: bool) -> None:
    info = generator.info
    if picture.shape != (info.resolution, info.resolution, 3):
        raise StudioError(
            "The picture does not fit the model",
            f"it has {picture.shape[1]} x {picture.shape[0]} pixels, the model "
            f"{info.resolution} x {info.resolution}",
            "Crop it to the model's frame first.",
        )
    if tune_noise and not info.has_noise:
        raise StudioError(
            f"{info.name} has no noise", "there is nothing to tune", "Leave the noise as it is."
        )
