"""Which style layers an attribute slider moves: those that change its attribute and little else."""

import itertools
from collections.abc import Generator as Steps
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Span
from latentstudio.core.steps import telling
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
_NEAR = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1))  # moves of the two ends
_BATCH = 8
_YES = 0.5

Progress = tuple[int, int]
Changes = list[tuple[Levels, Levels]]
"""What is read on batches of faces before and after they were moved."""


def in_their_layers(
    generator: Generator,
    directions: Sequence[Direction],
    judge: Referee,
    count: int = FACES,
    *,
    first: int,
) -> Steps[Progress, None, tuple[Direction, ...]]:
    """Directions with the style layers that suit each; yields how many are done, of how many.

    A choice is worth the share of faces that do what the slider says, less the share of those in
    which another part of the face changes although it is locked (that one binary attribute that
    changes most). The last layer is chosen first, then the first one: of choices that are worth the
    same, fewer layers are taken, for so locked attributes meet less. From there a layer more or
    less at either end, or all one further, are taken as long as that is worth more; layers of one
    resolution stay together. Locks move the layers that were chosen for them, where that was
    before.

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
    trial = _Trial(generator, sliders, judge)
    yield from telling(trial.look_at(range(first, first + count)), (0, len(sliders)))
    chosen: dict[str, Direction] = {}
    for done, slider in enumerate(sliders):
        locks = tuple(chosen.get(lock.name, lock) for lock in slider.locks)
        steps = _narrowed(trial, replace(slider, locks=locks), cuts)
        found = yield from telling(steps, (done, len(sliders)))
        chosen[found.name] = found
    return tuple(chosen.get(direction.name, direction) for direction in directions)


def _narrowed(trial: "_Trial", slider: Slider, cuts: Sequence[int]) -> Steps[None, None, Direction]:
    """The direction with the layers that are worth most; yields after each batch of faces."""
    worths: dict[tuple[int, int], float] = {}
    start, end = 0, len(cuts) - 1

    def tried(first: int, after: int) -> Direction:
        return replace(slider.direction, span=Span(cuts[first], cuts[after] - 1))

    def worth(first: int, after: int) -> Steps[None, None, float]:
        if (first, after) not in worths:
            worths[first, after] = yield from trial.worth(slider, tried(first, after))
        return worths[first, after]

    most = yield from worth(start, end)

    def prefer(first: int, after: int) -> Steps[None, None, None]:
        nonlocal start, end, most
        value = yield from worth(first, after)
        if value >= most - _SLACK:
            start, end, most = first, after, max(most, value)

    for after in reversed(range(1, end)):
        yield from prefer(0, after)
    for first in range(1, end):
        yield from prefer(first, end)
    while True:
        near = [(start + one, end + other) for one, other in _NEAR]
        choices = [(first, after) for first, after in near if 0 <= first < after < len(cuts)]
        for choice in choices:
            yield from worth(*choice)
        best = max(choices, key=lambda choice: worths[choice])
        if worths[best] <= worths[start, end]:
            return tried(start, end)
        start, end = best


def _cuts(generator: Generator) -> list[int]:
    """Where the style layers of a resolution begin, and the number of layers."""
    info = generator.info
    sides = info.layer_resolutions or tuple(range(info.style_layers))
    rises = [i + 1 for i, (a, b) in enumerate(itertools.pairwise(sides)) if a != b]
    return [0, *rises, info.style_layers]


class _Trial:
    """Faces as they are, in batches, and what moving them does."""

    def __init__(self, generator: Generator, sliders: Sequence[Slider], judge: Referee) -> None:
        self._generator = generator
        self._look: Look = reader_of(generator, sliders, judge)
        self._others = [slider.attribute for slider in sliders if slider.attribute.kind == "binary"]
        self._batches: list[tuple[Tensor, Levels]] = []

    def look_at(self, seeds: range) -> Steps[None, None, None]:
        """Draw and read the faces that choices are tried on."""
        for at in range(0, len(seeds), _BATCH):
            numbers = seeds[at : at + _BATCH]
            with torch.no_grad():
                z = self._generator.sample_z(numbers)
                styles = styles_of(self._generator, z, classes_of(self._generator, numbers))
            self._batches.append((styles, self._look(styles)))
            yield

    def worth(self, slider: Slider, direction: Direction) -> Steps[None, None, float]:
        """What a choice of layers is worth, at most 1; see ``in_their_layers``."""
        moved = replace(slider, direction=direction)
        binary = slider.attribute.kind == "binary"
        own, changes = yield from (self._flips if binary else self._follows)(moved)
        return own - max(self._changed(slider.attribute, changes), default=0.0)

    def _flips(self, slider: Slider) -> Steps[None, None, tuple[float, Changes]]:
        """The share of faces that change to what the slider says; what locked ones read."""
        name = slider.attribute.name
        had, has, changes = [], [], []
        for styles, before in self._batches:
            there = before[name] > _YES
            targets = np.where(there.numpy(), -2.0, 2.0)
            had.append(there)
            has.append(self._moved(slider, styles, targets, before)[name] > _YES)
            changes.append((before, self._moved(slider, styles, targets, before, slider.locks)))
            yield
        old, new = torch.cat(had), torch.cat(has)
        turned = [(new != old)[group] for group in (old, ~old)]
        own = min((float(t.double().mean()) for t in turned if len(t) >= FEW), default=0.0)
        return own, changes

    def _follows(self, slider: Slider) -> Steps[None, None, tuple[float, Changes]]:
        """The share of faces that follow an ordered slider; what locked ones read at its ends."""
        shares, changes = [], []
        for styles, before in self._batches:
            shares.append(followed(slider, walked(slider, styles, self._look)))
            for end in (-2.0, 2.0):
                targets = np.full(len(styles), end)
                changes.append((before, self._moved(slider, styles, targets, before, slider.locks)))
            yield
        faces = sum(share.faces for share in shares)
        return sum(share.hits for share in shares) / faces if faces else 0.0, changes

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

    def _changed(self, own: Attribute, changes: Changes) -> list[float]:
        """The share of faces in which each attribute of another part of the face changed."""
        found = []
        for other in self._others:
            if other.place != own.place:
                pairs = [(before[other.name], after[other.name]) for before, after in changes]
                turned = [(before > _YES) != (after > _YES) for before, after in pairs]
                found.append(float(torch.cat(turned).double().mean()))
        return found
