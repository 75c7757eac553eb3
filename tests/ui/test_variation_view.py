"""What takes the place of the picture: its noise variation, and a smaller one while it moves."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.picture import note_of
from latentstudio.core.recipe import with_psi, with_seed
from latentstudio.engine.render import draw
from latentstudio.ui.actions import KeyGuard
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.faces import image_of
from tests.fakes import FakeGenerator
from tests.ui.studio import Studio, make_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def noisy(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model with eight style layers and noise."""
    guard = KeyGuard()
    qapp.installEventFilter(guard)
    made = make_studio(qtbot, tmp_path, layers=8, noise=True)
    yield made
    made.window.close()
    qapp.removeEventFilter(guard)
    made.window.deleteLater()


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


# --- smaller while it moves -----------------------------------------------------------------------


@dataclass
class Heavy(FakeGenerator):
    """Takes 30 ms for a full picture and no time for a smaller one."""

    def synthesize(self, *args: object, **options: object) -> torch.Tensor:
        image = super().synthesize(*args, **options)  # type: ignore[arg-type]
        if image.shape[-1] == self.info.resolution:
            time.sleep(0.03)
        return image


@pytest.fixture
def heavy(studio: Studio) -> Studio:
    """The window of a slow model, which has drawn enough to be known as one."""
    info = replace(studio.generator.info, name="heavy", model_id="id-of-heavy")
    studio.generators["heavy"] = Heavy(info)
    studio.window.bridge.open("heavy")
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "heavy")
    for psi in (0.9, 0.8, 0.7):
        studio.document.edit_recipe("Truncation", lambda recipe, psi=psi: with_psi(recipe, psi))  # type: ignore[misc]
        studio.wait_for_picture()
    return studio


def test_a_slow_model_moves_small_and_rests_exact(heavy: Studio) -> None:
    window = heavy.window
    place, zoom = window.canvas.target(), window.canvas.zoom()
    heavy.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.5))
    small = heavy.wait_for_picture()
    assert (small.resolution, small.exact) == (32, False)
    assert window.status.state.words() == "Live 32 px"
    assert (window.canvas.target(), window.canvas.zoom()) == (place, zoom)
    heavy.qtbot.waitUntil(lambda: window.status.state.words() == "Exact")
    exact = window.bridge.frame
    assert exact is not None
    assert np.array_equal(exact.pixels, draw(heavy.generators["heavy"], heavy.recipe).pixels)


def test_saving_a_preview_draws_it_in_full_first(heavy: Studio) -> None:
    path = heavy.folder / "face.png"
    heavy.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.4))
    assert heavy.wait_for_picture().resolution == 32
    heavy.window.files.save_picture(path)
    heavy.qtbot.waitUntil(path.exists)
    with Image.open(path) as saved:
        assert saved.size == (64, 64)


def test_previews_can_be_turned_off_and_stay_off(heavy: Studio) -> None:
    action = heavy.window.actions_by_name["preview"]
    assert action.isChecked()
    action.trigger()
    assert heavy.window.settings.value("view/preview", True, bool) is False
    heavy.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.3))
    assert heavy.wait_for_picture().resolution == 64
    heavy.window.desk.restore()
    assert not action.isChecked()


def test_a_small_picture_stands_for_the_full_one(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    pixels = np.full((128, 128, 4), 255, np.uint8)
    canvas.show_image(image_of(pixels), 128)
    full = canvas.target()
    canvas.show_image(image_of(np.ascontiguousarray(pixels[::4, ::4])), 128)
    assert canvas.target() == full
    canvas.set_zoom(2.0)
    assert canvas.target().width() == 256
