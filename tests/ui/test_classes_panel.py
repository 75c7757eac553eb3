"""The class picker: search, up to four classes whose shares sum to 100, faces and the way."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector, with_psi
from latentstudio.ui.controls import InfoLine, NameList
from latentstudio.ui.panels.classes import ClassesPanel
from tests.fakes import fake_info
from tests.ui.panel_bench import PanelBench

NAMES = ("Freckles", "Undercut", "Long waves", "Curls", "Short waves", "Beard", "Bun", "Plaits")
INFO = fake_info(classes=NAMES)


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot, ClassesPanel, INFO)


def press(bench: PanelBench, name: str, *, sign: bool = False) -> None:
    """Click a row of the list, or the sign at its right end."""
    picker = bench.control("picker")
    assert isinstance(picker, NameList)
    index = picker.model().index(picker.names().index(name), 0)
    picker.scrollTo(index)
    row = picker.visualRect(index)
    bench.click(picker.viewport(), QPoint(row.right() - 8 if sign else 60, row.center().y()))


def shares(bench: PanelBench) -> dict[str, int]:
    """What the sliders say."""
    rows = [bench.control(f"{letter}.weight") for letter in "abcd"]
    return {row.accessibleName(): round(row.value()) for row in rows if row.isVisible()}


def test_a_click_takes_a_class_alone_and_its_plus_blends_it_in(bench: PanelBench) -> None:
    press(bench, "Curls")
    assert bench.recipe.classes == (("Curls", 1.0),)
    press(bench, "Undercut", sign=True)
    press(bench, "Beard", sign=True)
    assert shares(bench) == {"Curls": 34, "Undercut": 33, "Beard": 33}
    assert bench.control("picker").letter("Beard") == "C"
    press(bench, "Undercut", sign=True)
    assert shares(bench) == {"Curls": 50, "Beard": 50}
    assert bench.labels == ["Class", "Blend in a class", "Blend in a class", "Take out a class"]


def test_dragging_a_share_is_one_step_and_the_sum_stays_100(bench: PanelBench) -> None:
    for name in ("Undercut", "Long waves"):
        press(bench, name, sign=True)
    bench.slide("a.weight", 40.0, 31.0)
    bench.slide("b.weight", 45.0)
    assert sum(shares(bench).values()) == 100
    assert shares(bench)["Undercut"] == 45
    assert sum(share for _, share in bench.recipe.classes) == pytest.approx(1.0)
    assert bench.labels[2:] == ["Share of a class", "Share of a class"]
    bench.document.undo()
    bench.document.undo()
    assert shares(bench) == {"Freckles": 34, "Undercut": 33, "Long waves": 33}
    assert bench.control("bar").shares() == pytest.approx([1 / 3] * 3)


def test_no_more_than_four(bench: PanelBench) -> None:
    for name in ("Undercut", "Long waves", "Curls", "Beard"):
        press(bench, name, sign=True)
    assert list(shares(bench)) == ["Freckles", "Undercut", "Long waves", "Curls"]
    assert len(bench.labels) == 3


def test_one_class_alone_needs_no_shares_and_cannot_be_taken_out(bench: PanelBench) -> None:
    assert shares(bench) == {}
    assert not bench.control("bar").isVisible()
    press(bench, "Freckles", sign=True)
    assert bench.recipe == Recipe()
    assert bench.control("picker").letter("Freckles") == "A"


def test_the_way_between_classes_leaves_the_face_alone(bench: PanelBench) -> None:
    press(bench, "Undercut", sign=True)
    press(bench, "Long waves", sign=True)
    path = bench.control("path")
    assert path.track.mixed
    before = bench.recipe
    bench.slide("path", 0.4, 1.5)
    assert shares(bench) == {"Freckles": 0, "Undercut": 50, "Long waves": 50}
    assert not path.track.mixed
    assert path.value() == 1.5
    assert bench.recipe.anchors == before.anchors
    assert bench.labels[2:] == ["Class path"]


def test_the_search_narrows_the_list_and_says_when_nothing_is_found(bench: PanelBench) -> None:
    field, picker = bench.control("search"), bench.control("picker")
    assert field.placeholderText() == "Search 8 classes"
    QTest.keyClicks(field, "wave")
    assert picker.names() == ("Long waves", "Short waves")
    press(bench, "Short waves")
    assert bench.recipe.classes == (("Short waves", 1.0),)
    QTest.keyClicks(field, "xyz")
    assert not picker.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert picker.names() == NAMES


def test_keys_alone_are_enough(bench: PanelBench, qtbot: QtBot) -> None:
    field, picker = bench.control("search"), bench.control("picker")
    with qtbot.waitExposed(bench.panel):
        bench.panel.activateWindow()
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is picker
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Space)
    assert shares(bench) == {"Freckles": 50, "Undercut": 50}
    QTest.keyClick(picker, Qt.Key.Key_Space)
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert bench.recipe.classes == (("Long waves", 1.0),)


def test_faces_are_asked_for_the_rows_on_show_only(bench: PanelBench, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "classes" in bench.tasks.asked)
    asked = bench.tasks.asked["classes"]
    assert [recipe.classes[0][0] for recipe in asked] == list(NAMES[:6])
    bench.tasks.deliver("classes")
    picker = bench.control("picker")
    assert picker.face("Beard").image is not None
    assert picker.face("Bun").image is None
    picker.scrollToBottom()
    qtbot.waitUntil(lambda: len(bench.tasks.asked["classes"]) == 7)  # six rows, and the chosen one
    press(bench, "Plaits", sign=True)
    bench.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.5))
    qtbot.waitUntil(lambda: bench.tasks.asked["classes"][0].truncation.psi == 0.5)


def test_a_thousand_classes_cost_a_handful_of_faces(bench: PanelBench, qtbot: QtBot) -> None:
    many = fake_info(classes=[f"class {i}" for i in range(1000)])
    bench.panel.show_model(many)
    bench.panel.fill_faces()
    assert len(bench.tasks.asked["classes"]) <= 7
    QTest.keyClicks(bench.control("search"), "class 77")
    assert bench.control("picker").names()[0] == "class 77"
    assert len(bench.control("picker").names()) == 19


def test_a_model_without_classes_says_so_on_the_header(bench: PanelBench) -> None:
    bench.panel.show_model(fake_info())
    assert bench.panel.header.summary == "none in this model"
    assert bench.panel.summary(bench.recipe) == ""
    bench.panel.show_model(INFO)
    assert bench.panel.header.summary == "Freckles"


def test_it_says_that_computed_faces_bring_their_class(bench: PanelBench) -> None:
    (words,) = bench.panel.findChildren(InfoLine)
    style, seed = Anchor(Vector("w+", np.zeros((8, 16)))), Anchor(Seed(3))
    assert not words.isVisible()
    for anchors, said in (((style,), "part of this face"), ((style, seed), "the others'")):
        bench.document.edit_recipe("Mix", lambda r, a=anchors: replace(r, anchors=a))
        assert words.isVisible()
        assert said in words.accessibleName()
    z = Anchor(Vector("z", np.zeros(16)))
    bench.document.edit_recipe("Seed", lambda r: replace(r, anchors=(seed, z)))
    assert not words.isVisible()
