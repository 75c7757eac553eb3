"""LazyRows: a column of rows of which only those in sight are built; the rail scrolls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.in_sight import InSight

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from PySide6.QtGui import QResizeEvent, QShowEvent

_HEIGHT, _GAP = 28, 2  # of a closed row, and between rows
_AT_ONCE = 2  # rows built before the window goes on: one takes some milliseconds
_BEYOND = 2  # rows built above and below what is in sight, for Tab to go to


class LazyRows(QWidget):
    """Rows by key. A row is 28 high at 100 %, or as high as it asks where it is expanded.

    Signals:
        changed: other rows may be in sight; see ``in_sight``.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Hashable] = []
        self._make: Callable[[Hashable], QWidget] | None = None
        self._rows: dict[Hashable, QWidget] = {}
        self._expanded: Hashable = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._take_turn)
        self._in_turn = False
        self._reveal = QTimer(self, singleShot=True, interval=0)
        self._reveal.timeout.connect(self._show_expanded)
        self._area: QScrollArea | None = None  # what it scrolls in, once it is shown
        self._sight: InSight | None = None
        theme.events.changed.connect(self._later.start)

    def set_keys(self, keys: Sequence[Hashable], make: Callable[[Hashable], QWidget]) -> None:
        """Show rows of these keys; those that are there already stay."""
        self._make, self._keys = make, list(keys)
        for key in [key for key in self._rows if key not in set(self._keys)]:
            self._drop(key)
        if self._expanded not in self._rows:
            self._expanded = None
        self.arrange()

    def has(self, key: Hashable) -> bool:
        """Whether there is a row of a key, built or not."""
        return key in self._keys

    def rows(self) -> dict[Hashable, QWidget]:
        """The rows that are built, from the top."""
        return {key: self._rows[key] for key in self._keys if key in self._rows}

    def in_sight(self) -> list[QWidget]:
        """The rows that can be seen, from the top."""
        low, high = self._span()
        return [w for w in self.rows().values() if w.y() < high and w.y() + w.height() > low]

    def row(self, key: Hashable) -> QWidget:
        """The row of a key, built if it has not been; KeyError where there is no such key."""
        if key not in self._rows:
            if key not in self._keys:
                raise KeyError(key)
            self._add(key)
            self.arrange()
        return self._rows[key]

    def set_expanded(self, key: Hashable) -> None:
        """Give one row the height that it asks for, and let it be seen whole; None for no row."""
        self._expanded = key
        self.arrange()
        if key is not None:
            self._reveal.start()  # what it stands in has to grow first

    def _show_expanded(self) -> None:
        inside = self._area.widget() if self._area is not None else None
        if self._area is None or inside is None or self._expanded not in self._keys:
            return
        top, height = self._places()[self._keys.index(self._expanded)]
        top = self.mapTo(inside, QPoint(0, top)).y()
        bar = self._area.verticalScrollBar()
        bar.setValue(min(top, max(bar.value(), top + height - self._area.viewport().height())))

    def arrange(self) -> None:
        """Measure again: a row has changed its height."""
        self._later.stop()
        places = self._places()
        total = places[-1][0] + places[-1][1] if places else 0
        self.setFixedHeight(total)
        self._build()

    def _take_turn(self) -> None:
        """Build some rows; a model that opens or a wheel that turns has no time for it."""
        self._in_turn = True
        self.arrange()
        self._in_turn = False

    def _span(self) -> tuple[int, int]:
        """From where to where it can be seen."""
        part = self.rect() if self._sight is None else self._sight.part()
        return part.top(), part.top() + part.height()

    def _height_of(self, key: Hashable) -> int:
        if key != self._expanded or key not in self._rows:
            return theme.px(_HEIGHT)
        row = self._rows[key]
        layout = row.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(max(1, self.width()))
        return row.sizeHint().height()

    def _places(self) -> list[tuple[int, int]]:
        """Top and height of every row."""
        places, top = [], 0
        for key in self._keys:
            height = self._height_of(key)
            places.append((top, height))
            top += height + theme.px(_GAP)
        return places

    def _build(self) -> None:
        """Make the rows that have come into sight, and put all where they belong."""
        low, high = self._span()
        reach = _BEYOND * theme.px(_HEIGHT)
        came = 0
        for key, (top, height) in zip(self._keys, self._places(), strict=True):
            near = low - reach <= top + height <= high + reach
            if near and key not in self._rows and self.isVisible():
                if not self._in_turn or came == _AT_ONCE:
                    self._later.start()
                    continue
                self._add(key)
                came += 1
            if key in self._rows:
                self._rows[key].setGeometry(0, top, self.width(), height)
        if came:
            self._chain()
        self.changed.emit()

    def _add(self, key: Hashable) -> None:
        assert self._make is not None
        row = self._make(key)
        row.setParent(self)
        row.installEventFilter(self)
        row.show()
        self._rows[key] = row

    def _drop(self, key: Hashable) -> None:
        row = self._rows.pop(key)
        row.removeEventFilter(self)
        row.hide()
        row.deleteLater()

    def _chain(self) -> None:
        """Let Tab go from row to row: Qt puts what is made later at the end of the window."""
        before: QWidget = self
        for row in self.rows().values():
            for widget in focusable(row):
                QWidget.setTabOrder(before, widget)
                before = widget

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._later.start()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._area is None:
            self._watch()
        self.arrange()

    def _watch(self) -> None:
        """Follow what it scrolls in."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            self._area, self._sight = above, InSight(self, above)
            self._sight.changed.connect(self._later.start)


def focusable(widget: QWidget) -> list[QWidget]:
    """What takes the focus by Tab inside a widget, from the top, then from the left."""
    found = [
        child
        for child in widget.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None
    ]
    return sorted(found, key=lambda w: w.mapTo(widget, w.rect().topLeft()).toTuple()[::-1])
