"""Variations, children and the family tree as a person uses them; the history as a long row."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from latentstudio.core.gallery import Kept
from latentstudio.core.lineage import tree_of
from latentstudio.core.recipe import Recipe, with_psi, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.ui.children import ChildrenTab
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.lineage import Lineage
from latentstudio.ui.strip_faces import HISTORY, HistoryTab
from tests.ui.studio import Studio, open_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
Control = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a small model with style layers, on seed 5."""
    with open_studio(qtbot, tmp_path, layers=6, resolution=32) as made:
        made.window.canvas.setFocus()
        made.document.edit_recipe("Seed", partial(with_seed, seed=5))
        yield made


def children(studio: Studio) -> ChildrenTab:
    found = studio.window.strip.tab("children")
    assert isinstance(found, ChildrenTab)
    return found


def gallery(studio: Studio) -> GalleryTab:
    found = studio.window.strip.tab("gallery")
    assert isinstance(found, GalleryTab)
    return found


def kept(studio: Studio) -> tuple[Kept, ...]:
    return studio.document.state.gallery


def press(studio: Studio, key: Qt.Key, modifier: Qt.KeyboardModifier = Shift.NoModifier) -> None:
    studio.key(key, modifier, to=studio.window.canvas)


def take(studio: Studio, place: int) -> None:
    """Click a face of the children's tab."""
    faces = children(studio).faces
    where = faces.visualRect(faces.model().index(place, 0)).center()
    QTest.mouseClick(faces.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_u_makes_eight_variations_and_a_kept_one_knows_its_parent(studio: Studio) -> None:
    parent = studio.recipe
    press(studio, Key.Key_U)
    tab = children(studio)
    assert tab.isVisible()
    assert tab.parents == (parent,)
    assert len(tab.litter) == 8
    studio.qtbot.waitUntil(lambda: all(face.image is not None for face in tab.faces.faces))
    assert [face.label for face in tab.faces.faces] == ["Parent", *map(str, range(1, 9))]
    take(studio, 3)
    child = studio.recipe
    assert child == tab.litter[2]
    assert studio.document.entries[-1].label == "Child"
    assert tab.litter[2] == child  # its siblings stay
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.7))
    press(studio, Key.Key_K)
    assert kept(studio) == (Kept(with_psi(child, 0.7), parents=(parent,)),)
    again = parse_session(session_bytes(Session.of(studio.document)))
    assert again.state.gallery == kept(studio)
    studio.document.undo()
    assert kept(studio) == ()
    press(studio, Key.Key_S)  # a star keeps it, too
    assert kept(studio)[0].parents == (parent,)


def test_strength_and_dice_make_other_ones(studio: Studio) -> None:
    press(studio, Key.Key_U)
    tab = children(studio)
    first = list(tab.litter)
    tab.strength.set_value(0.8)
    tab.strength.committed.emit(0.8)
    assert len(set(first) | set(tab.litter)) == 16
    weights = [
        max(anchor.share(i) for i in range(6)) for anchor in (c.anchors[-1] for c in tab.litter)
    ]
    assert weights == pytest.approx([0.8] * 8)
    stronger = list(tab.litter)
    studio.control("children.again").click()  # type: ignore[attr-defined]
    assert not set(stronger) & set(tab.litter)
    assert tab.parents == (studio.recipe,)


def test_chosen_faces_are_crossed_and_the_tree_shows_it(studio: Studio) -> None:
    window = studio.window
    press(studio, Key.Key_U, Shift)
    assert studio.notices() == ["info: Choose two faces to cross"]
    assert gallery(studio).isVisible()
    for seed in (1, 2, 3):
        studio.document.edit_recipe("Seed", partial(with_seed, seed=seed))
        press(studio, Key.Key_K)
    one, _, three = (k.recipe for k in kept(studio))
    gallery(studio).faces.set_selection([0, 2])
    press(studio, Key.Key_U, Shift)
    tab = children(studio)
    assert tab.parents == (one, three)
    assert not tab.strength.isVisible()
    take(studio, 2)
    press(studio, Key.Key_K)
    child = kept(studio)[3]
    assert child.parents == (one, three)

    lineage = window.faces.lineage
    press(studio, Key.Key_L, Control)
    assert is_on(lineage)
    tree = tree_of(kept(studio))
    assert {node.recipe for node in tree.nodes} == {one, three, child.recipe}
    view = lineage.view.tree
    assert QApplication.focusWidget() is view
    studio.qtbot.waitUntil(lambda: all(face.image is not None for face in view.faces))
    assert view.current == tree.place(child.recipe)
    studio.key(Key.Key_Up, to=view)
    assert view.current in (tree.place(one), tree.place(three))
    studio.key(Key.Key_Left, to=view)
    studio.key(Key.Key_Right, to=view)
    assert view.current == tree.place(three)
    assert studio.recipe == child.recipe  # arrows only look
    studio.key(Key.Key_Return, to=view)
    assert studio.recipe == three
    assert not is_on(lineage)
    assert not window.actions_by_name["lineage"].isChecked()

    press(studio, Key.Key_L, Control)
    place = view.box(tree.place(one)).center().toPoint()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert studio.recipe == one
    press(studio, Key.Key_L, Control)
    studio.key(Key.Key_Escape, to=view)
    assert not is_on(lineage)
    studio.document.undo()
    assert studio.recipe == three


def is_on(lineage: Lineage) -> bool:
    return lineage.on


def test_a_tree_without_families_says_what_makes_one(studio: Studio) -> None:
    lineage = studio.window.faces.lineage
    press(studio, Key.Key_L, Control)
    assert lineage.view.empty.isVisible()
    for key in (Key.Key_Up, Key.Key_Return, Key.Key_Home):
        studio.key(key, to=lineage.view.tree)
    assert is_on(lineage)
    studio.window.workspaces.show("mix")
    assert not is_on(lineage)


def test_u_varies_the_chosen_kept_face_and_f2_notes_the_current_one(studio: Studio) -> None:
    window, current = studio.window, studio.recipe
    press(studio, Key.Key_K)
    studio.document.edit_recipe("Seed", partial(with_seed, seed=9))
    press(studio, Key.Key_F2)
    field = studio.control("gallery.note")
    assert isinstance(field, QLineEdit)
    assert field.isVisible()
    field.setText("Ninth")
    studio.key(Key.Key_Return, to=field)
    assert [k.note for k in kept(studio)] == ["", "Ninth"]
    tab = gallery(studio)
    assert [k.note for k in tab.shown] == ["", "Ninth"]
    tab.set_filter("noted")
    assert [k.note for k in tab.shown] == ["Ninth"]
    tab.set_filter("all")
    tab.faces.setFocus()
    tab.faces.set_selection([0])
    studio.key(Key.Key_U, to=tab.faces)
    assert children(studio).parents == (current,)
    window.workspaces.show("inpaint")
    press(studio, Key.Key_U)
    assert window.workspaces.current.key == "explore"  # Inpaint has no such tab
    assert children(studio).parents == (studio.recipe,)


def test_another_model_forgets_the_children(studio: Studio) -> None:
    press(studio, Key.Key_U)
    studio.window.bridge.open("other")
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "other")
    studio.qtbot.waitUntil(lambda: not children(studio).litter)


def test_a_long_history_asks_for_what_is_seen(studio: Studio) -> None:
    document, window = studio.document, studio.window
    for seed in range(HISTORY + 40):
        document.edit_recipe(f"Seed {seed}", partial(with_seed, seed=1000 + seed))
    asked: list[list[Recipe]] = []
    tab = window.strip.tab("history")
    assert isinstance(tab, HistoryTab)
    faces = tab.tasks.faces

    def listen(owner: str, recipes: list[Recipe], receive: object) -> None:
        if owner == "strip.history":
            asked.append(list(recipes))
        faces(owner, recipes, receive)  # type: ignore[arg-type]

    tab._pictures._tasks = type("Tasks", (), {"faces": staticmethod(listen)})()
    window.strip.choose("history")
    studio.qtbot.waitUntil(lambda: len(tab.faces.faces) == HISTORY)
    studio.qtbot.waitUntil(lambda: tab.faces.faces[-1].image is not None)
    assert [face.label for face in tab.faces.faces[-2:]] == [
        f"Seed {HISTORY + i}" for i in (38, 39)
    ]
    assert max(map(len, asked)) < 60
    assert tab.faces.selection() == [HISTORY - 1]
    tab.faces.setFocus()
    studio.key(Key.Key_Left, to=tab.faces)
    assert document.recipe == with_seed(document.recipe, 1000 + HISTORY + 38)
    picture = tab.faces.faces[-1].image
    document.redo()
    document.edit_recipe("One more", partial(with_seed, seed=7))
    studio.qtbot.waitUntil(lambda: tab.faces.faces[-1].label == "One more")
    assert tab.faces.faces[-2].image is picture  # what was there keeps its picture as it moves up
    tab.faces.horizontalScrollBar().setValue(0)
    studio.qtbot.waitUntil(lambda: tab.faces.faces[0].image is not None)
