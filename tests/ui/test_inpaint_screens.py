"""The Inpaint workspace compared with the pictures kept beside the tests."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from latentstudio.core.crop import Crop
from latentstudio.core.mask import Mask, with_stroke
from latentstudio.core.paste import Picture
from latentstudio.core.work import with_crop
from tests.ui import screens
from tests.ui.studio import Studio

Check = Callable[[QImage, str], None]


def portrait() -> Picture:
    """A disc on a gradient: a picture that the model did not draw."""
    y, x = np.mgrid[:200, :300]
    pixels = np.stack([120 + x / 4, 100 + y / 3, np.full_like(x, 160)], 2).astype(np.uint8)
    pixels[(x - 150) ** 2 + (y - 100) ** 2 < 60**2] = (240, 200, 170)
    return Picture(pixels, "portrait.jpg")


def fill(studio: Studio, qtbot: QtBot) -> None:
    """A photograph, cropped and painted, with the answers of a quick search."""
    desk = studio.window.inpaint
    studio.window.workspaces.show("inpaint")
    desk.photos.take(portrait())

    def change(state: object) -> object:
        work = with_crop(state.work, Crop(0.5, 0.5, 1.2, -4))  # type: ignore[attr-defined]
        search = replace(work.search, steps=30, bank=16)
        return replace(state, work=replace(work, search=search))  # type: ignore[type-var]

    studio.document.edit("Crop", change)  # type: ignore[arg-type]
    line = [(20.0, 40.0), (32.0, 44.0), (44.0, 40.0)]
    desk.masks.edit("Stroke", with_stroke(Mask.empty(64), line, 14, 0.8))
    desk.panel.start()
    qtbot.waitUntil(lambda: not desk.panel.running)
    desk.candidates.star()


def test_inpaint_in_both_themes(
    studio: Studio, qtbot: QtBot, scheme: str, check_screen: Check
) -> None:
    fill(studio, qtbot)
    studio.settle()
    check_screen(screens.grab(studio.window), f"inpaint-{scheme}")
