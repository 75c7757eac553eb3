"""What the components look like, in both themes, at two text sizes and with the focus."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.ui import theme
from latentstudio.ui.controls import (
    IconButton,
    LayerRange,
    PrimaryButton,
    SeedField,
    SeedPlane,
    Segmented,
    SliderRow,
    TextButton,
    Toggle,
)
from tests.ui.controls.sheet import sheet
from tests.ui.screens import grab, pixels

Check = Callable[[QImage, str], None]


def shown(widget: QWidget, qtbot: QtBot) -> QWidget:
    """A widget on the surround colour, laid out."""
    colors = widget.palette()
    colors.setColor(colors.ColorRole.Window, theme.color("surround"))
    widget.setPalette(colors)
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def test_all_components(scheme: str, qtbot: QtBot, check_screen: Check) -> None:
    check_screen(grab(shown(sheet(), qtbot)), f"components-{scheme}")


def test_large_text(qapp: QApplication, qtbot: QtBot, check_screen: Check) -> None:
    theme.apply_theme(qapp, "dark", 1.3)
    check_screen(grab(shown(sheet(), qtbot)), "components-130")
    theme.apply_theme(qapp, "dark")


def test_a_live_switch_ends_where_a_fresh_start_does(qapp: QApplication, qtbot: QtBot) -> None:
    made = shown(sheet(), qtbot)
    before = grab(made)
    theme.apply_theme(qapp, "light", 1.5)
    theme.apply_theme(qapp, "dark", 1.0)

    def same() -> bool:
        off = abs(pixels(before) - pixels(grab(made))).max(axis=2)
        return bool((off > 16).mean() < 0.001)

    qtbot.waitUntil(same)


@pytest.mark.parametrize(
    "name",
    ["slider", "segment", "text", "primary", "icon", "seed", "layers", "toggle", "plane"],
)
def test_keyboard_focus_can_be_seen(name: str, qtbot: QtBot) -> None:
    made: dict[str, Callable[[], QWidget]] = {
        "slider": lambda: SliderRow("Strength", 0, 2, 1.0),
        "segment": lambda: Segmented(["None", "Fixed"]),
        "text": lambda: TextButton("Random", "dices"),
        "primary": lambda: PrimaryButton("Save picture", "download"),
        "icon": lambda: IconButton("x", "Close"),
        "seed": SeedField,
        "layers": lambda: LayerRange(12),
        "toggle": lambda: Toggle("Snap"),
        "plane": SeedPlane,
    }
    holder, other = QWidget(), TextButton("Other")
    column = QVBoxLayout(holder)
    control = made[name]()
    column.addWidget(other)
    column.addWidget(control)
    shown(holder, qtbot)
    other.setFocus(Qt.FocusReason.MouseFocusReason)
    plain = grab(control)
    other.focusNextPrevChild(True)
    focused = grab(control)
    assert focused != plain
    other.setFocus(Qt.FocusReason.MouseFocusReason)
    assert grab(control) == plain
