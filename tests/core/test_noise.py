"""Noise: strengths, the paper's four cases and what they are called."""

from dataclasses import replace

import pytest

from latentstudio.core.noise import (
    active,
    band_of,
    layer_names,
    layer_strength,
    missing,
    summary,
    with_band,
    with_layer_strength,
    with_mode,
    with_noise_seed,
    with_strength,
)
from latentstudio.core.recipe import Noise, Recipe
from latentstudio.core.recipe_json import decode, encode

SIDES = (4, 8, 8, 16, 16, 32, 32, 64, 64, 128, 128)
START = Recipe()


def strengths(recipe: Recipe) -> dict[int, float]:
    """The factor of the last input of each side."""
    return dict(zip(SIDES, recipe.noise.strengths(len(SIDES)), strict=True))


def test_mode_seed_and_strength_are_bounded_and_change_nothing_else() -> None:
    recipe = with_strength(with_noise_seed(with_mode(START, "random"), 2**32 + 7), 9.0)
    assert recipe.noise == Noise("random", 7, 2.0)
    assert replace(recipe, noise=Noise()) == START
    assert with_strength(START, -1).noise.strength == 0.0


def test_fine_begins_at_64_pixels() -> None:
    fine = strengths(with_band(START, SIDES, "fine"))
    coarse = strengths(with_band(START, SIDES, "coarse"))
    assert [side for side, factor in fine.items() if factor] == [64, 128]
    assert [side for side, factor in coarse.items() if factor] == [4, 8, 16, 32]


@pytest.mark.parametrize("band", ["all", "none", "fine", "coarse"])
def test_each_case_is_read_back(band: str) -> None:
    recipe = with_band(with_layer_strength(START, 11, 3, 0.4), SIDES, band)  # type: ignore[arg-type]
    assert band_of(recipe, SIDES) == band


def test_all_layers_at_one_are_the_plain_noise_again() -> None:
    changed = with_layer_strength(START, 11, 3, 0.4)
    assert changed != START
    assert with_layer_strength(changed, 11, 3, 1.0) == START
    assert with_band(changed, SIDES, "all") == START


def test_a_layer_of_its_own_varies_and_keeps_the_others() -> None:
    recipe = with_layer_strength(START, 11, 3, 0.4)
    assert band_of(recipe, SIDES) is None
    assert [layer_strength(recipe, i) for i in range(11)] == [1.0] * 3 + [0.4] + [1.0] * 7
    assert summary(recipe) == "fixed, 1.00, varies"


def test_a_band_turns_noise_on_and_none_turns_it_off() -> None:
    off = with_band(START, SIDES, "none")
    assert (off.noise.mode, active(off, 11), summary(off)) == ("none", 0, "none")
    assert with_band(off, SIDES, "coarse").noise.mode == "const"
    assert with_band(with_mode(START, "random"), SIDES, "fine").noise.mode == "random"


def test_no_strength_at_all_is_no_noise() -> None:
    assert band_of(with_strength(START, 0.0), SIDES) == "none"
    assert with_band(with_strength(START, 0.0), SIDES, "all") == START
    assert active(with_strength(START, 0.0), 11) == 0
    assert active(with_band(START, SIDES, "fine"), 11) == 4


def test_a_small_model_has_no_fine_noise() -> None:
    assert missing((4, 8, 16), "fine")
    assert not missing((4, 8, 16), "coarse")
    assert not missing(SIDES, "fine")


def test_inputs_are_named_by_their_side() -> None:
    assert layer_names(SIDES)[:3] == ("4 px", "8 px, 1st", "8 px, 2nd")


def test_it_is_kept_in_sessions_and_pictures() -> None:
    recipe = with_layer_strength(with_strength(with_mode(START, "random"), 0.5), 11, 3, 0.4)
    assert decode(encode(recipe)) == recipe
