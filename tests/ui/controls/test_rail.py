"""Sections fold and tell their state; rails reorder, hide and remember them."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls import IconButton, Rail, RailIcons, Section, SliderRow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rail(qtbot: QtBot) -> Rail:
    made = Rail()
    qtbot.addWidget(made)
    for key in ("face", "plane", "map"):
        section = Section(key, key.title())
        section.body.addWidget(SliderRow("Step", 0, 1, 0.5))
        made.add_section(section)
    made.resize(272, 500)
    with qtbot.waitExposed(made):
        made.show()
    return made


def keys(rail: Rail) -> list[str]:
    """The sections from top to bottom, as they stand on the screen."""
    shown = [section for section in rail.sections() if section.isVisible()]
    assert shown == sorted(shown, key=lambda section: section.y())
    return [section.key for section in shown]


def test_a_click_on_the_header_folds(rail: Rail, qtbot: QtBot) -> None:
    section = rail.section("face")
    height = section.height()
    with qtbot.waitSignal(section.opened) as told:
        qtbot.mouseClick(section.header, LEFT)
    assert told.args == [False]
    qtbot.waitUntil(lambda: section.height() <= 36)
    qtbot.mouseClick(section.header, LEFT)
    qtbot.waitUntil(lambda: section.height() == height)
    assert section.is_open()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_keys_fold(rail: Rail, qtbot: QtBot, key: Qt.Key) -> None:
    section = rail.section("face")
    qtbot.keyClick(section.header, key)
    assert not section.is_open()


def test_setting_tells_nobody(rail: Rail, qtbot: QtBot) -> None:
    section = rail.section("face")
    with qtbot.assertNotEmitted(section.opened), qtbot.assertNotEmitted(rail.changed):
        section.set_open(False)
    assert section.header.isVisible()


def test_a_closed_section_tells_its_state(rail: Rail) -> None:
    section = rail.section("face")
    section.set_summary("seed 48")
    section.set_open(False)
    assert section.header.summary == "seed 48"
    assert section.header.accessibleDescription() == "seed 48"


def test_a_section_that_cannot_work_says_why(rail: Rail, qtbot: QtBot) -> None:
    section = rail.section("map")
    section.set_summary("two classes")
    section.set_reason("none in this model")
    assert not section.is_open()
    assert section.header.summary == "none in this model"
    qtbot.mouseClick(section.header, LEFT)
    assert not section.is_open()
    section.set_reason("")
    assert section.header.summary == "two classes"
    assert section.is_open()


def test_a_section_stays_closed_where_it_was_closed_before(rail: Rail) -> None:
    section = rail.section("map")
    section.set_open(False)
    section.set_reason("none in this model")
    section.set_reason("")
    assert not section.is_open()


def test_header_buttons_stand_left_of_the_dots(rail: Rail) -> None:
    section = rail.section("plane")
    snap = IconButton("magnet", "Snap", size=24)
    section.add_action(snap)
    rail.grab()
    dots = section.header.line.itemAt(section.header.line.count() - 1).widget()
    assert snap.geometry().right() < dots.x()
    section.set_open(False)
    assert not snap.isVisible()


def test_content_that_grows_makes_the_section_grow(rail: Rail, qtbot: QtBot) -> None:
    section, below = rail.section("face"), rail.section("plane")
    before = section.height()
    section.body.addWidget(QLabel("one more line"))
    qtbot.waitUntil(lambda: section.height() > before)
    qtbot.waitUntil(lambda: below.y() >= section.geometry().bottom())


def drag(rail: Rail, qtbot: QtBot, key: str, to: int) -> None:
    """Drags a header to a height of the rail."""
    header = rail.section(key).header
    start = QPoint(60, 17)
    end = header.mapFromGlobal(rail.mapToGlobal(QPoint(60, to)))
    qtbot.mousePress(header, LEFT, pos=start)
    qtbot.mouseMove(header, start + QPoint(0, 12))
    qtbot.mouseMove(header, end)
    qtbot.mouseRelease(header, LEFT, pos=end)


class Square(QWidget):
    """As tall as it is wide."""

    def __init__(self) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        return width


def test_the_scroll_bar_does_not_come_and_go(rail: Rail, qtbot: QtBot) -> None:
    """With the bar the content is narrower, and needs no bar: it ended in a stack overflow."""
    for section in rail.sections()[1:]:
        rail.hide_section(section.key)
    first = rail.sections()[0]
    first.set_open(True)
    first.body.addWidget(Square())
    qtbot.waitUntil(lambda: first.height() > rail.width())
    seen = set()
    for height in range(rail.width(), rail.width() + 160):
        rail.resize(rail.width(), height)
        qtbot.wait(1)
        seen.add(rail.verticalScrollBar().isVisible())
    assert seen == {False, True}


def test_a_dragged_header_moves_its_section(rail: Rail, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rail.changed):
        drag(rail, qtbot, "face", rail.section("map").geometry().bottom())
    qtbot.waitUntil(lambda: keys(rail) == ["plane", "map", "face"])
    drag(rail, qtbot, "face", 2)
    qtbot.waitUntil(lambda: keys(rail) == ["face", "plane", "map"])
    assert rail.section("face").is_open(), "a drag does not fold"


def test_the_menu_moves_and_hides(rail: Rail, qtbot: QtBot) -> None:
    up, down, hide = rail.section("plane").menu.actions()
    up.trigger()
    qtbot.waitUntil(lambda: keys(rail) == ["plane", "face", "map"])
    down.trigger()
    hide.trigger()
    assert keys(rail) == ["face", "map"]
    menu = QMenu(rail)
    rail.fill_menu(menu)
    ticked = {line.text(): line.isChecked() for line in menu.actions()}
    assert ticked == {"Face": True, "Plane": False, "Map": True}
    next(line for line in menu.actions() if line.text() == "Plane").trigger()
    assert rail.section("plane").isVisible()


def test_the_layout_is_remembered(rail: Rail, qtbot: QtBot) -> None:
    rail.section("plane").set_open(False)
    rail.hide_section("map")
    drag(rail, qtbot, "face", 240)
    saved = rail.state()
    assert [line["key"] for line in json.loads(saved)] == ["plane", "face", "map"]
    rail.restore('[{"key":"map"},{"key":"face"},{"key":"plane"}]')
    qtbot.waitUntil(lambda: keys(rail) == ["map", "face", "plane"])
    rail.restore(saved)
    qtbot.waitUntil(lambda: keys(rail) == ["plane", "face"])
    assert not rail.section("plane").is_open()


@pytest.mark.parametrize("bad", ["", "nonsense", "[1]", '{"a": 1}', "[{}]", "null"])
def test_a_spoilt_layout_is_left(rail: Rail, bad: str) -> None:
    rail.restore(bad)
    assert keys(rail) == ["face", "plane", "map"]


def test_reveal_opens_and_scrolls(rail: Rail, qtbot: QtBot) -> None:
    rail.resize(272, 120)
    section = rail.section("map")
    section.set_open(False)
    rail.hide_section("map")
    rail.reveal("map")
    assert section.is_open()
    assert section.isVisible()
    qtbot.waitUntil(lambda: rail.verticalScrollBar().value() > 0)


def test_an_unknown_section(rail: Rail) -> None:
    with pytest.raises(KeyError):
        rail.section("nothing")


def test_icons_of_a_narrow_rail(qtbot: QtBot) -> None:
    icons = RailIcons()
    qtbot.addWidget(icons)
    icons.add("face", "scan-face", "Face")
    icons.add("plane", "grid-3x3", "Seed plane")
    icons.show()
    button = icons.findChildren(IconButton)[1]
    with qtbot.waitSignal(icons.picked) as told:
        qtbot.mouseClick(button, LEFT)
    assert told.args == ["plane"]
    icons.set_current("plane")
    assert button.isChecked()
    icons.set_current("")
    assert not button.isChecked()
