"""Attribute directions where it is known which number of a style shows, and their judgement."""

import math
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
import torch

from latentstudio.core.direction import Direction
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Span, Vector
from latentstudio.core.steps import ended
from latentstudio.metrics.attribute_directions import attribute_directions, ranked_rightly
from latentstudio.metrics.attributes import ATTRIBUTES, Attribute
from latentstudio.metrics.direction_truth import (
    Share,
    Truth,
    direction_truth,
    faces_moved,
    judged,
    rank_correlation,
    wilson,
)
from latentstudio.metrics.referee_card import Head
from latentstudio.models.style_space import StyleMoments, StyleSpace, direction_of
from tests.fakes import FakeGenerator, fake_info
from tests.metrics.colours import ColourReferee

T = TypeVar("T")

# In the fake's pictures number 0 of a style is red, 3 green and 6 blue, more than any other.
RED, GREEN, BLUE, NOTHING = 0, 3, 6, 12


def along(generator: FakeGenerator, name: str, *numbers: int) -> Direction:
    """A direction along some numbers of a style, measured."""
    space, moments = StyleSpace.of(generator), StyleMoments()
    moments.add(space.flat(generator.map(generator.sample_z(range(300)))))
    step = torch.zeros(space.size).double()
    step[list(numbers)] = 1
    return direction_of(space, moments, name, step, group="attributes")


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator(fake_info(layers=2))


def test_attributes_are_found_where_they_are(generator: FakeGenerator) -> None:
    found = ended(attribute_directions(generator, ColourReferee(), 600))
    assert [d.name for d in found] == ["Open mouth", "Glasses", "Skin tone", "Tilt"]
    for direction, number in zip(found, (GREEN, RED, GREEN, BLUE), strict=True):
        assert direction.vector.array[number] > 0.9
        assert direction.accuracy is not None
        assert direction.accuracy > 0.95
        assert direction.group == "attributes"
        assert direction.found == "learned from what colours32a reads on 600 faces"
        assert direction.scale == pytest.approx(0.63, abs=0.05)  # of tanh of a normal number


def test_what_is_read_badly_is_left_out(generator: FakeGenerator) -> None:
    referee = ColourReferee(mouth_open=0.89, rotate=0.79)
    found = ended(attribute_directions(generator, referee, 300))
    assert [d.name for d in found] == ["Glasses", "Skin tone"]


def test_nothing_to_learn_is_said(generator: FakeGenerator) -> None:
    with pytest.raises(StudioError, match="colours32a reads nothing"):
        ended(attribute_directions(generator, ColourReferee(9.0, rotate=0.1), 200))


def test_attributes_have_names_of_their_own() -> None:
    assert len({attribute.name for attribute in ATTRIBUTES}) == len(ATTRIBUTES)


def test_levels_rise_with_what_they_are_of() -> None:
    heads = {"hair_length": Head("hair_length", ("bald", "short", "covered", "long"))}
    attribute = Attribute("Hair", "hair_length", order=("bald", "short", "medium", "long"))
    read = {"hair_length": torch.eye(4)}
    assert attribute.level(read, heads) is not None
    level = attribute.level(read, heads)
    assert level is not None
    assert level[[0, 1, 3]].tolist() == [0, 1, 2]
    assert level[2].isnan()  # under a hat it has no length
    assert Attribute("Smile", "mouth", ("smile",)).level(read, heads) is None
    assert Attribute("Bun", "hair_length", ("bun",)).level(read, heads) is None


def test_pairs_are_ranked() -> None:
    yes_no, number = Attribute("A", "a", ("yes",)), Attribute("B", "b")
    values, levels = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([0.1, 0.2, 0.9, 0.4])
    assert ranked_rightly(values, levels, yes_no) == pytest.approx(2 / 3)
    assert ranked_rightly(values, levels, number) == pytest.approx(5 / 6)
    assert ranked_rightly(torch.zeros(4), levels, number) == 0.5
    assert ranked_rightly(values, torch.zeros(4), number) == 0.5
    gone = torch.tensor([0.1, math.nan, 0.2, math.nan])
    assert ranked_rightly(values, gone, number) == 1.0


# --- do sliders tell the truth? ------------------------------------------------------------------


def truths(
    generator: FakeGenerator, *directions: Direction, count: int = 60, **options: Any
) -> dict[str, Truth]:
    found = ended(direction_truth(generator, directions, ColourReferee(), count, **options))
    return {truth.name: truth for truth in found}


def test_a_true_slider_and_a_false_one(generator: FakeGenerator) -> None:
    found = truths(
        generator, along(generator, "Glasses", RED), along(generator, "Open mouth", NOTHING)
    )
    glasses, mouth = found["Glasses"], found["Open mouth"]
    assert glasses.shares["up"].value == glasses.shares["down"].value == 1.0
    assert glasses.shares["up"].faces + glasses.shares["down"].faces == 60
    assert glasses.holds
    assert glasses.works
    assert mouth.value < 0.2
    assert not mouth.holds
    assert not mouth.works


def test_a_slider_that_few_faces_follow_is_none() -> None:
    weak = {"up": Share(70, 100), "down": Share(0, 4)}  # of four faces nothing can be told
    assert not Truth("Closed eyes", "binary", weak).works
    assert Truth("Closed eyes", "binary", weak | {"up": Share(75, 100)}).works
    assert Truth("Skin tone", "ordered", {"follow": Share(50, 100)}).works
    assert not Truth("Skin tone", "ordered", {"follow": Share(49, 100)}).works


def test_an_ordered_slider_must_be_followed(generator: FakeGenerator) -> None:
    found = truths(
        generator, along(generator, "Skin tone", GREEN), along(generator, "Tilt", NOTHING)
    )
    assert found["Skin tone"].shares["follow"].value > 0.95
    assert found["Skin tone"].kind == "ordered"
    assert found["Tilt"].value < 0.5


def test_locks_keep_other_attributes(generator: FakeGenerator) -> None:
    both = along(generator, "Glasses", RED, GREEN)
    mouth = along(generator, "Open mouth", GREEN)
    locked = truths(generator, both, mouth)["Glasses"]
    worst = locked.worst_other
    assert worst is not None
    assert worst[0] == "Open mouth"
    assert worst[1].value == 0.0
    assert locked.keeps
    assert locked.locked["up"].value == 1.0
    beside = truths(generator, both, along(generator, "Open mouth", NOTHING))["Glasses"]
    assert beside.worst_other is not None
    assert beside.worst_other[1].value > 0.3
    assert not beside.keeps


def test_locks_are_tried_with_ordered_sliders_too(generator: FakeGenerator) -> None:
    both = along(generator, "Skin tone", GREEN, RED)
    kept = truths(generator, both, along(generator, "Glasses", RED))["Skin tone"]
    assert kept.others["Glasses"] == Share(0, 120)
    assert kept.keeps
    assert kept.locked["follow"].value > 0.95
    taken = truths(generator, both, along(generator, "Glasses", NOTHING))["Skin tone"]
    assert taken.others["Glasses"].value > 0.3
    assert not taken.keeps


def test_what_rules_each_other_out_is_not_locked(generator: FakeGenerator) -> None:
    found = truths(generator, along(generator, "Glasses", RED), along(generator, "Sunglasses", RED))
    assert found["Glasses"].others == {}
    assert found["Glasses"].locked["up"].value == 1.0


def test_a_slider_that_is_locked_whole_moves_nothing(generator: FakeGenerator) -> None:
    same = along(generator, "Open mouth", RED)
    found = truths(generator, along(generator, "Glasses", RED), same)["Glasses"]
    assert found.shares["up"].value == 1.0
    assert found.locked["up"].value == 0.0


def test_a_span_of_layers_is_kept(generator: FakeGenerator) -> None:
    part = replace(along(generator, "Glasses", RED), span=Span(1, 1))
    assert truths(generator, part)["Glasses"].shares["up"].value == 1.0


def test_without_locks_half_is_drawn(generator: FakeGenerator) -> None:
    directions = [along(generator, "Glasses", RED), along(generator, "Tilt", BLUE)]
    for locked, expected in ((True, 20 * (1 + 2 + 10)), (False, 20 * (1 + 1 + 5))):
        steps = direction_truth(generator, directions, ColourReferee(), 20, locked=locked)
        assert sum(steps) == expected == faces_moved(directions, ColourReferee(), 20, locked)


def test_only_what_the_judge_reads_is_judged(generator: FakeGenerator) -> None:
    unread = [
        Direction("Smile", Vector("w", np.ones(16))),
        Direction("Component 1", Vector("w", np.ones(16))),
        Direction("Size", Vector("w", np.ones(16))),
    ]
    known = along(generator, "Hat", RED)
    assert judged([*unread, known], ColourReferee()) == ("Hat",)
    assert truths(generator, *unread) == {}


def test_intervals_are_those_of_the_books() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert math.isnan(Share(0, 0).value)


def test_rank_correlation_shares_ranks() -> None:
    a = np.arange(5.0)
    assert rank_correlation(a, a**3) == pytest.approx(1)
    assert rank_correlation(a, -a) == pytest.approx(-1)
    assert rank_correlation(a, np.array([1.0, 1, 2, 3, 3])) == pytest.approx(9 / math.sqrt(90))
    assert rank_correlation(a, np.ones(5)) == 0.0
