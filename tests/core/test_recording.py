"""Recording: what was done comes back in its own time, in few keyframes."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from latentstudio.core.document import Document, State
from latentstudio.core.journey import Journey
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Recipe,
    Seed,
    Vector,
    with_model,
    with_psi,
    with_seed,
)
from latentstudio.core.recording import FPS, MOST, Recorder, difference
from tests.fakes import fake_info

START = Recipe(ModelRef("mine", "ab"))


class Hand:
    """A document, a clock that is turned by hand, and what is recorded."""

    def __init__(self, start: Recipe = START) -> None:
        self.now = 100.0
        self.document = Document(State(start))
        self.recorder = Recorder(self.document, lambda: self.now)

    def do(self, change: Callable[[Recipe], Recipe], after: float = 0.0) -> None:
        self.now += after
        self.document.edit_recipe("Change", change)

    def drag(self, way: Callable[[float], Recipe], seconds: float, rate: int = 125) -> None:
        """Follow a way from 0 to 1 as a pointer does."""
        steps = round(seconds * rate)
        for step in range(1, steps + 1):
            self.do(lambda _r, t=step / steps: way(t), 1 / rate)


def times(journey: Journey) -> list[float]:
    return [round(keyframe.time, 2) for keyframe in journey.keyframes]


def test_where_nothing_was_done_there_is_no_journey() -> None:
    hand = Hand()
    hand.now += 5
    assert hand.recorder.finish() == Journey(fps=FPS)


def test_steps_happen_when_they_did_and_rest_in_between() -> None:
    hand = Hand()
    hand.do(lambda r: with_seed(r, 7), after=2.0)
    hand.do(lambda r: with_seed(r, 9), after=3.0)
    hand.now += 1.0
    made = hand.recorder.finish()
    assert times(made) == [0.0, 2.0, 5.0, 6.0]
    assert [k.ease for k in made.keyframes][:3] == ["hold"] * 3
    seen = [made.recipe_at(t).anchors[0].latent for t in (0.0, 1.99, 2.01, 4.99, 5.01, 6.0)]
    assert seen == [Seed(s) for s in (0, 0, 7, 7, 9, 9)]


def test_an_even_drag_is_few_keyframes() -> None:
    hand = Hand()
    hand.drag(lambda t: with_psi(START, 1 - t), 1.0)
    hand.now += 1.0
    made = hand.recorder.finish()
    assert len(made.keyframes) <= 5
    for t in np.linspace(0, 1, 20):
        assert made.recipe_at(float(t)).truncation.psi == pytest.approx(1 - t, abs=0.04)


def test_a_curved_drag_is_followed() -> None:
    def way(t: float) -> Recipe:
        x = 0.5 - 0.5 * math.cos(6 * t)
        return Recipe(START.model, (Anchor(Seed(1), 1 - x), Anchor(Seed(2), x)))

    hand = Hand(way(0.0))
    hand.drag(way, 4.0, rate=60)
    made = hand.recorder.finish()
    assert len(made.keyframes) < 60  # of 240 steps
    late = 1 / FPS  # a step is seen with the frame that it fell into
    for t in np.linspace(0.1, 3.9, 77):
        around = [difference(made.recipe_at(t), way((t + d) / 4)) for d in (-late, 0.0, late)]
        assert min(around) < 0.03


def test_a_move_that_begins_is_followed_from_nothing() -> None:
    vector = Vector("w", np.ones(4, np.float32))
    hand = Hand()
    hand.drag(lambda t: Recipe(START.model, moves=(Move("Smile", vector, 2 * t),)), 1.0)
    made = hand.recorder.finish()
    assert len(made.keyframes) <= 5
    assert made.recipe_at(0.5).moves[0].amount == pytest.approx(1.0, abs=0.1)


def test_there_are_never_more_keyframes_than_the_most() -> None:
    hand = Hand()
    rng = np.random.default_rng(0)
    for _ in range(MOST + 100):
        psi = float(rng.uniform())
        hand.do(lambda r, psi=psi: with_psi(r, psi), after=0.1)
    made = hand.recorder.finish()
    assert MOST - 2 <= len(made.keyframes) <= MOST + 2
    assert made.duration == pytest.approx(0.1 * (MOST + 100), abs=0.05)


def test_jumps_alone_are_never_more_either() -> None:
    hand = Hand()
    for seed in range(MOST + 100):
        hand.do(lambda r, seed=seed: with_seed(r, seed + 1), after=0.5)
    assert len(hand.recorder.finish().keyframes) <= MOST + 2


def test_undo_is_recorded_too() -> None:
    hand = Hand()
    hand.do(lambda r: with_seed(r, 7), after=1.0)
    hand.now += 1.0
    hand.document.undo()
    made = hand.recorder.finish()
    assert made.keyframes[-1].recipe == START


def test_what_is_no_picture_is_not_recorded() -> None:
    hand = Hand()
    hand.now += 1.0
    hand.document.edit("Lock", lambda _state: State(START, locks=("Smile",)))
    assert not hand.recorder.finish().keyframes


def test_another_model_ends_it() -> None:
    hand = Hand()
    hand.do(lambda r: with_seed(r, 7), after=1.0)
    hand.do(lambda r: with_model(r, fake_info(name="hers")), after=1.0)
    assert not hand.recorder.running
    hand.do(lambda r: with_seed(r, 8), after=9.0)
    made = hand.recorder.finish()
    assert made.model == START.model
    assert made.duration == 2.0


def test_it_ends_by_itself_where_a_journey_does() -> None:
    hand = Hand()
    hand.do(lambda r: with_seed(r, 7), after=1.0)
    hand.now += 5000
    assert not hand.recorder.running
    hand.do(lambda r: with_seed(r, 8))
    made = hand.recorder.finish()
    assert made.duration == 1200.0
    assert len(made.keyframes) == 3


def test_after_the_end_nothing_is_heard() -> None:
    hand = Hand()
    hand.do(lambda r: with_seed(r, 7), after=1.0)
    made = hand.recorder.finish()
    hand.do(lambda r: with_seed(r, 8), after=1.0)
    assert hand.recorder.finish() == made
