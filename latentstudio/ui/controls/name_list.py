"""NameList: names with a face each, of which a few are chosen by letter; long lists scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, fill, ring, write
from latentstudio.ui.controls.faces import Face, paint_badge, paint_picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QImage, QMouseEvent, QPainter

Index = QModelIndex | QPersistentModelIndex

_ROW, _FACE, _SIGN = 36, 28, 32  # a row's height; its face; room for the sign at its right end
_MOST_ROWS = 6
_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Plus, Qt.Key.Key_Minus}

_OURS = {*_KEYS, Qt.Key.Key_Up, Qt.Key.Key_Down}


class _Names(QAbstractListModel):
    """The names that are found, as Qt's lists and screen readers want them."""

    def __init__(self, parent: NameList) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self.found: tuple[int, ...] = ()
        self.letters: dict[str, str] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name = self.names[self.found[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            letter = self.letters.get(name)
            return f"{name}, chosen as {letter}" if letter else name
        return None

    def show(self, found: Sequence[int]) -> None:
        self.beginResetModel()
        self.found = tuple(found)
        self.endResetModel()


class _RowPainter(QStyledItemDelegate):
    """Draws one row: face, name, and the sign that adds it or takes it out."""

    def __init__(self, view: NameList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, name = self._view, index.data()
        letter = view.letter(name)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        hot = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
        if letter or hot:
            fill(painter, area, "selected" if letter else "hover")
        edge = theme.px(_FACE)
        box = QRectF(area.left() + theme.px(4), area.center().y() - edge / 2, edge, edge)
        paint_picture(painter, box, view.face(name))
        if letter:
            paint_badge(painter, box.topLeft() + QPointF(-1, -1), letter)
        left = box.right() + theme.px(8)
        words = QRectF(left, area.top(), area.right() - theme.px(_SIGN) - left, area.height())
        write(painter, words, name, token="text" if letter or hot else "muted")
        current = index.row() == view.currentIndex().row()
        if letter or hot or (current and view.shows_focus()):
            self._paint_sign(painter, area, bool(letter))
        if current and view.shows_focus():
            ring(painter, area)

    def _paint_sign(self, painter: QPainter, area: QRectF, chosen: bool) -> None:
        if chosen and not self._view.can_remove:
            return
        full = not chosen and not self._view.can_add
        center = QPointF(area.right() - theme.px(_SIGN / 2), area.center().y())
        draw_icon(painter, center, "minus" if chosen else "plus", "outline" if full else "muted")


class NameList(Control, QListView):
    """A list to choose from: a row is taken alone, or added to the others by its plus.

    Signals:
        picked: a name, to be taken alone.
        added: a name, to be chosen beside the others.
        removed: a chosen name, to be taken out.
        scrolled: other rows are on show.

    Attributes:
        can_add: whether one more may be chosen.
        can_remove: whether a chosen one may be taken out.
    """

    picked = Signal(str)
    added = Signal(str)
    removed = Signal(str)
    scrolled = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_add = self.can_remove = True
        self._faces: dict[str, Face] = {}
        self._list = _Names(self)
        self.setModel(self._list)
        self.setItemDelegate(_RowPainter(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self.scrolled.emit())
        self.become(name)
        self._fit()

    # --- what is shown --------------------------------------------------------------------------

    def set_names(self, names: Sequence[str]) -> None:
        """Show other names, all of them, without faces."""
        self._list.names = tuple(names)
        self._faces.clear()
        self.show_found(range(len(names)))

    def show_found(self, found: Sequence[int]) -> None:
        """Show only the names at these places, in this order."""
        self._list.show(found)
        if found:
            self.setCurrentIndex(self._list.index(0))
        self._fit()
        self.scrolled.emit()

    def set_letters(self, letters: Mapping[str, str]) -> None:
        """Say which names are chosen, by their letters."""
        if letters != self._list.letters:
            self._list.letters = dict(letters)
            self.viewport().update()

    def set_image(self, name: str, image: QImage) -> None:
        """Show the face of a name."""
        self._faces[name] = Face(image)
        self.viewport().update()

    def face(self, name: str) -> Face:
        """The face of a name, or the empty place for it."""
        return self._faces.get(name) or Face()

    def letter(self, name: str) -> str:
        """The letter of a chosen name, or nothing."""
        return self._list.letters.get(name, "")

    def names(self) -> tuple[str, ...]:
        """The names that are found, in order."""
        return tuple(self._list.names[at] for at in self._list.found)

    def on_show(self) -> tuple[str, ...]:
        """The names whose rows can be seen now."""
        row = theme.px(_ROW)
        top = self.verticalScrollBar().value()
        first, last = top // row, (top + self.viewport().height() - 1) // row
        return self.names()[first : last + 1]

    # --- gestures -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        if event.position().x() >= self.visualRect(index).right() - theme.px(_SIGN):
            self._toggle(index.data())
        else:
            self.picked.emit(index.data())

    def event(self, event: QEvent) -> bool:
        ours = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if ours and event.key() in _OURS and not event.modifiers():  # type: ignore[attr-defined]
            event.accept()  # before the window takes Space for a random face, and arrows for seeds
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self.currentIndex().data() if self.currentIndex().isValid() else None
        if name is None or event.key() not in _KEYS:
            super().keyPressEvent(event)
            return
        self.show_ring(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(name)
        else:
            self._toggle(name)

    def _toggle(self, name: str) -> None:
        if self.letter(name):
            self.removed.emit(name)
        else:
            self.added.emit(name)

    def theme_changed(self) -> None:
        super().theme_changed()
        self._fit()

    def _fit(self) -> None:
        """As high as its rows, up to six of them."""
        rows = min(max(len(self._list.found), 1), _MOST_ROWS)
        self.setFixedHeight(rows * theme.px(_ROW))
        self.scheduleDelayedItemsLayout()
