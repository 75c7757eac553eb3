"""The seed plane, the four corners and the layer range: dragging, keys, limits."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls import CornerPad, LayerRange, SeedPlane
from tests.ui.controls.drawn import face

LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def plane(qtbot: QtBot) -> SeedPlane:
    made = SeedPlane(4, 3)
    qtbot.addWidget(made)
    made.resize(248, made.heightForWidth(248))
    made.set_point(1, 1)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus(Qt.FocusReason.TabFocusReason)
    return made


def test_its_places_are_square(plane: SeedPlane) -> None:
    assert plane.heightForWidth(248) == pytest.approx(186, abs=2)


def test_a_drag_is_one_gesture(plane: SeedPlane, qtbot: QtBot) -> None:
    moved: list[tuple[float, float]] = []
    committed: list[tuple[float, float]] = []
    plane.moved.connect(lambda x, y: moved.append((x, y)))
    plane.committed.connect(lambda x, y: committed.append((x, y)))
    qtbot.mousePress(plane, LEFT, pos=plane._center(2, 1).toPoint())
    assert plane.is_dragging()
    qtbot.mouseMove(plane, plane._center(3, 2).toPoint())
    qtbot.mouseMove(plane, QPoint(900, 900))
    qtbot.mouseRelease(plane, LEFT, pos=QPoint(900, 900))
    assert not plane.is_dragging()
    assert moved[0] == (pytest.approx(2, abs=0.02), pytest.approx(1, abs=0.02))
    assert committed == [(3.0, 2.0)], "the point stays on the lattice"


def test_escape_takes_a_drag_back(plane: SeedPlane, qtbot: QtBot) -> None:
    qtbot.mousePress(plane, LEFT, pos=QPoint(230, 20))
    qtbot.keyClick(plane, Qt.Key.Key_Escape)
    qtbot.mouseRelease(plane, LEFT, pos=QPoint(230, 20))
    assert plane.point() == (1, 1)


def test_arrows(plane: SeedPlane, qtbot: QtBot) -> None:
    with qtbot.waitSignals([plane.moved, plane.committed]):
        qtbot.keyClick(plane, Qt.Key.Key_Right)
    assert plane.point() == pytest.approx((1.1, 1))
    qtbot.keyClick(plane, Qt.Key.Key_Down, SHIFT)
    assert plane.point() == pytest.approx((1.1, 2))
    qtbot.keyClick(plane, Qt.Key.Key_Down)
    assert plane.point() == pytest.approx((1.1, 2)), "the last row"


def test_setting_tells_nobody(plane: SeedPlane, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(plane.moved), qtbot.assertNotEmitted(plane.committed):
        plane.set_point(2.5, 0.5)
        plane.set_face(1, 1, face(1))
    assert plane.accessibleDescription() == "x 2.50, y 0.50"


def test_four_corners(qtbot: QtBot) -> None:
    pad = CornerPad(5)
    qtbot.addWidget(pad)
    pad.resize(240, 240)
    pad.set_letter(4, 4, "D")
    pad.set_point(0.5, 0.5)
    pad.show()
    qtbot.keyClick(pad, Qt.Key.Key_Left)
    qtbot.keyClick(pad, Qt.Key.Key_Up, SHIFT)
    assert pad.point() == pytest.approx((0.49, 0.4))
    qtbot.mouseClick(pad, LEFT, pos=pad._center(4, 0).toPoint())
    assert pad.point() == pytest.approx((1.0, 0.0), abs=0.01)


@pytest.fixture
def layers(qtbot: QtBot) -> LayerRange:
    made = LayerRange(12)
    qtbot.addWidget(made)
    made.resize(264, 28)
    made.set_range(3, 7)
    made.show()
    return made


def test_keys_move_the_range(layers: LayerRange, qtbot: QtBot) -> None:
    with qtbot.waitSignals([layers.moved, layers.committed]):
        qtbot.keyClick(layers, Qt.Key.Key_Right)
    assert layers.range() == (4, 8)
    qtbot.keyClick(layers, Qt.Key.Key_Right, SHIFT)
    assert layers.range() == (4, 9)
    qtbot.keyClick(layers, Qt.Key.Key_Left, CONTROL)
    assert layers.range() == (3, 9)
    layers.set_range(0, 11)
    qtbot.keyClick(layers, Qt.Key.Key_Left)
    assert layers.range() == (0, 11)


def test_handles_can_be_dragged(layers: LayerRange, qtbot: QtBot) -> None:
    left = layers._cell(3).topLeft().toPoint()
    qtbot.mousePress(layers, LEFT, pos=left)
    qtbot.mouseMove(layers, layers._cell(1).topLeft().toPoint())
    qtbot.mouseRelease(layers, LEFT, pos=layers._cell(1).topLeft().toPoint())
    assert layers.range() == (1, 7)
    right = layers._cell(7).topRight().toPoint()
    qtbot.mousePress(layers, LEFT, pos=right)
    with qtbot.waitSignal(layers.committed) as told:
        qtbot.mouseMove(layers, QPoint(0, 10))
        qtbot.mouseRelease(layers, LEFT, pos=QPoint(0, 10))
    assert told.args == [1, 1], "at least one layer stays lit"


def test_another_model_has_other_layers(layers: LayerRange) -> None:
    layers.set_count(6)
    assert layers.range() == (0, 5)
