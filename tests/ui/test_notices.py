"""Notices stay until closed, unless they only inform."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.ui import notices
from latentstudio.ui.notices import NoticeStack

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stack(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> NoticeStack:
    monkeypatch.setattr(notices, "STAYS_MS", 40)
    made = NoticeStack()
    qtbot.addWidget(made)
    made.resize(500, 200)
    return made


def test_information_leaves_by_itself(stack: NoticeStack, qtbot: QtBot) -> None:
    stack.post("info", "Saved", "face.png")
    assert stack.isVisible()
    qtbot.waitUntil(lambda: stack.count() == 0)
    assert not stack.isVisible()


def test_a_hovered_one_stays(stack: NoticeStack, qtbot: QtBot) -> None:
    notice = stack.post("info", "Saved")
    at = QPointF(5, 5)
    QApplication.sendEvent(notice, QEnterEvent(at, at, at))
    qtbot.wait(80)
    assert stack.count() == 1
    QApplication.sendEvent(notice, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: stack.count() == 0)


def test_warnings_and_errors_stay(stack: NoticeStack, qtbot: QtBot) -> None:
    stack.post("warning", "Another model")
    stack.post("error", "Could not read wild.pkl", "41 of 298 MB")
    qtbot.wait(80)
    assert stack.count() == 2
    assert [notice.kind for notice in stack.notices()] == ["error", "warning"]


def test_the_newest_is_shown_and_the_others_counted(stack: NoticeStack, qtbot: QtBot) -> None:
    made = [stack.post("warning", f"Number {n}") for n in range(3)]
    assert [notice.isVisible() for notice in made] == [False, False, True]
    assert stack._more.text() == "2 more"
    qtbot.mouseClick(stack._more, LEFT)
    assert all(notice.isVisible() for notice in made)
    made[2].dismiss()
    made[1].dismiss()
    assert not stack._more.isVisible()
    assert made[0].isVisible()


def test_errors_can_be_copied(stack: NoticeStack, qtbot: QtBot) -> None:
    notice = stack.post("error", "Could not read", "cut off", copy="all of it")
    assert [button.text() for button in notice.buttons] == ["Copy details"]
    qtbot.mouseClick(notice.buttons[0], LEFT)
    assert QGuiApplication.clipboard().text() == "all of it"


def test_its_button_acts(stack: NoticeStack, qtbot: QtBot) -> None:
    done: list[str] = []
    notice = stack.post("warning", "Another model", actions=[("Load it", lambda: done.append("x"))])
    qtbot.mouseClick(notice.buttons[0], LEFT)
    assert done == ["x"]
    qtbot.mouseClick(notice.close_button, LEFT)
    assert stack.count() == 0


def test_escape_closes(stack: NoticeStack, qtbot: QtBot) -> None:
    notice = stack.post("error", "Stopped")
    qtbot.keyClick(notice, Qt.Key.Key_Escape)
    assert stack.count() == 0


def test_clear(stack: NoticeStack) -> None:
    stack.post("error", "One")
    stack.post("error", "Two")
    stack.clear()
    assert stack.count() == 0
    assert not stack.isVisible()
