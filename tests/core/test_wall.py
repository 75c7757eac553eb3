"""The wall of a day, its file, the plan of a demo, the loop through faces, the operator's log."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core import demo
from latentstudio.core.attract import LEG_S, REST_S, WAY_S, face_at, loop_through, tour
from latentstudio.core.demo import DemoPlan, chosen_sliders, read_plan, remember_plan
from latentstudio.core.errors import StudioError
from latentstudio.core.operator_log import OperatorLog
from latentstudio.core.recipe import ModelRef, Move, Recipe, Vector, seed_of, with_seed
from latentstudio.core.session import load_session
from latentstudio.core.wall import MOST, Wall, load_wall, save_wall

DAY = date(2026, 11, 24)
MODEL = ModelRef("fake", "id-of-fake")


def face(seed: int, model: ModelRef = MODEL) -> Recipe:
    return with_seed(Recipe(model), seed)


def moved(seed: int, amount: float) -> Recipe:
    step = Vector("w+", np.ones((2, 16), np.float32))
    return replace(face(seed), moves=(Move("Smile", step, amount),))


# --- the wall ------------------------------------------------------------------------------------


def test_the_newest_face_hangs_in_front_and_once() -> None:
    wall = Wall(DAY).with_face(face(1)).with_face(face(2)).with_face(face(1))
    assert wall.faces == (face(1), face(2))


def test_a_full_wall_loses_its_oldest() -> None:
    wall = Wall(DAY)
    for seed in range(MOST + 3):
        wall = wall.with_face(face(seed))
    assert len(wall.faces) == MOST
    assert (seed_of(wall.faces[0]), seed_of(wall.faces[-1])) == (MOST + 2, 3)


def test_a_wall_is_of_its_day_and_shows_what_a_model_drew() -> None:
    other = ModelRef("other", "id-of-other")
    wall = Wall(DAY).with_face(face(1)).with_face(face(2, other))
    assert wall.of(MODEL) == (face(1),)
    assert wall.on(DAY) is wall
    assert wall.on(date(2026, 11, 25)) == Wall(date(2026, 11, 25))


def test_the_file_brings_it_back_on_its_day_only(tmp_path: Path) -> None:
    wall = Wall(DAY).with_face(face(1)).with_face(moved(2, 1.5))
    path = save_wall(tmp_path / "state", wall)
    assert load_wall(tmp_path / "state", DAY) == wall
    assert load_wall(tmp_path / "state", date(2026, 11, 25)).faces == ()
    # The operator opens it in the window as a gallery.
    assert [kept.recipe for kept in load_session(path).state.gallery] == [face(1), moved(2, 1.5)]


def test_there_need_be_no_file(tmp_path: Path) -> None:
    assert load_wall(tmp_path / "none", DAY) == Wall(DAY)
    assert save_wall(tmp_path, Wall(DAY)).exists()
    assert load_wall(tmp_path, DAY) == Wall(DAY)


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = save_wall(tmp_path, Wall(DAY).with_face(face(1)))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StudioError):
        load_wall(tmp_path, DAY)


# --- the loop ------------------------------------------------------------------------------------


def test_a_round_is_of_what_visitors_kept_or_of_strangers() -> None:
    seeds = iter(range(100, 200))
    assert tour([face(1), face(2), face(1)], face(0), lambda: next(seeds)) == (face(1), face(2))
    assert tour([face(1)], face(0), lambda: next(seeds)) == (face(1), face(0))
    strangers = tour([], moved(0, 2.0), lambda: next(seeds))
    assert strangers[0] == moved(0, 2.0)
    assert [seed_of(s) for s in strangers[1:3]] == [100, 101]
    assert all(not stranger.moves for stranger in strangers[1:])


def test_the_loop_rests_at_each_face_and_blends_their_moves_on_the_way() -> None:
    journey = loop_through([moved(1, 2.0), face(2)])
    assert journey.duration == pytest.approx(2 * LEG_S)
    assert journey.recipe_at(0.0) == journey.recipe_at(REST_S) == moved(1, 2.0)
    half = journey.recipe_at(REST_S + WAY_S / 2)
    assert half.moves[0].amount == pytest.approx(1.0)
    assert [anchor.weight for anchor in half.anchors] == pytest.approx([0.5, 0.5])
    assert journey.recipe_at(LEG_S + 1) == face(2)
    assert journey.recipe_at(2 * LEG_S + 1) == moved(1, 2.0)


def test_the_face_of_a_moment() -> None:
    assert [face_at(2, t) for t in (0.0, LEG_S - 0.1, LEG_S, 2 * LEG_S)] == [0, 0, 1, 0]


# --- the plan ------------------------------------------------------------------------------------


def test_a_plan_is_remembered(tmp_path: Path) -> None:
    plan = DemoPlan("some", ("Smile",), "Héllo", 1, 90, "/kept", "printer", "Office")
    remember_plan(tmp_path / "state", plan)
    assert read_plan(tmp_path / "state") == plan


@pytest.mark.parametrize("text", ["", "{", "[]", '{"idle": -1}', '{"sheet": "carved in stone"}'])
def test_a_plan_that_cannot_be_read_is_the_default(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text)
    assert read_plan(tmp_path) == DemoPlan(folder=str(demo.default_folder()))


def test_a_home_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file is in the way")
    remember_plan(tmp_path / "state", DemoPlan())


def test_sliders_are_chosen_from_what_there_is() -> None:
    known = ("Hat", "Tilt", "Smile", "Red hair", "Curls", "Glasses")
    assert chosen_sliders((), known) == ("Smile", "Glasses", "Tilt", "Hat")
    assert chosen_sliders(("smile", "HAT", "wings"), known) == ("Smile", "Hat")
    assert chosen_sliders(("wings",), ("Hat",)) == ("Hat",)
    assert chosen_sliders(("Smile",), ()) == ()


def test_a_headline_is_one_line() -> None:
    assert demo.line_of("  two\nlines\tand  more ") == "two lines and more"
    assert len(demo.line_of("x" * 500)) == demo.HEADLINE_LENGTH


# --- the log -------------------------------------------------------------------------------------


def test_the_log_is_a_small_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.core.operator_log.MAX_BYTES", 400)
    log = OperatorLog(tmp_path / "state", lambda: datetime(2026, 11, 24, 9, 30))
    log.say("The disk is\nfull.")
    log.say("The disk is full.")
    assert log.lines == ("2026-11-24 09:30:00  The disk is full.",)
    assert log.path.read_text() == log.lines[0] + "\n"
    for number in range(100):
        log.say(f"Something else went wrong, number {number}.")
    assert log.path.stat().st_size < 500
    assert len(log.lines) == 50


def test_a_log_that_cannot_be_written_stays_in_memory(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file is in the way")
    log = OperatorLog(tmp_path / "state")
    log.say("Something.")
    assert log.lines[0].endswith("Something.")
