"""Projection job: finds the latent whose picture is nearest to any given picture.

Karras et al. 2020, appendix D, describe it for w; here many starts are thinned out on the way, and
the best is brought to the end by L-BFGS, in z, w or w+.
"""

import math
import time
from collections.abc import Generator as Steps
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Noise, Recipe, Space
from latentstudio.core.search import (
    ClassShares,
    Features,
    Filled,
    Projected,
    Rgb,
    Settings,
    Start,
)
from latentstudio.core.steps import changed
from latentstudio.engine.descent import lbfgs
from latentstudio.engine.features import Likeness, likeness
from latentstudio.engine.inpaint import PREVIEW_S, to_image, to_picture
from latentstudio.engine.jumps import draws_of_jump, jump
from latentstudio.engine.measure import as_seen, off_by, pseudo_huber
from latentstudio.engine.messages import Step
from latentstudio.engine.render import class_weights
from latentstudio.engine.search import STEP_DRAWS, Place, begin, descend
from latentstudio.engine.tuned_noise import tuned
from latentstudio.models.generator import Generator

NOISE = Noise()
_BANK = 256
_RATE = 0.1
_REACH = 4.5  # standard deviations of z: a given face may well lie farther out than a likely one
_POLISH = 2.5  # further steps of L-BFGS at most for each that is left, as a share of the steps
_LOOKS = 10  # of its steps between two looks whether it is better
_PATIENCE = 5  # looks in which the loss has to fall below this share, or it is given up
_FALL = 0.97
_TRIAL = 120  # steps after which it has to be nearly as good as the best so far, or is given up
_HOPEFUL = 1.25  # times the best one's loss
_ROUND = 0.05  # difference of pixels, of a range of 2, below which it counts by its square
_ALONE = 2  # candidates that are drawn together in the time of one alone
_SELDOM = 0.07  # of the time of a polishing: a jump is rare, and most are given up


@dataclass(frozen=True)
class _Plan:
    """How starts become one answer.

    Attributes:
        stages: (sixteenths of the starts that go on, share of the steps, share of the rate).
        last: sixteenths of the starts that are polished.
        enough: levels of 255 off: once one comes so near, the others need no polishing.
        jumps: to other valleys, where none is the right one.
        jumpers: sixteenths of the starts that they begin from, in turn.
    """

    stages: tuple[tuple[int, float, float], ...]
    last: int
    enough: float
    jumps: int
    jumpers: int

    def steps(self, steps: int) -> list[int]:
        """Steps of Adam in each stage."""
        return [max(1, round(part * steps)) for _, part, _ in self.stages]


# Z and w are full of valleys of different depth. In w+ most are as deep, but in some a face has no
# beard, say, and none grows: there another start is worth more than polishing.
# Levels: a recovered picture is off by less than 1, of which 0.25 are rounding.
_MANY = _Plan(((16, 0.2, 1.0), (8, 0.4, 0.8)), 4, 1.0, 6, 1)
_FEW = _Plan(((16, 0.075, 1.0), (4, 0.1, 0.7)), 1, 3.0, 8, 4)
_PLANS: dict[Space, _Plan] = {"z": _MANY, "w": _MANY, "w+": _FEW}


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
        a Step; now and then its ``preview`` is a list of the best so far alone.

    Raises:
        StudioError: the picture or an option does not fit the model; the search came apart.
    """
    begun = time.monotonic()
    _check(generator, picture, tune_noise)
    target = to_image(picture).to(generator.device)
    given = class_weights(generator.info, Recipe(classes=classes)) if classes else None
    measurement = likeness(generator, target, features, given)
    settings = Settings(space, starts, steps, _RATE, prior, _BANK, seed, noise, start)
    losses: list[float] = []

    place = _Projection(generator, settings, classes)
    clock = _clock(place)
    total = math.ceil(clock[1][-1]) + (steps if tune_noise else 0)
    yield from _watched(_found(place, measurement), picture, losses, clock, total)
    styles = place.coordinates.styles(place.found).detach()
    finer = None
    if tune_noise:
        finer = to_picture((yield from tuned(generator, styles, target, noise, steps, total)).cpu())
    return _result(place, picture, finer, losses, measurement.by, time.monotonic() - begun)


class _Projection(Place):
    """Candidates that are held by the prior alone; no critic says that they look real."""

    def __init__(self, generator: Generator, settings: Settings, classes: ClassShares) -> None:
        super().__init__(generator, settings, classes)
        self.coordinates.reach = _REACH
        self.plan = _PLANS[settings.space]

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Its parts, from the bank to the last polishing: steps at most, and candidates in each."""
        plan, count = self.plan, self.settings.candidates
        stages = zip(plan.stages, plan.steps(self.settings.steps), strict=True)
        return [
            (self.bank_steps, count),
            *((steps, _left(count, left)) for (left, _, _), steps in stages),
            *[(_most(self), _ALONE)] * _left(count, plan.last),
            *[(_finding(self) + _most(self), _ALONE)] * plan.jumps,
        ]

    @property
    def whole(self) -> int:
        """Steps that it takes at most."""
        return sum(steps for steps, _ in self.parts)

    def doubt(self, images: Tensor, points: Tensor) -> Tensor:
        return self.coordinates.improbable(points)

    @property
    def losses(self) -> Tensor:
        """[candidates]; infinite where one broke."""
        total = self.fits + self.settings.realism * self.doubts
        return torch.nan_to_num(total, torch.inf).masked_fill(self.broken, torch.inf)

    @property
    def least(self) -> float:
        """The best one's loss."""
        return float(self.losses.min()) if len(self.losses) else math.inf


def _left(starts: int, sixteenths: int) -> int:
    return max(1, starts * sixteenths // 16)


def _clock(place: _Projection) -> tuple[list[float], list[float]]:
    """Steps done, and how long they take up to there, in steps of all candidates.

    Most pictures are found by the first polishing: what follows it counts for little, so that the
    time that is left is right for those.
    """
    likely = len(place.plan.stages) + 2  # the bank, thinning out, one polishing
    done, taken = [0.0], [0.0]
    for number, (steps, drawn) in enumerate(place.parts):
        share = drawn / place.settings.candidates
        done.append(done[-1] + steps)
        taken.append(taken[-1] + steps * share * (1.0 if number < likely else _SELDOM))
    return done, taken


def _found(place: _Projection, measurement: Likeness) -> Steps[Step, None, None]:
    """Thin the candidates out to a few, bring these to the end, and keep the best."""
    total = place.whole
    yield from begin(place, measurement, total)
    done, rate, plan = place.bank_steps, place.settings.rate, place.plan
    counts = plan.steps(place.settings.steps)
    for (left, _, pace), count in zip(plan.stages, counts, strict=True):
        place.keep(_left(place.settings.candidates, left))
        place.settings = replace(place.settings, rate=rate * pace)
        yield from descend(place, measurement, count, done, total)
        done += count
    place.draws = place.generator  # from here on it goes by the very picture
    starts = place.settings.candidates
    place.keep(_left(starts, max(plan.last, plan.jumpers)))
    for row in range(min(_left(starts, plan.last), len(place.found))):
        if not bool(place.broken[row]):
            start = place.found[row : row + 1].clone()
            yield from _polish(place, measurement, row, start, done, total)
        done += _most(place)
        if _recovered(place, measurement):
            break
    place.keep(_left(starts, plan.jumpers), place.losses)
    yield from _jump(place, measurement, done, total)
    place.keep(1, place.losses)


def _jump(
    place: _Projection, measurement: Likeness, done: int, total: int
) -> Steps[Step, None, None]:
    """Look for a deeper valley, from one candidate after the other."""
    for number in range(place.plan.jumps):
        if _recovered(place, measurement):
            break
        row = number % len(place.found)
        start = yield from _elsewhere(place, measurement, row, number, done, total)
        done += _finding(place)
        yield from _polish(place, measurement, row, start, done, total)
        done += _most(place)


def _elsewhere(
    place: _Projection, measurement: Likeness, row: int, number: int, done: int, total: int
) -> Steps[Step, None, Tensor]:
    """The start of a jump; its steps are those of the search."""
    length = _finding(place)

    def step(share: float) -> Step:
        return Step(done + share * length, total, "Looking elsewhere", place)

    return changed(jump(place, row, measurement.pixels.target, number), step)


def _recovered(place: _Projection, measurement: Likeness) -> bool:
    """Whether the best one is as near as the plan asks for."""
    best = int(place.losses.argmin())
    off = off_by(place.images[best : best + 1], measurement.pixels.target).mean()
    return not bool(place.broken[best]) and float(off) * 127.5 < place.plan.enough


def _most(place: _Projection) -> int:
    """Steps of L-BFGS that one polishing may take."""
    return int(_POLISH * place.settings.steps)


def _finding(place: _Projection) -> int:
    """Steps of a polishing in whose time the start of a jump is found."""
    return draws_of_jump(place.settings) // (STEP_DRAWS * _ALONE)


def _polish(
    place: _Projection, measurement: Likeness, row: int, start: Tensor, done: int, total: int
) -> Steps[Step, None, None]:
    """L-BFGS, which near the end finds what Adam circles around.

    It goes by absolute differences, rounded off at zero: by squares, a face that lacks a beard
    would sooner take the mean of both colours than grow one. A candidate moves only where it is
    better by what Adam went by. A valley in which hardly anything falls any more is given up: there
    may well be a deeper one. So is one that is worse than the best after its first part.
    """
    target = measurement.pixels.target

    def slope(point: Tensor) -> tuple[float, Tensor]:
        point = point.clone().requires_grad_()
        with torch.enable_grad():
            images = place.draw(point)
            off = pseudo_huber(as_seen(images, target) - target, _ROUND)
            value = (off + place.settings.realism * place.doubt(images, point)).sum()
        (gradient,) = torch.autograd.grad(value, point)
        return float(value), gradient

    best = place.least
    point, losses = start, [math.inf] * _PATIENCE
    for number, point in enumerate(lbfgs(slope, start, _most(place)), start=1):
        if number % _LOOKS == 0:
            losses.append(_improve(place, measurement, row, place.coordinates.bounded(point)))
            if not losses[-1] < _FALL * losses[-1 - _PATIENCE]:
                return
        if number == _TRIAL and losses[-1] > _HOPEFUL * best:
            return
        yield Step(done + number, total, "Polishing", place)
    _improve(place, measurement, row, place.coordinates.bounded(point))


def _improve(place: _Projection, measurement: Likeness, row: int, point: Tensor) -> float:
    """Move a candidate to a point that is better; the loss at the point."""
    with torch.no_grad():
        images, fits, doubts = place.loss(measurement, point)
    loss = float(fits[0] + place.settings.realism * doubts[0])
    if loss < float(place.losses[row]):
        place.found[row], place.images[row] = point[0], images[0]
        place.fits[row], place.doubts[row] = float(fits[0]), float(doubts[0])
    return loss


def _watched(
    steps: Steps[Step, None, None],
    picture: Rgb,
    losses: list[float],
    clock: tuple[list[float], list[float]],
    total: int,
) -> Steps[Step, None, None]:
    """The same steps in time, with the best now and then, while losses are written down."""
    due = 0.0

    def timed(step: Step) -> Step:
        nonlocal due
        place: _Projection = step.preview
        if float(step.done).is_integer() and math.isfinite(place.least):
            losses.append(place.least)
        now, preview = time.monotonic(), None
        if now >= due:
            due = now + PREVIEW_S
            preview = _so_far(place, picture)
        return Step(float(np.interp(step.done, *clock)), total, step.note, preview)

    return changed(steps, timed)


def _so_far(place: _Projection, picture: Rgb) -> list[Filled]:
    """The best so far, which nothing judged; none while all are broken."""
    if bool(place.broken.all()):
        return []
    best = int(place.losses.argmin())
    image, places = place.images[best].float().cpu(), place.coordinates
    drawn, point = to_picture(image), places.plain(place.found[best])
    fit = _off(drawn, picture) / 127.5
    return [Filled(drawn, drawn, places.vector(point), fit, math.nan, places.classes(point))]


def _off(drawn: Rgb, picture: Rgb) -> float:
    """Mean absolute difference in levels of 255."""
    return float(np.abs(drawn.astype(np.float64) - picture).mean())


def _result(
    place: _Projection,
    picture: Rgb,
    finer: Rgb | None,
    losses: list[float],
    looked_by: str,
    seconds: float,
) -> Projected:
    places = place.coordinates
    point = places.plain(place.found[0])
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
    return Projected(
        latent=places.vector(point),
        classes=places.classes(point),
        styles=styles,
        picture=drawn,
        tuned=finer,
        difference=_off(drawn, picture),
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
