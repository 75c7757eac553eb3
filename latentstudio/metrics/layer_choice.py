"""Which style layers an attribute slider moves: those that change its attribute and little else."""

import itertools
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Span
from latentstudio.metrics.attributes import Attribute
from latentstudio.metrics.direction_truth import (
    FEW,
    Levels,
    Look,
    Slider,
    followed,
    moved_to,
    reader_of,
    sliders_of,
    walked,
)
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.samples import classes_of, styles_of
from latentstudio.models.generator import Generator

FACES = 96
"""New faces that each choice of layers is tried on."""

_SLACK = 0.015  # of the worth: about a face; fewer layers are worth as much
_BATCH = 8
_YES = 0.5


def in_their_layers(
    generator: Generator,
    directions: Sequence[Direction],
    judge: Referee,
    count: int = FACES,
    *,
    first: int,
) -> Steps[tuple[int, int], None, tuple[Direction, ...]]:
    """Directions with the style layers that suit each; yields how many are done, of how many.

    A choice is worth the share of faces that do what the slider says, less the share of those in
    which another part of the face changes although it is locked (that one binary attribute that
    changes most). The last layer is chosen first, then the first one: of choices that are worth the
    same, fewer layers are taken, for so locked attributes meet less. From there a layer more or
    less at either end is taken as long as that is worth more; layers of one resolution stay
    together.

    Args:
        generator: the model; one with a single style layer has nothing to choose.
        directions: attribute directions; those that the judge does not read stay as they are.
        judge: the referee that they were learned with: the other one is to judge them.
        count: faces.
        first: seed of the first one.
    """
    cuts = _cuts(generator)
    sliders = sliders_of(directions, judge)
    if len(cuts) <= 2 or not sliders:
        return tuple(directions)
    trial = _Trial(generator, sliders, judge, range(first, first + count))
    chosen: dict[str, Direction] = {}
    for done, slider in enumerate(sliders):
        yield done, len(sliders)
        for found in _narrowed(trial, slider, cuts):
            chosen[slider.direction.name] = found
            yield done, len(sliders)
    return tuple(chosen.get(direction.name, direction) for direction in directions)


def _narrowed(trial: "_Trial", slider: Slider, cuts: Sequence[int]) -> Iterator[Direction]:
    """The best direction so far, after each choice that was tried."""
    worths: dict[tuple[int, int], float] = {}
    start, end = 0, len(cuts) - 1

    def tried(first: int, after: int) -> Direction:
        return replace(slider.direction, span=Span(cuts[first], cuts[after] - 1))

    def worth(first: int, after: int) -> float:
        if (first, after) not in worths:
            worths[first, after] = trial.worth(slider, tried(first, after))
        return worths[first, after]

    def as_good(first: int, after: int) -> bool:
        most = max(worths.values(), default=0.0)
        return worth(first, after) >= most - _SLACK

    worth(start, end)
    for after in reversed(range(1, end)):
        end = after if as_good(0, after) else end
        yield tried(start, end)
    for first in range(1, end):
        start = first if as_good(first, end) else start
        yield tried(start, end)
    while True:
        near = [(start - 1, end), (start + 1, end), (start, end - 1), (start, end + 1)]
        choices = [(first, after) for first, after in near if 0 <= first < after < len(cuts)]
        for choice in choices:
            worth(*choice)
            yield tried(start, end)
        best = max(choices, key=lambda choice: worths[choice])
        if worths[best] <= worths[start, end]:
            return
        start, end = best
        yield tried(start, end)


def _cuts(generator: Generator) -> list[int]:
    """Where the style layers of a resolution begin, and the number of layers."""
    info = generator.info
    sides = info.layer_resolutions or tuple(range(info.style_layers))
    rises = [i + 1 for i, (a, b) in enumerate(itertools.pairwise(sides)) if a != b]
    return [0, *rises, info.style_layers]


class _Trial:
    """Faces as they are, in batches, and what moving them does."""

    def __init__(
        self, generator: Generator, sliders: Sequence[Slider], judge: Referee, seeds: range
    ) -> None:
        self._look: Look = reader_of(generator, sliders, judge)
        self._others = [slider.attribute for slider in sliders if slider.attribute.kind == "binary"]
        self._batches: list[tuple[Tensor, Levels]] = []
        for at in range(0, len(seeds), _BATCH):
            numbers = seeds[at : at + _BATCH]
            with torch.no_grad():
                z = generator.sample_z(numbers)
                styles = styles_of(generator, z, classes_of(generator, numbers))
            self._batches.append((styles, self._look(styles)))

    def worth(self, slider: Slider, direction: Direction) -> float:
        """What a choice of layers is worth, at most 1; see ``in_their_layers``."""
        moved = replace(slider, direction=direction)
        return (self._flips if slider.attribute.kind == "binary" else self._follows)(moved)

    def _flips(self, slider: Slider) -> float:
        name = slider.attribute.name
        had, has, befores, afters = [], [], [], []
        for styles, before in self._batches:
            there = before[name] > _YES
            targets = np.where(there.numpy(), -2.0, 2.0)
            had.append(there)
            has.append(self._moved(slider, styles, targets, before)[name] > _YES)
            befores.append(before)
            afters.append(self._moved(slider, styles, targets, before, slider.locks))
        old, new = torch.cat(had), torch.cat(has)
        turned = [(new != old)[group] for group in (old, ~old)]
        own = min((float(t.double().mean()) for t in turned if len(t) >= FEW), default=0.0)
        return own - max(self._changed(slider.attribute, befores, afters), default=0.0)

    def _follows(self, slider: Slider) -> float:
        shares, befores, afters = [], [], []
        for styles, before in self._batches:
            shares.append(followed(slider, walked(slider, styles, self._look)))
            for end in (-2.0, 2.0):
                befores.append(before)
                targets = np.full(len(styles), end)
                afters.append(self._moved(slider, styles, targets, before, slider.locks))
        faces = sum(share.faces for share in shares)
        own = sum(share.hits for share in shares) / faces if faces else 0.0
        return own - max(self._changed(slider.attribute, befores, afters), default=0.0)

    def _moved(
        self,
        slider: Slider,
        styles: Tensor,
        targets: np.ndarray,
        before: Levels,
        locks: Sequence[Direction] = (),
    ) -> Levels:
        """What is read on faces after the slider was moved; as before, where all is locked."""
        moved = moved_to(slider.direction, locks, styles, targets)
        return before if moved is None else self._look(moved)

    def _changed(
        self, own: Attribute, befores: Sequence[Levels], afters: Sequence[Levels]
    ) -> list[float]:
        """The share of faces in which each attribute of another part of the face changed."""
        found = []
        for other in self._others:
            if other.place != own.place:
                pairs = zip(befores, afters, strict=True)
                turned = [(b[other.name] > _YES) != (a[other.name] > _YES) for b, a in pairs]
                found.append(float(torch.cat(turned).double().mean()))
        return found
