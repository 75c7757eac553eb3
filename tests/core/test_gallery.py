"""The gallery, sums of faces, and directions: pure functions against their definitions."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core import gallery
from latentstudio.core.arithmetic import MOST, Arithmetic, with_faces, without_faces
from latentstudio.core.direction import (
    Direction,
    gain,
    overlap,
    overlapping,
    own_reading,
    reading,
    step_along,
    with_amount,
    with_reading,
    without_moves,
)
from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import Recipe, Span, Vector, with_seed

LAYERS, DIM = 6, 8
ONE, TWO, THREE = (with_seed(Recipe(), seed) for seed in (1, 2, 3))


# --- kept faces -----------------------------------------------------------------------------------


def test_a_face_is_kept_once_and_at_the_end() -> None:
    kept = gallery.with_kept(gallery.with_kept((), ONE), TWO)
    assert [k.recipe for k in kept] == [ONE, TWO]
    starred = gallery.with_star(kept, [ONE])
    assert gallery.with_kept(starred, ONE) == starred


def test_marks_are_set_together_and_taken_off_together() -> None:
    kept = gallery.with_mark((), [ONE, TWO], 1)
    assert gallery.marked(kept, 1) == (ONE, TWO)
    mixed = gallery.with_mark(kept, [TWO], -1)
    assert (gallery.marked(mixed, 1), gallery.marked(mixed, -1)) == ((ONE,), (TWO,))
    both = gallery.with_mark(mixed, [ONE, TWO], 1)
    assert gallery.marked(both, 1) == (ONE, TWO)
    assert gallery.marked(gallery.with_mark(both, [ONE, TWO], 1), 1) == ()


def test_stars_keep_the_rest_of_a_face() -> None:
    noted = gallery.with_note((), ONE, "  a grin\nin  orange\x1b ")
    assert noted == (Kept(ONE, note="a grin in orange"),)
    starred = gallery.with_star(noted, [ONE, TWO])
    assert starred == (Kept(ONE, starred=True, note="a grin in orange"), Kept(TWO, starred=True))
    assert not any(k.starred for k in gallery.with_star(starred, [ONE, TWO]))
    assert len(gallery.with_note((), ONE, "x" * 5000)[0].note) == gallery.NOTE


def test_filters_and_removal() -> None:
    kept = gallery.with_star(gallery.with_mark(gallery.with_mark((), [ONE], 1), [TWO], -1), [THREE])
    wanted = {"all": [ONE, TWO, THREE], "starred": [THREE], "plus": [ONE], "minus": [TWO]}
    for kind, recipes in wanted.items():
        assert [k.recipe for k in gallery.shown(kept, kind)] == recipes  # type: ignore[arg-type]
    assert [k.recipe for k in gallery.without_kept(kept, [ONE, THREE])] == [TWO]
    assert gallery.find(kept, TWO) == Kept(TWO, mark=-1)
    assert gallery.find(kept, Recipe()) is None


# --- sums of faces --------------------------------------------------------------------------------


def test_sets_hold_each_face_once_and_lose_faces_by_place() -> None:
    sets = with_faces(Arithmetic(), "minus", [ONE, TWO, ONE, THREE])
    assert sets == Arithmetic(minus=(ONE, TWO, THREE))
    assert with_faces(sets, "minus", [TWO]) == sets
    assert without_faces(sets, "minus", [0, 2]) == Arithmetic(minus=(TWO,))
    assert with_faces(sets, "more", [ONE]).recipes == (ONE, TWO, THREE, ONE)
    many = with_faces(sets, "plus", [with_seed(Recipe(), seed) for seed in range(MOST + 9)])
    assert len(many.plus) == MOST


def test_a_sum_needs_a_start_and_both_sides_of_a_change() -> None:
    assert not Arithmetic().complete
    assert not Arithmetic(minus=(ONE,), more=(TWO,)).complete
    assert not Arithmetic(plus=(ONE,), minus=(TWO,)).complete
    assert not Arithmetic(plus=(ONE,), more=(TWO,)).complete
    assert Arithmetic(plus=(ONE,), minus=(TWO,), more=(THREE,)).complete
    assert Arithmetic(plus=(ONE, TWO)).complete  # their mean


# --- directions -----------------------------------------------------------------------------------


def unit(seed: int, plus: bool = False) -> Vector:
    """A random direction of length 1, in the root mean square over the layers for w+."""
    numbers = np.random.default_rng(seed).standard_normal((LAYERS, DIM) if plus else DIM)
    length = np.sqrt((numbers**2).sum() / (LAYERS if plus else 1))
    return Vector("w+" if plus else "w", (numbers / length).astype(np.float32))


def direction(seed: int, plus: bool = False, **more: object) -> Direction:
    made = Direction(f"direction {seed}", unit(seed, plus), 0.3 * seed, 0.5 + 0.1 * seed)
    return replace(made, **more)  # type: ignore[arg-type]


STYLES = np.random.default_rng(5).standard_normal((LAYERS, DIM)).astype(np.float32)


def drawn(recipe: Recipe) -> np.ndarray:
    """The styles that moves make of ``STYLES``, by the definition of a move."""
    styles = STYLES.astype(np.float64)
    for move in recipe.moves:
        spread = np.broadcast_to(move.vector.array, (LAYERS, DIM))
        for layer in range(LAYERS):
            share = 1.0 if move.span is None else move.span.share(layer)
            styles[layer] += share * move.amount * spread[layer]
    return styles.astype(np.float32)


def test_a_reading_is_the_mean_coordinate_in_standard_deviations() -> None:
    found = direction(1)
    coordinates = [float(row @ found.vector.array) for row in STYLES]
    expected = (sum(coordinates) / LAYERS - found.mean) / found.scale
    assert reading(found, STYLES) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("plus", [False, True], ids=["w", "w+"])
@pytest.mark.parametrize("span", [None, Span(1, 3), Span(2, 2, soft=2)], ids=str)
@pytest.mark.parametrize("target", [-3.0, 0.0, 1.7])
def test_a_move_ends_where_it_was_told_to(plus: bool, span: Span | None, target: float) -> None:
    found = direction(2, plus)
    step = step_along(found, LAYERS, span=span)
    moved = with_reading(Recipe(), found, step, STYLES, target)
    assert reading(found, drawn(moved)) == pytest.approx(target, abs=1e-4)
    back = with_reading(moved, found, step, drawn(moved), reading(found, STYLES))
    assert reading(found, drawn(back)) == pytest.approx(reading(found, STYLES), abs=1e-4)
    assert len(moved.moves) == 1
    assert len(back.moves) <= 1


@pytest.mark.parametrize("span", [None, Span(1, 4, soft=1)], ids=str)
def test_locked_readings_stay(span: Span | None) -> None:
    found, *locked = direction(1), direction(2), direction(3, plus=True)
    step = step_along(found, LAYERS, [found, *locked], span)
    moved = with_reading(Recipe(), found, step, STYLES, 2.0)
    styles = drawn(moved)
    assert reading(found, styles) == pytest.approx(2.0, abs=1e-4)
    for other in locked:
        assert reading(other, styles) == pytest.approx(reading(other, STYLES), abs=1e-4)
    free = with_reading(Recipe(), found, step_along(found, LAYERS, (), span), STYLES, 2.0)
    shift = [abs(reading(o, drawn(free)) - reading(o, STYLES)) for o in locked]
    assert max(shift) > 0.05  # without the lock they do move


def test_what_is_locked_wholly_does_not_move() -> None:
    found = direction(1)
    step = step_along(found, LAYERS, [replace(found, name="its twin")])
    assert with_reading(Recipe(), found, step, STYLES, 2.0) == Recipe()


def test_a_span_falls_in_equal_steps() -> None:
    span = Span(3, 4, soft=2)
    shares = [span.share(layer) for layer in range(9)]
    assert shares == pytest.approx([0, 1 / 3, 2 / 3, 1, 1, 2 / 3, 1 / 3, 0, 0])
    assert [Span(0, 0).share(layer) for layer in range(3)] == [1, 0, 0]


def test_the_gain_is_the_rise_of_the_reading() -> None:
    found, other = direction(1), direction(2)
    assert gain(found, step_along(found, LAYERS), LAYERS) == pytest.approx(1.0, abs=1e-5)
    step = replace(step_along(other, LAYERS, span=Span(0, 2, 1)), amount=1.0)
    rise = reading(found, drawn(Recipe(moves=(step,)))) - reading(found, STYLES)
    assert gain(found, step, LAYERS) == pytest.approx(rise, abs=1e-4)


def test_the_seeds_own_reading_is_what_it_was_before_all_moves() -> None:
    found, other = direction(1), direction(2)
    recipe = with_amount(Recipe(), step_along(found, LAYERS, span=Span(1, 2)), 1.5)
    recipe = with_amount(recipe, step_along(other, LAYERS, [found]), -0.7)
    own = own_reading(found, drawn(recipe), recipe)
    assert own == pytest.approx(reading(found, STYLES), abs=1e-4)


def test_moves_along_one_step_are_one_move() -> None:
    step = step_along(direction(1), LAYERS)
    recipe = with_amount(with_amount(Recipe(), step, 1.0), step, 0.5)
    assert [move.amount for move in recipe.moves] == [1.5]
    other = step_along(direction(2), LAYERS)
    both = with_amount(recipe, other, 1.0)
    assert without_moves(both, direction(1)).moves == (replace(other, amount=1.0),)
    assert without_moves(both) == Recipe()
    assert with_amount(recipe, step, -1.5) == Recipe()


def test_overlap_is_a_cosine() -> None:
    a, b = direction(1), direction(2)
    cosine = float(a.vector.array @ b.vector.array)
    assert overlap(a, b, LAYERS) == pytest.approx(cosine, abs=1e-5)
    assert overlap(a, a, LAYERS) == pytest.approx(1.0)
    near = replace(a, name="near", vector=Vector("w", a.vector.array + 0.2 * b.vector.array))
    against = replace(a, name="against", vector=Vector("w", -a.vector.array))
    found = overlapping(a, [a, near, against], LAYERS, least=0.4)
    assert list(found) == [against, near]
    assert found[against] == pytest.approx(-1.0, abs=1e-5)
