"""SliderRow: gestures, keys, typing, what it tells and what it says."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, SeedField, SliderRow, ValueField
from latentstudio.ui.controls.direction_row import DirectionRow

LEFT = Qt.MouseButton.LeftButton


class Heard:
    """What a row has told."""

    def __init__(self, row: SliderRow) -> None:
        self.moved: list[float] = []
        self.committed: list[float] = []
        row.moved.connect(self.moved.append)
        row.committed.connect(self.committed.append)


@pytest.fixture
def row(qtbot: QtBot) -> SliderRow:
    made = SliderRow("Strength", 0, 2, 1.0)
    qtbot.addWidget(made)
    made.resize(300, 28)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.track.setFocus(Qt.FocusReason.TabFocusReason)
    return made


@pytest.fixture
def heard(row: SliderRow) -> Heard:
    return Heard(row)


def knob(row: SliderRow, value: float) -> QPoint:
    """Where the knob stands for a value."""
    return QPoint(round(row.track._x(value)), row.track.height() // 2)


def test_setting_a_value_tells_nobody(row: SliderRow, heard: Heard) -> None:
    row.set_value(1.7)
    assert row.value() == 1.7
    assert row.field.text() == "1.70"
    assert not heard.moved
    assert not heard.committed


def test_a_drag_is_one_gesture(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mousePress(row.track, LEFT, pos=knob(row, 1.0))
    qtbot.mouseMove(row.track, knob(row, 1.5))
    qtbot.mouseMove(row.track, knob(row, 1.8))
    assert not heard.committed
    qtbot.mouseRelease(row.track, LEFT, pos=knob(row, 1.8))
    assert len(heard.moved) >= 2
    assert len(heard.committed) == 1
    assert heard.committed[0] == heard.moved[-1] == pytest.approx(1.8, abs=0.02)


def test_escape_takes_a_drag_back(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mousePress(row.track, LEFT, pos=knob(row, 1.6))
    qtbot.keyClick(row.track, Qt.Key.Key_Escape)
    qtbot.mouseRelease(row.track, LEFT, pos=knob(row, 1.6))
    assert row.value() == 1.0
    assert heard.moved[-1] == 1.0


@pytest.mark.parametrize(
    ("key", "held", "value"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1.01),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0.99),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, 1.001),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 1.1),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, 0.9),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0.0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 2.0),
    ],
)
def test_keys(
    row: SliderRow,
    heard: Heard,
    qtbot: QtBot,
    key: Qt.Key,
    held: Qt.KeyboardModifier,
    value: float,
) -> None:
    qtbot.keyClick(row.track, key, held)
    assert row.value() == pytest.approx(value)
    assert heard.moved == heard.committed == [pytest.approx(value)]


def test_a_held_key_is_one_gesture(row: SliderRow, heard: Heard) -> None:
    right, none = Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier
    for repeat in (False, True, True):
        QApplication.sendEvent(row.track, QKeyEvent(QEvent.Type.KeyPress, right, none, "", repeat))
    QApplication.sendEvent(row.track, QKeyEvent(QEvent.Type.KeyRelease, right, none))
    assert len(heard.moved) == 3
    assert heard.committed == [pytest.approx(1.03)]


def test_delete_dot_and_double_click_reset(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    for reset in (
        lambda: qtbot.keyClick(row.track, Qt.Key.Key_Delete),
        lambda: qtbot.mouseClick(row.dot, LEFT),
        lambda: qtbot.mouseDClick(row, LEFT, pos=QPoint(10, 14)),
        row.reset,
    ):
        row.set_value(1.4)
        assert row.dot.isVisible()
        reset()
        assert row.value() == 1.0
        assert not row.dot.isVisible()
    assert heard.committed == [1.0] * 4


def test_digits_type_a_value(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    qtbot.keyClicks(row.track, "1")
    assert row.field.hasFocus()
    qtbot.keyClicks(row.field, ".2+0.3")
    assert not heard.moved
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert heard.moved == heard.committed == [pytest.approx(1.5)]
    assert row.track.hasFocus(), "the focus goes back to the slider"


def test_escape_leaves_the_field(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    qtbot.keyClicks(row.track, "1")
    qtbot.keyClicks(row.field, ".9")
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.field.text() == "1.00"
    assert not heard.committed


def test_what_is_no_number_is_marked_and_dropped(
    row: SliderRow, heard: Heard, qtbot: QtBot
) -> None:
    row.field.begin()
    qtbot.keyClicks(row.field, "much")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert row.field.hasFocus()
    assert "sum" in row.field.toolTip()
    row.track.setFocus()
    assert row.field.text() == "1.00"
    assert not heard.committed


@pytest.mark.parametrize("kind", [ValueField, SeedField])
def test_a_sum_of_no_number_is_marked_in_every_field(qtbot: QtBot, kind: type[ValueField]) -> None:
    field = SeedField() if kind is SeedField else ValueField(0, 2)
    qtbot.addWidget(field)
    before = field.value()
    field.setText("1e999-1e999")
    assert not field._take()
    assert field._wrong
    assert field.value() == before


def test_a_face_that_cannot_be_read_has_a_dash(qtbot: QtBot) -> None:
    made = DirectionRow("Smile", (-3, 3))
    qtbot.addWidget(made)
    made.show_place(float("nan"), float("nan"), False)
    assert made.field.text() == "\u2013"
    made.show_place(1.2, 0.5, True)
    assert made.field.text() == "+1.2"


def test_dragging_across_the_field_is_fine(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    middle = row.field.rect().center()
    qtbot.mousePress(row.field, LEFT, pos=middle)
    qtbot.mouseMove(row.field, middle + QPoint(10, 0))
    qtbot.mouseMove(row.field, middle + QPoint(20, 0))
    qtbot.mouseRelease(row.field, LEFT, pos=middle + QPoint(20, 0))
    assert row.value() == pytest.approx(1.1)
    assert heard.committed == [pytest.approx(1.1)]
    assert not row.field.hasFocus()


def turn(row: SliderRow) -> None:
    at = QPointF(row.track.rect().center())
    wheel = QWheelEvent(
        at, row.track.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(row.track, wheel)


def test_the_wheel_works_only_with_focus(row: SliderRow, heard: Heard, qtbot: QtBot) -> None:
    row.track.clearFocus()
    turn(row)
    assert not heard.moved
    row.track.setFocus()
    turn(row)
    turn(row)
    qtbot.waitUntil(lambda: bool(heard.committed), timeout=2000)
    assert heard.committed == [pytest.approx(1.02)]


def test_a_reason_turns_it_off_in_words(row: SliderRow) -> None:
    row.set_tooltip("How much")
    row.set_reason("one layer only")
    assert not row.isEnabled()
    assert row.field.text() == "\u2013"
    assert row.toolTip() == "one layer only"
    assert "one layer only" in row.track.accessibleDescription()
    row.set_reason("")
    assert row.isEnabled()
    assert row.field.text() == "1.00"
    assert row.toolTip() == "How much"


def test_a_mixed_value_says_so(row: SliderRow, qtbot: QtBot) -> None:
    row.set_mixed(True)
    assert row.field.text() == "varies"
    qtbot.keyClick(row.track, Qt.Key.Key_Right)
    assert row.field.text() == "1.01"


def test_limits_and_default_can_change(row: SliderRow) -> None:
    row.set_value(1.5)
    row.set_range(0, 1.2)
    assert row.value() == 1.2
    row.set_default(1.2)
    assert not row.is_changed()


def test_screen_readers_hear_a_slider(row: SliderRow) -> None:
    row.set_value(0.7)
    spoken = QAccessible.queryAccessibleInterface(row.track)
    assert spoken.role() == QAccessible.Role.Slider
    assert spoken.text(QAccessible.Text.Name) == "Strength"
    words = spoken.text(QAccessible.Text.Description)
    assert words == "0.70, from 0.00 to 2.00, default 1.00"


def test_a_screen_reader_can_move_it(row: SliderRow, heard: Heard) -> None:
    row.track.setValue(1500)  # as assistive technology does, in finest steps
    assert row.value() == pytest.approx(1.5)
    assert heard.committed == [pytest.approx(1.5)]


def test_leading_widgets_stand_before_the_label(row: SliderRow) -> None:
    lock = IconButton("lock-open", "Lock", size=16)
    row.add_leading(lock)
    assert lock.x() == 0
    assert lock.geometry().right() < row.track.x()


def test_right_edges_line_up(qtbot: QtBot) -> None:
    short, long = SliderRow("A", 0, 1, 0), SliderRow("B", 0, 1, 0, unit="steps")
    for row in (short, long):
        qtbot.addWidget(row)
        row.resize(300, 28)
        row.show()
    assert short.field.geometry().right() == long.field.geometry().right() == 299


@pytest.mark.parametrize("scale", theme.TEXT_SIZES)
def test_usual_ranges_have_fields_of_one_width(
    qapp: QApplication, qtbot: QtBot, scale: float
) -> None:
    theme.apply_theme(qapp, "dark", scale)
    rows = [
        SliderRow("A", -1, 2, 1),
        SliderRow("B", -3, 3, 0, decimals=1, signed=True),
        SliderRow("C", 1, 18, 18, step=1, decimals=0),
    ]
    for row in rows:
        qtbot.addWidget(row)
    assert len({row.field.sizeHint().width() for row in rows}) == 1
    theme.apply_theme(qapp, "dark")
