"""Recipes: equality, changes that leave the rest alone, and what controls read from them."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.latent import SEEDS
from latentstudio.core.recipe import (
    Anchor,
    Noise,
    Recipe,
    Seed,
    Truncation,
    Vector,
    place_of,
    position_of,
    seed_of,
    title_of,
    with_anchor,
    with_blend,
    with_cutoff,
    with_model,
    with_neighbour,
    with_place,
    with_position,
    with_psi,
    with_seed,
    with_weight,
    without_anchor,
)
from tests.core.samples import random_recipe
from tests.fakes import fake_info

RICH = Recipe(
    anchors=(Anchor(Seed(3), 0.5), Anchor(Seed(7), 0.5)),
    truncation=Truncation(0.7, 8),
    classes=(("cat", 1.0),),
    noise=Noise("none", 4),
)


def weights(recipe: Recipe) -> list[float]:
    return [anchor.weight for anchor in recipe.anchors]


# --- latents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, SEEDS])
def test_a_seed_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="a seed is 0 to 4294967295"):
        Seed(value)


def test_equal_numbers_are_equal_vectors() -> None:
    numbers = np.arange(4, dtype=np.float32)
    assert Vector("w", numbers) == Vector("w", numbers.astype(np.float64))
    assert hash(Vector("w", numbers)) == hash(Vector("w", numbers.copy()))
    assert Vector("w", numbers) != Vector("z", numbers)
    assert Vector("w", numbers) != Vector("w", numbers + 1)
    assert Vector("w+", numbers.reshape(2, 2)) != Vector("w+", numbers.reshape(1, 4))
    assert Vector("w", numbers) != Seed(0)


def test_a_vector_is_a_copy_that_cannot_be_written_to() -> None:
    numbers = np.arange(4, dtype=np.float32)
    vector = Vector("w", numbers)
    numbers[0] = 9
    assert vector.array[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        vector.array[0] = 9


@pytest.mark.parametrize(
    ("space", "array"),
    [("z", np.ones((2, 2))), ("w+", np.ones(2)), ("w", np.array([1, np.nan])), ("w", [np.inf])],
)
def test_a_vector_of_wrong_axes_or_without_numbers_is_refused(space: str, array: object) -> None:
    with pytest.raises(ValueError, match=r"axes and finite numbers"):
        Vector(space, array)


# --- changes --------------------------------------------------------------------------------------


def test_equal_recipes_are_equal_and_hash_alike() -> None:
    one, two = (random_recipe(np.random.default_rng(5)) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)


def test_a_seed_keeps_truncation_classes_and_noise() -> None:
    recipe = with_seed(RICH, SEEDS + 9)
    assert recipe.anchors == (Anchor(Seed(9)),)
    assert (recipe.truncation, recipe.classes, recipe.noise) == (
        RICH.truncation,
        RICH.classes,
        RICH.noise,
    )


def test_truncation_parts_change_alone() -> None:
    assert with_psi(RICH, 0.2).truncation == Truncation(0.2, 8)
    assert with_cutoff(RICH, None).truncation == Truncation(0.7, None)
    assert with_blend(RICH, "w").blend == "w"


def test_anchors_are_replaced_appended_and_dropped() -> None:
    assert with_anchor(RICH, 0, Seed(9)).anchors[0] == Anchor(Seed(9), 0.5)
    appended = with_anchor(RICH, 2, Seed(9))
    assert appended.anchors == (*RICH.anchors, Anchor(Seed(9), 0.0))
    assert without_anchor(appended, 2) == RICH
    assert without_anchor(Recipe(), 0) == Recipe()


def test_a_share_keeps_the_proportions_of_the_others() -> None:
    recipe = with_anchor(RICH, 2, Seed(9))
    recipe = with_weight(with_weight(recipe, 0, 0.8), 2, 0.5)
    assert weights(recipe) == pytest.approx([0.4, 0.1, 0.5])
    recipe = with_weight(recipe, 2, 1.0)
    assert weights(recipe) == pytest.approx([0, 0, 1])
    assert weights(with_weight(recipe, 2, 0.0)) == pytest.approx([0.5, 0.5, 0])


def test_position_moves_between_the_first_two() -> None:
    recipe = with_anchor(RICH, 2, Seed(9))
    assert weights(with_position(recipe, 0.25)) == [0.75, 0.25, 0]
    assert position_of(with_position(recipe, 0.25)) == 0.25
    assert position_of(with_weight(recipe, 2, 0.5)) is None
    assert position_of(Recipe()) is None


# --- readings -------------------------------------------------------------------------------------


def test_a_w_anchor_forces_the_blend_into_w() -> None:
    vector = Vector("w", np.zeros(4))
    assert RICH.space == "z"
    assert with_blend(RICH, "w").space == "w"
    assert with_anchor(RICH, 0, vector).space == "w"
    assert with_anchor(RICH, 0, Vector("z", np.zeros(4))).space == "z"


def test_an_anchor_without_weight_does_not_count() -> None:
    vector = Vector("w", np.zeros(4))
    assert with_anchor(RICH, 2, vector).space == "z"
    assert with_anchor(RICH, 2, vector).active == RICH.anchors
    assert Recipe(anchors=(Anchor(vector, 0.0),)).space == "w"


def test_a_walk_keeps_shares_that_sum_to_one() -> None:
    recipe = with_weight(RICH, 0, 3.0)
    for seed in range(40):
        recipe = with_neighbour(recipe, seed % 30, 0.3)
        assert len(recipe.anchors) < 20
    assert recipe.anchors[-1] == Anchor(Seed(9), 0.3)


def test_bytes_are_those_of_the_arrays() -> None:
    assert Recipe().nbytes == 0
    assert with_anchor(RICH, 0, Vector("w+", np.zeros((18, 512)))).nbytes == 18 * 512 * 4


def test_the_plane_reads_back_where_it_was_put() -> None:
    rng = np.random.default_rng(3)
    for x, y in rng.uniform(0, 98, (100, 2)):
        assert place_of(with_place(Recipe(), x, y)) == pytest.approx((x, y), abs=1e-5)
    assert place_of(with_seed(Recipe(), 4321)) == (21, 43)


def test_off_the_plane_there_is_no_place() -> None:
    assert place_of(RICH) is None
    beyond = Recipe(anchors=(Anchor(Seed(0), 1.5), Anchor(Seed(1), -0.5)))
    assert place_of(beyond) is None
    assert place_of(with_anchor(Recipe(), 0, Vector("w", np.zeros(4)))) is None


def test_the_heaviest_seed_stands_for_a_blend() -> None:
    assert seed_of(with_position(RICH, 0.7)) == 7
    assert seed_of(with_anchor(Recipe(), 0, Vector("w", np.zeros(4)))) is None


def test_titles() -> None:
    vector = Vector("w", np.zeros(4))
    assert title_of(with_seed(Recipe(), 48)) == "Seed 48"
    assert title_of(RICH) == "Between 3 and 7"
    assert title_of(with_place(Recipe(), 3.25, 5.5)) == "Near seed 503"
    assert title_of(with_anchor(Recipe(), 0, vector)) == "A vector"
    assert title_of(with_anchor(RICH, 0, vector)) == "Between a vector and 7"
    assert title_of(with_weight(Recipe(), 0, 0.0)) == "Seed 0"
    near = with_neighbour(with_neighbour(RICH, 50, 0.2), 900, 0.8)
    assert title_of(near) == "Near seed 900"
    three = Recipe(anchors=tuple(Anchor(Seed(seed)) for seed in (1, 50, 900)))
    assert title_of(three) == "Blend of 3"


def test_a_neighbour_of_mixed_styles_is_mixed_as_well() -> None:
    mixed = Recipe(anchors=(Anchor(Seed(1), 1.0, (2.0, 0.0)), Anchor(Seed(2), 0.0, (0.0, 1.0))))
    near = with_neighbour(mixed, 9, 0.25)
    assert [a.layers for a in near.anchors] == [(0.75, 0.0), (0.0, 0.75), (0.25, 0.25)]


@pytest.mark.parametrize(("psi", "taken"), [(-0.5, 0.02), (0.4, 0.4), (1.7, 1.0)])
def test_truncation_comes_into_the_range_of_another_model(psi: float, taken: float) -> None:
    scaled = replace(fake_info(), prior="truncnormal")
    assert with_model(with_psi(RICH, psi), scaled).truncation.psi == taken
    assert with_model(with_psi(RICH, psi), fake_info()).truncation.psi == psi
