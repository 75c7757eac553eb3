"""Tabs, status signs and empty states."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls import (
    EmptyState,
    KeyCap,
    KeyHints,
    Label,
    SliderRow,
    StatusDot,
    TabStrip,
    WorkspaceBar,
)

LEFT = Qt.MouseButton.LeftButton


def tabs(qtbot: QtBot) -> TabStrip:
    made = TabStrip()
    qtbot.addWidget(made)
    made.add_tab("near", "Neighbours")
    made.add_tab("gallery", "Gallery")
    made.add_tab("mix", "Mixing grid", reason="needs two sources")
    made.resize(600, 34)
    made.show()
    return made


def test_a_click_on_a_tab(qtbot: QtBot) -> None:
    strip = tabs(qtbot)
    with qtbot.waitSignal(strip.chosen) as told:
        qtbot.mouseClick(strip.tabs, LEFT, pos=strip.tabs.tabRect(1).center())
    assert told.args == ["gallery"]
    assert strip.current() == "gallery"
    with qtbot.assertNotEmitted(strip.chosen):
        strip.set_current("near")
        qtbot.mouseClick(strip.tabs, LEFT, pos=strip.tabs.tabRect(2).center())
    assert strip.current() == "near"
    assert strip.tabs.tabToolTip(2) == "needs two sources"


def test_arrows_on_tabs(qtbot: QtBot) -> None:
    strip = tabs(qtbot)
    with qtbot.waitSignal(strip.chosen) as told:
        qtbot.keyClick(strip.tabs, Qt.Key.Key_Right)
    assert told.args == ["gallery"]
    spoken = QAccessible.queryAccessibleInterface(strip.tabs)
    assert spoken.role() == QAccessible.Role.PageTabList


def test_a_count_takes_room(qtbot: QtBot) -> None:
    strip = tabs(qtbot)
    before = strip.tabs.tabRect(1).width()
    strip.set_count("gallery", 1037)
    assert strip.tabs.tabRect(1).width() > before + 20
    strip.set_count("gallery", None)
    assert strip.tabs.tabRect(1).width() == before


def test_corner_controls_stand_at_the_right(qtbot: QtBot) -> None:
    strip = tabs(qtbot)
    corner = Label("Radius")
    strip.add_corner(corner)
    qtbot.waitUntil(lambda: corner.geometry().right() == 600 - 12 - 1)


def test_the_corner_gives_way_before_a_tab_does(qtbot: QtBot) -> None:
    strip = tabs(qtbot)
    row = SliderRow("Radius", 0, 1, 0.5, label_width=0)
    row.setMaximumWidth(230)
    strip.add_corner(row)
    row.show()
    wanted = strip.tabs.sizeHint().width()
    strip.resize(wanted + 170, 34)
    qtbot.waitUntil(lambda: strip.tabs.width() == wanted)
    assert row.minimumSizeHint().width() <= row.width() < 170


def test_workspaces_become_icons(qtbot: QtBot) -> None:
    bar = WorkspaceBar()
    qtbot.addWidget(bar)
    bar.add_workspace("explore", "Explore", "scan-face", "Explore (Ctrl+1)")
    bar.add_workspace("mix", "Mix", "blend")
    bar.show()
    wide = bar.sizeHint().width()
    assert wide == bar.words_width()
    bar.set_compact(True)
    assert bar.sizeHint().width() == 80 < wide
    assert bar.tabToolTip(0) == "Explore (Ctrl+1)"
    bar.set_current("mix")
    assert bar.key() == "mix"


def test_the_state_of_the_picture_in_words(qtbot: QtBot) -> None:
    dot = StatusDot()
    qtbot.addWidget(dot)
    assert dot.words() == "Exact"
    dot.set_state("live", "64 px")
    assert dot.accessibleDescription() == "Live 64 px"
    dot.set_state("stopped")
    assert dot.words() == "Stopped"


def test_hints_are_replaced(qtbot: QtBot) -> None:
    hints = KeyHints()
    qtbot.addWidget(hints)
    hints.show()
    hints.set_hints([("K", "keep"), ("Space", "random")])
    assert len(hints.findChildren(KeyCap)) == 2
    hints.set_hints([("Esc", "cancel")])
    hints.set_hints([("Esc", "cancel")])
    assert hints.accessibleDescription() == "Esc cancel"


def test_hints_that_would_be_cut_off_are_left_out(qtbot: QtBot) -> None:
    hints = KeyHints()
    qtbot.addWidget(hints)
    hints.set_hints([("K", "keep"), ("Space", "random"), ("Esc", "cancel")])
    hints.show()
    whole = hints.sizeHint().width()
    for width, count in ((whole, 3), (whole - 1, 2), (20, 0), (whole, 3)):
        hints.resize(width, 28)
        caps = hints.findChildren(KeyCap)
        assert sum(cap.isVisible() for cap in caps) == count


def test_an_empty_state_can_offer_a_button(qtbot: QtBot) -> None:
    state = EmptyState("images", "No models", "Drop a file.", "Open a model")
    qtbot.addWidget(state)
    state.resize(300, 160)
    state.show()
    with qtbot.waitSignal(state.activated):
        qtbot.mouseClick(state.button, LEFT)
    state.show_words("box", "Gone")
    assert state.accessibleName() == "Gone"
    assert state.accessibleDescription() == ""
