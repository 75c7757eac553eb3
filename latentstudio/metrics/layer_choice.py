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

_OTHERS = 0.5  # what a face that changes elsewhere, too, takes off
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

    A choice is worth the share of faces that do what the slider says; for a binary attribute, less
    half the share of faces in which another part of the face changes (that one binary attribute
    that changes most). Of choices that are worth the same, fewer layers are taken: so locked
    attributes meet less. The last layer is chosen first, then the first one; layers of one
    resolution stay together.

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
    layers, best = cuts[-1], slider.direction
    worth = trial.worth(slider, best)
    start, end = 0, layers

    def better(first: int, after: int) -> bool:
        nonlocal best, worth
        tried = replace(slider.direction, span=Span(first, after - 1))
        value = trial.worth(slider, tried)
        if value >= worth - _SLACK:
            best, worth = tried, max(value, worth)
            return True
        return False

    for cut in reversed(cuts[1:-1]):
        if better(0, cut):
            end = cut
        yield best
    for cut in cuts[1:]:
        if start < cut < end:
            better(cut, end)
            yield best


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
            moved = moved_to(slider.direction, (), styles, targets)
            after = before if moved is None else self._look(moved)
            had.append(there)
            has.append(after[name] > _YES)
            befores.append(before)
            afters.append(after)
        old, new = torch.cat(had), torch.cat(has)
        turned = [(new != old)[group] for group in (old, ~old)]
        own = min((float(t.double().mean()) for t in turned if len(t) >= FEW), default=0.0)
        changed = self._changed(slider.attribute, befores, afters)
        return own - _OTHERS * max(changed, default=0.0)

    def _follows(self, slider: Slider) -> float:
        shares = [followed(slider, walked(slider, s, self._look)) for s, _ in self._batches]
        faces = sum(share.faces for share in shares)
        return sum(share.hits for share in shares) / faces if faces else 0.0

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
