"""Classes: shares that sum to one, the way from class to class, and the search."""

from dataclasses import replace

import pytest

from latentstudio.core.classes import (
    path_of,
    percents,
    search,
    shares_of,
    summary,
    with_class,
    with_only,
    with_path,
    with_sample,
    with_share,
    without_class,
)
from latentstudio.core.recipe import Recipe, Truncation, seed_of, with_resample, with_seed
from latentstudio.core.recipe_json import decode, encode

NAMES = ("Freckles", "Undercut", "Long waves", "Curls", "Short waves")
START = Recipe(truncation=Truncation(0.7))


def three() -> Recipe:
    return replace(START, classes=(("Freckles", 0.5), ("Curls", 0.3), ("Undercut", 0.2)))


def total(recipe: Recipe) -> float:
    return sum(share for _, share in recipe.classes)


def test_the_first_class_is_chosen_by_default() -> None:
    assert shares_of(START, NAMES) == (("Freckles", 1.0),)
    assert shares_of(START, ()) == ()


def test_shares_that_a_script_wrote_are_taken_of_their_sum() -> None:
    recipe = replace(START, classes=(("Curls", 3.0), ("Undercut", 1.0)))
    assert shares_of(recipe, NAMES) == (("Curls", 0.75), ("Undercut", 0.25))
    nothing = replace(START, classes=(("Curls", 0.0), ("Undercut", 0.0)))
    assert shares_of(nothing, NAMES) == (("Curls", 1.0), ("Undercut", 0.0))


def test_another_class_takes_an_equal_share() -> None:
    recipe = with_class(with_class(START, NAMES, "Curls"), NAMES, "Undercut")
    assert [name for name, _ in recipe.classes] == ["Freckles", "Curls", "Undercut"]
    assert [share for _, share in recipe.classes] == pytest.approx([1 / 3] * 3)
    assert replace(recipe, classes=()) == START


def test_no_more_than_four_and_none_twice() -> None:
    recipe = three()
    assert with_class(recipe, NAMES, "Curls") == recipe
    four = with_class(recipe, NAMES, "Long waves")
    assert len(four.classes) == 4
    assert with_class(four, NAMES, "Short waves") == four


def test_a_share_leaves_the_others_in_proportion() -> None:
    recipe = with_share(three(), NAMES, "Freckles", 0.0)
    assert [share for _, share in recipe.classes] == pytest.approx([0.0, 0.6, 0.4])
    again = with_share(recipe, NAMES, "Freckles", 0.5)
    assert [share for _, share in again.classes] == pytest.approx([0.5, 0.3, 0.2])
    assert total(with_share(three(), NAMES, "Curls", 7.0)) == pytest.approx(1.0)


def test_others_without_a_share_take_equal_parts_of_the_rest() -> None:
    alone = with_share(three(), NAMES, "Freckles", 1.0)
    recipe = with_share(alone, NAMES, "Freckles", 0.4)
    assert [share for _, share in recipe.classes] == pytest.approx([0.4, 0.3, 0.3])


def test_the_only_class_keeps_its_whole_share() -> None:
    assert with_share(START, NAMES, "Freckles", 0.2) == START
    assert without_class(START, NAMES, "Freckles") == START
    assert with_share(three(), NAMES, "Long waves", 0.5) == three()


def test_taking_a_class_out() -> None:
    recipe = without_class(three(), NAMES, "Freckles")
    assert [name for name, _ in recipe.classes] == ["Curls", "Undercut"]
    assert [share for _, share in recipe.classes] == pytest.approx([0.6, 0.4])
    silent = with_share(three(), NAMES, "Freckles", 1.0)
    assert total(without_class(silent, NAMES, "Freckles")) == 1.0


def test_seeds_in_a_row_have_the_classes_in_turn() -> None:
    found = [with_sample(three(), NAMES, seed) for seed in range(7)]
    assert [face.classes[0][0] for face in found] == [*NAMES, *NAMES[:2]]
    assert [seed_of(face) for face in found] == list(range(7))
    assert with_sample(START, (), 3) == with_seed(START, 3)


def test_one_class_alone_keeps_the_face() -> None:
    assert with_only(three(), "Curls") == replace(START, classes=(("Curls", 1.0),))


@pytest.mark.parametrize("place", [0.0, 0.25, 1.0, 1.5, 2.0])
def test_the_way_from_class_to_class_is_read_back(place: float) -> None:
    recipe = with_path(three(), NAMES, place)
    assert total(recipe) == pytest.approx(1.0)
    assert path_of(recipe, NAMES) == pytest.approx(place)


def test_a_blend_beside_the_way_varies() -> None:
    assert path_of(three(), NAMES) is None
    ends = replace(START, classes=(("Curls", 0.5), ("Freckles", 0.0), ("Undercut", 0.5)))
    assert path_of(ends, NAMES) is None
    assert path_of(START, NAMES) == 0.0


def test_search_finds_all_words_and_beginnings_first() -> None:
    assert [NAMES[at] for at in search(NAMES, "wav")] == ["Long waves", "Short waves"]
    assert [NAMES[at] for at in search(NAMES, "WAVES short")] == ["Short waves"]
    assert [NAMES[at] for at in search(NAMES, "cu")] == ["Curls", "Undercut"]
    assert search(NAMES, "  ") == (0, 1, 2, 3, 4)
    assert search(NAMES, "beard") == ()


def test_percents_sum_to_100() -> None:
    thirds = tuple((name, 1 / 3) for name in NAMES[:3])
    assert [part for _, part in percents(thirds)] == [34, 33, 33]
    assert percents((("a", 0.005), ("b", 0.995))) == (("a", 1), ("b", 99))


def test_the_summary_names_one_or_two() -> None:
    assert summary(START, NAMES) == "Freckles"
    assert (
        summary(with_share(three(), NAMES, "Freckles", 0.0), NAMES) == "Curls 60 %, Undercut 40 %"
    )
    assert summary(three(), NAMES) == "3 classes"
    assert summary(START, ()) == ""


def test_a_blend_is_kept_in_sessions_and_pictures() -> None:
    recipe = with_resample(with_share(three(), NAMES, "Curls", 0.0), True)
    assert decode(encode(recipe)) == recipe
