"""What noise changes takes the place of the picture, and goes again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.picture import note_of
from latentstudio.core.recipe import with_seed
from tests.ui.studio import Studio, open_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def noisy(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model with eight style layers and noise."""
    with open_studio(qtbot, tmp_path, layers=8, noise=True) as made:
        yield made


def press(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    studio.key(Key.Key_V, Shift)


def test_the_map_takes_the_place_of_the_picture_and_goes_again(noisy: Studio) -> None:
    window, canvas = noisy.window, noisy.window.canvas
    place = canvas.target()
    press(noisy)
    noisy.qtbot.waitUntil(lambda: window.variation.shown is not None)
    assert canvas.overlay is not None
    assert canvas.target() == place
    assert window.actions_by_name["variation"].isChecked()
    legend = noisy.control("canvas.legend")
    assert legend.isVisible()
    assert "at most" in legend.accessibleDescription()
    press(noisy)
    assert canvas.overlay is None
    assert not legend.isVisible()
    assert len(noisy.document.entries) == 1  # looking is no edit


def test_while_the_face_changes_the_face_is_shown(noisy: Studio) -> None:
    window = noisy.window
    press(noisy)
    noisy.qtbot.waitUntil(lambda: window.variation.shown is not None)
    noisy.document.edit_recipe("Seed", lambda recipe: with_seed(recipe, 5))
    assert window.canvas.overlay is None
    noisy.qtbot.waitUntil(lambda: window.variation.shown is not None)
    assert window.variation.shown is not None
    assert window.variation.shown.recipe == noisy.recipe


def test_saving_writes_the_map_that_carries_the_recipe_of_the_face(
    noisy: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    path = noisy.folder / "map.png"

    def choose(_parent: object, title: str, start: str, _kinds: str) -> tuple[str, str]:
        offered.extend([title, Path(start).name])
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    press(noisy)
    noisy.qtbot.waitUntil(lambda: noisy.window.variation.shown is not None)
    shown = noisy.window.variation.shown
    assert shown is not None
    noisy.window.actions_by_name["save_picture"].trigger()
    noisy.qtbot.waitUntil(path.exists)
    assert offered == ["Save noise variation", "seed-0-noise-variation.png"]
    with Image.open(path) as saved:
        assert np.array_equal(np.asarray(saved), shown.colors)
    note = note_of(path.read_bytes(), path.name)
    assert note is not None
    assert note.recipe == noisy.recipe


def test_stopping_the_task_is_back_to_the_picture(noisy: Studio) -> None:
    noisy.generator.delay = 0.05
    press(noisy)
    noisy.qtbot.waitUntil(lambda: noisy.window.jobs.running >= 1)
    noisy.window.actions_by_name["cancel_job"].trigger()
    noisy.qtbot.waitUntil(lambda: not noisy.window.variation.on)
    assert not noisy.window.actions_by_name["variation"].isChecked()


def test_a_model_without_noise_says_why(studio: Studio) -> None:
    press(studio)
    assert studio.notices() == ["info: This model takes no noise"]
    assert not studio.window.actions_by_name["variation"].isChecked()
    assert not studio.window.variation.on


def test_the_panel_and_opening_another_model(noisy: Studio) -> None:
    noisy.control("noise.variation").click()  # type: ignore[attr-defined]
    assert noisy.window.variation.on
    noisy.window.bridge.open("other")
    assert not noisy.window.variation.on
    noisy.wait_for_picture()


def test_random_noise_is_another_picture_without_an_edit(noisy: Studio) -> None:
    noisy.control("noise.mode").segments[2].click()  # type: ignore[attr-defined]
    first = noisy.wait_for_picture()
    noisy.control("noise.again").click()  # type: ignore[attr-defined]
    noisy.qtbot.waitUntil(lambda: noisy.window.bridge.frame is not first)
    second = noisy.window.bridge.frame
    assert second is not None
    assert second.recipe == first.recipe
    assert not np.array_equal(second.pixels, first.pixels)
    assert len(noisy.document.entries) == 2
