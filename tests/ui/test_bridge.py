"""The bridge: newest recipe out, newest frame in, nothing stale, undo without drawing again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtGui import QImage

from latentstudio.core.document import Document
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe, with_model, with_psi, with_seed
from latentstudio.engine.engine import Engine
from latentstudio.engine.messages import Failure, Frame, Message
from latentstudio.engine.render import draw
from latentstudio.ui.bridge import EngineBridge
from tests.fakes import FakeGenerator, fake_info


class Bench:
    """A bridge over an engine that works only when told to."""

    def __init__(self, qapp: object) -> None:
        self.generators = {name: FakeGenerator(fake_info(name=name)) for name in ("fake", "other")}
        self.document = Document()
        self.bridge = EngineBridge(self.document, self.make_engine)
        self.frames: list[Frame] = []
        self.bridge.frame_ready.connect(self.frames.append)
        self.bridge.opened.connect(self.adopt)

    def make_engine(self, publish: Callable[[Message], None]) -> Engine:
        open_fake = lambda source, *_: self.generators[source]  # noqa: E731
        self.engine = Engine(publish, opener=open_fake, threads=1)
        return self.engine

    def adopt(self, info: ModelInfo) -> None:
        self.document.edit_recipe("Open", lambda recipe: with_model(recipe, info))

    def work(self) -> None:
        while self.engine.run_once():
            pass

    def open(self, name: str = "fake") -> None:
        self.bridge.open(name)
        self.work()
        self.work()

    @property
    def model(self) -> str:
        """The name of the model that the window knows to be open; empty without."""
        return self.bridge.info.name if self.bridge.info else ""

    @property
    def drawn(self) -> int:
        return self.generators["fake"].drawn


@pytest.fixture
def bench(qapp: object) -> Bench:
    return Bench(qapp)


def psi(bench: Bench, value: float) -> None:
    bench.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, value))


def test_opening_draws_the_recipe_once(bench: Bench) -> None:
    bench.open()
    assert len(bench.frames) == 1
    assert bench.drawn == 2  # once to measure how fast it is
    assert bench.frames[0].recipe == bench.document.recipe


def test_newest_recipe_wins_and_is_drawn_exactly(bench: Bench) -> None:
    bench.open()
    for value in np.linspace(-1, 2, 500):
        psi(bench, float(value))
    before = bench.drawn
    bench.work()
    assert bench.drawn == before + 1
    shown = bench.frames[-1]
    assert shown.recipe.truncation.psi == 2.0
    alone = draw(bench.generators["fake"], bench.document.recipe)
    assert shown.pixels.tobytes() == alone.pixels.tobytes()


def test_a_moving_picture_is_drawn_exactly_before_it_is_given(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    bench.generators["fake"].delay = 0.01
    bench.open()
    psi(bench, 0.3)
    bench.work()
    shown = bench.frames[-1]
    assert not shown.exact
    given: list[Frame] = []
    bench.bridge.with_full_frame(given.append)
    psi(bench, 0.9)  # the hand goes on
    bench.work()
    [frame] = given
    assert (frame.recipe, frame.exact) == (shown.recipe, True)
    alone = draw(bench.generators["fake"], shown.recipe)
    assert frame.pixels.tobytes() == alone.pixels.tobytes()
    bench.bridge.with_full_frame(given.append)
    bench.open("other")
    assert len(given) == 1  # nothing is given for a model that has gone


def test_undo_shows_what_was_drawn_without_drawing(bench: Bench) -> None:
    bench.open()
    before = bench.frames[-1].pixels
    psi(bench, 0.2)
    bench.work()
    drawn = bench.drawn
    bench.document.undo()
    assert bench.drawn == drawn
    assert bench.frames[-1].pixels is before
    bench.work()
    assert bench.drawn == drawn


def test_frames_of_another_model_are_dropped(bench: Bench) -> None:
    bench.open()
    psi(bench, 0.5)
    late = bench.frames[-1]
    bench.work()
    bench.open("other")
    count = len(bench.frames)
    bench.bridge._post(late)
    assert len(bench.frames) == count


def test_undo_across_models_opens_the_old_one_again(bench: Bench) -> None:
    bench.open()
    bench.open("other")
    assert bench.document.recipe.model.name == "other"
    bench.document.undo()
    bench.work()
    bench.work()
    assert bench.model == "fake"
    assert bench.frames[-1].recipe.model.name == "fake"


def test_redo_before_the_undone_model_has_come_loses_no_history(bench: Bench) -> None:
    bench.open()
    bench.open("other")
    psi(bench, 0.4)
    bench.work()
    wanted, entries = bench.document.recipe, len(bench.document.entries)
    bench.document.undo()
    bench.document.undo()  # back in the first model, which begins to come
    bench.document.redo()
    bench.document.redo()
    for _ in range(4):
        bench.work()
    assert bench.document.recipe == wanted
    assert len(bench.document.entries) == entries
    assert bench.model == "other"
    assert bench.frames[-1].recipe == wanted


def test_faces_are_drawn_once_and_the_last_request_of_an_owner_counts(bench: Bench) -> None:
    bench.open()
    model = bench.document.recipe.model
    recipes = [with_seed(Recipe(model=model), seed) for seed in range(3)]
    first: dict[int, QImage] = {}
    second: dict[int, QImage] = {}
    bench.bridge.faces("sheet", recipes, first.__setitem__)
    bench.bridge.faces("sheet", recipes[::-1], second.__setitem__)
    bench.work()
    assert first == {}
    assert sorted(second) == [0, 1, 2]
    drawn = bench.drawn
    again: dict[int, QImage] = {}
    bench.bridge.faces("strip", recipes, again.__setitem__)
    assert sorted(again) == [0, 1, 2]
    assert bench.drawn == drawn


def test_a_failure_keeps_the_last_picture(bench: Bench) -> None:
    bench.open()
    failures: list[object] = []
    bench.bridge.failed.connect(failures.append)
    bench.generators["fake"].error = RuntimeError("broken")
    psi(bench, 0.3)
    bench.work()
    assert len(failures) == 1
    assert bench.bridge.frame is bench.frames[0]
    bench.generators["fake"].error = None
    psi(bench, 0.4)
    bench.work()
    assert bench.bridge.frame is bench.frames[-1] is not bench.frames[0]


def test_opening_another_model_takes_the_place_of_the_one_that_was_coming(bench: Bench) -> None:
    """The first is never read, so nothing else can tell that its model does not come."""
    bench.open()
    lost = ModelRef("lost", "lost-id")
    bench.bridge.know("lost-id", "lost.safetensors")
    bench.document.edit_recipe("Kept face", lambda r: replace(r, model=lost))
    assert bench.bridge.lacking is None
    bench.bridge.opened.disconnect(bench.adopt)
    bench.bridge.open("other")
    bench.work()
    assert bench.bridge.lacking == lost


def test_a_model_that_failed_before_does_not_end_the_wait_for_a_later_one(bench: Bench) -> None:
    bench.open()
    first = bench.document.recipe
    bench.open("other")
    earlier = bench.engine.open("broken")
    bench.document.edit_recipe("Back", lambda _r: first)
    bench.bridge._handle(Failure("open", earlier, StudioError("a", "b", "c")))
    assert bench.bridge.lacking is None
    bench.work()
    assert bench.frames[-1].recipe == first
