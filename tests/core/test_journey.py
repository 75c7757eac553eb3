"""Journeys: keyframes in order and apart, the picture at any moment, and nothing impossible."""

import json
from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.journey import (
    EASES,
    MAX_KEYFRAMES,
    MAX_SECONDS,
    Ease,
    Journey,
    Keyframe,
    progress,
)
from latentstudio.core.journey_json import journey_text, parse_journey
from latentstudio.core.recipe import ModelRef, Recipe, with_psi, with_seed
from tests.core.samples import random_recipe

ONE, TWO, THREE = (with_seed(Recipe(), seed) for seed in (1, 2, 3))
JOURNEY = Journey(fps=10).insert(ONE, 1.0).insert(THREE, 4.0).insert(TWO, 2.0)
LOOP = JOURNEY.with_loop(True)


def times(journey: Journey) -> list[float]:
    return [round(keyframe.time, 6) for keyframe in journey.keyframes]


def faces(journey: Journey) -> list[Recipe]:
    return [keyframe.recipe for keyframe in journey.keyframes]


# --- readings -------------------------------------------------------------------------------------


def test_a_journey_is_as_long_as_its_last_keyframe_says() -> None:
    assert (Journey().duration, Journey().frames) == (0.0, 0)
    assert (JOURNEY.duration, JOURNEY.frames) == (4.0, 41)
    assert (LOOP.duration, LOOP.frames) == (6.0, 60)
    assert JOURNEY.time_of(40) == 4.0
    assert LOOP.time_of(59) == pytest.approx(5.9)
    assert Journey().insert(ONE, 0.0).frames == 1


def test_at_a_keyframe_the_picture_is_its_own() -> None:
    assert [JOURNEY.recipe_at(t) for t in (0.0, 1.0, 2.0, 4.0, 9.0)] == [
        ONE,
        ONE,
        TWO,
        THREE,
        THREE,
    ]
    assert [LOOP.recipe_at(t) for t in (0.0, 4.0, 6.0, 7.0)] == [ONE, THREE, ONE, ONE]


def test_between_keyframes_it_is_on_the_way() -> None:
    linear = JOURNEY.eased(1, "linear")
    shares = {a.latent: a.weight for a in linear.recipe_at(2.5).anchors}
    assert list(shares.values()) == pytest.approx([0.75, 0.25])
    back = {a.latent: a.weight for a in LOOP.eased(2, "linear").recipe_at(5.5).anchors}
    assert list(back.values()) == pytest.approx([0.25, 0.75])


def test_spans() -> None:
    at = (0.5, 1.0, 1.9, 2.0, 3.9, 4.0, 5.0)
    assert [JOURNEY.span_at(t) for t in at] == [None, 0, 0, 1, 1, None, None]
    assert [LOOP.span_at(t) for t in at] == [None, 0, 0, 1, 1, 2, 2]
    assert Journey().span_at(0.0) is None
    assert Journey(loop=True).insert(ONE, 0.0).span_at(1.0) is None


@pytest.mark.parametrize("ease", EASES)
def test_eases_go_from_here_to_there_and_never_back(ease: Ease) -> None:
    gone = [progress(ease, i / 100) for i in range(101)]
    assert (gone[0], gone[-1]) == (0.0, 1.0)
    assert gone == sorted(gone)
    half = {"linear": 0.5, "smooth": 0.5, "in": 0.25, "out": 0.75, "hold": 0.0}[ease]
    assert gone[50] == pytest.approx(half)


def test_a_hold_stays_until_the_next_keyframe() -> None:
    held = JOURNEY.eased(0, "hold")
    assert [held.recipe_at(t) for t in (1.0, 1.99, 2.0)] == [ONE, ONE, TWO]


def test_an_empty_journey_has_no_picture() -> None:
    with pytest.raises(StudioError, match="The journey is empty"):
        Journey().recipe_at(0.0)


# --- edits ----------------------------------------------------------------------------------------


def test_keyframes_stand_in_the_order_of_their_times() -> None:
    assert times(JOURNEY) == [1.0, 2.0, 4.0]
    assert faces(JOURNEY) == [ONE, TWO, THREE]
    moved = JOURNEY.moved(0, 3.0)
    assert times(moved) == [2.0, 3.0, 4.0]
    assert faces(moved) == [TWO, ONE, THREE]
    assert faces(JOURNEY.removed(1)) == [ONE, THREE]


def test_a_picture_on_a_keyframe_takes_its_place() -> None:
    named = JOURNEY.renamed(1, "Grin").eased(1, "out")
    again = named.insert(ONE, 2.04)
    assert again == replace(
        named, keyframes=(named.keyframes[0], replace(named.keyframes[1], recipe=ONE),
                          named.keyframes[2])
    )  # fmt: skip
    assert JOURNEY.at(2.04) == 1
    assert JOURNEY.at(2.06) is None


def test_two_are_never_at_one_time() -> None:
    assert times(JOURNEY.moved(0, 2.01)) == [2.0, 2.1, 4.0]
    assert times(JOURNEY.moved(2, 1.99)) == [1.0, 1.9, 2.0]
    assert times(JOURNEY.insert(ONE, 2.06)) == [1.0, 2.0, 2.1, 4.0]
    assert JOURNEY.free_time(2.06) == pytest.approx(2.1)
    assert JOURNEY.free_time(2.06, 1) == 2.06


def test_random_edits_keep_the_order_and_the_distance() -> None:
    rng = np.random.default_rng(0)
    journey = Journey()
    for _ in range(500):
        count, t = len(journey.keyframes), float(rng.uniform(-2, 12))
        kind = int(rng.integers(7))
        if kind < 3 or not count:
            journey = journey.insert(with_seed(Recipe(), int(rng.integers(99))), t)
        elif kind == 3:
            journey = journey.moved(int(rng.integers(count)), t)
        elif kind == 4:
            journey = journey.removed(int(rng.integers(count)))
        elif kind == 5:
            journey = journey.with_fps(int(rng.integers(0, 70)))
        else:
            journey = journey.with_loop(bool(rng.integers(2))).stretched(t)
        gaps = np.diff([keyframe.time for keyframe in journey.keyframes])
        assert gaps.min(initial=1.0) > 0.999 / journey.fps
        assert 0 <= journey.duration <= MAX_SECONDS
        if journey.keyframes:
            journey.recipe_at(t)


def test_a_slower_rate_makes_room() -> None:
    close = Journey(fps=50).insert(ONE, 1.0).insert(TWO, 1.02).insert(THREE, 1.04).with_fps(2)
    assert times(close) == [1.0, 1.5, 2.0]
    late = Journey(fps=50).insert(ONE, MAX_SECONDS - 0.02).insert(TWO, MAX_SECONDS).with_fps(2)
    assert times(late) == [MAX_SECONDS - 0.5, MAX_SECONDS]


def test_stretching_keeps_the_proportions() -> None:
    long = LOOP.stretched(12.0)
    assert times(long) == [2.0, 4.0, 8.0]
    assert long.tail == pytest.approx(4.0)
    assert long.stretched(6.0).duration == pytest.approx(6.0)
    assert times(JOURNEY.stretched(0.0)) == [0.1, 0.2, 0.4]
    assert Journey().stretched(5.0) == Journey()


def test_names_are_one_line() -> None:
    assert JOURNEY.renamed(0, " a\nb\0 ").keyframes[0].name == "a b"
    assert len(JOURNEY.renamed(0, "x" * 999).keyframes[0].name) == 200


def test_a_journey_stays_with_one_model() -> None:
    mine = Journey().insert(Recipe(ModelRef("mine", "ab")), 0.0)
    with pytest.raises(StudioError, match="faces of mine, and this one is of hers") as caught:
        mine.insert(Recipe(ModelRef("hers", "cd")), 1.0)
    assert caught.value.hint
    assert mine.model == ModelRef("mine", "ab")


def test_a_full_journey_says_so() -> None:
    many = Journey(tuple(Keyframe(ONE, float(i)) for i in range(MAX_KEYFRAMES)))
    with pytest.raises(StudioError, match="it has 1000 keyframes"):
        many.insert(TWO, 0.5)
    assert many.insert(TWO, 5.0).keyframes[5].recipe == TWO
    dense = Journey(tuple(Keyframe(ONE, 0.9 + 1.9 * i) for i in range(632)), fps=1)
    with pytest.raises(StudioError, match="it has 632 keyframes"):
        dense.insert(TWO, 51.25)


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -0.1, MAX_SECONDS + 1])
def test_impossible_times_are_mistakes_of_the_program(time: float) -> None:
    with pytest.raises(ValueError, match="0 to 1200 seconds"):
        Keyframe(ONE, time)
    with pytest.raises(ValueError, match="0 to 1200 seconds"):
        Journey(tail=time)


def test_no_number_is_no_time() -> None:
    for edit in (JOURNEY.stretched, JOURNEY.with_tail, lambda t: JOURNEY.moved(0, t)):
        with pytest.raises(ValueError, match="a number of seconds"):
            edit(float("nan"))


def test_keyframes_out_of_order_are_a_mistake_of_the_program() -> None:
    for second in (1.0, 0.5):
        with pytest.raises(ValueError, match="order of their times"):
            Journey((Keyframe(ONE, 1.0), Keyframe(TWO, second)))


# --- as text --------------------------------------------------------------------------------------


def test_a_journey_comes_back_from_its_text() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        journey = Journey(fps=24, loop=True, tail=0.5)
        for t in range(4):
            recipe = replace(random_recipe(rng), model=ModelRef("m", "ab"))
            journey = journey.insert(recipe, t * 1.7).eased(t, EASES[t]).renamed(t, "Grün")
        assert parse_journey(journey_text(journey)) == journey


def test_a_journey_is_easily_written_by_hand() -> None:
    written = {"keyframes": [{"recipe": {"anchors": [{"seed": s}]}, "time": s} for s in (1, 2)]}
    made = parse_journey(json.dumps(written))
    assert made == Journey((Keyframe(ONE, 1.0), Keyframe(TWO, 2.0)))


def test_what_differs_in_a_slider_differs() -> None:
    assert Journey().insert(ONE, 0) != Journey().insert(with_psi(ONE, 0.5), 0)


def hostile(**fields: object) -> str:
    return json.dumps({"keyframes": [{"recipe": {}, "time": 0} | fields]})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[]", "not an object"),
        ("[" * 100_000, "not JSON"),
        ('{"keyframes": [{"recipe": {}, "time": NaN}]}', "not JSON"),
        ('{"keyframes": [{"recipe": {}, "time": 1e999}]}', r"time is inf, not a number"),
        (hostile(time=-1), r"keyframes\[0\].time is -1"),
        (hostile(time="1"), r"time is '1'"),
        (hostile(time=10**400), "a huge number"),
        (hostile(ease="bounce"), "not one of linear"),
        (hostile(name="x" * 201), "name is"),
        (hostile(path="/etc/passwd"), "has a field 'path'"),
        (hostile(recipe={"anchors": []}), "list of 0"),
        ('{"keyframes": [{"time": 0}]}', "recipe is missing"),
        (json.dumps({"keyframes": [{"recipe": {}, "time": 1}] * 2}), "order of their times"),
        (json.dumps({"keyframes": [None] * 1001}), "list of 1001"),
        ('{"fps": 0}', "fps is 0"),
        ('{"fps": 1000000000}', "fps is 1000000000"),
        ('{"tail": 1e9}', "tail is"),
        ('{"loop": 1}', "loop is 1"),
        ('{"format_version": 2}', "newer Latent Studio"),
        ('{"format_version": 1, "colour": 2}', "field 'colour'"),
        (" " * (64 * 2**20 + 1), "longer than 64 MB"),
    ],
    ids=range(22),
)  # fmt: skip
def test_a_hostile_journey_is_an_error_in_words(text: str, words: str) -> None:
    with pytest.raises(StudioError, match=words) as caught:
        parse_journey(text)
    assert caught.value.title == "Could not read the journey"
    assert caught.value.hint
    assert len(str(caught.value)) < 400
