"""PaletteList: the lines of the command palette, with the typed letters lit and the keys shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, fill, stroke, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from latentstudio.ui.palette_entries import Found

Index = QModelIndex | QPersistentModelIndex

ROW = 32
MOST_ROWS = 10
ROW_SIDE = 12
"""Left and right of what a line shows, in pixels at 100 %."""
_ICON, _GAP = 16, 10
_RIGHT = Qt.AlignmentFlag.AlignRight


class _Lines(QAbstractListModel):
    """What was found, as Qt's lists and screen readers want it."""

    found: Sequence[Found] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.found[index.row()].entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.reason or entry.help or None
        return None

    def show(self, found: Sequence[Found]) -> None:
        self.beginResetModel()
        self.found = found
        self.endResetModel()


class _LinePainter(QStyledItemDelegate):
    """Icon, title, and at the right what kind of thing it is and its keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(200), theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Lines)
        found = model.found[index.row()]
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            fill(painter, area, "selected")
        inside = area.adjusted(theme.px(ROW_SIDE), 0, -theme.px(ROW_SIDE), 0)
        off = bool(found.entry.reason)
        if found.entry.icon:
            middle = QPointF(inside.left() + theme.px(_ICON) / 2, inside.center().y())
            draw_icon(painter, middle, found.entry.icon, "outline" if off else "muted")
        inside.setLeft(inside.left() + theme.px(_ICON + _GAP))
        inside.setRight(self._paint_right(painter, inside, found) - theme.px(_GAP))
        self._paint_title(painter, inside, found)
        painter.restore()

    def _paint_right(self, painter: QPainter, area: QRectF, found: Found) -> float:
        """Keys, and before them the kind or the reason; gives the left end of it all."""
        right = area.right()
        for keys in reversed(found.entry.keys):
            right = _paint_cap(painter, area, right, keys) - theme.px(_GAP)
        words = found.entry.reason or found.entry.group
        width = QFontMetrics(theme.font("label")).horizontalAdvance(words) + 1
        box = QRectF(max(area.left(), right - width), area.top(), width, area.height())
        write(painter, box, words, token="faint", align=_RIGHT)
        return box.left()

    def _paint_title(self, painter: QPainter, area: QRectF, found: Found) -> None:
        """The title; letters that were typed are in the accent colour and bolder."""
        plain = "faint" if found.entry.reason else "text"
        left = area.left()
        for run, lit in runs(found.entry.title, found.places):
            role: theme.Role = "strong" if lit else "label"
            width = QFontMetrics(theme.font(role)).horizontalAdvance(run)
            room = QRectF(left, area.top(), min(width, area.right() - left), area.height())
            if room.width() <= 0:
                return
            write(painter, room, run, role=role, token="accent" if lit else plain)
            left += width


class PaletteList(Control, QListView):
    """The lines; the field above them keeps the focus, so the chosen one is always marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _Lines(self)
        self.setModel(self._lines)
        self.setItemDelegate(_LinePainter(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.become("Commands")

    def show_found(self, found: Sequence[Found], most: int = MOST_ROWS) -> None:
        """Show these lines, the first one chosen, as high as ``most`` of them."""
        self._lines.show(found)
        self.setFixedHeight(theme.px(ROW) * max(1, min(len(found), most)))
        if found:
            self.choose(0)
        self.scrollToTop()

    def found(self) -> Sequence[Found]:
        """The lines."""
        return self._lines.found

    def chosen(self) -> Found | None:
        """The marked line."""
        index = self.currentIndex()
        return self._lines.found[index.row()] if index.isValid() else None

    def choose(self, row: int) -> None:
        """Mark a line; those before the first and after the last are at the other end."""
        count = len(self._lines.found)
        if count:
            self.setCurrentIndex(self._lines.index(row % count))

    def step(self, lines: int) -> None:
        """Mark a line further down or up; a page stops at the ends."""
        row = self.currentIndex().row() + lines
        last = len(self._lines.found) - 1
        self.choose(row if abs(lines) == 1 else min(max(row, 0), last))


def runs(text: str, places: Sequence[int]) -> list[tuple[str, bool]]:
    """A text cut where it changes between letters at ``places`` and others: (run, lit)."""
    lit = set(places)
    cut: list[tuple[str, bool]] = []
    for at, letter in enumerate(text):
        if cut and cut[-1][1] == (at in lit):
            cut[-1] = (cut[-1][0] + letter, cut[-1][1])
        else:
            cut.append((letter, at in lit))
    return cut


def _paint_cap(painter: QPainter, area: QRectF, right: float, keys: str) -> float:
    """A key in its outline, ending at ``right``; gives its left end."""
    width = QFontMetrics(theme.font("small")).horizontalAdvance(keys) + theme.px(10)
    height = theme.px(18)
    box = QRectF(right - width, round(area.center().y() - height / 2), width, height)
    stroke(painter, box, "outline", 1, 3)
    write(painter, box, keys, role="small", token="text", align=Qt.AlignmentFlag.AlignHCenter)
    return box.left()
