"""Workspaces: what stands where, and that each is found as it was left."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.recipe import with_psi
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.panels import PANELS
from latentstudio.ui.workspaces import WORKSPACES
from tests.ui.studio import Studio, make_studio

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def mixer(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model with twelve style layers."""
    made = make_studio(qtbot, tmp_path, layers=12, resolution=128)
    yield made
    made.window.close()
    made.window.deleteLater()


def shown(studio: Studio) -> set[str]:
    """The keys of the sections that are there."""
    return {panel.key for panel in studio.window.panels() if not panel.isHidden()}


def tabs(studio: Studio) -> list[str]:
    """The tabs of the strip that are there."""
    strip = studio.window.strip
    keys = [strip.tabs.tabs.tabData(i) for i in range(strip.tabs.tabs.count())]
    return [key for key in keys if strip.tabs.has(key)]


def test_each_workspace_has_its_panels_and_tabs(mixer: Studio) -> None:
    window = mixer.window
    for number, workspace in enumerate(WORKSPACES):
        mixer.key((Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_4)[number], Control, to=window.canvas)
        wanted = {line.kind.key for line in PANELS if workspace.key in line.workspaces}
        assert shown(mixer) == wanted
        assert window.top_bar.workspaces.key() == workspace.key
        assert window.actions_by_name[f"workspace_{workspace.key}"].isChecked()
    assert {"timeline"} == set(tabs(mixer))
    window.workspaces.show("inpaint")
    assert {"candidates", "gallery", "history"} == set(tabs(mixer))
    window.workspaces.show("mix")
    assert {"grid", "history"} <= set(tabs(mixer))
    assert "neighbours" not in tabs(mixer)
    window.top_bar.workspaces.chosen.emit("explore")
    assert "neighbours" in tabs(mixer)
    assert "grid" not in tabs(mixer)


def test_a_workspace_is_found_as_it_was_left(mixer: Studio) -> None:
    window = mixer.window
    show = window.workspaces.show
    window.panel("plane").set_open(False)
    window.strip.choose("history")
    show("mix")
    QApplication.processEvents()
    assert window.strip.height() > 250
    assert not window.panel("truncation").is_open()
    window.panel("layers").set_open(False)
    window.rails[1].section("layers").menu.actions()[-3].trigger()  # Move up
    order = [section.key for section in window.rails[1].present()]
    assert order[:2] == ["layers", "styles"]
    window.rails[1].verticalScrollBar().setValue(9)
    left = window.rails[1].verticalScrollBar().value()
    show("explore")
    QApplication.processEvents()
    assert window.strip.height() < 200
    assert window.panel("truncation").is_open()
    assert not window.panel("plane").is_open()
    assert window.strip.tabs.current() == "history"
    show("mix")
    QApplication.processEvents()
    assert [section.key for section in window.rails[1].present()] == order
    assert not window.panel("layers").is_open()
    assert window.rails[1].verticalScrollBar().value() == left
    assert window.strip.height() > 250


def test_switching_draws_nothing_anew(mixer: Studio) -> None:
    window = mixer.window
    frame, recipe = mixer.wait_for_picture(), mixer.recipe
    count = len(mixer.document.entries)
    for key in ("mix", "explore", "mix"):
        window.workspaces.show(key)
    assert window.bridge.frame is frame
    assert mixer.recipe == recipe
    assert len(mixer.document.entries) == count


def test_a_panel_follows_while_it_is_seen_and_catches_up_when_it_comes_back(mixer: Studio) -> None:
    window = mixer.window
    row = mixer.control("truncation.psi")
    assert isinstance(row, SliderRow)
    window.workspaces.show("animate")
    before = row.value()
    window.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.25))
    assert row.value() == before != 0.25
    window.workspaces.show("explore")
    assert row.value() == 0.25


def test_workspaces_are_remembered(qtbot: QtBot, mixer: Studio) -> None:
    mixer.window.workspaces.show("mix")
    mixer.window.panel("styles").set_open(False)
    mixer.window.strip.choose("history")
    mixer.window.close()
    second = make_studio(qtbot, mixer.folder, layers=12, resolution=128)
    assert second.window.workspaces.current.key == "mix"
    assert not second.window.panel("styles").is_open()
    assert second.window.strip.tabs.current() == "history"
    second.window.actions_by_name["reset_layout"].trigger()
    assert second.window.panel("styles").is_open()
    second.window.close()
    second.window.deleteLater()


@pytest.mark.parametrize(
    "saved", ["{nonsense", "[]", '{"current": 3, "left": {"mix": {"rails": 1}}}']
)
def test_a_layout_that_cannot_be_read_is_as_at_first(
    qtbot: QtBot, tmp_path: Path, saved: str
) -> None:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("window/workspaces", saved)
    settings.sync()
    made = make_studio(qtbot, tmp_path)
    made.window.workspaces.show("mix")
    assert made.window.panel("truncation").isVisible()
    made.window.close()
    made.window.deleteLater()


def test_narrow_windows_offer_the_icons_of_the_workspace(mixer: Studio) -> None:
    window = mixer.window
    window.resize(1024, 700)
    window.workspaces.show("mix")
    QApplication.processEvents()
    icons = window.desk._icons
    there = {key for key, button in icons._buttons.items() if not button.isHidden()}
    assert there == {
        line.kind.key for line in PANELS if line.rail == "left" and "mix" in line.workspaces
    }
    window.resize(820, 520)
    QApplication.processEvents()
    assert window.top_bar.workspaces.compact
    assert window.height() == 520


def test_picture_only_ends_with_the_workspace(mixer: Studio) -> None:
    window = mixer.window
    window.actions_by_name["picture_only"].trigger()
    window.workspaces.show("mix")
    assert window.left.isVisible()
    assert not window.actions_by_name["picture_only"].isChecked()


def test_going_to_a_seed_goes_where_seeds_are(mixer: Studio) -> None:
    mixer.window.workspaces.show("mix")
    mixer.key(Key.Key_G, Control, to=mixer.window.canvas)
    assert mixer.window.workspaces.current.key == "explore"
    assert mixer.control("sample.seed").hasFocus()


def test_faces_are_asked_for_only_where_they_are_seen(mixer: Studio) -> None:
    window = mixer.window
    asked: list[str] = []
    faces = window.bridge.faces
    window.bridge.faces = lambda owner, *rest: (asked.append(owner), faces(owner, *rest))[1]  # type: ignore[method-assign,func-returns-value]
    mixer.document.edit_recipe("Seed", lambda r: r)
    window.workspaces.show("mix")
    mixer.qtbot.waitUntil(lambda: {"sources", "styles"} <= set(asked))
    asked.clear()
    window.workspaces.show("explore")
    begun = time.monotonic()
    window.actions_by_name["random"].trigger()
    mixer.qtbot.waitUntil(lambda: "plane" in asked or time.monotonic() > begun + 1)
    assert not {"sources", "styles", "corners", "grid"} & set(asked)


def test_the_strip_leaves_room_for_the_picture_in_the_smallest_window(mixer: Studio) -> None:
    window = mixer.window
    window.resize(800, 520)
    for key in ("mix", "explore"):
        window.workspaces.show(key)
        QApplication.processEvents()
        below = window.strip.mapTo(window, window.strip.rect().topLeft()).y()
        canvas = window.canvas
        assert canvas.mapTo(window, canvas.rect().bottomLeft()).y() < below
        assert (window.width(), window.height()) == (800, 520)
