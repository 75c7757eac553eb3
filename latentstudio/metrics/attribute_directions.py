"""Attribute directions of a model, learned from what a referee reads on the faces that it draws."""

from collections.abc import Generator as Steps
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.errors import StudioError
from latentstudio.core.steps import telling
from latentstudio.metrics.attributes import ATTRIBUTES, Attribute, heads_of
from latentstudio.metrics.linear_fit import Design
from latentstudio.metrics.observe import from_levels, to_levels
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.samples import classes_of, styles_of
from latentstudio.models.generator import Generator
from latentstudio.models.style_space import StyleMoments, StyleSpace, direction_of

SAMPLES = 8_000
"""Faces that are drawn and read."""

RANKED = 0.7
"""A direction that ranks fewer pairs of held-out faces rightly is left out."""

_BATCH = 8
_LEAST_SAMPLES = 200
_HELD_OUT = 5  # every fifth face
_DECAY = 10.0
_RARE = 0.04  # of the faces; what fewer have, or lack, cannot be learned
_STILL = 0.05  # of a number's range; what varies less is noise of the reading
_READ = {True: 0.9, False: 0.8}  # what a referee must read: share of a category, R^2 of a number
_PRESENT = 0.05  # of the faces; a drawing style that fewer show is misread
_PAIRS = 1_000  # faces that are ranked against each other

Progress = tuple[int, int, str]
"""Faces done, of how many, and words."""


@dataclass(frozen=True)
class Read:
    """What was read on drawn faces: coordinates [N, F], and by factor what the referee gave."""

    coordinates: Tensor
    factors: Mapping[str, Tensor]


def attribute_directions(
    generator: Generator, referee: Referee, samples: int = SAMPLES
) -> Steps[Progress, None, tuple[Direction, ...]]:
    """Learn a direction for each attribute that a model shows and a referee reads well.

    Faces are drawn by seed and read; logistic regression tells a binary attribute from their
    styles, ridge regression an ordered one or a number; the direction is the way that faces differ
    where its answer does. Its accuracy is the share of pairs of held-out faces, one with more of
    the attribute than the other, that it ranks rightly: 0.5 is chance.

    Args:
        generator: the model.
        referee: reads pictures of its resolution.
        samples: faces to draw, 200 and more.

    Returns:
        Directions in group ``attributes``, in the order of ``ATTRIBUTES``.

    Raises:
        StudioError: no attribute could be learned.
    """
    samples, space = max(samples, _LEAST_SAMPLES), StyleSpace.of(generator)
    total, moments = samples + len(ATTRIBUTES), StyleMoments()
    seen = yield from _read(generator, referee, space, moments, samples, total)
    lesson = _Lesson(seen.coordinates, moments)
    well_read = _well_read(referee, seen)
    found = []
    for done, attribute in enumerate(ATTRIBUTES, start=samples + 1):
        level = attribute.level(seen.factors, heads_of(referee))
        known = attribute.factor in well_read
        if known and level is not None and _varies(attribute, level, referee):
            fit = lesson.learn(attribute, level)
            learned = yield from telling(fit, (done - 1, total, attribute.name))
            if learned.accuracy >= RANKED:
                direction = direction_of(
                    space,
                    moments,
                    attribute.name,
                    learned.way,
                    learned.normal,
                    group="attributes",
                    found=f"learned from what {referee.name} reads on {samples:,} faces",
                    accuracy=learned.accuracy,
                    model_id=generator.info.model_id,
                )
                found.append(direction)
        yield done, total, attribute.name
    if not found:
        raise _nothing(generator, referee)
    return tuple(found)


@dataclass(frozen=True)
class _Learned:
    """The way [F] that faces differ in an attribute, what tells it, how well it ranks others."""

    way: Tensor
    normal: Tensor
    accuracy: float


class _Lesson:
    """Faces to learn from, and every fifth one held out."""

    def __init__(self, coordinates: Tensor, moments: StyleMoments) -> None:
        self._held = torch.arange(len(coordinates)) % _HELD_OUT == 0
        self._shown, self._hidden = coordinates[~self._held], coordinates[self._held]
        self._design = Design(self._shown, moments.mean, moments.spread, _DECAY)
        self._covariance = moments.covariance

    def learn(self, attribute: Attribute, level: Tensor) -> Steps[None, None, _Learned]:
        """Fit a plane to levels [N]; faces without one count as the mean, but are not ranked."""
        filled = torch.where(level.isfinite(), level, level.nanmean())[~self._held]
        if attribute.kind == "binary":
            plane = yield from self._design.logistic_steps(filled)
        else:
            plane = self._design.ridge(filled)
        accuracy = ranked_rightly(plane.value(self._hidden), level[self._held], attribute)
        return _Learned(plane.pattern(self._covariance), plane.weights, accuracy)


def ranked_rightly(values: Tensor, levels: Tensor, attribute: Attribute) -> float:
    """The share of pairs of faces that values [N] rank as levels [N] do; 0.5 is chance.

    Pairs of equal level do not count; levels of a binary attribute are yes or no.
    """
    values, levels = values[:_PAIRS], levels[:_PAIRS]
    if attribute.kind == "binary":
        levels = (levels > 0.5).double()
    rises = levels[:, None] > levels + 1e-9
    if not bool(rises.any()):
        return 0.5
    higher, equal = values[:, None] > values, values[:, None] == values
    return float(((higher.double() + equal.double() / 2) * rises).sum() / rises.sum())


def _read(
    generator: Generator,
    referee: Referee,
    space: StyleSpace,
    moments: StyleMoments,
    samples: int,
    total: int,
) -> Steps[Progress, None, Read]:
    coordinates: list[Tensor] = []
    parts: list[Mapping[str, Tensor]] = []
    for start in range(0, samples, _BATCH):
        numbers = range(start, min(start + _BATCH, samples))
        with torch.no_grad():
            z = generator.sample_z(numbers)
            styles = styles_of(generator, z, classes_of(generator, numbers))
            parts.append(read_faces(generator, referee, styles))
        coordinates.append(space.flat(styles))
        moments.add(coordinates[-1])
        yield numbers.stop, total, f"{numbers.stop:,} of {samples:,} faces read"
    factors = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    return Read(torch.cat(coordinates), factors)


def read_faces(generator: Generator, referee: Referee, styles: Tensor) -> Mapping[str, Tensor]:
    """What a referee reads on the faces of styles [B, L, D], as they would be saved."""
    with torch.no_grad():
        return referee.read(from_levels(to_levels(generator.synthesize(styles)).cpu()))


def _well_read(referee: Referee, seen: Read) -> set[str]:
    """The factors that are read well enough to learn from in the drawing styles that are there."""
    heads = heads_of(referee)
    styles: tuple[str, ...] = ()
    if "style" in heads:
        shares = seen.factors["style"].mean(0).tolist()
        pairs = zip(heads["style"].values, shares, strict=True)
        styles = tuple(name for name, share in pairs if share >= _PRESENT)
    known = referee.accuracy_in(styles)
    return {
        name
        for name, accuracy in known.items()
        if name in heads and accuracy >= _READ[bool(heads[name].values)]
    }


def _varies(attribute: Attribute, level: Tensor, referee: Referee) -> bool:
    """Whether faces differ in an attribute by more than the noise of reading it."""
    if attribute.kind == "binary":
        share = float((level > 0.5).double().mean())
        return _RARE <= share <= 1 - _RARE
    head = heads_of(referee)[attribute.factor]
    if not head.values:
        low, high = head.range
        return float(level.std()) >= _STILL * (high - low)
    rounded = level[level.isfinite()].round()
    return float((rounded != rounded.mode().values).double().mean()) >= _RARE


def _nothing(generator: Generator, referee: Referee) -> StudioError:
    return StudioError(
        "No attributes were found",
        f"{referee.name} reads nothing on the faces of {generator.info.name} that its styles tell",
        "Try components instead.",
    )
