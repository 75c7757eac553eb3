"""The gallery as a person uses it: keep, star, mark, note, filter, drag out, undo."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import ModelRef, Recipe, Vector, with_anchor, with_psi, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.ui.face_mime import carries_faces, mime_of, recipes_of
from latentstudio.ui.gallery import GalleryTab
from tests.ui.screens import grab
from tests.ui.studio import Studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
Control = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tab(studio: Studio) -> GalleryTab:
    """The gallery on show, with the faces of seeds 1 to 4."""
    studio.window.canvas.setFocus()
    for seed in (1, 2, 3, 4):
        studio.document.edit_recipe("Seed", lambda r, s=seed: with_seed(r, s))
        studio.key(Key.Key_K)
    found = studio.window.strip.tab("gallery")
    assert isinstance(found, GalleryTab)
    studio.window.strip.choose("gallery")
    studio.qtbot.waitUntil(lambda: all(face.image is not None for face in found.faces.faces))
    return found


def kept(studio: Studio) -> tuple[Kept, ...]:
    return studio.document.state.gallery


def seeds(studio: Studio) -> list[int]:
    return [k.recipe.anchors[0].latent.value for k in kept(studio)]  # type: ignore[union-attr]


def click(tab: GalleryTab, index: int, modifier: Qt.KeyboardModifier = Shift.NoModifier) -> None:
    place = tab.faces.visualRect(tab.faces.model().index(index, 0)).center()
    QTest.mouseClick(tab.faces.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def last_label(studio: Studio) -> str:
    return studio.document.entries[studio.document.index].label


def test_k_keeps_a_face_once_and_the_tab_counts(studio: Studio, tab: GalleryTab) -> None:
    assert seeds(studio) == [1, 2, 3, 4]
    steps = len(studio.document.entries)
    studio.key(Key.Key_K)
    assert len(studio.document.entries) == steps
    assert tab.count() == 4
    studio.document.undo()
    assert seeds(studio) == [1, 2, 3]
    assert tab.count() == len(tab.faces.faces) == 3


def test_stars_and_marks_are_seen_and_undone_one_by_one(studio: Studio, tab: GalleryTab) -> None:
    before = grab(tab.faces)
    studio.key(Key.Key_S)
    studio.key(Key.Key_Y)
    assert kept(studio)[3] == Kept(kept(studio)[3].recipe, 1, True)
    assert tab.faces.faces[3].starred
    assert tab.faces.faces[3].mark == 1
    assert grab(tab.faces) != before
    studio.key(Key.Key_Y, Shift)
    assert kept(studio)[3].mark == -1
    studio.key(Key.Key_Y, Shift)
    assert kept(studio)[3].mark == 0
    for _ in range(4):
        studio.key(Key.Key_Z, Control)
    assert kept(studio)[3] == Kept(kept(studio)[3].recipe)
    assert grab(tab.faces) == before


def test_marking_a_face_keeps_it(studio: Studio) -> None:
    studio.window.canvas.setFocus()
    studio.key(Key.Key_Y)
    assert kept(studio) == (Kept(studio.recipe, 1),)


def test_a_click_goes_there_in_one_step(studio: Studio, tab: GalleryTab) -> None:
    steps = len(studio.document.entries)
    click(tab, 1)
    assert studio.recipe == kept(studio)[1].recipe
    assert len(studio.document.entries) == steps + 1
    assert tab.faces.selection() == [1]
    studio.document.undo()
    assert studio.recipe == kept(studio)[3].recipe
    assert tab.faces.selection() == [3]


def test_arrows_choose_and_return_goes_there(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 0)
    tab.faces.setFocus()
    studio.key(Key.Key_Right, to=tab.faces)
    assert studio.recipe == kept(studio)[0].recipe
    assert tab.faces.selection() == [1]
    studio.key(Key.Key_Return, to=tab.faces)
    assert studio.recipe == kept(studio)[1].recipe


def test_several_are_chosen_with_ctrl_and_marked_together(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 0)
    now = studio.recipe
    click(tab, 2, Control)
    assert studio.recipe == now
    tab.faces.setFocus()
    studio.key(Key.Key_Y)
    assert [k.mark for k in kept(studio)] == [1, 0, 1, 0]
    assert tab.faces.selection() == [0, 2]
    studio.key(Key.Key_Delete)
    assert seeds(studio) == [2, 4]
    studio.document.undo()
    assert seeds(studio) == [1, 2, 3, 4]
    assert [k.mark for k in kept(studio)] == [1, 0, 1, 0]


def test_the_marks_are_counted_towards_ten(studio: Studio, tab: GalleryTab) -> None:
    assert tab.marks.isHidden()
    click(tab, 0)
    studio.key(Key.Key_Y, to=tab.faces)
    click(tab, 1)
    studio.key(Key.Key_Y, Shift, to=tab.faces)
    click(tab, 2)
    studio.key(Key.Key_Y, Shift, to=tab.faces)
    assert not tab.marks.isHidden()
    assert tab.marks.text().split("   ") == ["+ 1 of 10", "− 2 of 10  "]
    assert "2 of 10 minus" in tab.marks.accessibleName()


def test_filters_show_what_they_say(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 1)
    studio.key(Key.Key_S, to=tab.faces)
    tab.set_filter("starred")
    assert [k.recipe for k in tab.shown] == [kept(studio)[1].recipe]
    assert len(tab.faces.faces) == 1
    tab.set_filter("minus")
    assert tab.faces.empty.isVisible()
    assert "filter" in tab.faces.empty.accessibleDescription()
    tab.set_filter("all")
    assert len(tab.faces.faces) == 4


def test_a_note_is_written_in_place(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 2)
    studio.key(Key.Key_F2, to=tab.faces)
    field = studio.control("gallery.note")
    assert isinstance(field, QLineEdit)
    assert field.isVisible()
    QTest.keyClicks(field, "kys grin")  # letters of commands are letters here
    studio.key(Key.Key_Return, to=field)
    assert kept(studio)[2].note == "kys grin"
    assert tab.faces.faces[2].label == "kys grin"
    assert len(kept(studio)) == 4
    assert last_label(studio) == "Note"
    assert not field.isVisible()
    steps = len(studio.document.entries)
    tab.begin_note()
    QTest.keyClicks(field, "other")
    studio.key(Key.Key_Escape, to=field)
    assert not field.isVisible()
    assert len(studio.document.entries) == steps


def test_chosen_faces_are_dragged_out_as_recipes(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 0)
    click(tab, 3, Control)
    data = tab.faces.model().mimeData([tab.faces.model().index(0, 0)])
    assert carries_faces(data)
    assert recipes_of(data) == [kept(studio)[0].recipe, kept(studio)[3].recipe]
    alone = tab.faces.model().mimeData([tab.faces.model().index(1, 0)])
    assert recipes_of(alone) == [kept(studio)[1].recipe]


def test_what_is_dragged_keeps_its_numbers() -> None:
    recipe = with_psi(with_anchor(Recipe(), 0, Vector("w", [0.1, -2.5, 3e-8])), 0.3)  # type: ignore[arg-type]
    assert recipes_of(mime_of([recipe, Recipe()])) == [recipe, Recipe()]
    assert not carries_faces(QMimeData())
    false = QMimeData()
    false.setData("application/x-latentstudio-recipe", b'{"anchors": 7}')
    assert recipes_of(false) == []


def test_the_gallery_survives_in_the_session(studio: Studio, tab: GalleryTab) -> None:
    studio.key(Key.Key_S)
    session = parse_session(session_bytes(Session.of(studio.document)))
    assert session.state.gallery == kept(studio)
    studio.window.files.new_session()
    assert kept(studio) == ()
    assert len(tab.faces.faces) == 0
    studio.document.restore(session.history, session.index)
    assert len(tab.faces.faces) == 4
    assert tab.faces.faces[3].starred


def test_faces_of_another_model_are_named_and_never_drawn_with_this_one(
    studio: Studio, tab: GalleryTab
) -> None:
    stranger = with_seed(Recipe(model=ModelRef("stranger", "id-of-stranger")), 1)
    got: list[int] = []

    def receive(index: int, _image: QImage) -> None:
        got.append(index)

    studio.window.bridge.faces("test", [stranger, with_seed(studio.recipe, 77)], receive)
    studio.qtbot.waitUntil(lambda: bool(got))
    studio.qtbot.wait(20)
    assert got == [1]
    tab._edit("Keep", (), lambda k: (*k, Kept(stranger, note="Hat")))
    assert tab.faces.faces[4].label == "Hat (stranger)"


def test_the_row_wraps_where_there_is_room(studio: Studio, tab: GalleryTab) -> None:
    assert not tab.faces.isWrapping()
    studio.window.workspaces.show("mix")
    studio.window.strip.choose("gallery")
    studio.qtbot.waitUntil(tab.faces.isWrapping)


def test_menus_offer_what_the_keys_do(studio: Studio, tab: GalleryTab) -> None:
    click(tab, 1)
    tab.faces.menu_asked.emit(1, tab.mapToGlobal(QPoint(0, 0)))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == [
        "Go there", "Star", "Plus example", "Minus example", "Note...", "Compare", "Variations",
        "Cross the chosen", "Remove",
    ]  # fmt: skip
    menu.actions()[1].trigger()
    menu.close()
    assert kept(studio)[1].starred
    studio.control("gallery.filter").click()  # type: ignore[attr-defined]
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == [
        "All  4", "Starred  1", "Plus  0", "Minus  0", "With a note  0", "Bred from others  0",
    ]  # fmt: skip
    menu.actions()[1].trigger()
    menu.close()
    assert len(tab.faces.faces) == 1
