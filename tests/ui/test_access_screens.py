"""The palette, a tip and the help bubble, compared with the pictures kept beside the tests."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from latentstudio.core.recipe import with_seed
from tests.ui import screens
from tests.ui.studio import Studio
from tests.ui.test_window_screens import layered, same_chance, settle

__all__ = ["layered", "same_chance"]

Check = Callable[[QImage, str], None]


def drawn(studio: Studio) -> None:
    """The picture of a seed, with all its small faces, and no mark of speed."""
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 48))
    settle(studio)


def small(studio: Studio, name: str, ratio: float = 1.0) -> QImage:
    """What a widget over the window looks like, with what it lies on around it."""
    widget = studio.control(name)
    area = widget.geometry().adjusted(-24, -24, 24, 24)
    whole = screens.grab(studio.window, ratio)
    cut = area.intersected(studio.window.rect())
    image = whole.copy(cut.x(), cut.y(), cut.width(), cut.height())
    image.setDevicePixelRatio(1.0)
    return image


def test_palette(layered: Studio, qtbot: QtBot, scheme: str, check_screen: Check) -> None:
    drawn(layered)
    palette = layered.window.access.palette
    palette.open()
    QTest.keyClicks(palette.field, "se")
    qtbot.wait(20)
    palette.field.setCursorPosition(0)
    palette.field.setReadOnly(True)  # the cursor would blink
    check_screen(small(layered, "palette"), f"palette-{scheme}")


def test_tip(layered: Studio, scheme: str, check_screen: Check) -> None:
    drawn(layered)
    tour = layered.window.access.tour
    tour.begin()
    tour.next()
    settle(layered)
    tour._stand()
    check_screen(small(layered, "tour"), f"tip-{scheme}")
    tour.skip()


def test_help_bubble(layered: Studio, qtbot: QtBot, check_screen: Check) -> None:
    drawn(layered)
    row = layered.control("truncation.psi")
    layered.window.access.what_is.show(row.track)  # type: ignore[attr-defined]
    qtbot.wait(20)
    check_screen(small(layered, "what_is"), "what-is")
    layered.window.access.what_is.leave()


@pytest.mark.parametrize("large", [False, True])
def test_small_window(layered: Studio, large: bool, check_screen: Check) -> None:
    """A tip and the palette at 1024 x 700, and a tip in the 960 x 540 of a screen at 200 %."""
    drawn(layered)
    window = layered.window
    window.resize(*((960, 540) if large else (1024, 700)))
    window.access.tour.begin()
    settle(layered)
    window.access.tour._stand()
    ratio, name = (2.0, "tip-1920x1080") if large else (1.0, "tip-1024x700")
    check_screen(screens.grab(window, ratio), name)
    window.access.tour.skip()
