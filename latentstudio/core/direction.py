"""Directions of the style space: where a face stands along one, and how to move it there."""

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
        span: the layers that it moves by default; all where it is None.
        model_id: of the model whose styles these are.
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


def rows(vector: Vector, layers: int) -> npt.NDArray[np.float64]:
    """A vector in every layer: [L, D]."""
    array = vector.array.astype(np.float64)
    return array if vector.space == "w+" else np.broadcast_to(array, (layers, array.size))


def reading(direction: Direction, styles: Styles) -> float:
    """Where styles [L, D] stand along a direction, in standard deviations from the mean face.

    The mean over the layers of each layer's coordinate, from the mean in units of the scale.
    """
    units = rows(direction.vector, len(styles))
    raw = float((styles * units).sum(1).mean())
    return (raw - direction.mean) / direction.scale


def gain(direction: Direction, move: Move, layers: int) -> float:
    """How much the reading of a direction rises when a move's amount rises by one."""
    steps = rows(move.vector, layers) * _shares(move.span, layers)[:, None]
    return float((steps * rows(direction.vector, layers)).sum(1).mean()) / direction.scale


def own_reading(direction: Direction, styles: Styles, recipe: Recipe) -> float:
    """What the reading would be without any moves: the seed's own."""
    moved = sum(gain(direction, move, len(styles)) * move.amount for move in recipe.moves)
    return reading(direction, styles) - moved


def step_along(
    direction: Direction, layers: int, locked: Sequence[Direction] = (), span: Span | None = None
) -> Move:
    """One standard deviation along a direction that leaves the readings of others as they are.

    What the locked directions span is projected out (conditional manipulation: Shen et al. 2020,
    InterFaceGAN, section 2.2); the amount is 0.

    Args:
        direction: where to go.
        layers: style layers of the model.
        locked: directions to keep still; the direction itself among them does not count.
        span: the layers that are to move; the direction's own where it is None.
    """
    span = span or direction.span
    step = rows(direction.vector, layers) * direction.scale
    others = [other for other in locked if other != direction]
    if others:
        shares = _shares(span, layers)[:, None]
        # What a move changes is seen through its shares, so that is where readings are kept.
        seen = np.stack([(rows(other.vector, layers) * shares).ravel() for other in others])
        kept = step.ravel() - np.linalg.pinv(seen) @ (seen @ step.ravel())
        step = kept.reshape(step.shape)
        vector = Vector("w+", step.astype(np.float32))
    else:
        vector = _scaled(direction.vector, direction.scale)
    return Move(direction.name, vector, 0.0, span)


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
    return replace(recipe, moves=tuple(m for m in moves if abs(m.amount) > _NOTHING))


def without_moves(recipe: Recipe, name: str | None = None) -> Recipe:
    """Take back all moves along a direction, or all there are."""
    kept = tuple(move for move in recipe.moves if name is not None and move.name != name)
    return replace(recipe, moves=kept)


def overlap(a: Direction, b: Direction, layers: int) -> float:
    """The cosine between two directions, -1 to 1."""
    one, other = (rows(d.vector, layers).ravel() for d in (a, b))
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length else 0.0


def overlapping(
    direction: Direction, others: Sequence[Direction], layers: int, least: float = 0.4
) -> Mapping[str, float]:
    """The other directions that one cannot move without, name -> cosine, strongest first."""
    found = {o.name: overlap(direction, o, layers) for o in others if o.name != direction.name}
    strong = {name: cosine for name, cosine in found.items() if abs(cosine) >= least}
    return dict(sorted(strong.items(), key=lambda item: -abs(item[1])))


def _scaled(vector: Vector, factor: float) -> Vector:
    return Vector(vector.space, vector.array * np.float32(factor))


def _shares(span: Span | None, layers: int) -> npt.NDArray[np.float64]:
    return np.array([1.0 if span is None else span.share(layer) for layer in range(layers)])
