"""Directions of the style space: where a face stands along one, and how to move it there."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.recipe import Move, Recipe, Span, Vector

Styles = npt.NDArray[np.float32]
Group = Literal["attributes", "components", "mine"]

RANGE = (-3.0, 3.0)
"""What a slider of a direction spans, in standard deviations."""

_NOTHING = 1e-6
_ALIKE = 1e-3  # what locks share but for this is one: parting it takes steps far off all faces


@dataclass(frozen=True, slots=True)
class Direction:
    """A way through the style space, and how faces spread along it.

    Attributes:
        name: what it changes, for people; unique in its group.
        vector: of unit length in each layer (w [D]), or in the root mean square over the layers
            (w+ [L, D]).
        mean, scale: of the readings of many faces, so that a reading of 1 is one standard
            deviation above the mean.
        group: attributes learned from labels, components found without, or the user's own.
        found: how, for people: ``referee A, logistic regression on 8,000 faces``.
        accuracy: on faces held out, 0 to 1; None where it was not learned from labels.
        eigenvalue: of a component.
        span: the layers that it moves by default, and in which a face's reading is taken; all
            where it is None.
        model_id: of the model whose styles these are.
        told_by: what a face's reading is taken along, of unit length as the vector is; the vector
            itself where it is None. A plane that was learned tells best along its normal, while
            faces that have more of the attribute lie along its pattern (Haufe et al. 2014).
    """

    name: str
    vector: Vector
    mean: float = 0.0
    scale: float = 1.0
    group: Group = "mine"
    found: str = ""
    accuracy: float | None = None
    eigenvalue: float | None = None
    span: Span | None = None
    model_id: str = ""
    told_by: Vector | None = None

    @property
    def normal(self) -> Vector:
        """What readings are taken along."""
        return self.told_by or self.vector

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """Every array in it."""
        return (self.vector,) if self.told_by is None else (self.vector, self.told_by)


def rows(vector: Vector, layers: int) -> npt.NDArray[np.float64]:
    """A vector in every layer: [L, D]."""
    array = vector.array.astype(np.float64)
    return array if vector.space == "w+" else np.broadcast_to(array, (layers, array.size))


def reading(direction: Direction, styles: Styles) -> float:
    """Where styles [L, D] stand along a direction, in standard deviations from the mean face.

    The mean over its layers of each layer's coordinate, from the mean in units of the scale.
    """
    raw = float((styles * readers(direction, len(styles))).sum(1).mean())
    return (raw - direction.mean) / direction.scale


def readers(direction: Direction, layers: int) -> npt.NDArray[np.float64]:
    """What the mean of products with a face's styles is its raw reading: [L, D].

    A normal in w+ says by itself what it reads in each layer; one in w is read in the layers of
    the direction's own span, by their shares.
    """
    normal, shares = rows(direction.normal, layers), _shares(direction.span, layers)
    if direction.normal.space == "w+" or not shares.any():
        return normal
    parts: npt.NDArray[np.float64] = normal * (shares / shares.mean())[:, None]
    return parts


def gain(direction: Direction, move: Move, layers: int) -> float:
    """How much the reading of a direction rises when a move's amount rises by one."""
    steps = rows(move.vector, layers) * _shares(move.span, layers)[:, None]
    return float((steps * readers(direction, layers)).sum(1).mean()) / direction.scale


def own_reading(direction: Direction, styles: Styles, recipe: Recipe) -> float:
    """What the reading would be without any moves: the seed's own."""
    moved = sum(gain(direction, move, len(styles)) * move.amount for move in recipe.moves)
    return reading(direction, styles) - moved


def step_along(
    direction: Direction, layers: int, locked: Sequence[Direction] = (), span: Span | None = None
) -> Move:
    """One standard deviation along a direction that leaves the readings of others as they are.

    What locked directions would read of it is taken back along their own vectors (conditional
    manipulation as Shen et al. 2020, InterFaceGAN, section 2.2, have it where a direction is its
    own normal; along patterns, the step stays among the faces there are); the amount is 0.

    Args:
        direction: where to go.
        layers: style layers of the model.
        locked: directions to keep still; the direction itself among them does not count.
        span: the layers that are to move; the direction's own where it is None.
    """
    span = span or direction.span
    vector = _scaled(direction.vector, _rise(direction, layers))
    others = [other for other in locked if other != direction]
    if others:
        step, shares = rows(vector, layers), _shares(span, layers)[:, None]
        # What a move changes is seen through its shares, so that is where readings are kept.
        ways = np.stack([(_unit_step(other, layers) * shares).ravel() for other in others])
        seen = np.stack([(_reads(other, layers) * shares).ravel() for other in others])
        back = np.linalg.pinv(seen @ ways.T, rcond=_ALIKE) @ (seen @ step.ravel())
        step = step - (back @ ways).reshape(step.shape)
        vector = Vector("w+", step.astype(np.float32))
    return Move(direction.name, vector, 0.0, span, direction.vector.digest)


def with_reading(
    recipe: Recipe, direction: Direction, step: Move, styles: Styles, target: float
) -> Recipe:
    """Move so that the reading of a direction becomes ``target``; 0 is the mean face's.

    Args:
        recipe: what ``styles`` [L, D] were drawn from.
        direction: what is read.
        step: of ``step_along``; moves in a row along the same step are one.
        styles: where the face is now.
        target: in standard deviations.
    """
    rise = gain(direction, step, len(styles))
    if abs(rise) < _NOTHING:  # all of it is locked
        return recipe
    return with_amount(recipe, step, (target - reading(direction, styles)) / rise)


def with_amount(recipe: Recipe, step: Move, more: float) -> Recipe:
    """Go ``more`` standard deviations along a step; no move remains where it sums to nothing."""
    key = (step.name, step.vector, step.span)
    moves = list(recipe.moves)
    for place, move in enumerate(moves):
        if (move.name, move.vector, move.span) == key:
            moves[place] = replace(move, amount=move.amount + more)
            break
    else:
        moves.append(replace(step, amount=more))
    # One of amount 0 is kept for the layers that were chosen, until there is another of its way.
    kept = (m for m in moves if abs(m.amount) > _NOTHING or not is_same_way(m, step))
    return replace(recipe, moves=tuple(kept))


def is_same_way(a: Move, b: Move) -> bool:
    """Whether two moves go along one direction, each in its layers and past its locks."""
    return a.name == b.name and (a.along == b.along or "" in (a.along, b.along))


def is_along(move: Move, direction: Direction) -> bool:
    """Whether a move goes along a direction; another one of its name is another direction."""
    return move.name == direction.name and move.along in ("", direction.vector.digest)


def without_moves(recipe: Recipe, direction: Direction | None = None) -> Recipe:
    """Take back all moves along a direction, or all there are."""
    kept = (m for m in recipe.moves if direction is not None and not is_along(m, direction))
    return replace(recipe, moves=tuple(kept))


def overlap(a: Direction, b: Direction, layers: int) -> float:
    """How much of one direction comes with the other, -1 to 1.

    The geometric mean of what a standard deviation along each adds to the reading of the other: the
    correlation of their readings where both have patterns, else the cosine between them.
    """
    there = float((_unit_step(a, layers) * _reads(b, layers)).sum())
    back = float((_unit_step(b, layers) * _reads(a, layers)).sum())
    shared = math.sqrt(abs(there * back))
    return math.copysign(min(1.0, shared), there)


def overlapping(
    direction: Direction, others: Sequence[Direction], layers: int, least: float = 0.4
) -> Mapping[Direction, float]:
    """The other directions that one cannot move without and their cosines, strongest first."""
    found = {other: overlap(direction, other, layers) for other in others if other != direction}
    strong = {other: cosine for other, cosine in found.items() if abs(cosine) >= least}
    return dict(sorted(strong.items(), key=lambda item: -abs(item[1])))


def _rise(direction: Direction, layers: int) -> float:
    """How far along its vector the reading of a direction rises by one standard deviation."""
    along = (rows(direction.vector, layers) * readers(direction, layers)).sum(1).mean()
    return direction.scale / float(along)


def _unit_step(direction: Direction, layers: int) -> npt.NDArray[np.float64]:
    """A standard deviation along a direction: [L, D]."""
    return rows(direction.vector, layers) * _rise(direction, layers)


def _reads(direction: Direction, layers: int) -> npt.NDArray[np.float64]:
    """What a reading in standard deviations is the sum of products with: [L, D]."""
    return readers(direction, layers) / (layers * direction.scale)


def _scaled(vector: Vector, factor: float) -> Vector:
    return Vector(vector.space, vector.array * np.float32(factor))


def _shares(span: Span | None, layers: int) -> npt.NDArray[np.float64]:
    return np.array([1.0 if span is None else span.share(layer) for layer in range(layers)])
