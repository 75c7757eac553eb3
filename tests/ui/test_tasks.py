"""Restore and Project as a person uses them: say what is known, find it, go on with it."""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from latentstudio.core.gallery import Kept
from latentstudio.core.latent import SEEDS
from latentstudio.core.mask import preset
from latentstudio.core.paste import Picture
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import Noise, Vector
from latentstudio.core.search import Projected
from latentstudio.core.tasks import Projecting, Restoring
from latentstudio.core.work import Task, Work, with_mask
from latentstudio.ui.inpaint_desk import InpaintDesk
from latentstudio.ui.panels.photo import picture_of
from latentstudio.ui.panels.project_box import ProjectBox
from latentstudio.ui.panels.tasks import TASKS, known_options, small_factor
from tests.fakes import fake_info
from tests.ui.studio import Studio, open_studio

Key, Control, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def model() -> dict[str, object]:
    """What the model of the window is like."""
    return {"layers": 8}


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, model: dict[str, object]) -> Iterator[Studio]:
    """A window in the Inpaint workspace, with quick searches."""
    with open_studio(qtbot, tmp_path, resolution=32, **model) as made:
        made.window.workspaces.show("inpaint")
        quick = replace(Work().search, candidates=3, steps=25, bank=16, rate=0.2)
        change(
            made, lambda work: replace(work, search=quick, project=Projecting(steps=20, starts=4))
        )
        yield made


def desk(studio: Studio) -> InpaintDesk:
    return studio.window.inpaint


def change(studio: Studio, edit: Callable[[Work], Work]) -> None:
    studio.document.edit("Set", lambda s: replace(s, work=edit(s.work)))


def task_of(studio: Studio) -> str:
    return studio.document.state.work.task


def restoring(studio: Studio, **options: Any) -> None:
    """Choose Restore and what is wrong."""
    change(studio, lambda work: replace(work, task="restore", restore=Restoring(**options)))


def run(studio: Studio, task: Task | None = None) -> None:
    """Start with the key, and wait for the answers."""
    if task is not None:
        desk(studio).panel.choose_task(task)
    studio.key(Key.Key_Return, Control)
    assert desk(studio).panel.running
    studio.qtbot.waitUntil(lambda: not desk(studio).panel.running, timeout=30_000)


def said(studio: Studio, words: str) -> bool:
    return any(words in notice for notice in studio.notices())


def left(studio: Studio) -> np.ndarray:
    """What the left pane shows, [R, R, 3]."""
    image = desk(studio).view.mask_canvas.image
    assert image is not None
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[..., 2::-1]


def test_tasks_by_key_and_what_belongs_to_painting(bench: Studio) -> None:
    window, view = bench.window, desk(bench).view
    change(bench, lambda work: with_mask(work, preset("centre", 32)))
    painted = bench.document.state.work.mask
    desk(bench).view.mask_canvas.setFocus()
    bench.key(Key.Key_T)
    assert task_of(bench) == "restore"
    assert window.panel("mask").reason()
    assert not window.panel("brush").is_open()
    assert not window.actions_by_name["invert_mask"].isEnabled()
    assert view.bar.isHidden()
    QTest.mouseClick(view.mask_canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert bench.document.state.work.mask == painted
    assert desk(bench).modes.segments[0].text() == "Known"
    bench.key(Key.Key_T)
    assert task_of(bench) == "project"
    bench.key(Key.Key_Z, Control)
    bench.key(Key.Key_Z, Control)
    assert task_of(bench) == "inpaint"
    assert not window.panel("mask").reason()
    assert window.panel("brush").is_open()
    assert view.mask_canvas.painted_mask == painted


def test_what_is_known_follows_the_controls(bench: Studio) -> None:
    whole = left(bench).copy()
    restoring(bench, kind="superres", factor=8)
    bench.qtbot.waitUntil(lambda: not np.array_equal(left(bench), whole))
    pooled = whole.reshape(4, 8, 4, 8, 3).mean((1, 3)).repeat(8, 0).repeat(8, 1)
    assert np.abs(left(bench) - pooled).max() <= 1
    bench.control("restore.kind").segments[1].click()  # type: ignore[attr-defined]
    assert bench.document.state.work.restore.kind == "colorize"
    bench.qtbot.waitUntil(lambda: bool((left(bench).max(2) == left(bench).min(2)).all()))
    restoring(bench, kind="missing", missing=0.5)
    bench.qtbot.waitUntil(lambda: bool((left(bench) == whole).all(2).mean() < 0.7))
    assert (left(bench) == whole).all(2).mean() > 0.3


def test_restore_choose_go_on_and_save(bench: Studio, tmp_path: Path) -> None:
    restoring(bench, kind="colorize")
    run(bench)
    answers = desk(bench).candidates.answers
    assert len(answers) == 3
    desk(bench).candidates.step(1)
    chosen: Any = answers[1]
    desk(bench).tasks.write_result(tmp_path / "grey.png", chosen.pixels)
    bench.qtbot.waitUntil(lambda: said(bench, "Saved grey.png"))
    assert np.array_equal(read_picture(tmp_path / "grey.png")[0], chosen.pixels)
    desk(bench).view.mask_canvas.setFocus()
    bench.key(Key.Key_Return)
    assert bench.recipe.paste is None
    seen = bench.wait_for_picture().pixels[..., 2::-1]
    assert np.abs(seen.astype(int) - chosen.drawn).max() <= 1
    assert said(bench, "It is the current face now")
    assert not bench.window.actions_by_name["paste_back"].isEnabled()
    bench.key(Key.Key_Z, Control)
    assert bench.recipe.anchors[0].latent != chosen.latent


def test_the_error_falls_with_the_number_of_measurements(bench: Studio) -> None:
    restoring(bench, kind="sensing", measurements=80)
    bench.control("restore.curve").click()  # type: ignore[attr-defined]
    assert desk(bench).panel.turns == 4
    bench.qtbot.waitUntil(lambda: not desk(bench).panel.running, timeout=30_000)
    (line,) = desk(bench).tasks.loss.curve.lines
    assert [round(2**x) for x, _ in line] == [10, 20, 40, 80]
    assert line[-1][1] < line[0][1]


def test_a_legend_explains_what_is_there(bench: Studio) -> None:
    tab = desk(bench).candidates

    def shown() -> list[str]:
        return [label.text() for label in tab._legend[1::2] if label.isVisible()]

    assert shown() == []
    run(bench, "project")
    assert shown() == ["Like the picture"]
    run(bench, "restore")
    assert shown() == ["Known pixels", "Realism"]


def test_a_projection_is_an_ordinary_face(bench: Studio, tmp_path: Path) -> None:
    face = Picture(desk(bench).photos.tasks.frame.pixels[..., 2::-1], "me.png")  # type: ignore[union-attr]
    desk(bench).photos.take(face)
    run(bench, "project")
    found = desk(bench).tasks.found
    assert found is not None
    assert found.difference < 3
    assert len(desk(bench).tasks.loss.plot.lines[0]) == len(found.losses)
    desk(bench).tasks.write_styles(tmp_path / "projected_w.npz", found)
    bench.qtbot.waitUntil(lambda: said(bench, "Saved projected_w.npz"))
    with np.load(tmp_path / "projected_w.npz", allow_pickle=False) as arrays:
        assert list(arrays) == ["w"]
        assert arrays["w"].shape == (1, 8, 16)
        assert arrays["w"].dtype == np.float32
    bench.control("inpaint.use").click()  # type: ignore[attr-defined]
    latent = bench.recipe.anchors[0].latent
    assert isinstance(latent, Vector)
    assert latent.space == "w+"
    bench.wait_for_picture()
    bench.key(Key.Key_A, Shift)
    bench.key(Key.Key_K)
    (kept,) = bench.document.state.gallery
    assert kept.recipe.anchors[0].latent == latent
    source = bench.document.state.sources[0]
    assert source is not None
    assert source.latent == latent


@pytest.mark.parametrize("model", [{"layers": 8, "noise": True}])
def test_a_face_with_other_noise_is_found_again(bench: Studio) -> None:
    noise = Noise(seed=5, strength=2.0)
    bench.document.edit_recipe("Noise", lambda recipe: replace(recipe, noise=noise))
    face = bench.wait_for_picture()
    run(bench, "project")
    found = desk(bench).tasks.found
    assert found is not None
    assert found.difference < 1
    bench.control("inpaint.use").click()  # type: ignore[attr-defined]
    assert bench.recipe.noise == noise
    shown = bench.wait_for_picture()
    assert np.abs(shown.pixels.astype(int) - face.pixels).mean() < 1


def test_who_looks_beside_the_pixels_is_chosen(bench: Studio) -> None:
    desk(bench).panel.choose_task("project")
    judges: Any = bench.control("project.features")
    assert [segment.text() for segment in judges.segments] == [
        "Auto", "Critic", "Referee", "LPIPS", "Pixels",
    ]  # fmt: skip
    assert judges.current() == 0
    absent = importlib.util.find_spec("lpips") is None
    assert bool(judges.segments[3].reason()) == absent
    judges.segments[4].click()
    assert bench.document.state.work.project.features == "none"
    assert bench.document.entries[-1].label == "Judge"
    bench.document.undo()
    assert judges.current() == 0
    judges.segments[4].click()
    run(bench)
    found = desk(bench).tasks.found
    assert found is not None
    assert found.looked_by == ""
    judges.segments[0].click()
    run(bench)
    found = desk(bench).tasks.found
    assert found is not None
    assert found.looked_by == "critic"


def test_a_model_without_a_discriminator_cannot_let_it_look(bench: Studio) -> None:
    desk(bench).panel.choose_task("project")
    judges: Any = bench.control("project.features")
    assert not judges.segments[1].reason()
    (box,) = desk(bench).panel.findChildren(ProjectBox)
    box.show_model(replace(fake_info(), critic=None))
    assert "no discriminator" in judges.segments[1].reason()


def dog(studio: Studio) -> Picture:
    """The face of the class that is not the window's."""
    before = studio.recipe
    studio.document.edit_recipe("Dog", lambda recipe: replace(recipe, classes=(("dog", 1.0),)))
    picture, _ = picture_of(studio.wait_for_picture())
    studio.document.undo()
    assert studio.recipe == before
    return picture


@pytest.mark.parametrize("model", [{"classes": ("cat", "dog")}])
@pytest.mark.parametrize("task", list(TASKS))
def test_the_class_is_found_or_that_of_the_face(bench: Studio, task: Task) -> None:
    choice: Any = bench.control("inpaint.class")
    assert choice.isVisible()
    assert choice.current() == 1
    change(bench, lambda work: with_mask(work, preset("centre", 32)))
    desk(bench).photos.take(dog(bench))
    assert choice.current() == 0
    run(bench, task)
    best: Any = desk(bench).candidates.best
    assert max(best.classes, key=lambda one: one[1])[0] == "dog"
    steps = len(bench.document.entries)
    choice.segments[1].click()
    assert len(bench.document.entries) == steps + 1
    run(bench)
    best = desk(bench).candidates.best
    assert best.classes == (("cat", 1.0),)
    bench.key(Key.Key_Z, Control)
    assert choice.current() == 0


def test_models_without_classes_have_no_choice_of_one(bench: Studio) -> None:
    assert not bench.control("inpaint.class").isVisible()


def long_projection(studio: Studio) -> None:
    """Start one that takes long, and wait until there is something."""
    change(studio, lambda work: replace(work, project=Projecting(steps=1000)))
    desk(studio).panel.choose_task("project")
    studio.generator.delay = 0.005
    studio.key(Key.Key_Return, Control)
    studio.qtbot.waitUntil(lambda: desk(studio).candidates.best is not None)


def test_the_best_of_a_stopped_projection_is_a_face_to_go_on_with(bench: Studio) -> None:
    long_projection(bench)
    bench.key(Key.Key_Return, Control)
    bench.qtbot.waitUntil(lambda: not desk(bench).panel.running)
    best = desk(bench).candidates.best
    assert best is not None
    bench.control("inpaint.use").click()  # type: ignore[attr-defined]
    assert bench.recipe.anchors[0].latent == best.latent
    bench.wait_for_picture()
    assert desk(bench).tasks.found is None
    assert bench.window.actions_by_name["save_result"].isEnabled()
    assert not bench.window.actions_by_name["export_projection"].isEnabled()


def test_another_wish_while_it_searches_sends_the_answer_to_the_gallery(bench: Studio) -> None:
    restoring(bench, kind="colorize")
    bench.key(Key.Key_Return, Control)
    restoring(bench, kind="missing")
    bench.qtbot.waitUntil(lambda: not desk(bench).panel.running)
    assert said(bench, "The search has finished")
    assert len(bench.document.state.gallery) == 1


def kept_of_its_model(studio: Studio) -> Kept:
    """Open another model while a search runs: what the gallery keeps of it."""
    studio.window.files.open_model("other")
    studio.qtbot.waitUntil(lambda: not desk(studio).panel.running)
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "other")
    assert said(studio, "The search ended with its model")
    (kept,) = studio.document.state.gallery
    assert kept.recipe.model.name == "fake"
    return kept


def test_a_search_ends_with_its_model_and_keeps_the_best(bench: Studio) -> None:
    change(bench, lambda work: replace(work, search=replace(work.search, steps=1000)))
    restoring(bench, kind="colorize")
    bench.generator.delay = 0.005
    bench.key(Key.Key_Return, Control)
    bench.qtbot.waitUntil(lambda: len(desk(bench).candidates.answers) == 3)
    kept_of_its_model(bench)


def test_a_projection_ends_with_its_model_and_keeps_the_best(bench: Studio) -> None:
    long_projection(bench)
    assert kept_of_its_model(bench).recipe.paste is None


def test_a_picture_smaller_than_the_model_stays_as_small_as_it_is() -> None:
    info = fake_info(resolution=64)
    tiny = Picture(np.full((20, 30, 3), 90, np.uint8), "tiny.png")
    work = Work(tiny, task="restore", restore=Restoring(factor=2))
    assert small_factor(work, 64) == 4
    told = known_options(work, info)
    assert told["picture"].shape == (16, 16, 3)
    large = replace(work, picture=Picture(np.zeros((90, 90, 3), np.uint8)))
    assert small_factor(large, 64) == 2
    assert known_options(large, info)["picture"].shape == (64, 64, 3)
    assert TASKS["restore"].missing(work, 33)


def test_a_model_without_styles_or_noise_is_searched_in_z() -> None:
    info = fake_info(layers=1, resolution=32)
    picture = Picture(np.zeros((32, 32, 3), np.uint8))
    told = Projecting("w+", tune_noise=True, seed=SEEDS - 1)
    options = TASKS["project"].options(Work(picture, project=told), info)
    assert (options["space"], options["tune_noise"]) == ("z", False)
    wide = Work(picture, search=replace(Work().search, space="w"))
    assert TASKS["inpaint"].options(wide, info)["settings"].space == "z"
    assert TASKS["restore"].options(wide, info)["settings"].space == "z"


def test_fitted_noise_is_an_answer_of_its_own() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    latent = Vector("z", np.zeros(4, np.float32))
    styles = np.zeros((1, 4), np.float32)
    result = Projected(latent, (), styles, pixels, pixels + 1, 2.0, (), "", 0.0)
    plain, fitted = TASKS["project"].answers(result)
    assert (plain.pixels[0, 0, 0], fitted.pixels[0, 0, 0]) == (0, 1)
    assert len(TASKS["project"].answers(replace(result, tuned=None))) == 1
