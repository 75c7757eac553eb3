"""Rail: a scrolling column of sections, reordered by their headers, remembered as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QMenu

    from latentstudio.ui.controls.section import Section


class Rail(QScrollArea):
    """The sections of one side of the window.

    Signals:
        changed: the user folded, moved, hid or showed a section.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sections: list[Section] = []
        self._absent: set[str] = set()
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)  # the rail paints what is behind it
        self._landing = _Landing(self._inside)
        self._gap = 0  # how many of the other sections lie above the dragged one
        theme.events.changed.connect(self._dress)
        self._dress()

    def add_section(self, section: Section) -> None:
        """Adds a section at the end, with Move and Hide in its menu."""
        self._sections.append(section)
        self._column.insertWidget(self._column.count() - 1, section)
        menu = section.menu
        if not menu.isEmpty():
            menu.addSeparator()
        for words, act in (
            ("Move up", lambda: self._move(section, -1)),
            ("Move down", lambda: self._move(section, 1)),
            (f"Hide {section.title}", lambda: self.hide_section(section.key)),
        ):
            menu.addAction(words).triggered.connect(act)
        section.header.dragged.connect(lambda at: self._drag(section, at))
        section.header.dropped.connect(lambda: self._drop(section))
        section.opened.connect(self.changed)

    def sections(self) -> list[Section]:
        """All sections in their order, hidden ones too."""
        return list(self._sections)

    def set_present(self, keys: Sequence[str]) -> None:
        """Shows these sections, in this order, as if there were no others."""
        self._absent = {s.key for s in self._sections} - set(keys)
        known = {key: at for at, key in enumerate(keys)}
        self._arrange(sorted(self._sections, key=lambda s: known.get(s.key, len(known))))
        for section in self._sections:
            section.setVisible(section.key in known)

    def present(self) -> list[Section]:
        """The sections that are here at the moment, hidden ones too."""
        return [s for s in self._sections if s.key not in self._absent]

    def section(self, key: str) -> Section:
        """The section of a name.

        Raises:
            KeyError: there is none.
        """
        for section in self._sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def reveal(self, key: str) -> None:
        """Shows, opens and scrolls to a section."""
        section = self.section(key)
        section.setVisible(True)
        section.set_open(True)
        self._column.activate()
        self._inside.adjustSize()
        self.verticalScrollBar().setValue(section.y())
        section.header.setFocus(Qt.FocusReason.OtherFocusReason)

    def hide_section(self, key: str) -> None:
        """Hides a section, as its menu does."""
        self.section(key).setVisible(False)
        self.changed.emit()

    def fill_menu(self, menu: QMenu) -> None:
        """Adds a line a section to a menu, ticked while it is shown."""
        for section in self.present():
            line = QAction(section.title, menu, checkable=True)
            line.setChecked(not section.isHidden())
            line.toggled.connect(lambda on, of=section: self._set_shown(of, on))
            menu.addAction(line)

    def state(self) -> str:
        """Order, open and hidden sections, as JSON."""
        return json.dumps(
            [{"key": s.key, "open": s.wants_open(), "hidden": s.isHidden()} for s in self.present()]
        )

    def restore(self, state: str) -> None:
        """Takes a saved state; sections it does not know keep their place, bad ones are left."""
        try:
            lines = json.loads(state)
            known = {line["key"]: (at, line) for at, line in enumerate(lines)}
        except (ValueError, TypeError, KeyError):
            return
        last = len(known)
        order = sorted(self._sections, key=lambda s: known.get(s.key, (last, None))[0])
        self._arrange(order)
        for section in order:
            if section.key in known and section.key not in self._absent:
                line = known[section.key][1]
                section.setVisible(not line.get("hidden", False))
                section.set_open(bool(line.get("open", True)))

    # moving

    def _set_shown(self, section: Section, on: bool) -> None:
        section.setVisible(on)
        self.changed.emit()

    def _move(self, section: Section, places: int) -> None:
        order = list(self._sections)
        at = order.index(section)
        order.remove(section)
        order.insert(max(0, at + places), section)
        self._arrange(order)
        self.changed.emit()

    def _arrange(self, order: list[Section]) -> None:
        self._sections = list(order)
        for at, section in enumerate(order):
            self._column.insertWidget(at, section)

    def _drag(self, moved: Section, at: QPointF) -> None:
        y = round(self._inside.mapFromGlobal(at).y())
        others = self._shown_beside(moved)
        self._gap = sum(1 for s in others if s.y() + s.height() / 2 < y)
        below = others[self._gap :]
        last = others[-1].geometry().bottom() if others else 0
        self._landing.stand(below[0].y() if below else last)
        self.ensureVisible(0, y, 0, theme.px(34))

    def _drop(self, moved: Section) -> None:
        self._landing.hide()
        others = [s for s in self._sections if s is not moved]
        above = self._shown_beside(moved)[: self._gap]
        place = others.index(above[-1]) + 1 if above else 0
        self._arrange([*others[:place], moved, *others[place:]])
        self.changed.emit()

    def _shown_beside(self, moved: Section) -> list[Section]:
        return [s for s in self._sections if s is not moved and not s.isHidden()]

    def _dress(self) -> None:
        self.viewport().update()
        self.verticalScrollBar().setSingleStep(theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("panel"))
        painter.end()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(120))


class _Landing(QWidget):
    """The accent line between two sections while a third is dragged."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def stand(self, y: int) -> None:
        """Shows the line at a height of its parent."""
        self.setGeometry(0, max(0, y - 1), self._over.width(), 2)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.fillRect(self.rect(), theme.color("accent"))
        painter.end()
