"""The comparison and the family tree, compared with the pictures kept beside the tests."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from latentstudio.core.document import State
from latentstudio.core.gallery import with_note
from latentstudio.core.recipe import Recipe, with_psi, with_seed
from latentstudio.ui.children import ChildrenTab
from tests.ui import screens
from tests.ui.studio import Studio, make_studio
from tests.ui.test_window_screens import settle

Check = Callable[[QImage, str], None]


@pytest.fixture(autouse=True)
def same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours and children that are the same in every run."""
    for module in ("strip_faces", "children", "panels.sources", "panels.corners"):
        monkeypatch.setattr(f"latentstudio.ui.{module}.fresh_seed", lambda: 7)


def keep(studio: Studio) -> None:
    studio.key(Qt.Key.Key_K, to=studio.window.canvas)


def noted(state: State, recipe: Recipe) -> State:
    return replace(state, gallery=with_note(state.gallery, recipe, "Grandchild"))


def breed(studio: Studio, *places: int) -> None:
    """Keep some of the faces on show among the children."""
    tab = studio.window.strip.tab("children")
    assert isinstance(tab, ChildrenTab)
    for place in places:
        tab.faces.picked.emit(place)
        keep(studio)


def test_compare_and_family_tree(
    qtbot: QtBot, scheme: str, tmp_path: Path, check_screen: Check
) -> None:
    studio = make_studio(qtbot, tmp_path, layers=12, resolution=128)
    window = studio.window
    try:
        for seed in (48, 3, 21):
            studio.document.edit_recipe("Seed", partial(with_seed, seed=seed))
            keep(studio)
        studio.document.edit_recipe("Truncation", partial(with_psi, psi=0.3))
        studio.key(Qt.Key.Key_C, to=window.canvas)
        settle(studio)
        check_screen(screens.grab(window), f"compare-{scheme}")

        window.resize(1024, 700)
        studio.key(Qt.Key.Key_U, to=window.canvas)
        breed(studio, 3, 5, 6)
        studio.key(Qt.Key.Key_U, to=window.canvas)
        breed(studio, 2)
        window.strip.choose("gallery")
        window.strip.tab("gallery").faces.set_selection([1, 3])  # type: ignore[attr-defined]
        studio.key(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier, to=window.canvas)
        breed(studio, 2, 5)
        recipe = studio.recipe
        studio.document.edit("Note", lambda s: noted(s, recipe))
        studio.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, to=window.canvas)
        settle(studio)
        check_screen(screens.grab(window), f"families-{scheme}")
    finally:
        window.close()
        window.deleteLater()
