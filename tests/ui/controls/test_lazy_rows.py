"""Rows that are built as they come into sight, and no sooner."""

from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.ui.controls.lazy_rows import LazyRows


def shown(qtbot: QtBot, count: int, *, covered: bool = False) -> tuple[QScrollArea, LazyRows]:
    """Rows in what scrolls, 300 pixels high; perhaps under a screen that covers all of it."""
    window = QScrollArea(widgetResizable=True)
    qtbot.addWidget(window)
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    rows = LazyRows()
    column.addWidget(rows)
    column.addStretch(1)
    window.setWidget(inside)
    window.resize(200, 300)
    rows.set_keys(range(count), lambda key: QLabel(str(key)))
    if covered:
        cover = QWidget(window)
        cover.setAutoFillBackground(True)
        cover.setGeometry(window.rect())
        cover.raise_()
    window.show()
    return window, rows


def test_only_what_is_in_sight_is_built(qtbot: QtBot) -> None:
    area, rows = shown(qtbot, 100)
    qtbot.waitUntil(lambda: len(rows.rows()) >= 10)
    qtbot.wait(50)
    assert len(rows.rows()) < 20
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: 99 in rows.rows())
    assert 50 not in rows.rows()


def test_rows_are_built_behind_a_screen_that_covers_them(qtbot: QtBot) -> None:
    _area, rows = shown(qtbot, 8, covered=True)
    qtbot.waitUntil(lambda: len(rows.rows()) == 8)
