"""Lanes: the values of sliders that a journey changes, as curves through its keyframes."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from latentstudio.core.journey import Journey, progress
from latentstudio.core.recipe import Recipe, with_psi

Kind = Literal["psi", "noise", "move"]
_POINTS = 24  # of a curve between two keyframes
_LEAST = 0.005  # smaller changes are not seen
_PSI, _NOISE = "Truncation", "Noise"


@dataclass(frozen=True, slots=True)
class Lane:
    """One value over the time of a journey.

    Attributes:
        name: what people read.
        kind: which slider it belongs to.
        values: its value at each keyframe.
    """

    name: str
    kind: Kind
    values: tuple[float, ...]

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest value, never the same."""
        low, high = min(self.values), max(self.values)
        return (low, high) if high - low > _LEAST else (low - 0.5, high + 0.5)


def lanes_of(journey: Journey) -> tuple[Lane, ...]:
    """A lane for every value that is not the same in all keyframes, the greatest change first.

    Moves come before truncation and noise, as the faces of the film already tell of those.
    """
    readings = [_readings(keyframe.recipe) for keyframe in journey.keyframes]
    names = dict.fromkeys(name for found in readings for name in found)
    lanes = []
    for name in names:
        values = tuple(found.get(name, 0.0) for found in readings)
        if max(values) - min(values) > _LEAST:
            lanes.append(Lane(name[1], name[0], values))
    return tuple(sorted(lanes, key=lambda lane: (lane.kind != "move", _least_first(lane))))


def value_at(lane: Lane, journey: Journey, t: float) -> float:
    """The value at a time in seconds."""
    index = journey.span_at(t)
    if index is None:
        return lane.values[0 if t < journey.keyframes[0].time else -1]
    start = journey.keyframes[index]
    back = index == len(journey.keyframes) - 1
    span = journey.tail if back else journey.keyframes[index + 1].time - start.time
    inside = t % journey.duration if journey.loops else t
    share = progress(start.ease, min(max((inside - start.time) / span, 0.0), 1.0))
    ahead = lane.values[0 if back else index + 1]
    return (1 - share) * lane.values[index] + share * ahead


def curve(lane: Lane, journey: Journey) -> list[tuple[float, float]]:
    """Points (seconds, value) of the whole course, near enough for a smooth line."""
    times = [keyframe.time for keyframe in journey.keyframes]
    ends = [*times, journey.duration] if journey.loops else times
    points = [(0.0, lane.values[0]), (times[0], lane.values[0])]
    for index, (a, b) in enumerate(pairwise(ends)):
        ease = journey.keyframes[index].ease
        ahead = lane.values[(index + 1) % len(times)]
        for i in range(_POINTS + 1):
            share = progress(ease, i / _POINTS)
            value = (1 - share) * lane.values[index] + share * ahead
            points.append((a + (b - a) * i / _POINTS, value))
    return points


def with_value(journey: Journey, lane: Lane, index: int, value: float) -> Journey:
    """The journey with another value of a lane at a keyframe."""
    recipe = journey.keyframes[index].recipe
    if lane.kind == "psi":
        return journey.with_recipe(index, with_psi(recipe, value))
    if lane.kind == "noise":
        noise = replace(recipe.noise, strength=min(max(value, 0.0), 2.0))
        return journey.with_recipe(index, replace(recipe, noise=noise))
    return journey.with_recipe(index, _with_move(recipe, journey, lane.name, value))


def words_of(lane: Lane, value: float) -> str:
    """A value as the sliders write it."""
    if lane.kind != "move":
        return f"{value:.2f}".replace("-", "\u2212")
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "\u2212")


def _with_move(recipe: Recipe, journey: Journey, name: str, value: float) -> Recipe:
    """With the amount of a direction; a keyframe without it takes it over from another one."""
    places = [i for i, move in enumerate(recipe.moves) if move.name == name]
    if places:
        rest = sum(recipe.moves[i].amount for i in places[1:])
        moves = list(recipe.moves)
        moves[places[0]] = replace(moves[places[0]], amount=value - rest)
        return replace(recipe, moves=tuple(moves))
    known = (move for key in journey.keyframes for move in key.recipe.moves if move.name == name)
    move = next(known, None)
    if move is None:
        return recipe
    return replace(recipe, moves=(*recipe.moves, replace(move, amount=value)))


def _readings(recipe: Recipe) -> dict[tuple[Kind, str], float]:
    found: dict[tuple[Kind, str], float] = {("psi", _PSI): recipe.truncation.psi}
    if recipe.noise.mode != "none":
        found["noise", _NOISE] = recipe.noise.strength
    for move in recipe.moves:
        found["move", move.name] = found.get(("move", move.name), 0.0) + move.amount
    return found


def _least_first(lane: Lane) -> float:
    return min(lane.values) - max(lane.values)
