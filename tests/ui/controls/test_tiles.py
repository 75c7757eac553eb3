"""Tiles, strips and grids: filling, choosing, activating, dragging, enlarging."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls import Tile, TileGrid, TileStrip
from latentstudio.ui.controls.tile import FacePopup
from tests.ui.controls.drawn import face

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(params=[TileStrip, TileGrid])
def view(request: pytest.FixtureRequest, qtbot: QtBot) -> TileStrip | TileGrid:
    made = request.param(size=64)
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.set_count(5)
    for index in range(4):
        made.set_image(index, face(index))
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def center(view: TileStrip | TileGrid, index: int) -> QPoint:
    return view.visualRect(view.model().index(index, 0)).center()


def test_a_click_picks(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.picked) as told:
        qtbot.mouseClick(view.viewport(), LEFT, pos=center(view, 2))
    assert told.args == [2]
    assert view.current() == 2
    assert view.selection() == [2]


def test_setting_tells_nobody(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.picked):
        view.set_current(1)
        view.set_count(1)
        view.set_count(3)
        view.set_current(-1)
    assert view.current() == -1


def test_arrows_and_return(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    view.set_current(0)
    with qtbot.waitSignal(view.picked) as told:
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert told.args == [1]
    with qtbot.waitSignal(view.activated) as told:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert told.args == [1]


def test_focus_alone_picks_nothing(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    view.clearFocus()
    with qtbot.assertNotEmitted(view.picked):
        view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.current() == -1


def test_a_double_click_activates(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.activated) as told:
        qtbot.mouseClick(view.viewport(), LEFT, pos=center(view, 3))
        qtbot.mouseDClick(view.viewport(), LEFT, pos=center(view, 3))
    assert told.args == [3]


def test_several_can_be_chosen(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    view.set_multiple(True)
    qtbot.mouseClick(view.viewport(), LEFT, pos=center(view, 0))
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(view.viewport(), LEFT, control, pos=center(view, 2))
    assert view.selection() == [0, 2]


def test_a_late_picture_is_ignored(view: TileStrip | TileGrid) -> None:
    view.set_count(2)
    view.set_image(4, face(4))
    assert len(view.faces) == 2
    assert view.faces[1].image is not None, "tiles that stay keep their picture"


def test_labels_make_room(view: TileStrip | TileGrid) -> None:
    low = view.cell().height()
    view.set_label(0, "Seed 48")
    assert view.cell().height() > low
    spoken = QAccessible.queryAccessibleInterface(view)
    assert spoken.role() == QAccessible.Role.List
    assert spoken.child(0).text(QAccessible.Text.Name) == "Seed 48"


def test_nothing_yet(view: TileStrip | TileGrid) -> None:
    assert not view.empty.isVisible()
    view.clear()
    view.set_empty("images", "Nothing kept yet", "Press K.")
    assert view.empty.isVisible()
    assert view.empty.accessibleName() == "Nothing kept yet"


def test_what_a_drag_carries(view: TileStrip | TileGrid) -> None:
    def mime(index: int) -> QMimeData:
        data = QMimeData()
        data.setText(f"face {index}")
        return data

    flags = view.model().flags
    first = view.model().index(0, 0)
    assert not flags(first) & Qt.ItemFlag.ItemIsDragEnabled
    view.set_mime(mime)
    assert flags(first) & Qt.ItemFlag.ItemIsDragEnabled
    assert view.model().mimeData([view.model().index(2, 0)]).text() == "face 2"


def test_the_menu_of_a_face(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    at = center(view, 1)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
    with qtbot.waitSignal(view.menu_asked) as told:
        QApplication.sendEvent(view.viewport(), event)
    assert told.args is not None
    assert told.args[0] == 1


def test_a_face_is_enlarged_under_the_pointer(view: TileStrip | TileGrid, qtbot: QtBot) -> None:
    for index in (0, 1):  # one place alone may be where the pointer is anyway
        qtbot.mouseMove(view.viewport(), center(view, index))
    qtbot.waitUntil(lambda: any(p.isVisible() for p in view.findChildren(FacePopup)))
    popup = view.findChildren(FacePopup)[0]
    assert popup.width() == 168
    qtbot.mouseClick(view.viewport(), LEFT, pos=center(view, 1))
    assert not popup.isVisible()


def test_a_tile_that_is_not_there_is_not_enlarged(view: TileStrip | TileGrid) -> None:
    view._hovered = 4  # has no picture yet
    view._enlarge()
    assert not view.findChildren(FacePopup)


def test_the_wheel_scrolls_a_strip_sideways(qtbot: QtBot) -> None:
    strip = TileStrip(size=64)
    qtbot.addWidget(strip)
    strip.set_count(40)
    strip.resize(300, 90)
    with qtbot.waitExposed(strip):
        strip.show()
    assert strip.horizontalScrollBar().maximum() > 0
    assert strip.visualRect(strip.model().index(0, 0)).left() + 4 == 12 - strip.viewport().x()


def test_a_strip_shows_faces_as_large_as_its_height(qtbot: QtBot) -> None:
    strip = TileStrip(size=92, least=44)
    qtbot.addWidget(strip)
    strip.set_count(6)
    for height, edge in ((100, 92), (78, 70), (30, 44), (240, 92)):
        strip.resize(600, height)
        with qtbot.waitExposed(strip):
            strip.show()
        assert strip.edge() == edge
        assert strip.isWrapping() is (height == 240)


def test_a_grid_shares_out_the_spare_width(qtbot: QtBot) -> None:
    grid = TileGrid(size=92, most=110)
    qtbot.addWidget(grid)
    grid.set_count(20)
    with qtbot.waitExposed(grid):
        grid.show()
    for width in (500, 590, 700):
        grid.resize(width, 300)
        first_row = [
            grid.visualRect(grid.model().index(i, 0))
            for i in range(20)
            if grid.visualRect(grid.model().index(i, 0)).top() < 20
        ]
        free = grid.viewport().width() - first_row[-1].right()
        assert 92 <= grid.edge() <= 110
        assert free < 30


def test_one_tile(qtbot: QtBot) -> None:
    tile = Tile(size=48)
    qtbot.addWidget(tile)
    plain = tile.sizeHint()
    assert plain.width() == plain.height() == 56
    tile.set_label("Seed 6")
    tile.set_badge("B")
    tile.set_starred(True)
    tile.set_state("dropped")
    assert tile.sizeHint().height() > plain.height()
    tile.show()
    with qtbot.waitSignals([tile.clicked, tile.activated]):
        qtbot.keyClick(tile, Qt.Key.Key_Return)
    with qtbot.waitSignal(tile.activated):
        qtbot.mouseDClick(tile, LEFT)
