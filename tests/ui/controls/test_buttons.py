"""Buttons, segments, toggles and chips."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls import (
    Chip,
    IconButton,
    InfoLine,
    PrimaryButton,
    Row,
    Segmented,
    TextButton,
    Toggle,
)
from tests.ui.controls.drawn import face

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(
    "button",
    [
        lambda: IconButton("x", "Close", "Esc"),
        lambda: TextButton("Random", "dices"),
        lambda: PrimaryButton("Save picture", "download"),
        lambda: Chip("avatars"),
    ],
)
@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_keys_press(button: object, key: Qt.Key, qtbot: QtBot) -> None:
    made = button()  # type: ignore[operator]
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitSignal(made.clicked):
        qtbot.keyClick(made, key)
    assert QAccessible.queryAccessibleInterface(made).role() == QAccessible.Role.Button
    assert made.accessibleName()
    assert made.objectName()


def test_an_icon_names_its_key(qtbot: QtBot) -> None:
    button = IconButton("x", "Close", "Esc")
    qtbot.addWidget(button)
    assert button.toolTip() == "Close (Esc)"
    button.set_reason("nothing is open")
    assert button.toolTip() == "nothing is open"
    assert not button.isEnabled()
    button.set_reason("")
    assert button.toolTip() == "Close (Esc)"


def test_a_collapsed_button_keeps_its_words_as_tooltip(qtbot: QtBot) -> None:
    button = PrimaryButton("Save picture", "download", compact=True)
    qtbot.addWidget(button)
    wide = button.sizeHint().width()
    button.set_collapsed(True)
    assert button.sizeHint().width() < wide
    assert button.toolTip() == "Save picture"


def test_a_toggle_flips(qtbot: QtBot) -> None:
    toggle = Toggle("Snap")
    qtbot.addWidget(toggle)
    toggle.show()
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert toggle.isChecked()


def test_one_segment_of_several(qtbot: QtBot) -> None:
    choice = Segmented(["None", "Fixed", "Random"])
    qtbot.addWidget(choice)
    choice.show()
    chosen: list[int] = []
    choice.chosen.connect(chosen.append)
    choice.set_current(1)
    assert not chosen
    qtbot.mouseClick(choice.segments[2], LEFT)
    assert chosen == [2]
    assert choice.current() == 2
    assert choice.checked() == [2]


def test_arrows_move_between_segments(qtbot: QtBot) -> None:
    choice = Segmented(["Z", "W"])
    qtbot.addWidget(choice)
    with qtbot.waitActive(choice):
        choice.show()
        choice.activateWindow()
    choice.segments[0].setFocus(Qt.FocusReason.TabFocusReason)
    chosen: list[int] = []
    choice.chosen.connect(chosen.append)
    qtbot.keyClick(choice.segments[0], Qt.Key.Key_Right)
    assert choice.current() == 1
    assert chosen == [1]
    assert choice.segments[1].hasFocus()
    spoken = QAccessible.queryAccessibleInterface(choice.segments[1])
    assert spoken.role() == QAccessible.Role.RadioButton


def test_several_segments(qtbot: QtBot) -> None:
    bands = Segmented(["Coarse", "Middle", "Fine"], exclusive=False)
    qtbot.addWidget(bands)
    bands.show()
    told: list[tuple[int, bool]] = []
    bands.toggled.connect(lambda index, on: told.append((index, on)))
    bands.set_checked(0, True)
    qtbot.mouseClick(bands.segments[2], LEFT)
    assert told == [(2, True)]
    assert bands.checked() == [0, 2]


def test_a_segment_says_why_it_is_off(qtbot: QtBot) -> None:
    choice = Segmented(["Z", "W"])
    qtbot.addWidget(choice)
    choice.set_segment_reason(1, "this model has no map")
    assert choice.segments[1].toolTip() == "this model has no map"


def test_a_row_ends_at_the_right_edge(qtbot: QtBot) -> None:
    choice = Segmented(["Z", "W"])
    row = Row("Space", choice)
    qtbot.addWidget(row)
    row.resize(296, 28)
    row.show()
    assert choice.geometry().right() == 295
    assert row.accessibleName() == "Space"


def test_an_info_line_offers_its_action(qtbot: QtBot) -> None:
    line = InfoLine("Also moves <hair>", "warning", "Lock it")
    qtbot.addWidget(line)
    line.show()
    assert line.text() == "Also moves <hair>"
    with qtbot.waitSignal(line.activated):
        qtbot.mouseClick(line.link, LEFT)
    line.set_text("All good", "ok", "")
    assert not line.link.isVisible()


def test_a_chip_grows_with_what_it_shows(qtbot: QtBot) -> None:
    chip = Chip("avatars-stylegan")
    qtbot.addWidget(chip)
    plain = chip.sizeHint().width()
    chip.set_detail("128 px")
    detailed = chip.sizeHint().width()
    chip.set_image(face(1))
    assert plain < detailed < chip.sizeHint().width()
    chip.set_compact(True)
    assert chip.sizeHint().width() < detailed + 30
    assert "128 px" in chip.accessibleDescription()
    assert isinstance(chip, QAbstractButton)
