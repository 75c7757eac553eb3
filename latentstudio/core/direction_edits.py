"""Edits of the user's directions and locks: pure functions, each of them one step of undo."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from latentstudio.core.direction import Direction, is_along, is_same_way
from latentstudio.core.document import Lock, State
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


def is_locked(state: State, direction: Direction) -> bool:
    """Whether others may not change a direction."""
    return direction in state.locks or direction.name in state.locks


def locked_in(state: State, known: Sequence[Direction], info: ModelInfo) -> list[Direction]:
    """The directions that are kept still in a model, also those that have no row there now.

    Args:
        state: what is locked.
        known: the directions of the model that a bare name may mean.
        info: the model; the locks of others wait until they are back.
    """
    held = [lock for lock in state.locks if isinstance(lock, Direction) and fits(lock, info)]
    named = [lock for lock in state.locks if isinstance(lock, str)]
    return [*held, *(d for d in known if d.name in named and d not in held)]


def with_lock(state: State, direction: Direction) -> State:
    """Lock a direction, or unlock it."""
    if is_locked(state, direction):
        return without_locks(state, (direction, direction.name))
    return replace(state, locks=(*state.locks, direction))


def without_locks(state: State, locks: Collection[Lock]) -> State:
    """Unlock several at once."""
    return replace(state, locks=tuple(lock for lock in state.locks if lock not in locks))


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
    moves = (replace(m, name=name) if is_along(m, direction) else m for m in state.recipe.moves)
    return replace(
        state,
        recipe=replace(state.recipe, moves=tuple(moves)),
        directions=tuple(renamed if d == direction else d for d in state.directions),
        locks=tuple(renamed if lock in (direction, old) else lock for lock in state.locks),
    )


def without_direction(state: State, direction: Direction) -> State:
    """Take one of the user's directions and its lock away; the face stays as it is."""
    kept = tuple(d for d in state.directions if d != direction)
    return replace(without_locks(state, (direction, direction.name)), directions=kept)


def with_step(recipe: Recipe, step: Move) -> Recipe:
    """Let all moves along a step's direction take its layers, as far as they go together.

    Args:
        recipe: one without such moves gets one that goes nowhere yet, in those layers.
        step: of ``step_along``; its amount does not count.
    """
    same = [place for place, move in enumerate(recipe.moves) if is_same_way(move, step)]
    if not same:
        return replace(recipe, moves=(*recipe.moves, replace(step, amount=0.0)))
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
