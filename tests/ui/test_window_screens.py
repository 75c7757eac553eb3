"""The whole window at the sizes of the design, compared with the pictures kept beside the tests."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.recipe import with_psi, with_seed
from latentstudio.ui import theme
from tests.ui import screens
from tests.ui.studio import Studio

Check = Callable[[QImage, str], None]


@pytest.fixture(autouse=True)
def same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours that are the same in every run."""
    for module in ("strip_faces", "sheet"):
        monkeypatch.setattr(f"latentstudio.ui.{module}.fresh_seed", lambda: 7)


def settle(studio: Studio, qtbot: QtBot) -> None:
    """Until every small face is drawn, and no speed is shown."""
    studio.wait_for_picture()
    drawn = -1
    while drawn != studio.generator.drawn:
        drawn = studio.generator.drawn
        qtbot.wait(350)
    studio.window._speed.stop()
    studio.window.status.show_speed(0.0, None)
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()
    QApplication.processEvents()


def test_explore_in_both_themes(
    studio: Studio, qtbot: QtBot, scheme: str, check_screen: Check
) -> None:
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 48))
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.7))
    settle(studio, qtbot)
    check_screen(screens.grab(studio.window), f"explore-{scheme}")


@pytest.mark.parametrize("size", [(1024, 700), (800, 520)])
def test_explore_in_small_windows(
    studio: Studio, qtbot: QtBot, size: tuple[int, int], check_screen: Check
) -> None:
    studio.window.resize(*size)
    settle(studio, qtbot)
    check_screen(screens.grab(studio.window), f"explore-{size[0]}x{size[1]}")


def test_sheet(studio: Studio, qtbot: QtBot, check_screen: Check) -> None:
    studio.window.actions_by_name["sheet"].trigger()
    settle(studio, qtbot)
    check_screen(screens.grab(studio.window), "sheet")


def test_large_text_at_twice_the_pixels(
    studio: Studio, qtbot: QtBot, qapp: QApplication, check_screen: Check
) -> None:
    theme.apply_theme(qapp, "dark", 1.3)
    studio.window.desk.fit_again()
    settle(studio, qtbot)
    check_screen(screens.grab(studio.window, ratio=2.0), "explore-large-text")
