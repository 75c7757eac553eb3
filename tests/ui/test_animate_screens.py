"""The Animate workspace compared with the pictures kept beside the tests."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.recipe import with_psi, with_seed
from tests.ui import screens
from tests.ui.studio import Studio

Check = Callable[[QImage, str], None]


def fill(studio: Studio, qtbot: QtBot) -> None:
    """Four keyframes, two of them named, with the truncation as a lane; the playhead is between."""
    begun = studio.recipe
    recipes = [with_seed(begun, 1), with_seed(begun, 2), with_psi(with_seed(begun, 3), 0.5), begun]
    names = ("Start", "", "Calm", "")
    keys = tuple(
        Keyframe(recipe, 2.5 * at, name=name)
        for at, (recipe, name) in enumerate(zip(recipes, names, strict=True))
    )
    window = studio.window
    studio.document.edit("Journey", lambda s: replace(s, journey=Journey(keys, loop=True)))
    window.workspaces.show("animate")
    window.animate.go(3.2)
    film = window.animate.timeline.film
    qtbot.waitUntil(lambda: all(cell.face.image is not None for cell in [*film.keys, *film.cells]))
    qtbot.waitUntil(
        lambda: (
            window.bridge.frame is not None and window.bridge.frame.recipe == window.bridge.wanted
        )
    )
    studio.settle()


def test_animate_in_both_themes(
    studio: Studio, qtbot: QtBot, scheme: str, check_screen: Check
) -> None:
    fill(studio, qtbot)
    check_screen(screens.grab(studio.window), f"animate-{scheme}")


@pytest.mark.parametrize("size", [(1024, 700), (800, 520)])
def test_animate_in_small_windows(
    studio: Studio, qtbot: QtBot, size: tuple[int, int], check_screen: Check
) -> None:
    studio.window.resize(*size)
    fill(studio, qtbot)
    check_screen(screens.grab(studio.window), "animate-{}x{}".format(*size))
