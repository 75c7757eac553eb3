"""A slow model is drawn smaller while it moves: in the same place, and exactly at rest."""

import time
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from PIL import Image
from pytestqt.qtbot import QtBot

from latentstudio.core.recipe import with_psi
from latentstudio.engine.render import draw
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.faces import image_of
from tests.fakes import FakeGenerator
from tests.ui.studio import Studio


@dataclass
class Heavy(FakeGenerator):
    """Takes 30 ms for a full picture and no time for a smaller one."""

    def synthesize(self, *args: object, **options: object) -> torch.Tensor:
        image = super().synthesize(*args, **options)  # type: ignore[arg-type]
        if image.shape[-1] == self.info.resolution:
            time.sleep(0.03)
        return image


@pytest.fixture
def heavy(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """The window of a slow model, which has drawn enough to be known as one.

    The processor has no half precision, in which it would be measured anew.
    """
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
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
