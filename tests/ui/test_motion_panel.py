"""Walk and loop: one undo step, by the clock, ended by whatever else the user does; even speed."""

from collections.abc import Generator as Steps
from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest
from PySide6.QtCore import Qt

from latentstudio.core.document import State
from latentstudio.core.pace import Pace, pace_of
from latentstudio.core.recipe import (
    Anchor,
    Recipe,
    Seed,
    position_of,
    seed_of,
    with_anchor,
    with_position,
    with_psi,
    with_seed,
)
from latentstudio.engine.messages import Step
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.panel import Panel
from latentstudio.ui.panels import motion
from latentstudio.ui.panels.motion import MotionPanel
from latentstudio.ui.panels.pace import POINTS, TOOLTIP, EvenSpeed
from tests.fakes import FakeGenerator, fake_info
from tests.ui.studio import Studio


class Clock:
    """A clock that stands until it is told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    seeds = count(50)
    monkeypatch.setattr(motion, "fresh_seed", lambda: next(seeds))
    made = Clock()
    monkeypatch.setattr(MotionPanel, "clock", made)
    return made


def panel_of(studio: Studio) -> MotionPanel:
    panel = studio.window.panel("motion")
    assert isinstance(panel, MotionPanel)
    return panel


def tick(studio: Studio, clock: Clock, seconds: float) -> None:
    """Let time pass, and one picture be asked for and shown."""
    clock.now += seconds
    panel_of(studio)._step()
    studio.wait_for_picture()


@pytest.fixture
def playing(studio: Studio, clock: Clock) -> MotionPanel:
    """Set off with P; the panel's own timer rests so that each step is the test's."""
    studio.window.canvas.setFocus()
    studio.key(Qt.Key.Key_P)
    panel = panel_of(studio)
    panel._tick.stop()
    return panel


def test_a_walk_passes_faces_by_the_clock(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    start = studio.recipe
    tick(studio, clock, 0.0)
    assert studio.recipe.anchors == start.anchors
    tick(studio, clock, 4.0)  # a quarter of a face in a second
    assert studio.recipe.anchors == (Anchor(Seed(50), 1.0),)
    tick(studio, clock, 2.0)
    assert len(studio.recipe.active) == 4
    tick(studio, clock, 98.0)
    assert studio.recipe.anchors == (Anchor(Seed(75), 1.0),)  # no drift after a hundred seconds


def test_it_is_one_undo_step(studio: Studio, playing: MotionPanel, clock: Clock) -> None:
    start = studio.recipe
    for _ in range(5):
        tick(studio, clock, 0.3)
    studio.key(Qt.Key.Key_P)
    assert not playing.playing
    assert [entry.label for entry in studio.document.entries] == ["Start", "Walk"]
    studio.key(Qt.Key.Key_P)
    playing._tick.stop()
    tick(studio, clock, 1.0)
    playing.stop()
    assert len(studio.document.entries) == 3
    studio.document.undo()
    studio.document.undo()
    assert studio.recipe == start


def test_no_picture_is_asked_for_before_the_last_one_is_shown(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    tick(studio, clock, 0.5)
    seen: list[State] = []
    studio.document.changed.connect(lambda _old, new: seen.append(new))
    for _ in range(3):
        clock.now += 0.5
        playing._step()
    assert len(seen) == 1
    studio.wait_for_picture()


def test_another_speed_goes_on_from_here(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    clock.now += 2.0
    row = studio.control("motion.speed")
    assert isinstance(row, SliderRow)
    row.set_value(2.0)
    row.moved.emit(2.0)
    assert playing.place() == pytest.approx(0.5)
    clock.now += 1.0
    assert playing.place() == pytest.approx(2.5)


def test_any_other_edit_of_the_picture_stops_it(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    tick(studio, clock, 0.5)
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.5), "psi")
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.4), "psi")
    assert not playing.playing
    labels = [entry.label for entry in studio.document.entries]
    assert labels == ["Start", "Walk", "Truncation"]


def test_undo_stops_it_at_the_start(studio: Studio, playing: MotionPanel, clock: Clock) -> None:
    tick(studio, clock, 0.5)
    studio.document.undo()
    assert not playing.playing
    assert seed_of(studio.recipe) == 0


def test_keeping_a_face_on_the_way_does_not_stop_it(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    tick(studio, clock, 0.5)
    studio.key(Qt.Key.Key_K)
    assert len(studio.document.state.gallery) == 1
    assert playing.playing


def test_a_hidden_window_or_another_model_stops_it(
    studio: Studio, playing: MotionPanel, clock: Clock
) -> None:
    studio.window.hide()
    playing._step()
    assert not playing.playing
    studio.window.show()
    playing.start()
    with studio.qtbot.waitSignal(studio.window.bridge.opened):
        studio.window.files.open_model("other")
    assert not playing.playing
    studio.wait_for_picture()


def test_a_loop_goes_round_through_the_sources(studio: Studio, clock: Clock) -> None:
    studio.document.edit_recipe(
        "Pair", lambda r: with_position(with_anchor(with_seed(r, 1), 1, Seed(2)), 1.0)
    )
    panel = panel_of(studio)
    panel.kind.set_current(1)
    panel.start()
    panel._tick.stop()
    tick(studio, clock, 0.0)
    assert seed_of(studio.recipe) == 2  # from where it was
    tick(studio, clock, 4.0)
    assert studio.recipe.anchors == (Anchor(Seed(1), 1.0),)
    tick(studio, clock, 4.0)
    assert studio.recipe.anchors == (Anchor(Seed(2), 1.0),)
    assert studio.document.entries[studio.document.index].label == "Loop"
    panel.stop()


def test_a_loop_of_one_face_goes_through_others_and_back(studio: Studio, clock: Clock) -> None:
    panel = panel_of(studio)
    panel.kind.set_current(1)
    panel.start()
    panel._tick.stop()
    seen = []
    for _ in range(4):
        tick(studio, clock, 4.0)
        seen.append(seed_of(studio.recipe))
    assert seen == [50, 51, 52, 0]
    panel.stop()


def test_it_plays_by_itself(studio: Studio) -> None:
    panel = panel_of(studio)
    before = studio.wait_for_picture().pixels
    panel.speed.set_value(2.0)
    panel.speed.moved.emit(2.0)
    panel.start()
    assert panel.play.text() == "Pause"
    studio.qtbot.waitUntil(lambda: studio.generator.drawn > 3 and len(studio.recipe.anchors) > 2)
    panel.stop()
    assert panel.play.text() == "Play"
    assert not np.array_equal(studio.wait_for_picture().pixels, before)


# --- even speed ----------------------------------------------------------------------------------


class PairPanel(Panel):
    """A slider from A to B with the switch."""

    key, title, icon = "pair", "Pair", "blend"

    def build(self) -> None:
        self.even = EvenSpeed(self)
        get, set_ = self.even.position, self.even.with_position
        self.row = self.slider("position", "A to B", (0.0, 1.0), 0.0, get, set_, "A to B")
        self.add("even", self.even.toggle, TOOLTIP)

    def fill_faces(self) -> None:
        self.even.measure()


def bent(generator: FakeGenerator, recipes: Sequence[Recipe]) -> Steps[Step, None, Pace]:
    """A pace that nobody would mistake for an even one."""
    yield Step(1, 1)
    assert len(recipes) == POINTS
    assert [position_of(recipe) for recipe in recipes[:: POINTS - 1]] == [0.0, 1.0]
    return pace_of([3.0, 1.0])


def test_even_speed_goes_by_the_change_of_the_picture(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latentstudio.engine.pace.pace", bent)
    studio.document.edit_recipe("Pair", lambda r: with_anchor(with_seed(r, 1), 1, Seed(2)))
    panel = PairPanel(studio.document, studio.window.bridge, studio.window)
    panel.show()  # a panel that is not seen does not follow
    panel.show_model(fake_info())
    panel.row.moved.emit(0.75)
    assert position_of(studio.recipe) == pytest.approx(0.75)
    panel.even.toggle.click()
    studio.qtbot.waitUntil(lambda: panel.row.value() != pytest.approx(0.75))
    assert panel.row.value() == pytest.approx(0.875, abs=1e-6)  # the picture has stayed
    panel.row.moved.emit(0.375)
    assert position_of(studio.recipe) == pytest.approx(0.25)
    assert panel.row.value() == pytest.approx(0.375, abs=1e-6)
    panel.even.toggle.click()
    assert panel.row.value() == pytest.approx(0.25, abs=1e-6)
    panel.deleteLater()
    studio.wait_for_picture()


def test_a_pair_is_measured_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.document.edit_recipe("Pair", lambda r: with_anchor(with_seed(r, 1), 1, Seed(2)))
    panel = PairPanel(studio.document, studio.window.bridge, studio.window)
    panel.show()  # a panel that is not seen does not follow
    panel.show_model(fake_info())
    started: list[str] = []
    start = studio.window.bridge.start_job
    monkeypatch.setattr(
        studio.window.bridge,
        "start_job",
        lambda name, *words, **options: (started.append(name), start(name, *words, **options))[1],
    )
    panel.even.toggle.click()
    for value in (0.2, 0.6):
        panel.row.moved.emit(value)
        panel.even.measure()
    assert started == ["pace"]
    studio.document.edit_recipe("Other", lambda r: with_anchor(r, 1, Seed(3)))
    panel.even.measure()
    assert started == ["pace", "pace"]
    panel.deleteLater()
    studio.wait_for_picture()
