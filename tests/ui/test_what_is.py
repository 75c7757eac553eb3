"""What is this: help and keys of what the keys or the pointer are on; and motion reduced."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latentstudio.ui import motion
from latentstudio.ui.access import Access
from latentstudio.ui.what_is import explain
from tests.ui.studio import Studio

Key, Control, Shift = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


def test_the_keys_have_it_first(studio: Studio) -> None:
    track = studio.window.panel("truncation").findChild(type(studio.control("truncation.psi")))
    assert track is not None
    track.track.setFocus(Qt.FocusReason.TabFocusReason)  # type: ignore[attr-defined]
    studio.key(Key.Key_F1, Shift)
    bubble = studio.window.access.what_is.bubble
    assert bubble is not None
    assert bubble.isVisible()
    title, words = bubble.words()
    assert title == "Truncation"
    assert words.startswith("Closer to the mean face")
    assert "Delete: the default" in bubble.accessibleName()
    studio.key(Key.Key_Escape)
    assert not bubble.isVisible()


def test_else_what_is_under_the_pointer(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    button = studio.control("sample.random")
    over = button.mapToGlobal(button.rect().center())
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: QPoint(over)))
    studio.window.canvas.setFocus()
    studio.window.actions_by_name["what_is_this"].trigger()
    bubble = studio.window.access.what_is.bubble
    assert bubble is not None
    assert bubble.words()[0] == "Random"
    assert "Space: from anywhere in the window" in bubble.accessibleName()
    QTest.mouseClick(studio.window.canvas, Qt.MouseButton.LeftButton)
    assert not bubble.isVisible()


def test_the_key_is_read_from_the_tooltip(studio: Studio) -> None:
    title, words, keys = explain(studio.window.top_bar.search)
    assert (title, words) == ("Search commands", "")
    assert keys[0] == ("Ctrl+K", "from anywhere in the window")
    title, words, _ = explain(studio.window.strip.tabs.tabs)
    assert title == "Tabs"
    assert words.startswith("Faces to go on from")


def test_motion_is_reduced_by_the_user_or_the_desktop(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion, "_system_is_still", lambda: False)
    motion.set_reduced(None)
    assert motion.duration(motion.OPENING_MS) == 120
    action = studio.window.actions_by_name["reduce_motion"]
    action.setChecked(False)
    action.trigger()
    assert motion.duration(motion.OPENING_MS) == motion.duration(motion.LEAVING_MS) == 0
    panel = studio.window.panel("sample")
    panel.header.click()
    assert not panel._viewport.isVisible()  # at once
    motion.set_reduced(None)
    action.setChecked(False)
    Access._restore_motion(studio.window.access)
    assert action.isChecked()
    assert motion.reduced()
    action.trigger()
    assert not motion.reduced()
    monkeypatch.setattr(motion, "_system_is_still", lambda: True)
    assert not motion.reduced()  # the user has chosen
    motion.set_reduced(None)
    assert motion.reduced()


def test_the_drag_plane_leaves_at_once(studio: Studio) -> None:
    motion.set_reduced(True)
    overlay = studio.window.walk._overlay
    overlay.show_place(studio.recipe)
    overlay.leave()
    QApplication.processEvents()
    assert not overlay.isVisible()
    motion.set_reduced(None)


def test_licences_are_shown_in_full(studio: Studio) -> None:
    studio.window.actions_by_name["licences"].trigger()
    text = studio.control("card.licences")
    assert "Changed: used to train a network." in text.toPlainText()  # type: ignore[attr-defined]
    assert "Creative Commons Attribution 4.0" in text.toPlainText()  # type: ignore[attr-defined]
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.close()
