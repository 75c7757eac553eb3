"""Makes the statistics of real pictures: looks at them, and scores real ones among themselves."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.metrics.birthday import twin_thresholds
from latentstudio.metrics.class_frechet import moments_by_class
from latentstudio.metrics.frechet import Moments, moments_of
from latentstudio.metrics.histogram import histogram_of, varies
from latentstudio.metrics.observe import Observed, Observer, coarsened
from latentstudio.metrics.real import KEPT_FEATURES, TRAINING, Marks, Origin, RealStatistics
from latentstudio.metrics.referee import FEATURES, Referee
from latentstudio.metrics.scores import METRICS, obstacle
from latentstudio.metrics.swd import RealSet

Batches = Iterable[tuple[Tensor, Tensor | None]]
"""Pictures [B, 3, R, R] in [-1, 1], and their classes [B] where there are any."""

SIZES = (1000, 2000, 5000)
"""Besides all: the floor of fewer pictures is higher, and so is a generator's score."""

_PATCHES, _DIRECTIONS = 64, 128


def gather(
    referee: Referee,
    origin: Origin,
    reference: Batches,
    others: Batches,
    training: Batches | None = None,
    factors: Sequence[str] = (),
) -> Generator[int, None, RealStatistics]:
    """Look at real pictures; yields after each batch how many it had, for a progress bar.

    Args:
        referee: who looks.
        origin: where the pictures come from; its count is set to theirs.
        reference: the pictures to compare with.
        others: as many real pictures that are not among them, for the floor and the yardsticks.
        training: pictures that a generator learned from; by default the reference.
        factors: what the referee reads well in these pictures.

    Raises:
        StudioError: fewer pictures than the referee has features.
    """
    (seen,) = yield from _look(referee, origin, reference)
    known = seen
    if training is not None:
        (known,) = yield from _look(referee, origin, training)
    real = _summary(seen, known, replace(origin, count=len(seen)), referee, factors)
    floor, half, quarter = yield from _look(referee, origin, others, (1, 2, 4))
    sizes = [size for size in SIZES if size < len(floor)] + [len(floor)]
    marks = {}
    for size in sizes:
        parts = [_scores(part.first(size), real, referee) for part in (floor, half, quarter)]
        marks[size] = {name: Marks(*(part[name] for part in parts)) for name in parts[0]}
        yield 0
    return replace(real, marks=marks)


def _look(
    referee: Referee, origin: Origin, batches: Batches, factors: Sequence[int] = (1,)
) -> Generator[int, None, list[Observed]]:
    """Look at pictures as they are, or coarsened by each of the factors."""
    observers, count = [Observer(referee) for _ in factors], 0
    for images, classes in batches:
        for observer, factor in zip(observers, factors, strict=True):
            observer.add(images if factor == 1 else coarsened(images, factor), classes)
        count += len(images)
        yield len(images)
    if count <= FEATURES:
        raise StudioError(
            f"Too few pictures in {origin.data}",
            f"{count} could be read for one side of the comparison, and {referee.name} has "
            f"{FEATURES} features",
            f"Give {2 * FEATURES + 2} pictures or more; half of them measure the floor.",
        )
    return [observer.observed() for observer in observers]


def _summary(
    seen: Observed, known: Observed, origin: Origin, referee: Referee, factors: Sequence[str]
) -> RealStatistics:
    few = seen.first(len(seen.pictures))
    return RealStatistics(
        origin=origin,
        moments=moments_of(seen.features),
        # As the file has them, so that floors are measured with what is compared with.
        features=seen.features[:KEPT_FEATURES].half().float(),
        training=known.features[:TRAINING].half().float(),
        class_moments=_class_moments(seen, len(origin.classes)),
        histograms=_histograms(seen, referee, factors),
        spectrum=seen.spectra.double().mean(0),
        swd=RealSet(seen.images, patches=_PATCHES, directions=_DIRECTIONS).reduced(),
        twins=twin_thresholds(few.features, few.images),
        marks={},
    )


def _class_moments(seen: Observed, count: int) -> tuple[Moments, ...]:
    """The moments of each class; none where a class has too few pictures for them."""
    if seen.classes is None or not count:
        return ()
    smallest = int(torch.bincount(seen.classes, minlength=count).min())
    return moments_by_class(seen.features, seen.classes, count) if smallest > FEATURES else ()


def _histograms(seen: Observed, referee: Referee, factors: Sequence[str]) -> dict[str, Tensor]:
    read = referee.read_features(seen.features)
    shares = {
        head.name: histogram_of(head, read[head.name])
        for head in referee.heads
        if head.name in factors
    }
    return {name: values for name, values in shares.items() if varies(values)}


def _scores(seen: Observed, real: RealStatistics, referee: Referee) -> dict[str, float]:
    """All that can be measured on so many pictures, parts too."""
    found: dict[str, float] = {}
    for name, metric in METRICS.items():
        if obstacle(name, len(seen), real, referee) is None:
            for score in metric.scores(seen, real, referee):
                found |= score.flat()
    return found
