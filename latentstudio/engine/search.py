"""Search: finds latents whose pictures agree with a measurement, many candidates at once."""

import math
import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Vector
from latentstudio.engine.measure import Measurement
from latentstudio.engine.messages import Step
from latentstudio.models.generator import Generator

Space = Literal["z", "w", "w+"]

SLICE_S = 0.03
"""A step is cut into parts that take no longer than about this, so that the window goes on."""

_BANK_BATCH = 16
_LIMITS = {"normal": 2.5, "uniform": 1.0, "truncnormal": 2.0}
_WARM = 0.05  # share of the steps in which the rate rises
_BETAS = (0.9, 0.99)
_SPREAD_SAMPLES = 512


@dataclass(frozen=True)
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
    """

    space: Space = "z"
    candidates: int = 16
    steps: int = 150
    rate: float = 0.08
    realism: float = 0.02
    bank: int = 256
    seed: int = 0


@dataclass(frozen=True)
class Candidate:
    """One answer.

    Attributes:
        latent: z [D], w [D] or w+ [L, D].
        image: its picture, float32 [3, R, R] in [-1, 1].
        fit: distance from what is known, 0 for none.
        doubt: what the discriminator has against it, or the prior; lower is better.
    """

    latent: Vector
    image: np.ndarray
    fit: float
    doubt: float


def search(
    generator: Generator,
    measurement: Measurement,
    settings: Settings,
    classes: Tensor | None = None,
) -> Steps[Step, None, list[Candidate]]:
    """Look for latents by Adam from the best of a bank of samples.

    Every candidate is optimised on its own: how a batch is split changes nothing. A candidate
    that leaves the finite numbers is dropped.

    Yields:
        a Step after each slice; its ``preview`` is the Place, which gives ``answers`` so far.

    Returns:
        The candidates, the best fit first.

    Raises:
        StudioError: the model has no such space; no candidate stayed finite.
    """
    place = Place(generator, settings, classes)
    total = settings.bank + settings.steps
    for done, best in place.starts(measurement):
        place.begin(best)
        yield Step(done, total, "Looking for starts", place)
    yield from _descend(place, measurement, total)
    return place.answers(measurement)


def _descend(place: "Place", measurement: Measurement, total: int) -> Steps[Step, None, None]:
    settings, count = place.settings, place.settings.candidates
    parts = 1
    for number in range(settings.steps):
        rate = settings.rate * _rate_factor((number + 1) / settings.steps)
        for part in range(parts):
            begin = time.perf_counter()
            place.step(measurement, rate, part, parts)
            slowest = time.perf_counter() - begin
            yield Step(settings.bank + number + (part + 1) / parts, total, "Refining", place)
        if slowest > SLICE_S:
            parts = min(count, math.ceil(parts * slowest / SLICE_S))


class Place:
    """The latents that are searched for, in units in which samples have variance one.

    Attributes:
        points: [candidates, ...].
        images: their pictures [candidates, 3, R, R], a step behind.
        fits: their distances [candidates], likewise.
        doubts: what speaks against them [candidates], NaN until it was asked.
    """

    def __init__(self, generator: Generator, settings: Settings, classes: Tensor | None) -> None:
        self.generator, self.settings, self.classes = generator, settings, classes
        self.info = generator.info
        mapped = self.info.style_layers > 1 and not self.info.classes
        if settings.space != "z" and not mapped:
            raise StudioError(
                f"{self.info.name} has no space {settings.space}",
                "its latents are not mapped to styles",
                "Search in z.",
            )
        self.mean, self.scale = self._units()
        self.points = torch.zeros(0)
        self.images = torch.zeros(0)
        self.fits = torch.zeros(0)
        self.doubts = torch.zeros(0)

    def starts(self, measurement: Measurement) -> Iterator[tuple[int, Tensor]]:
        """Samples drawn and, after each batch, the best so far: [candidates, ...]."""
        best: list[tuple[float, int]] = []
        kept: dict[int, tuple[Tensor, Tensor]] = {}
        count = self.settings.candidates
        for first in range(0, max(self.settings.bank, count), _BANK_BATCH):
            points = self._samples(first, _BANK_BATCH)
            with torch.no_grad():
                images = self.draw(points)
                fits = measurement.distance(images).tolist()
            for offset, fit in enumerate(fits):
                if math.isfinite(fit):
                    best.append((fit, first + offset))
                    kept[first + offset] = (points[offset], images[offset])
            best = sorted(best)[:count]
            kept = {number: kept[number] for _, number in best}
            if len(best) == count:
                self.images = torch.stack([kept[number][1] for _, number in best])
                self.fits = torch.tensor([fit for fit, _ in best])
                self.doubts = torch.full_like(self.fits, math.nan)
                yield first + _BANK_BATCH, torch.stack([kept[number][0] for _, number in best])
        if len(best) < count:
            raise StudioError(
                "The search found no start",
                "the model draws nothing but broken pictures",
                "Open another model.",
            )

    def begin(self, points: Tensor) -> None:
        self.points = points.clone()
        self._first = torch.zeros_like(points)
        self._second = torch.zeros_like(points)
        self._times = torch.zeros(len(points))

    def step(self, measurement: Measurement, rate: float, part: int, parts: int) -> None:
        """One step of Adam (Kingma and Ba 2015) of a part of the candidates."""
        rows = slice(*(len(self.points) * (part + i) // parts for i in (0, 1)))
        points = self.points[rows].clone().requires_grad_()
        with torch.enable_grad():
            images = self.draw(points)
            fits = measurement.distance(images)
            doubts = self.doubt(images, points)
            loss = fits + self.settings.realism * doubts
            (slope,) = torch.autograd.grad(loss.sum(), points)
        self.images[rows], self.fits[rows] = images.detach(), fits.detach()
        self.doubts[rows] = doubts.detach().to(self.doubts)
        # A candidate that is broken stays where it is; ``answers`` drops it.
        slope = torch.nan_to_num(slope, 0.0, 0.0, 0.0)
        self._times[rows] += 1
        first, second = self._first[rows], self._second[rows]
        first.lerp_(slope, 1 - _BETAS[0])
        second.lerp_(slope.square(), 1 - _BETAS[1])
        time_now = float(self._times[rows][0])
        upright = first / (1 - _BETAS[0] ** time_now)
        spread = (second / (1 - _BETAS[1] ** time_now)).sqrt() + 1e-12
        self.points[rows] = self._bounded(self.points[rows] - rate * upright / spread)

    def draw(self, points: Tensor) -> Tensor:
        """Pictures [B, 3, R, R] of points."""
        return self.generator.synthesize(self.styles(points))

    def styles(self, points: Tensor) -> Tensor:
        latents = self.mean + self.scale * points
        if self.settings.space == "z":
            classes = None if self.classes is None else self.classes.expand(len(points), -1)
            return self.generator.map(latents, classes)
        if self.settings.space == "w":
            return latents[:, None].expand(-1, self.info.style_layers, -1)
        return latents

    def doubt(self, images: Tensor, points: Tensor) -> Tensor:
        """What speaks against each picture: [B], lower is better."""
        verdicts = self.generator.discriminate(images, self._weights(len(images)))
        far = self._improbable(points)
        if verdicts is None:
            return far
        if self.info.critic == "logit":
            return F.softplus(-verdicts.float()) + far
        return -verdicts.float() + far

    def answers(self, measurement: Measurement) -> list[Candidate]:
        """All candidates that are finite, the best fit first."""
        found = []
        with torch.no_grad():
            for point in self.points:
                image = self.draw(point[None])
                fit = float(measurement.distance(image)[0])
                doubt = float(self.doubt(image, point[None])[0])
                if math.isfinite(fit) and math.isfinite(doubt):
                    latent = (self.mean + self.scale * point).cpu().numpy()
                    picture = image[0].float().cpu().numpy()
                    found.append(
                        Candidate(Vector(self.settings.space, latent), picture, fit, doubt)
                    )
        if not found:
            raise StudioError(
                "The search came apart",
                "no candidate stayed within the finite numbers",
                "Lower the rate, or begin again with another seed.",
            )
        return sorted(found, key=lambda candidate: candidate.fit)

    def so_far(self) -> list[Candidate]:
        """The finite candidates as last drawn, the best fit first; nothing is drawn for it."""
        latents = (self.mean + self.scale * self.points).cpu().numpy()
        images = self.images.float().cpu().numpy()
        found = [
            Candidate(Vector(self.settings.space, latent), image, fit, doubt)
            for latent, image, fit, doubt in zip(
                latents, images, self.fits.tolist(), self.doubts.tolist(), strict=True
            )
            if math.isfinite(fit) and np.isfinite(latent).all()
        ]
        return sorted(found, key=lambda candidate: candidate.fit)

    def _samples(self, first: int, count: int) -> Tensor:
        seeds = [(self.settings.seed * 1_000_003 + first + i) % 2**32 for i in range(count)]
        z = self.generator.sample_z(seeds)
        if self.settings.space == "z":
            return (z - self.mean) / self.scale
        w = self.generator.map(z)
        latents = w if self.settings.space == "w+" else w[:, 0]
        return (latents - self.mean) / self.scale

    def _units(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of the latents: of z by the prior, of w by samples."""
        if self.settings.space == "z":
            spread = {"uniform": 3**-0.5}.get(self.info.prior, 1.0)
            return torch.zeros(()), torch.full((), spread)
        with torch.no_grad():
            w = self.generator.map(self.generator.sample_z(range(_SPREAD_SAMPLES)))[:, 0]
        return w.mean(0), w.std(0).mean().clamp_min(1e-6).expand(w.shape[1])

    def _bounded(self, points: Tensor) -> Tensor:
        """Where the prior is: a clip of z (wider than 1 for a normal), none in w."""
        if self.settings.space != "z":
            return points
        limit = _LIMITS[self.info.prior] / float(self.scale)
        return points.clamp(-limit, limit)

    def _improbable(self, points: Tensor) -> Tensor:
        """How far points lie outside of where samples are: 0 within."""
        square = points.square().flatten(1).mean(1)
        if self.settings.space == "z":
            # Samples of a normal lie on a shell of this radius (Menon et al. 2020, section 3.2).
            return (square - 1).square() if self.info.prior == "normal" else 0 * square
        return square / 10

    def _weights(self, count: int) -> Tensor | None:
        return None if self.classes is None else self.classes.expand(count, -1)


def _rate_factor(share: float) -> float:
    """Rises over the first steps, then falls to 0 along a cosine."""
    return min(share / _WARM, 1.0) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
