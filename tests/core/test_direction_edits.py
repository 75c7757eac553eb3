"""Names, locks and layers of the user's directions."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.direction import Direction, step_along, with_amount, without_moves
from latentstudio.core.direction_edits import (
    fits,
    free_name,
    is_locked,
    locked_in,
    with_directions,
    with_lock,
    with_new_name,
    with_step,
    without_direction,
)
from latentstudio.core.document import State
from latentstudio.core.recipe import Recipe, Span, Vector
from tests.fakes import fake_info

LAYERS, WIDTH = 8, 16


def direction(name: str, place: int = 0, **more: object) -> Direction:
    """A direction along one of the axes."""
    return Direction(name, Vector("w", np.eye(WIDTH, dtype=np.float32)[place]), **more)  # type: ignore[arg-type]


def test_added_directions_get_names_of_their_own() -> None:
    state = with_directions(State(), [direction("Smile"), direction("Smile", 1)], {"Smile"})
    assert [d.name for d in state.directions] == ["Smile 2", "Smile 3"]
    assert free_name("Hat", {"Smile"}) == "Hat"


def test_a_new_name_goes_to_moves_and_locks_too() -> None:
    smile = direction("Smile")
    moved = with_amount(Recipe(), step_along(smile, LAYERS), 1.0)
    state = with_lock(State(moved, directions=(smile, direction("Hat", 1))), smile)
    state = with_new_name(state, smile, " Hat ", {"Hat", "Smile"})
    assert [d.name for d in state.directions] == ["Hat 2", "Hat"]
    assert [m.name for m in state.recipe.moves] == ["Hat 2"]
    assert state.locks == (state.directions[0],)
    same = with_new_name(state, state.directions[0], "  ", {"Hat 2", "Hat"})
    assert same == state


def test_locking_twice_unlocks() -> None:
    a, b = direction("a"), direction("b", 1)
    state = with_lock(with_lock(State(), a), b)
    assert state.locks == (a, b)
    assert with_lock(state, a).locks == (b,)


def test_a_lock_holds_one_direction_and_a_name_of_before_any_of_its_name() -> None:
    info = fake_info(layers=LAYERS, z_dim=WIDTH)
    one, other = direction("Component 1"), direction("Component 1", 1)
    state = with_lock(State(), one)
    assert is_locked(state, one)
    assert not is_locked(state, other)
    assert locked_in(state, [other], info) == [one]
    assert locked_in(with_lock(state, replace(other, model_id="another")), [], info) == [one]
    before = State(locks=("Component 1",))
    assert is_locked(before, other)
    assert locked_in(before, [other, direction("Hat", 2)], info) == [other]
    assert with_lock(before, other).locks == ()


def test_moves_of_two_directions_of_one_name_are_told_apart() -> None:
    one, other = direction("Component 1"), direction("Component 1", 1)
    recipe = with_amount(Recipe(), step_along(one, LAYERS), 1.0)
    recipe = with_amount(recipe, step_along(other, LAYERS), 2.0)
    assert [move.amount for move in without_moves(recipe, one).moves] == [2.0]
    renamed = with_new_name(State(recipe, directions=(one,)), one, "Way", ())
    assert [move.name for move in renamed.recipe.moves] == ["Way", "Component 1"]
    before = replace(recipe, moves=tuple(replace(move, along="") for move in recipe.moves))
    assert without_moves(before, one).moves == ()


def test_a_direction_that_goes_leaves_the_face() -> None:
    smile = direction("Smile")
    moved = with_amount(Recipe(), step_along(smile, LAYERS), 1.0)
    state = without_direction(with_lock(State(moved, directions=(smile,)), smile), smile)
    assert (state.directions, state.locks, state.recipe) == ((), (), moved)


def test_moves_of_a_name_go_through_new_layers_together() -> None:
    smile, hat = direction("Smile"), direction("Hat", 1)
    recipe = with_amount(Recipe(), step_along(smile, LAYERS), 1.0)
    recipe = with_amount(recipe, step_along(hat, LAYERS), 2.0)
    recipe = with_amount(recipe, step_along(smile, LAYERS, span=Span(0, 1)), 0.5)
    step = step_along(smile, LAYERS, span=Span(2, 4, 1))
    assert with_step(recipe, step).moves == (replace(step, amount=1.5), recipe.moves[1])
    chosen = with_step(Recipe(), step)
    assert chosen.moves == (step,)
    assert with_amount(chosen, step_along(hat, LAYERS), 1.0).moves[0] == step
    assert with_amount(chosen, step, 1.0).moves == (replace(step, amount=1.0),)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (direction("w"), True),
        (direction("other model", model_id="id-of-other"), False),
        (direction("this model", model_id="id-of-fake"), True),
        (Direction("narrow", Vector("w", np.ones(5, np.float32))), False),
        (Direction("w+", Vector("w+", np.ones((LAYERS, WIDTH), np.float32))), True),
        (Direction("layers", Vector("w+", np.ones((3, WIDTH), np.float32))), False),
        (Direction("z", Vector("z", np.ones(WIDTH, np.float32))), False),
    ],
)
def test_which_directions_fit_a_model(found: Direction, right: bool) -> None:
    assert fits(found, fake_info(layers=LAYERS, z_dim=WIDTH)) is right
