"""Face arithmetic as a person uses it: fill the sets, take an answer, undo, keep in the session."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from latentstudio.core.arithmetic import Arithmetic
from latentstudio.core.recipe import ModelRef, Recipe, Vector, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.engine.jobs import JOBS
from latentstudio.engine.messages import Failure, JobDone
from latentstudio.engine.render import draw, styles_of
from latentstudio.ui.arithmetic import CENTRE, ArithmeticTab
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.gallery import GalleryTab
from tests.ui.studio import Studio

Key = Qt.Key


@pytest.fixture
def tab(studio: Studio) -> ArithmeticTab:
    studio.window.workspaces.show("mix")
    studio.window.strip.choose("arithmetic")
    found = studio.window.strip.tab("arithmetic")
    assert isinstance(found, ArithmeticTab)
    return found


def face(studio: Studio, seed: int) -> Recipe:
    return with_seed(Recipe(model=studio.recipe.model), seed)


def solved(studio: Studio, tab: ArithmeticTab) -> None:
    """Fill the sets and wait for the answer with all its faces."""
    tab.add("plus", [face(studio, 1), face(studio, 2)])
    tab.add("minus", [face(studio, 3)])
    tab.add("more", [face(studio, 4), face(studio, 5)])
    wait_for_nine(studio, tab)


def wait_for_nine(studio: Studio, tab: ArithmeticTab) -> None:
    faces = tab.answer.faces
    studio.qtbot.waitUntil(lambda: len(faces) == 9 and all(f.image is not None for f in faces))


def press(studio: Studio, name: str) -> None:
    button = studio.control(name)
    assert isinstance(button, QAbstractButton)
    button.click()


def drop(studio: Studio, name: str, data: QMimeData) -> bool:
    """Drop something on a set; whether it was taken."""
    target = studio.window.strip.tab("arithmetic").sets[name]  # type: ignore[attr-defined]
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    enter.ignore()
    target.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    target.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    return True


def test_the_answer_is_the_sum_of_the_means(studio: Studio, tab: ArithmeticTab) -> None:
    solved(studio, tab)
    answer = tab._recipes[CENTRE]
    alone = [styles_of(studio.generator, face(studio, seed))[0].numpy() for seed in range(1, 6)]
    summed = (alone[0] + alone[1]) / 2 - alone[2] + (alone[3] + alone[4]) / 2
    found = styles_of(studio.generator, answer)[0].numpy()
    assert len(answer.anchors) == 1
    assert isinstance(answer.anchors[0].latent, Vector)
    angle = (found * summed).sum() / np.linalg.norm(found) / np.linalg.norm(summed)
    assert angle > 0.99  # where the style is z, the sum is given the length of a face


def test_a_click_takes_a_face_in_one_step(studio: Studio, tab: ArithmeticTab) -> None:
    solved(studio, tab)
    before, steps = studio.recipe, len(studio.document.entries)
    place = tab.answer.visualRect(tab.answer.model().index(CENTRE, 0)).center()
    QTest.mouseClick(tab.answer.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert studio.recipe == tab._recipes[CENTRE]
    assert len(studio.document.entries) == steps + 1
    assert tab.answer.current() == CENTRE
    studio.key(Key.Key_Right, to=tab.answer)
    studio.key(Key.Key_Return, to=tab.answer)
    assert studio.recipe == tab._recipes[CENTRE + 1]
    pixels = studio.wait_for_picture().pixels
    assert pixels.tobytes() == draw(studio.generator, studio.recipe).pixels.tobytes()
    studio.document.undo()
    studio.document.undo()
    assert studio.recipe == before
    assert tab.answer.current() == -1


def test_neighbours_spread_around_the_answer(studio: Studio, tab: ArithmeticTab) -> None:
    solved(studio, tab)
    near = list(tab._recipes)
    assert len({*near}) == 9
    press(studio, "arithmetic.again")
    assert tab._recipes[CENTRE] == near[CENTRE]
    assert not {*near} & ({*tab._recipes} - {near[CENTRE]})
    centre = styles_of(studio.generator, near[CENTRE])
    far = [styles_of(studio.generator, recipe) for recipe in tab._recipes]
    tab.spread.set_value(0.05)
    tab.spread.committed.emit(0.05)
    close = [styles_of(studio.generator, recipe) for recipe in tab._recipes]
    for a, b in zip(close[:CENTRE], far[:CENTRE], strict=True):
        assert (a - centre).norm() < (b - centre).norm()


def test_buttons_fill_and_empty_the_sets(studio: Studio, tab: ArithmeticTab) -> None:
    press(studio, "arithmetic.plus.add")
    assert tab.state == Arithmetic(plus=(studio.recipe,))
    gallery = studio.window.strip.tab("gallery")
    assert isinstance(gallery, GalleryTab)
    for seed in (7, 8, 9):
        studio.document.edit_recipe("Seed", lambda _r, s=seed: face(studio, s))
        gallery.keep()
    studio.window.strip.choose("gallery")
    gallery.faces.set_selection([0, 2])
    studio.window.strip.choose("arithmetic")
    press(studio, "arithmetic.minus.gallery")
    assert tab.state.minus == (face(studio, 7), face(studio, 9))
    press(studio, "arithmetic.minus.remove")
    assert tab.state.minus == (face(studio, 7),)
    studio.document.undo()
    tab.sets["minus"].faces.set_selection([0])
    studio.key(Key.Key_Delete, to=tab.sets["minus"].faces)
    assert tab.state.minus == (face(studio, 9),)
    press(studio, "arithmetic.clear")
    assert tab.state == Arithmetic()
    studio.document.undo()
    assert tab.state.minus == (face(studio, 9),)


def test_sets_take_faces_that_are_dropped_and_nothing_else(
    studio: Studio, tab: ArithmeticTab
) -> None:
    steps = len(studio.document.entries)
    words = QMimeData()
    words.setText("a face")
    assert not drop(studio, "plus", words)
    assert drop(studio, "more", mime_of([face(studio, 1), face(studio, 2), face(studio, 1)]))
    assert tab.state == Arithmetic(more=(face(studio, 1), face(studio, 2)))
    assert len(studio.document.entries) == steps + 1
    out = tab.sets["more"].faces.model().mimeData([tab.sets["more"].faces.model().index(1, 0)])
    assert drop(studio, "plus", out)
    assert tab.state.plus == (face(studio, 2),)


def test_what_is_missing_is_said(studio: Studio, tab: ArithmeticTab) -> None:
    def said() -> str:
        return tab.answer.empty.accessibleName()

    assert said() == "No faces to begin with"
    tab.add("plus", [face(studio, 1)])
    assert said() == "The answer is on its way"
    wait_for_nine(studio, tab)
    tab.add("minus", [face(studio, 2)])
    assert said() == "One set is empty"
    assert len(tab.answer.faces) == 0
    stranger = with_seed(Recipe(model=ModelRef("stranger", "other")), 1)
    tab.add("more", [stranger])
    assert said() == "Faces of another model"
    assert tab.sets["more"].faces.faces[0].label == "stranger"


def test_the_sets_survive_in_the_session_and_are_solved_again(
    studio: Studio, tab: ArithmeticTab
) -> None:
    solved(studio, tab)
    centre, sets = tab._recipes[CENTRE], tab.state
    session = parse_session(session_bytes(Session.of(studio.document)))
    assert session.state.arithmetic == sets
    studio.window.files.new_session()
    assert tab.state == Arithmetic()
    assert len(tab.answer.faces) == 0
    studio.document.restore(session.history, session.index)
    wait_for_nine(studio, tab)
    assert tab._recipes[CENTRE] == centre


def test_undo_of_a_set_brings_its_answer_back(studio: Studio, tab: ArithmeticTab) -> None:
    solved(studio, tab)
    centre = tab._recipes[CENTRE]
    tab.add("more", [face(studio, 50)])
    studio.qtbot.waitUntil(lambda: bool(tab._recipes) and tab._recipes[CENTRE] != centre)
    studio.document.undo()
    studio.qtbot.waitUntil(lambda: tab._recipes[CENTRE] == centre)


def test_late_and_failed_answers_do_no_harm(
    studio: Studio, tab: ArithmeticTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved(studio, tab)
    centre = tab._recipes[CENTRE]
    late = JobDone(9999, "arithmetic", "Arithmetic", face(studio, 1), studio.recipe.model)
    studio.window.bridge.job_changed.emit(late)
    assert tab._recipes[CENTRE] == centre
    monkeypatch.setitem(JOBS, "arithmetic", "tests.engine.tasks:fail_on_sets")
    failures: list[object] = []
    studio.window.bridge.job_changed.connect(
        lambda m: failures.append(m) if isinstance(m, Failure) else None
    )
    tab.add("plus", [face(studio, 77)])
    studio.qtbot.waitUntil(lambda: bool(failures))
    assert tab.answer.empty.accessibleName() == "No answer yet"
    monkeypatch.undo()
    tab.add("plus", [face(studio, 78)])
    wait_for_nine(studio, tab)
    assert tab._recipes[CENTRE] != centre
