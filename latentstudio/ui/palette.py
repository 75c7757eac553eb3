"""Command palette: a field over the window in which a few letters find whatever there is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from latentstudio.ui import icons, theme
from latentstudio.ui.controls import KeyHints, Label
from latentstudio.ui.controls.base import painter_on, stroke
from latentstudio.ui.palette_entries import (
    Entry,
    entries_of,
    find,
    read_recent,
    remember,
)
from latentstudio.ui.palette_list import MOST_ROWS, ROW, ROW_SIDE, PaletteList

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QPaintEvent

    from latentstudio.ui.main_window import MainWindow

_WIDTH, _TOP, _EDGE, _INSIDE = 560, 60, 24, 8
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_PageDown: MOST_ROWS - 1,
    Qt.Key.Key_PageUp: 1 - MOST_ROWS,
}
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
_HINTS = (("↑ ↓", "choose"), ("Return", "do it"), ("Esc", "close"))


class Palette(QFrame):
    """Lies over the window while it is open; what had the focus has it again afterwards.

    Signals:
        opened: it is on show.
    """

    opened = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self._window = window
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self._build()
        self.hide()
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)
        theme.events.changed.connect(self._stand)

    def _build(self) -> None:
        self.field = QLineEdit()
        self.field.setObjectName("palette.search")
        self.field.setAccessibleName("Search commands")
        self.field.setPlaceholderText("Search commands, sections, directions and models")
        self.field.setToolTip("Some letters of a name, in order; the best fit is chosen")
        sign = self.field.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        icons.dress(sign, "search")
        self.field.textChanged.connect(lambda _text: self._search())
        self.field.installEventFilter(self)
        self.list = PaletteList()
        self.list.setObjectName("palette.list")
        self.list.clicked.connect(self._clicked)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._tell())
        self.nothing = Label("", token="muted")
        self._hints = KeyHints()
        self._hints.set_hints(_HINTS)
        self._column = QVBoxLayout(self)
        for widget in (self.field, self.list, self.nothing, self._hints):
            self._column.addWidget(widget)

    # --- open and closed ------------------------------------------------------------------------

    def toggle(self) -> None:
        """Open, or close again."""
        if self.isVisible():
            self.leave()
        else:
            self.open()

    def open(self) -> None:
        """Come up with everything there is, recent commands first."""
        self._before = QApplication.focusWidget()
        self._entries = entries_of(self._window)
        self.field.clear()
        self._search()
        self.show()
        self.raise_()
        self._stand()
        self.field.setFocus()
        self.opened.emit()

    def leave(self) -> None:
        """Go, and give the focus back."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        inside = self.isAncestorOf(QApplication.focusWidget() or self._window)
        if inside and before is not None and isValid(before) and before.isVisible():
            before.setFocus()
        elif inside:
            self._window.canvas.setFocus()
        self.hide()

    def run(self, row: int | None = None) -> None:
        """Do what a line, or the chosen one, says; a line that cannot be done keeps it open."""
        if row is not None:
            self.list.choose(row)
        found = self.list.chosen()
        if found is None or found.entry.reason:
            return
        self.leave()
        remember(self._window.settings, found.entry.key)
        # In a turn of its own: the key that chose it belongs to the palette.
        QTimer.singleShot(0, self._window, found.entry.run)

    # --- what is shown --------------------------------------------------------------------------

    def _search(self) -> None:
        query = self.field.text()
        recent = read_recent(self._window.settings)
        found = find(query, self._entries, recent)
        room = self._window.height() - theme.px(_TOP + 110)
        self.list.show_found(found, max(3, min(MOST_ROWS, room // theme.px(ROW))))
        self.list.setVisible(bool(found))
        self.nothing.setText(f"Nothing is called '{query.strip()}'")
        self.nothing.setVisible(not found)
        self._stand()
        self._tell()

    def _tell(self) -> None:
        """Let a screen reader say the chosen line; the focus stays in the field."""
        found = self.list.chosen()
        words = found.entry.spoken if found else self.nothing.text()
        self.field.setAccessibleDescription(words)
        if self.isVisible() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, words))

    def _stand(self) -> None:
        """In the middle, under the top bar."""
        inside, window = theme.px(_INSIDE), self._window
        self._column.setContentsMargins(inside, inside, inside, inside)
        self._column.setSpacing(inside)
        side = theme.px(ROW_SIDE)
        self.nothing.setContentsMargins(side, 0, side, 0)
        self._hints.setContentsMargins(side, 0, side, 0)
        self.field.setMinimumHeight(theme.px(34))
        width = min(theme.px(_WIDTH), window.width() - 2 * theme.px(_EDGE))
        self.setFixedWidth(width)
        self._column.activate()
        self.adjustSize()
        self.move((window.width() - width) // 2, theme.px(_TOP))

    # --- keys and pointer -----------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._search()
        elif isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
                event.accept()  # before the window takes arrows and letters
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._take_key(event)
        return False

    @staticmethod
    def _is_ours(event: QKeyEvent) -> bool:
        """Keys without Ctrl or Alt are typed here; F keys stay the window's."""
        function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        return not function and not event.modifiers() & ~_PLAIN

    def _take_key(self, event: QKeyEvent) -> bool:
        if event.key() in _RETURN:
            self.run()
        elif event.key() in _STEPS:
            self.list.step(_STEPS[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            return False
        return True

    def _clicked(self, index: QModelIndex) -> None:
        self.run(index.row())

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and not self.isAncestorOf(new):
            self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.setBrush(theme.color("panel"))
        painter.setPen(theme.color("panel"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        stroke(painter, self.rect(), "outline", 1, 6)
        painter.end()
