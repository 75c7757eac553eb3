"""Readings of many directions at once, and what moves add, against one at a time."""

import numpy as np
import pytest

from latentstudio.core.direction import Direction, own_reading, reading, step_along, with_amount
from latentstudio.core.readings import Readings, moved_styles, offset_of
from latentstudio.core.recipe import Recipe, Span, Vector

LAYERS, WIDTH = 6, 9
rng = np.random.default_rng(4)


def direction(name: str, plus: bool = False, span: Span | None = None) -> Direction:
    """A direction of unit length in each layer, with a mean and a scale of its own."""
    array = rng.normal(size=(LAYERS, WIDTH) if plus else WIDTH)
    array /= np.linalg.norm(array) / (LAYERS**0.5 if plus else 1)
    vector = Vector("w+" if plus else "w", array.astype(np.float32))
    return Direction(name, vector, rng.normal(), 0.5 + rng.random(), span=span)


@pytest.fixture
def styles() -> np.ndarray:
    return rng.normal(size=(LAYERS, WIDTH)).astype(np.float32)


def test_many_readings_are_those_of_each(styles: np.ndarray) -> None:
    directions = [direction("a"), direction("b", plus=True), direction("c", span=Span(1, 2))]
    found = Readings(directions, LAYERS).at(styles)
    assert found == pytest.approx([reading(d, styles) for d in directions], abs=1e-6)
    assert Readings([], LAYERS).at(styles).shape == (0,)


def test_styles_follow_moves_without_a_picture(styles: np.ndarray) -> None:
    a, b = direction("a", span=Span(1, 3, 1)), direction("b", plus=True)
    recipe = with_amount(Recipe(), step_along(a, LAYERS, [b]), 1.5)
    recipe = with_amount(recipe, step_along(b, LAYERS), -0.7)
    moved = moved_styles(styles, (), recipe.moves)
    assert own_reading(a, moved, recipe) == pytest.approx(reading(a, styles), abs=1e-5)
    assert reading(b, moved) != pytest.approx(reading(b, styles), abs=0.1)
    assert moved_styles(moved, recipe.moves, ()) == pytest.approx(styles, abs=1e-5)
    assert moved_styles(styles, recipe.moves, recipe.moves) is styles


def test_a_sum_of_moves_cannot_be_written_to() -> None:
    step = with_amount(Recipe(), step_along(direction("a"), LAYERS), 1.0).moves
    with pytest.raises(ValueError, match="read-only"):
        offset_of(step, LAYERS, WIDTH)[0, 0] = 1.0
