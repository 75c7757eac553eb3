"""Search: finds latents whose pictures agree with a measurement, many candidates at once."""

import math
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Recipe, Vector
from latentstudio.core.search import ClassShares, Settings, dropped
from latentstudio.engine.coordinates import Coordinates
from latentstudio.engine.device import hasty
from latentstudio.engine.measure import Measurement
from latentstudio.engine.messages import Step
from latentstudio.engine.render import synthesize
from latentstudio.models.generator import Generator

__all__ = ["Candidate", "Place", "Settings", "search"]

SLICE_S = 0.03
"""A step is cut into parts that take about so long, so that the window goes on."""

_SLICE_NUMBERS = {"cpu": 32 * 2**20}  # a StyleGAN of 128 px: 4 rows take hardly longer than 1
_SLICE_NUMBERS_ELSEWHERE = 256 * 2**20
_NUMBER_BYTES = 4  # at most
_TOO_SLOW = 4  # slices: a part this much slower than planned is cut further
_LARGEST_BATCH = 64
_WARM = 0.05  # share of the steps in which the rate rises
_BETAS = (0.9, 0.99)
STEP_DRAWS = 3  # pictures that are drawn in the time of one step of one candidate
_NEAR_MEAN = 0.2  # starts from the mean lie so many standard deviations around it


@dataclass(frozen=True)
class Candidate:
    """One answer.

    Attributes:
        latent: z [D], w [D] or w+ [L, D].
        image: its picture, float32 [3, R, R] in [-1, 1].
        fit: distance from what is known, 0 for none.
        doubt: what the discriminator has against it, or the prior; lower is better.
        classes: shares that were given or found, for models with classes.
    """

    latent: Vector
    image: np.ndarray
    fit: float
    doubt: float
    classes: ClassShares = ()


def search(
    generator: Generator,
    measurement: Measurement,
    settings: Settings,
    classes: ClassShares = (),
) -> Steps[Step, None, list[Candidate]]:
    """Look for latents by Adam from the best of a bank of samples.

    Every candidate is optimised on its own: how a batch is split changes nothing. A candidate
    that leaves the finite numbers is dropped. Where a model has classes and none are given, the
    bank tries all of them, and their shares are optimised with the latent.

    Yields:
        a Step after each slice; its ``preview`` is the Place, which gives ``answers`` so far.

    Returns:
        The candidates, the best fit first.

    Raises:
        StudioError: the model has no such space; no candidate stayed finite.
    """
    place = Place(generator, settings, classes)
    total = place.bank_steps + settings.steps + 1
    yield from begin(place, measurement, total)
    yield from descend(place, measurement, settings.steps, place.bank_steps, total)
    return (yield from place.answers(measurement, total))


def begin(place: "Place", measurement: Measurement, total: int) -> Steps[Step, None, None]:
    """Put the candidates of a place at their starts."""
    place.size_slices(measurement)
    for done, best in place.starts(measurement):
        place.begin(best)
        yield Step(place.bank_steps * done / place.bank, total, "Looking for starts", place)


def descend(
    place: "Place", measurement: Measurement, steps: int, done: int, total: int
) -> Steps[Step, None, None]:
    """So many steps of Adam, at a rate that rises and falls once; ``done`` were done before."""
    for number in range(steps):
        rate = place.settings.rate * _rate_factor((number + 1) / steps)
        parts = math.ceil(len(place.points) / place.rows)
        for part in range(parts):
            # The thread's own time: that other programs run is no reason to cut differently,
            # which would change the last digits.
            start = time.thread_time()
            place.step(measurement, rate, part, parts)
            slow = time.thread_time() - start > _TOO_SLOW * SLICE_S
            yield Step(done + number + (part + 1) / parts, total, place.words, place)
        if slow:
            place.rows = max(1, place.rows // 2)


class Place:
    """The candidates of a search.

    Attributes:
        draws: what draws on the way; ``answers`` are the generator's.
        points: where Adam stands [candidates, ...] in units of samples; see ``Coordinates``.
        found: the best points on the way there [candidates, ...]: by distance and doubt together.
        images: pictures of those found [candidates, 3, R, R].
        fits: their distances [candidates].
        doubts: what speaks against them [candidates], NaN until it was asked.
        broken: those that left the finite numbers [candidates].
        rows: how many are drawn together.
    """

    def __init__(self, generator: Generator, settings: Settings, classes: ClassShares = ()) -> None:
        self.generator, self.settings = generator, settings
        self.draws = hasty(generator)
        self.coordinates = Coordinates(generator, settings, classes)
        self._recipe = Recipe(noise=settings.noise)
        self.points = self.found = torch.zeros(0)
        self.images = self.fits = self.doubts = torch.zeros(0)
        self.broken = torch.zeros(0, dtype=torch.bool)
        self.rows = 1

    @property
    def bank(self) -> int:
        """Samples that are drawn for the starts."""
        given = self.settings
        return given.candidates if given.start == "mean" else max(given.bank, given.candidates)

    @property
    def bank_steps(self) -> int:
        """How many steps of Adam take as long as the bank: one draws every candidate, and back."""
        return math.ceil(self.bank / (STEP_DRAWS * self.settings.candidates))

    @property
    def words(self) -> str:
        """What is being done; names candidates that had to be dropped."""
        lost = int(self.broken.sum())
        return f"Refining; {dropped(lost)}" if lost else "Refining"

    def size_slices(self, measurement: Measurement) -> None:
        """Find how many candidates to draw together: by the numbers of one, not by the clock.

        Batches of other sizes differ in the last digits, and a clock never says the same twice.
        """
        counted = [0]

        def count(tensor: Tensor) -> None:
            # Nothing is kept: a graph that holds its own results through Python is never freed.
            if tensor.ndim > 1 and tensor.shape[0] == 1:  # weights are shared by all candidates
                counted[0] += tensor.numel()

        point = self.coordinates.samples(0, 1).requires_grad_()

        def restore(_: None) -> Tensor:
            raise AssertionError("nothing goes back through this graph")

        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(count, restore):
            images = self.draw(point)
            measurement.distance(images).sum() + self.doubt(images, point).sum()
        room = _SLICE_NUMBERS.get(self.generator.device, _SLICE_NUMBERS_ELSEWHERE)
        if self.generator.device == "cuda":
            room = min(room, torch.cuda.mem_get_info()[0] // (2 * _NUMBER_BYTES))
        self.rows = min(max(1, room // max(counted[0], 1)), _LARGEST_BATCH)

    def starts(self, measurement: Measurement) -> Iterator[tuple[int, Tensor]]:
        """Samples drawn and, after each batch, the best so far: [candidates, ...]."""
        best: list[tuple[float, int]] = []
        kept: dict[int, tuple[Tensor, Tensor]] = {}
        count, batch = self.settings.candidates, min(2 * self.rows, _LARGEST_BATCH)
        for first in range(0, self.bank, batch):
            size = min(batch, self.bank - first)
            points = self.coordinates.samples(first, size)
            if self.settings.start == "mean":
                points = self.coordinates.bounded(points * _NEAR_MEAN)
            with torch.no_grad():
                images = self.draw(points)
                fits = measurement.distance(images).tolist()
            for offset, fit in enumerate(fits):
                if math.isfinite(fit):
                    best.append((fit, first + offset))
                    kept[first + offset] = (points[offset], images[offset])
            best = sorted(best)[:count]
            kept = {number: kept[number] for _, number in best}
            if len(best) == count or (best and first + size == self.bank):
                self.images = torch.stack([kept[number][1] for _, number in best])
                self.fits = torch.tensor([fit for fit, _ in best])
                self.doubts = torch.full_like(self.fits, math.nan)
                yield first + size, torch.stack([kept[number][0] for _, number in best])
        if not best:
            raise StudioError(
                "The search found no start",
                "the model draws nothing but broken pictures",
                "Open another model.",
            )

    def begin(self, points: Tensor) -> None:
        """Stand at points [candidates, ...]; Adam begins anew."""
        self.points = points.detach().clone()
        self.found = self.points.clone()
        self._least = torch.full((len(points),), math.inf)
        self._first = torch.zeros_like(self.points)
        self._second = torch.zeros_like(self.points)
        self._times = torch.zeros(len(points))
        self.broken = torch.zeros(len(points), dtype=torch.bool)

    def keep(self, count: int, losses: Tensor | None = None) -> None:
        """Go on with the candidates of the least fits, or losses, only; Adam begins anew."""
        worth = self.fits if losses is None else losses
        order = worth.masked_fill(self.broken, math.inf).argsort()[:count]
        self.images, self.fits = self.images[order], self.fits[order]
        self.doubts, broken = self.doubts[order], self.broken[order]
        self.begin(self.found[order.to(self.found.device)])
        self.broken = broken

    def loss(self, measurement: Measurement, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures [B, 3, R, R] of points, their distances [B] and doubts [B]."""
        images = self.draw(points)
        return images, measurement.distance(images), self.doubt(images, points)

    def step(self, measurement: Measurement, rate: float, part: int, parts: int) -> None:
        """One step of Adam (Kingma and Ba 2015) of a part of the candidates."""
        rows = slice(*(len(self.points) * (part + i) // parts for i in (0, 1)))
        points = self.points[rows].clone().requires_grad_()
        with torch.enable_grad():
            images, fits, doubts = self.loss(measurement, points)
            total = fits + self.settings.realism * doubts
            (slope,) = torch.autograd.grad(total.sum(), points)
        finite = slope.flatten(1).isfinite().all(1).cpu() & total.detach().isfinite().cpu()
        self.broken[rows] |= ~finite
        self._remember(rows, points.detach(), images.detach(), fits.detach(), doubts.detach())
        # A candidate that is broken stays where it is; ``answers`` drops it.
        slope = torch.nan_to_num(slope, 0.0, 0.0, 0.0)
        self._times[rows] += 1
        first, second = self._first[rows], self._second[rows]
        first.lerp_(slope, 1 - _BETAS[0])
        second.lerp_(slope.square(), 1 - _BETAS[1])
        time_now = float(self._times[rows][0])
        upright = first / (1 - _BETAS[0] ** time_now)
        spread = (second / (1 - _BETAS[1] ** time_now)).sqrt() + 1e-12
        self.points[rows] = self.coordinates.bounded(self.points[rows] - rate * upright / spread)

    def _remember(
        self, rows: slice, points: Tensor, images: Tensor, fits: Tensor, doubts: Tensor
    ) -> None:
        """Take those of a part's candidates that are better here than wherever they were."""
        totals = (fits + self.settings.realism * doubts).to(self._least)
        better = totals < self._least[rows]
        there = better.to(points.device)
        self._least[rows][better] = totals[better]
        self.found[rows][there] = points[there]
        self.images[rows][there] = images[there]
        self.fits[rows][better] = fits.to(self.fits)[better]
        self.doubts[rows][better] = doubts.to(self.doubts)[better]

    def draw(self, points: Tensor) -> Tensor:
        """Pictures [B, 3, R, R] of points."""
        return synthesize(self.draws, self._recipe, self.coordinates.styles(points))

    def doubt(self, images: Tensor, points: Tensor) -> Tensor:
        """What speaks against each picture: [B], lower is better.

        The critic's number counts in units of its spread on real faces, below their mean, so that
        a weight means the same for every critic: about 0.7 for a real face, more for a poor one.
        """
        verdicts = self.draws.discriminate(images, self.coordinates.weights(points))
        far = self.coordinates.improbable(points)
        if verdicts is None:
            return far
        mean, spread = self.generator.critic_real
        return F.softplus((mean - verdicts.float()) / spread) + far

    def answers(self, measurement: Measurement, total: int) -> Steps[Step, None, list[Candidate]]:
        """All candidates that are finite, each drawn alone, in all one step; best fit first."""
        found = []
        self.draws = self.generator
        rows = zip(self.found, self.broken.tolist(), strict=True)
        for number, (point, broken) in enumerate(rows, start=1):
            if not broken:
                with torch.no_grad():
                    plain = self.coordinates.plain(point)[None]
                    image, fit, doubt = self.loss(measurement, plain)
                found.append(self._candidate(plain[0], image[0], float(fit[0]), float(doubt[0])))
            yield Step(total - 1 + number / len(self.found), total, self.words, self)
        return self._ranked(found)

    def so_far(self) -> list[Candidate]:
        """The finite candidates as they are, the best fit first; nothing is drawn for it."""
        rows = zip(self.found, self.images, self.fits.tolist(), self.doubts.tolist(), strict=True)
        found = [
            self._candidate(*row)
            for row, broken in zip(rows, self.broken.tolist(), strict=True)
            if not broken
        ]
        return self._ranked(found, undecided=True)

    def _candidate(self, point: Tensor, image: Tensor, fit: float, doubt: float) -> Candidate:
        places, picture = self.coordinates, image.float().cpu().numpy()
        return Candidate(places.vector(point), picture, fit, doubt, places.classes(point))

    @staticmethod
    def _ranked(found: list[Candidate], undecided: bool = False) -> list[Candidate]:
        finite = [c for c in found if math.isfinite(c.fit)]
        if not undecided:
            finite = [c for c in finite if math.isfinite(c.doubt)]
        if not finite:
            raise StudioError(
                "The search came apart",
                "no candidate stayed within the finite numbers",
                "Begin again with another seed.",
            )
        return sorted(finite, key=lambda candidate: candidate.fit)


def _rate_factor(share: float) -> float:
    """Rises over the first steps, then falls to 0 along a cosine."""
    return min(share / _WARM, 1.0) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
