"""The Export section and recording: what is chosen is written, and what cannot be says why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.journey import Journey
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import ModelRef, with_psi, with_seed
from latentstudio.ui.panels.clip import ExportPanel
from tests.ui.studio import Studio

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | SHIFT


def panel_of(studio: Studio) -> ExportPanel:
    panel = studio.window.panel("clip")
    assert isinstance(panel, ExportPanel)
    return panel


def travel(studio: Studio, seconds: float = 1.0, fps: int = 10) -> Journey:
    """A journey of two keyframes, in the Animate workspace."""
    first, last = (with_seed(studio.recipe, seed) for seed in (1, 2))
    made = Journey(fps=fps).insert(first, 0.0).insert(last, seconds)
    studio.document.edit("Journey", lambda state: replace(state, journey=made))
    studio.window.workspaces.show("animate")
    return made


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> list[tuple[str, str]]:
    """Answers every file dialog with a path; the list gets the names and kinds offered."""
    offered: list[tuple[str, str]] = []

    def answer(_parent: object, _title: str, start: str, kinds: str) -> tuple[str, str]:
        offered.append((Path(start).name, kinds))
        return str(path or ""), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return offered


def wait_until_written(studio: Studio) -> None:
    studio.qtbot.waitUntil(lambda: not panel_of(studio).running, timeout=20_000)


def slow(studio: Studio, seconds: float) -> Callable[[], None]:
    studio.generator.delay = seconds
    return lambda: setattr(studio.generator, "delay", 0.0)


def test_the_clip_that_was_chosen_is_written(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(studio)
    out = tmp_path / "clip.gif"
    panel = panel_of(studio)
    panel.kinds.segments[1].click()
    panel.scale.segments[1].click()
    panel.ways.segments[1].click()
    panel.rate.segments[1].click()
    assert "13 frames of 256 px, 1.0 s" in panel.facts.accessibleName()
    offered = choose(monkeypatch, out)
    studio.key(Qt.Key.Key_E, CTRL_SHIFT)
    wait_until_written(studio)
    assert offered[0][0] == "journey.gif"
    assert offered[0][1].startswith("Animations (*.gif);;Films")
    with Image.open(out) as image:
        assert (image.n_frames, image.size) == (13, (256, 256))
    assert "info: Clip: done" in studio.notices()


def test_the_name_of_the_file_says_which_kind(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(studio)
    choose(monkeypatch, tmp_path / "clip.webp")
    panel_of(studio).button.click()
    wait_until_written(studio)
    assert panel_of(studio).ending == ".webp"
    choose(monkeypatch, tmp_path / "clip.v2")
    panel_of(studio).button.click()
    wait_until_written(studio)
    assert (tmp_path / "clip.v2.webp").exists()


def test_frames_are_a_folder_of_pictures_with_recipes(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = travel(studio)
    panel = panel_of(studio)
    panel.kinds.segments[3].click()
    offered = choose(monkeypatch, tmp_path / "frames")
    panel.button.click()
    wait_until_written(studio)
    assert offered[0][0] == "journey frames"
    found = sorted((tmp_path / "frames").iterdir())
    assert len(found) == 11
    note = read_picture(found[-1])[1]
    assert note is not None
    assert note.recipe == made.keyframes[1].recipe


def test_stopping_leaves_no_file(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(studio, seconds=20.0)
    choose(monkeypatch, tmp_path / "clip.gif")
    panel = panel_of(studio)
    slow(studio, 0.02)
    panel.button.click()
    studio.qtbot.waitUntil(lambda: panel._bar.value() > 0)
    assert panel.stop.isVisible()
    assert panel._note.text().startswith("Frame ")
    panel.stop.click()
    wait_until_written(studio)
    assert not list(tmp_path.glob("*.gif"))
    assert not list(tmp_path.glob(".clip*"))
    assert panel.button.isVisible()


def test_no_file_was_chosen(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    travel(studio)
    offered = choose(monkeypatch, None)
    studio.window.actions_by_name["export_clip"].trigger()
    assert len(offered) == 1
    assert not panel_of(studio).running


def test_an_unwritable_folder_is_told(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(studio)
    choose(monkeypatch, tmp_path / "missing" / "clip.gif")
    panel_of(studio).button.click()
    wait_until_written(studio)
    assert "error: Could not write clip.gif" in studio.notices()


def test_without_a_journey_it_says_what_to_do(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = choose(monkeypatch, None)
    studio.key(Qt.Key.Key_E, CTRL_SHIFT)
    assert studio.window.workspaces.current.key == "animate"
    assert studio.notices()[0] == "info: There is no clip yet"
    assert not offered
    assert "the journey is empty" in panel_of(studio).button.reason()


def test_a_journey_of_a_missing_model_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = ModelRef("hers", "ff" * 32)
    made = Journey().insert(replace(studio.recipe, model=hers), 0.0)
    made = made.insert(with_seed(made.keyframes[0].recipe, 9), 1.0)
    studio.document.edit("Journey", lambda state: replace(state, journey=made))
    offered = choose(monkeypatch, None)
    studio.window.actions_by_name["export_clip"].trigger()
    assert studio.notices()[0] == "info: The journey needs hers"
    assert not offered


def test_one_export_button_is_in_sight_at_any_width(studio: Studio) -> None:
    window, transport = studio.window, studio.control("timeline.export")
    in_rail = panel_of(studio).button
    travel(studio)
    studio.qtbot.waitUntil(lambda: in_rail.isVisible() and not transport.isVisible())
    window.panel("clip").set_open(False)
    studio.qtbot.waitUntil(transport.isVisible)
    window.panel("clip").set_open(True)
    studio.qtbot.waitUntil(lambda: not transport.isVisible())
    window.resize(820, 520)
    studio.qtbot.waitUntil(transport.isVisible)
    window.rails[1].reveal("clip")
    studio.qtbot.waitUntil(lambda: not transport.isVisible())


def test_the_button_in_sight_goes_while_a_clip_is_written(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = studio.control("timeline.export")
    travel(studio)
    studio.window.panel("clip").set_open(False)
    studio.qtbot.waitUntil(lambda: transport.isVisible() and transport.isEnabled())
    quick = slow(studio, 0.05)
    choose(monkeypatch, tmp_path / "clip.gif")
    transport.click()  # type: ignore[attr-defined]
    assert panel_of(studio).running
    studio.qtbot.waitUntil(lambda: not transport.isVisible())
    quick()
    wait_until_written(studio)
    assert (tmp_path / "clip.gif").exists()


def test_a_gif_has_no_more_frames_than_players_show(studio: Studio) -> None:
    made = travel(studio, fps=60)
    panel = panel_of(studio)
    assert panel.fps(made) == 60
    panel.kinds.segments[1].click()
    assert panel.fps(made) == 50
    assert "50 a second, the most of a GIF" in panel.facts.accessibleName()


# --- recording ------------------------------------------------------------------------------------


def test_what_was_done_is_the_journey(studio: Studio, qtbot: QtBot) -> None:
    window, begun = studio.window, studio.recipe
    old = travel(studio)
    window.workspaces.show("explore")
    studio.key(Qt.Key.Key_P, SHIFT)
    assert window.recording.on
    assert studio.control("canvas.recording").isVisible()
    assert window.actions_by_name["record"].isChecked()
    qtbot.wait(60)
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.5))
    qtbot.wait(60)
    studio.key(Qt.Key.Key_P, SHIFT)
    assert not window.recording.on
    assert not window.actions_by_name["record"].isChecked()
    assert studio.control("canvas.recording").isHidden()
    keyframes = studio.document.state.journey.keyframes
    assert (keyframes[0].recipe, keyframes[-1].recipe) == (begun, with_psi(begun, 0.5))
    assert studio.document.entries[-1].label == "Recorded journey"
    assert studio.notices()[0] == "info: Recorded 1 s"
    studio.document.undo()
    assert studio.document.state.journey == old


def test_where_nothing_was_done_nothing_is_changed(studio: Studio) -> None:
    steps = len(studio.document.entries)
    studio.key(Qt.Key.Key_P, SHIFT)
    studio.control("canvas.recording").click()  # type: ignore[attr-defined]
    assert studio.notices()[0] == "info: Nothing was recorded"
    assert len(studio.document.entries) == steps


def test_another_model_ends_a_recording(studio: Studio, qtbot: QtBot) -> None:
    mine = ModelRef.of(studio.generator.info)
    studio.key(Qt.Key.Key_P, SHIFT)
    qtbot.wait(60)
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 9))
    qtbot.wait(60)
    studio.window.files.open_model("other")
    qtbot.waitUntil(lambda: not studio.window.recording.on)
    assert studio.document.state.journey.model == mine
