"""Edits of the user's directions and locks: pure functions, each of them one step of undo."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from latentstudio.core.direction import Direction
from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Move, Recipe


def fits(direction: Direction, info: ModelInfo) -> bool:
    """Whether a direction leads through the styles of this model."""
    if direction.model_id and direction.model_id != info.model_id:
        return False
    shape = direction.vector.array.shape
    layers = shape[0] if direction.vector.space == "w+" else info.style_layers
    return direction.vector.space != "z" and (layers, shape[-1]) == (
        info.style_layers,
        info.style_dim,
    )


def with_lock(state: State, name: str) -> State:
    """Lock a direction, or unlock it."""
    if name in state.locks:
        return replace(state, locks=tuple(lock for lock in state.locks if lock != name))
    return replace(state, locks=(*state.locks, name))


def with_directions(state: State, found: Sequence[Direction], taken: Collection[str] = ()) -> State:
    """Add directions at the end, under names that neither they nor ``taken`` have yet."""
    own = list(state.directions)
    for direction in found:
        names = {*taken, *(other.name for other in own)}
        own.append(replace(direction, name=free_name(direction.name, names)))
    return replace(state, directions=tuple(own))


def with_new_name(state: State, direction: Direction, name: str, taken: Collection[str]) -> State:
    """Rename one of the user's directions, its moves and its lock with it."""
    name = free_name(name.strip() or direction.name, {*taken} - {direction.name})
    old = direction.name
    renamed = replace(direction, name=name)
    moves = tuple(replace(m, name=name) if m.name == old else m for m in state.recipe.moves)
    return replace(
        state,
        recipe=replace(state.recipe, moves=moves),
        directions=tuple(renamed if d == direction else d for d in state.directions),
        locks=tuple(name if lock == old else lock for lock in state.locks),
    )


def without_direction(state: State, direction: Direction) -> State:
    """Take one of the user's directions and its lock away; the face stays as it is."""
    return replace(
        state,
        directions=tuple(d for d in state.directions if d != direction),
        locks=tuple(lock for lock in state.locks if lock != direction.name),
    )


def with_step(recipe: Recipe, step: Move) -> Recipe:
    """Let all moves of a step's name go along it, through its layers, as far as they go together.

    Args:
        recipe: one without such moves stays as it is.
        step: of ``step_along``; its amount does not count.
    """
    same = [place for place, move in enumerate(recipe.moves) if move.name == step.name]
    if not same:
        return recipe
    amount = sum(recipe.moves[place].amount for place in same)
    moves = [
        replace(step, amount=amount) if place == same[0] else move
        for place, move in enumerate(recipe.moves)
        if place not in same[1:]
    ]
    return replace(recipe, moves=tuple(moves))


def free_name(name: str, taken: Collection[str]) -> str:
    """A name, or the name with the first number that nobody has: ``Smile 2``."""
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
