"""The command palette: finds everything, says why not, runs it, and gives the focus back."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latentstudio.core.recipe import seed_of
from latentstudio.ui.actions import ACTIONS
from latentstudio.ui.palette_entries import (
    RECENT,
    WHY,
    Entry,
    entries_of,
    find,
    read_recent,
    remember,
)
from latentstudio.ui.palette_list import runs
from latentstudio.ui.panels import PANELS
from tests.ui.studio import Studio
from tests.ui.test_window_screens import layered

__all__ = ["layered"]

Key, Control, Shift = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


def search(studio: Studio, words: str) -> list[str]:
    """Open the palette by its key, type, and give the titles found."""
    palette = studio.window.access.palette
    if not palette.isVisible():
        studio.key(Key.Key_K, Control)
    assert palette.isVisible()
    palette.field.clear()
    QTest.keyClicks(palette.field, words)
    return [found.entry.title for found in palette.list.found()]


def settle(studio: Studio) -> None:
    studio.qtbot.wait(1)  # what is run has a turn of its own
    QApplication.processEvents()


def entry(key: str, title: str) -> Entry:
    return Entry(key, title, "View", lambda: None, f"Help of {title}")


def test_everything_there_is_can_be_found(layered: Studio) -> None:
    keys = [one.key for one in entries_of(layered.window)]
    assert len(keys) == len(set(keys))
    assert {f"action.{line.name}" for line in ACTIONS} - {"action.palette"} <= set(keys)
    assert {f"section.{line.kind.key}" for line in PANELS} <= set(keys)
    assert {"tab.gallery", "tab.history", "direction.Smile", "model.avatars-dcgan"} <= set(keys)


def test_every_need_of_an_action_has_words() -> None:
    assert {line.needs for line in ACTIONS} - {""} <= set(WHY)


def test_return_runs_what_was_typed_and_the_focus_comes_back(layered: Studio) -> None:
    canvas = layered.window.canvas
    canvas.setFocus()
    before = seed_of(layered.recipe)
    assert search(layered, "next seed")[0] == "Next seed"
    studio_keys = layered.window.access.palette.list.found()[0].entry.keys
    assert studio_keys == ("Right",)
    layered.key(Key.Key_Return)
    settle(layered)
    assert not layered.window.access.palette.isVisible()
    assert seed_of(layered.recipe) == (before or 0) + 1
    assert canvas.hasFocus()
    layered.key(Key.Key_K, Control)
    assert layered.window.access.palette.list.found()[0].entry.title == "Next seed"
    layered.key(Key.Key_Escape)
    assert not layered.window.access.palette.isVisible()
    assert canvas.hasFocus()


def test_typing_is_not_taken_by_the_keys_of_the_window(layered: Studio) -> None:
    layered.window.canvas.setFocus()
    count = len(layered.document.entries)
    search(layered, "k w s")
    palette = layered.window.access.palette
    for key in (Key.Key_Down, Key.Key_Up, Key.Key_Space, Key.Key_Left, Key.Key_PageDown):
        layered.key(key)
    assert len(layered.document.entries) == count
    assert palette.isVisible()


def test_arrows_choose_and_go_round(layered: Studio) -> None:
    search(layered, "seed")
    palette = layered.window.access.palette
    last = len(palette.list.found()) - 1
    layered.key(Key.Key_Up)
    assert palette.list.currentIndex().row() == last
    layered.key(Key.Key_Down)
    layered.key(Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    assert palette.field.accessibleDescription() == palette.list.found()[1].entry.spoken


def test_a_direction_puts_the_keys_on_its_slider(layered: Studio) -> None:
    layered.key(Key.Key_2, Control)
    assert search(layered, "smile")[0] == "Smile"
    layered.key(Key.Key_Return)
    settle(layered)
    assert layered.window.workspaces.current.key == "explore"
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "Smile"
    layered.key(Key.Key_Right)
    assert [move.name for move in layered.recipe.moves] == ["Smile"]


@pytest.mark.parametrize("width", [1440, 1024])
def test_a_section_is_gone_to_wherever_it_is(layered: Studio, width: int) -> None:
    layered.window.resize(width, 700)
    for words, key in (("four corners", "corners"), ("truncation", "truncation")):
        search(layered, words)
        found = layered.window.access.palette.list.found()
        place = next(at for at, one in enumerate(found) if one.entry.key == f"section.{key}")
        layered.window.access.palette.run(place)
        settle(layered)
        panel = layered.window.panel(key)
        assert panel.isVisible()
        assert panel.is_open()
        assert panel.header.hasFocus()


def test_a_tab_of_the_strip_is_gone_to(layered: Studio) -> None:
    layered.window.bottom.hide()
    search(layered, "history")
    layered.key(Key.Key_Return)
    settle(layered)
    assert layered.window.strip.tabs.current() == "history"
    assert layered.window.strip.isVisible()


def test_what_cannot_be_done_says_why_and_stays(studio: Studio) -> None:
    assert search(studio, "redo")[0] == "Redo"
    palette = studio.window.access.palette
    assert palette.list.found()[0].entry.reason == "Nothing was undone"
    studio.key(Key.Key_Return)
    assert palette.isVisible()
    search(studio, "noise")
    assert any(found.entry.reason == "none in this model" for found in palette.list.found())


def test_nothing_found_is_said(studio: Studio) -> None:
    assert search(studio, "qqqqq") == []
    palette = studio.window.access.palette
    assert "qqqqq" in palette.nothing.text()
    studio.key(Key.Key_Return)
    assert palette.isVisible()


def test_it_leaves_when_something_else_is_chosen(studio: Studio) -> None:
    search(studio, "")
    studio.window.canvas.setFocus()
    assert not studio.window.access.palette.isVisible()
    studio.window.top_bar.search.click()
    assert studio.window.access.palette.isVisible()
    studio.key(Key.Key_K, Control)
    assert not studio.window.access.palette.isVisible()


def test_words_of_the_help_are_found_after_names() -> None:
    entries = [entry("a", "Noise variation"), entry("b", "Variations"), entry("c", "Other")]
    assert [found.entry.key for found in find("variation", entries, [])] == ["b", "a"]
    assert [found.entry.key for found in find("help of other", entries, [])] == ["c"]


def test_names_are_found_before_kinds() -> None:
    entries = [Entry("a", "Map", "Section", lambda: None), entry("b", "Next seed")]
    assert [found.entry.key for found in find("se", entries, [])] == ["b", "a"]


def test_recent_commands_come_first_and_are_few(qapp: object) -> None:
    settings = QSettings()
    for number in range(RECENT + 3):
        remember(settings, f"key {number}")
    remember(settings, "key 4")
    recent = read_recent(settings)
    assert recent[:2] == ["key 4", "key 8"]
    assert len(recent) == RECENT
    entries = [entry(f"key {number}", "Same") for number in range(9)]
    assert [found.entry.key for found in find("", entries, recent)][:3] == [
        "key 4",
        "key 8",
        "key 7",
    ]
    assert find("same", entries, recent[:1])[0].entry.key == "key 4"
    settings.setValue("palette/recent", "{rubbish")
    assert read_recent(settings) == []


def test_letters_are_lit_in_runs() -> None:
    assert runs("Save picture", (0, 5, 6)) == [
        ("S", True), ("ave ", False), ("pi", True), ("cture", False),
    ]  # fmt: skip
    assert runs("Save", ()) == [("Save", False)]
