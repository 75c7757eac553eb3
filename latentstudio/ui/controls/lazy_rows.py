"""LazyRows: a column of rows of which only those in sight are built; many of them scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from latentstudio.ui import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent, QShowEvent

_HEIGHT, _GAP = 28, 2  # of a closed row, and between rows
_MOST = 12  # so many rows are all in sight
_SIGHT = 8  # rows in sight where there are more
_AT_ONCE = 2  # rows built before the window goes on: one takes some milliseconds
_BEYOND = 2  # rows built above and below what is in sight, for Tab to go to


class LazyRows(QScrollArea):
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
        self._inside = QWidget()
        self._inside.setAutoFillBackground(False)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)  # Qt turns it on for what scrolls
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._take_turn)
        self._in_turn = False
        self.verticalScrollBar().valueChanged.connect(self._build)
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
        low = self.verticalScrollBar().value()
        high = low + self.height()
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
            top, height = self._places()[self._keys.index(key)]
            bar = self.verticalScrollBar()
            bar.setValue(min(top, max(bar.value(), top + height - self.viewport().height())))

    def arrange(self) -> None:
        """Measure again: a row has changed its height."""
        self._later.stop()
        places = self._places()
        total = places[-1][0] + places[-1][1] if places else 0
        grown = self._height_of(self._expanded) - theme.px(_HEIGHT) if self._expanded else 0
        pitch, scrolls = theme.px(_HEIGHT + _GAP), len(self._keys) > _MOST
        self.setFixedHeight(_SIGHT * pitch + grown if scrolls else total)
        self.verticalScrollBar().setSingleStep(pitch)
        self._inside.resize(self._room(scrolls), total)
        self._build()

    def _take_turn(self) -> None:
        """Build some rows; a model that opens or a wheel that turns has no time for it."""
        self._in_turn = True
        self.arrange()
        self._in_turn = False

    def _room(self, scrolls: bool) -> int:
        """The width of rows: what the scroll bar leaves."""
        return self.width() - (self.verticalScrollBar().sizeHint().width() if scrolls else 0)

    def _height_of(self, key: Hashable) -> int:
        if key != self._expanded or key not in self._rows:
            return theme.px(_HEIGHT)
        row = self._rows[key]
        layout = row.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(max(1, self._inside.width()))
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
        low = self.verticalScrollBar().value()
        reach = _BEYOND * theme.px(_HEIGHT)
        high = low + self.height() + reach
        came = 0
        for key, (top, height) in zip(self._keys, self._places(), strict=True):
            if key not in self._rows and self.isVisible() and low - reach <= top + height <= high:
                if not self._in_turn or came == _AT_ONCE:
                    self._later.start()
                    continue
                self._add(key)
                came += 1
            if key in self._rows:
                self._rows[key].setGeometry(0, top, self._inside.width(), height)
        if came:
            self._chain()
        self.changed.emit()

    def _add(self, key: Hashable) -> None:
        assert self._make is not None
        row = self._make(key)
        row.setParent(self._inside)
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
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("panel"))
        painter.end()


def focusable(widget: QWidget) -> list[QWidget]:
    """What takes the focus by Tab inside a widget, from the top, then from the left."""
    found = [
        child
        for child in widget.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None
    ]
    return sorted(found, key=lambda w: w.mapTo(widget, w.rect().topLeft()).toTuple()[::-1])
