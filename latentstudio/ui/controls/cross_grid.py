"""CrossGrid: every row's face crossed with every column's, filled as renders arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, ring, write
from latentstudio.ui.controls.faces import Face, paint_picture, paint_selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

_EDGE, _GAP = 64, 4
_SIDE, _TOP = 12, 6  # before the first face
_APART = 8  # between the sources and the cells
_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

Place = tuple[int, int]
"""Row and column from 0; row -1 is the line of the columns' faces, column -1 that of the rows'."""


class CrossGrid(Control, QWidget):
    """Faces at the left and above, their crosses between them.

    Arrows choose a cell, Return takes it; a click does both.

    Signals:
        picked: row and column of a cell, or of a source where one of them is -1.
    """

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = self._columns = 0
        self._faces: dict[Place, Face] = {}
        self._words: tuple[str, str] = ("", "")
        self._current: Place | None = None
        self._cursor: Place = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.become("Mixing grid")

    def room(self) -> tuple[int, int]:
        """How many rows and columns of cells fit, at least one of each."""
        pitch = theme.px(_EDGE + _GAP)
        left = theme.px(_SIDE) + pitch + theme.px(_APART)
        top = theme.px(_TOP) + pitch + theme.px(_APART)
        return max(1, (self.height() - top) // pitch), max(1, (self.width() - left) // pitch)

    def set_size(self, rows: int, columns: int) -> None:
        """Shows so many rows and columns, empty."""
        self._rows, self._columns = rows, columns
        places = [(i, j) for i in range(-1, rows) for j in range(-1, columns) if (i, j) != (-1, -1)]
        self._faces = {place: Face() for place in places}
        row, column = self._cursor
        self._cursor = (max(0, min(row, rows - 1)), max(0, min(column, columns - 1)))
        self.update()

    def set_words(self, rows: str, columns: str) -> None:
        """What stands in the corner: where rows and columns come from."""
        self._words = (rows, columns)
        self.update()

    def set_image(self, place: Place, image: QImage | None) -> None:
        """Fills a place; one that is gone is ignored, renders may come late."""
        if place in self._faces:
            self._faces[place].image = image
            self.update()

    def set_current(self, place: Place | None) -> None:
        """Marks the cell that the picture is; emits nothing."""
        if place != self._current:
            self._current = place
            self._cursor = place or self._cursor
            self.update()

    def places(self) -> Sequence[Place]:
        """Every place, the columns' faces first, then row by row."""
        return tuple(self._faces)

    def images(self) -> list[QImage]:
        """The pictures that have come so far."""
        return [face.image for face in self._faces.values() if face.image is not None]

    # gestures

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in {*_ARROWS, *_TAKE} and not key.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        key = Qt.Key(event.key())
        if key in _ARROWS and self._faces:
            down, right = _ARROWS[key]
            row = min(max(self._cursor[0] + down, -1), self._rows - 1)
            column = min(max(self._cursor[1] + right, -1), self._columns - 1)
            if (row, column) != (-1, -1):
                self._cursor = (row, column)
                self.setAccessibleDescription(f"row {row + 1}, column {column + 1}")
            self.update()
        elif key in _TAKE and self._faces:
            self.picked.emit(*self._cursor)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        for place in self._faces:
            if self.box(place).contains(event.position()):
                self._cursor = place
                self.picked.emit(*place)
                return

    # picture

    def box(self, place: Place) -> QRectF:
        """Where a face is."""
        pitch, apart = theme.px(_EDGE + _GAP), theme.px(_APART)
        row, column = place
        x = theme.px(_SIDE) + (column + 1) * pitch + (apart if column >= 0 else 0)
        y = theme.px(_TOP) + (row + 1) * pitch + (apart if row >= 0 else 0)
        return QRectF(x, y, theme.px(_EDGE), theme.px(_EDGE))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(500), theme.px(_TOP + 4 * (_EDGE + _GAP) + _APART))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(80))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        for place, face in self._faces.items():
            box = self.box(place)
            if box.bottom() <= self.height() + box.height() / 2:
                paint_picture(painter, box, face)
        self._paint_frame(painter)
        if self._current is not None and self._current in self._faces:
            paint_selection(painter, self.box(self._current))
        if self.shows_focus() and self._cursor in self._faces and self._cursor != self._current:
            paint_selection(painter, self.box(self._cursor), "muted")
        if self.shows_focus():
            ring(painter, self.rect())
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        if not self._faces:
            return
        first, last = self.box((0, 0)), self.box((self._rows - 1, self._columns - 1))
        middle = theme.px((_APART + _GAP) // 2)
        left, top = round(first.left()) - middle, round(first.top()) - middle
        painter.fillRect(left, theme.px(_TOP), 1, round(last.bottom()) - theme.px(_TOP), _line())
        painter.fillRect(theme.px(_SIDE), top, round(last.right()) - theme.px(_SIDE), 1, _line())
        corner = self.box((-1, -1))
        half = corner.height() / 2
        end = Qt.AlignmentFlag.AlignRight
        for words, y in zip(self._words, (corner.top(), corner.top() + half), strict=True):
            area = QRectF(QPointF(theme.px(4), y), QPointF(corner.right() - 2, y + half))
            write(painter, area, words, role="small", token="faint", align=end)


def _line() -> QColor:
    return theme.color("line")
