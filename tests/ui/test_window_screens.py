"""The whole window at the sizes of the design, compared with the pictures kept beside the tests."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Anchor, Vector, with_psi, with_seed
from latentstudio.ui import theme
from tests.ui import screens
from tests.ui.studio import Studio, open_studio

Check = Callable[[QImage, str], None]
TALL = 1200


@pytest.fixture(autouse=True)
def same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours that are the same in every run."""
    modules = ("strip_faces", "sheet", "mixing_grid", "panels.sources", "panels.corners")
    for module in modules:
        monkeypatch.setattr(f"latentstudio.ui.{module}.fresh_seed", lambda: 7)


def settle(studio: Studio) -> None:
    """Until the picture and every small face are drawn."""
    studio.wait_for_picture()
    studio.settle()


def test_explore_in_both_themes(studio: Studio, scheme: str, check_screen: Check) -> None:
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 48))
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.7))
    settle(studio)
    check_screen(screens.grab(studio.window), f"explore-{scheme}")


@pytest.mark.parametrize("size", [(1024, 700), (800, 520)])
def test_explore_in_small_windows(
    studio: Studio, size: tuple[int, int], check_screen: Check
) -> None:
    studio.window.resize(*size)
    settle(studio)
    check_screen(screens.grab(studio.window), f"explore-{size[0]}x{size[1]}")


def test_sheet(studio: Studio, check_screen: Check) -> None:
    studio.window.actions_by_name["sheet"].trigger()
    settle(studio)
    check_screen(screens.grab(studio.window), "sheet")


def test_large_text_at_twice_the_pixels(
    studio: Studio, qapp: QApplication, check_screen: Check
) -> None:
    theme.apply_theme(qapp, "dark", 1.3)
    studio.window.desk.fit_again()
    settle(studio)
    check_screen(screens.grab(studio.window, ratio=2.0), "explore-large-text")


NAMES = ("Smile", "Open mouth", "Glasses", "Hair length", "Facial hair", "Skin tone", "Eyebrows",
         "Tilt", "Size")  # fmt: skip


def directions() -> tuple[Direction, ...]:
    """One for each name, along another axis."""
    axes = np.eye(16, dtype=np.float32)
    return tuple(
        Direction(name, Vector("w", axis), group="attributes", found="referee A", accuracy=0.97)
        for name, axis in zip(NAMES, axes, strict=False)
    )


@pytest.fixture
def layered(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model with style layers, noise and attributes, and four sources to mix."""
    found = directions()
    with open_studio(
        qtbot, tmp_path, layers=12, resolution=128, noise=True, directions=found
    ) as made:
        sources = ((3, Qt.Key.Key_A), (48, Qt.Key.Key_B), (21, Qt.Key.Key_C), (77, Qt.Key.Key_D))
        for seed, key in sources:
            made.document.edit_recipe("Seed", lambda r, seed=seed: with_seed(r, seed))
            made.key(key, Qt.KeyboardModifier.ShiftModifier, to=made.window.canvas)
        yield made


def mix(studio: Studio) -> None:
    """Show Mix, with B's fine layers in A."""
    studio.window.workspaces.show("mix")
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 3))
    a, b, *_ = studio.document.state.sources
    shares = tuple(float(layer >= 8) for layer in range(12))
    anchors = (
        Anchor(a.latent, 1.0, tuple(1 - share for share in shares)),
        Anchor(b.latent, 0.0, shares),
    )
    studio.document.edit_recipe("Mix", lambda r: replace(r, anchors=anchors))


def test_explore_of_a_model_with_everything(
    layered: Studio, scheme: str, check_screen: Check
) -> None:
    settle(layered)
    check_screen(screens.grab(layered.window), f"everything-{scheme}")


def test_mix_in_both_themes(layered: Studio, scheme: str, check_screen: Check) -> None:
    mix(layered)
    settle(layered)
    check_screen(screens.grab(layered.window), f"mix-{scheme}")


@pytest.mark.parametrize("workspace", ["explore", "mix"])
def test_small_window_and_at_twice_the_pixels(
    layered: Studio, workspace: str, scheme: str, check_screen: Check
) -> None:
    if workspace == "mix":
        mix(layered)
    layered.window.resize(1024, 700)
    settle(layered)
    check_screen(screens.grab(layered.window), f"{workspace}-1024x700-{scheme}")
    check_screen(screens.grab(layered.window, ratio=2.0), f"{workspace}-2048x1400-{scheme}")


@pytest.mark.parametrize("workspace", ["explore", "mix"])
def test_every_panel(layered: Studio, workspace: str, scheme: str, check_screen: Check) -> None:
    """Both rails with every section open, in a window so high that nothing is scrolled away."""
    if workspace == "mix":
        mix(layered)
    window = layered.window
    window.resize(1440, TALL)
    for panel in window.panels():
        panel.set_open(True)
    settle(layered)
    assert all(rail.verticalScrollBar().maximum() == 0 for rail in window.rails)
    check_screen(side_by_side(window.rails), f"panels-{workspace}-{scheme}")


def side_by_side(widgets: Sequence[QWidget]) -> QImage:
    shots = [screens.grab(widget) for widget in widgets]
    width, height = sum(shot.width() for shot in shots), max(shot.height() for shot in shots)
    sheet = QImage(width, height, QImage.Format.Format_RGB32)
    painter, left = QPainter(sheet), 0
    for shot in shots:
        painter.drawImage(left, 0, shot)
        left += shot.width()
    painter.end()
    return sheet
