"""The start screen, compared with the pictures kept beside the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from latentstudio.core.face_map import FACES
from latentstudio.ui import start as start_module
from latentstudio.ui.start_screen import StartScreen
from tests.shelf import write_model
from tests.ui import screens
from tests.ui.studio import Studio

Check = Callable[[QImage, str], None]


@pytest.fixture
def screen(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartScreen:
    """With two models and two files opened lately."""
    models = {name: write_model(tmp_path / f"{name}.safetensors") for name in ("one", "two")}
    recent = [Path("/faces/eight seconds.latent"), Path("/faces/first.safetensors")]
    monkeypatch.setattr(start_module, "bundled_models", lambda: models)
    monkeypatch.setattr(studio.window.files, "models", lambda: ([], recent))
    studio.window.start.open()
    found = studio.window.start.screen
    assert found is not None
    studio.qtbot.waitUntil(lambda: len(found.view.images()) == FACES)
    return found


def test_it_looks_as_designed_in_both_themes(
    scheme: str, screen: StartScreen, check_screen: Check
) -> None:
    check_screen(screens.grab(screen), f"start-{scheme}")


def test_it_looks_as_designed_in_a_small_window(
    studio: Studio, screen: StartScreen, check_screen: Check
) -> None:
    studio.window.resize(1024, 700)
    screen.view._lay_out()
    screen.view.point_at_middle()
    check_screen(screens.grab(screen), "start-1024x700")
