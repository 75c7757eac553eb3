"""Everything by keyboard: Tab walks through each workspace, and every stop can be seen and says
what it is. New panels, tabs and workspaces are found by themselves.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QColor, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from latentstudio.ui import theme
from latentstudio.ui.actions import ACTIONS
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.controls import Control, FacePad, LayerRange, ValueField
from latentstudio.ui.controls.cross_grid import CrossGrid
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.controls.face_map import FaceMapView
from latentstudio.ui.controls.photo_card import CropView
from latentstudio.ui.controls.segmented import Segment
from latentstudio.ui.controls.share_table import ShareTable
from latentstudio.ui.controls.slider_row import ResetDot, SliderRow
from latentstudio.ui.focus_order import REGIONS, is_stop, reading_order
from latentstudio.ui.palette_entries import WHY
from latentstudio.ui.what_is import help_of
from latentstudio.ui.workspaces import WORKSPACES
from tests.ui import screens
from tests.ui.studio import Studio, open_studio
from tests.ui.test_window_screens import directions

Key = Qt.Key
STOCK = (QAbstractButton, QAbstractSlider, QLineEdit, QAbstractItemView, QComboBox, QTabBar)
MOVED_BY_ARROWS = (
    QAbstractItemView, QAbstractSlider, QTabBar, FacePad, FaceMapView, CrossGrid, ShareTable,
    LayerRange, CropView,
)  # fmt: skip
RING = 20  # pixels of accent colour that a stop must gain; a ring around 16 pixels has 100


@pytest.fixture
def everything(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model that has all there is."""
    with open_studio(
        qtbot,
        tmp_path,
        layers=12,
        resolution=128,
        noise=True,
        classes=("one", "two", "three"),
        directions=directions(),
    ) as made:
        yield made


def test_tab_reaches_everything_in_every_workspace(everything: Studio, qtbot: QtBot) -> None:
    """In order, with a ring, a name and help."""
    window, faults = everything.window, []
    for workspace in WORKSPACES:
        window.workspaces.show(workspace.key)
        everything.wait_for_picture()
        qtbot.wait(300)  # rows of sliders are built in turns
        walked = walk(window)
        for fault in (*in_order(everything, walked), *left_out(window, walked),
                      *(f for stop in walked for f in unclear(stop)),
                      *(f for stop in walked for f in unseen(window, stop))):  # fmt: skip
            faults.append(f"{workspace.key}: {fault}")
    assert not faults, "\n".join(faults)


def walk(window: QWidget) -> list[QWidget]:
    """Press Tab until it comes round."""
    QApplication.processEvents()
    begin = window.access.order.stops()[0]  # type: ignore[attr-defined]
    begin.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    while len(seen) < 500:
        now = QApplication.focusWidget()
        assert now is not None, f"the focus was lost after {spell(seen[-1])}"
        if now is begin and seen:
            return seen
        assert now not in seen, f"Tab goes in a circle at {spell(now)}"
        seen.append(now)
        QTest.keyClick(now, Key.Key_Tab)
    raise AssertionError("Tab does not come round")


def in_order(studio: Studio, walked: list[QWidget]) -> Iterator[str]:
    """Top bar, left, canvas, right, strip; and the canvas is among them."""
    order = studio.window.access.order
    places = [REGIONS.index(order.region_of(stop)) for stop in walked]
    for before, after, stop in zip(places, places[1:], walked[1:], strict=False):
        if after < before:
            yield f"{spell(stop)} comes after the {REGIONS[before]} region"
    if not any(isinstance(stop, Canvas) for stop in walked):
        yield "Tab does not come to the picture"


def left_out(window: QWidget, walked: list[QWidget]) -> Iterator[str]:
    """What can be clicked, but not reached or used by keys."""
    reached = set(walked)
    for widget in reading_order(window):
        if is_interactive(widget) and widget not in reached and not done_elsewhere(widget):
            yield f"{spell(widget)} is not reached"


def is_interactive(widget: QWidget) -> bool:
    """Whether the pointer does something on a widget that works."""
    if not widget.isEnabled() or widget.testAttribute(
        Qt.WidgetAttribute.WA_TransparentForMouseEvents
    ):
        return False
    if isinstance(widget, STOCK):
        return not isinstance(widget, QScrollBar)  # the focus scrolls
    own = [cls for cls in type(widget).__mro__ if cls.__module__.startswith("latentstudio")]
    press = any("mousePressEvent" in vars(cls) for cls in own if cls is not Control)
    return press and widget.focusProxy() is None


def done_elsewhere(widget: QWidget) -> bool:
    """Parts of a control of which another part takes the keys for all."""
    parent = widget.parentWidget()
    if isinstance(widget, ResetDot):
        return True  # Delete
    if isinstance(widget, Segment):
        return True  # arrows, from the one that is on
    if isinstance(widget, ValueField) and isinstance(parent, SliderRow):
        return True  # digits on the track
    if isinstance(parent, DirectionRow) and widget is parent.chevron:
        return True  # Return on the track
    if isinstance(widget, SliderRow):
        return True  # its double click is Delete on the track
    if isinstance(parent, QTabBar) or widget.objectName().startswith("qt_"):
        return True  # Qt's own arrows of bars
    # a line edit inside a stop (a value being typed), and what stands for the stop it lies in
    return any(is_stop(above) for above in above_of(widget))


def above_of(widget: QWidget) -> Iterator[QWidget]:
    above = widget.parentWidget()
    while above is not None and not above.isWindow():
        yield above
        above = above.parentWidget()


def unclear(stop: QWidget) -> Iterator[str]:
    """What says nothing to a screen reader, or to a pointer that waits."""
    reader = QAccessible.queryAccessibleInterface(stop)
    if not (stop.accessibleName() or reader.text(QAccessible.Text.Name)).strip():
        yield f"{spell(stop)} has no accessible name"
    if not help_of(stop):
        yield f"{spell(stop)} has no help"
    empty = isinstance(stop, QAbstractItemView) and not stop.model().rowCount()
    takes = isinstance(stop, MOVED_BY_ARROWS) and not empty
    if takes and not any(accepts(stop, key) for key in (Key.Key_Right, Key.Key_Down)):
        yield f"{spell(stop)} leaves the arrows to the window"


def accepts(widget: QWidget, key: Qt.Key) -> bool:
    """Whether a widget takes a key before the window's shortcuts do."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def unseen(window: QWidget, stop: QWidget) -> Iterator[str]:
    """A stop whose focus cannot be seen, or that was not scrolled into sight."""
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    window.access.order._go(stop, Qt.FocusReason.TabFocusReason)  # type: ignore[attr-defined]
    QApplication.processEvents()
    if stop.isHidden():
        return  # the chip of a task that has ended
    if stop.visibleRegion().isEmpty():
        yield f"{spell(stop)} was not scrolled into sight"
        return
    with_focus = accents_around(window, stop)
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    ring = int((with_focus != accents_around(window, stop)).sum())
    if ring < RING:
        yield f"{spell(stop)} shows no focus ({ring} pixels)"


def accents_around(window: QWidget, stop: QWidget) -> npt.NDArray[np.bool_]:
    """Which pixels on a widget and close around it are of the accent colour.

    A ring on a button that is filled with it takes some away.
    """
    row = stop.parentWidget() if isinstance(stop.parentWidget(), SliderRow) else stop
    assert row is not None
    area = QRect(row.mapTo(window, QPoint(0, 0)), row.size()).adjusted(-3, -3, 3, 3)
    pixels = screens.pixels(window.grab(area & window.rect()).toImage())
    accent = QColor(theme.tokens().accent)
    wanted = np.array([accent.blue(), accent.green(), accent.red()])
    near: npt.NDArray[np.bool_] = np.abs(pixels - wanted).max(axis=2) < 24
    return near


def spell(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def test_f6_goes_through_the_regions_and_remembers(everything: Studio) -> None:
    window, order = everything.window, everything.window.access.order
    window.canvas.setFocus()
    names = []
    for _ in range(5):
        everything.key(Key.Key_F6)
        names.append(order.region_of(QApplication.focusWidget()))
    assert names == ["right", "bottom", "top", "left", "middle"]
    assert window.canvas.hasFocus()
    everything.key(Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    left = QApplication.focusWidget()
    assert left is not None
    QTest.keyClick(left, Key.Key_Tab)
    beside = QApplication.focusWidget()
    everything.key(Key.Key_F6)
    everything.key(Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is beside


def test_tab_goes_into_the_flyout_of_a_narrow_window(everything: Studio) -> None:
    window = everything.window
    window.resize(1024, 700)
    window.desk.reveal("sample")
    assert window.desk.flyout.isVisible()
    walked = walk(window)
    assert everything.control("sample.random") in walked
    assert not list(left_out(window, walked))
    assert not [fault for stop in walked for fault in unclear(stop)]


def test_back_is_the_same_way(everything: Studio) -> None:
    there = walk(everything.window)
    there[0].setFocus(Qt.FocusReason.TabFocusReason)
    back = []
    for _ in there:
        now = QApplication.focusWidget()
        assert now is not None
        back.append(now)
        QTest.keyClick(now, Key.Key_Backtab)
    assert [spell(stop) for stop in back] == [spell(there[0]), *map(spell, reversed(there[1:]))]


def test_a_key_means_one_thing_in_the_whole_window(everything: Studio) -> None:
    window = everything.window
    made = [
        *((key.toString(), action) for action in window.findChildren(QAction)
          for key in action.shortcuts()),
        *((shortcut.key().toString(), shortcut) for shortcut in window.findChildren(QShortcut)),
    ]  # fmt: skip
    only_where_they_are = (Qt.ShortcutContext.WidgetShortcut,
                           Qt.ShortcutContext.WidgetWithChildrenShortcut)  # fmt: skip
    wide = []
    for keys, source in made:
        context = source.shortcutContext() if isinstance(source, QAction) else source.context()
        if context not in only_where_they_are:
            wide.append(keys)
    twice = [keys for keys, count in Counter(wide).items() if count > 1]
    assert not twice
    named = {QKeySequence(keys).toString() for line in ACTIONS for keys in line.keys}
    assert named <= set(wide)
    assert {line.needs for line in ACTIONS} - {""} <= set(WHY)
