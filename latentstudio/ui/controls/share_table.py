"""ShareTable: what each source has in each style layer, as bars that can be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on, ring, write
from latentstudio.ui.controls.faces import paint_badge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

Table = npt.NDArray[np.float64]

_TOP, _BOTTOM, _LEFT = 20, 20, 22  # band names above, resolutions below, letters at the left
_ROW, _GAP, _BETWEEN = 22, 2, 4  # a row, between two cells, between two bands
_WHOLE = 90  # pixels that a cell is dragged from nothing to all
_LEAST = 3  # pixels of the smallest share that is seen
_STEP = 0.1
_CLICK = 3  # pixels: a shorter drag is a click

_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_SHARES = {Qt.Key.Key_Home: 0.0, Qt.Key.Key_Delete: 0.0, Qt.Key.Key_End: 1.0}
_STEPS = {Qt.Key.Key_PageUp: _STEP, Qt.Key.Key_PageDown: -_STEP}
_ALL = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ShareTable(Control, QWidget):
    """Rows of sources, columns of style layers; the height of a bar is a share.

    Drag a cell up or down, click it for all of the layer; arrows choose a cell, Page keys move its
    share, Home takes it away, End or Return gives it all.

    Signals:
        moved: row, layer and share, at every move by the user.
        committed: the end of a gesture.
    """

    moved = Signal(int, int, float)
    committed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters: tuple[str, ...] = ()
        self._there: tuple[bool, ...] = ()
        self._sides: tuple[int, ...] = ()
        self._bands: tuple[tuple[str, tuple[int, ...]], ...] = ()
        self._table: Table = np.zeros((0, 0))
        self._cell = (0, 0)
        self._grip: tuple[float, float] | None = None  # where it was pressed, its share then
        self._pending = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Layers by source")

    def set_layers(
        self, sides: Sequence[int], bands: Sequence[tuple[str, tuple[int, ...]]]
    ) -> None:
        """The resolution of each layer, and the bands with their layers."""
        self._sides, self._bands = tuple(sides), tuple(bands)
        self._cell = (self._cell[0], min(self._cell[1], max(0, len(sides) - 1)))
        self.update()

    def set_rows(self, letters: Sequence[str], there: Sequence[bool]) -> None:
        """The letter of each row, and whether there is a face."""
        if (tuple(letters), tuple(there)) != (self._letters, self._there):
            rows = len(self._letters)
            self._letters, self._there = tuple(letters), tuple(there)
            self._cell = (min(self._cell[0], max(0, len(letters) - 1)), self._cell[1])
            if rows != len(letters):
                self.updateGeometry()
            self.update()

    def set_table(self, table: Table) -> None:
        """The shares [rows, layers]; emits nothing."""
        self._table = table
        self._tell()
        self.update()

    def cell(self) -> tuple[int, int]:
        """Row and layer that the keys act on."""
        return self._cell

    def share(self, row: int, layer: int) -> float:
        """What is shown in a cell."""
        rows, layers = self._table.shape
        return float(self._table[row, layer]) if row < rows and layer < layers else 0.0

    def _tell(self) -> None:
        """Say the chosen cell in words, for screen readers."""
        row, layer = self._cell
        if row < len(self._letters) and layer < len(self._sides):
            share = round(self.share(row, layer) * 100)
            words = f"{self._letters[row]}, layer {layer + 1} of {len(self._sides)}"
            self.setAccessibleDescription(f"{words}, {self._sides[layer]} px: {share} %")

    # gestures

    def _go(self, row: int, layer: int, share: float) -> None:
        share = min(max(round(share, 2), 0.0), 1.0)
        if self._works(row) and abs(share - self.share(row, layer)) > 1e-9:
            self._pending = True
            self.moved.emit(row, layer, share)

    def _works(self, row: int) -> bool:
        return row < len(self._there) and self._there[row] and sum(self._there) > 1

    def _finish(self) -> None:
        if self._pending:
            self._pending = False
            self.committed.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in {*_ARROWS, *_SHARES, *_STEPS, *_ALL} and not key.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        row, layer = self._cell
        key = Qt.Key(event.key())
        if key in _ARROWS:
            down, right = _ARROWS[key]
            self._choose(row + down, layer + right)
        elif key in _SHARES:
            self._go(row, layer, _SHARES[key])
        elif key in _STEPS:
            self._go(row, layer, self.share(row, layer) + _STEPS[key])
        elif key in _ALL:
            self._go(row, layer, 1.0)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._finish()
        super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        place = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._choose(*place)
            self._grip = (event.position().y(), self.share(*place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        start, share = self._grip
        travel = start - event.position().y()
        if abs(travel) >= _CLICK or self._pending:
            self._go(*self._cell, share + travel / theme.px(_WHOLE))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            if not self._pending and abs(self._grip[0] - event.position().y()) < _CLICK:
                self._go(*self._cell, 1.0)
            self._grip = None
            self._finish()

    def _choose(self, row: int, layer: int) -> None:
        row = min(max(row, 0), len(self._letters) - 1)
        layer = min(max(layer, 0), len(self._sides) - 1)
        if (row, layer) != self._cell:
            self._cell = (row, layer)
            self._tell()
            self.update()

    # picture

    def sizeHint(self) -> QSize:
        height = _TOP + _BOTTOM + len(self._letters) * _ROW
        return QSize(theme.px(240), theme.px(height))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), self.sizeHint().height())

    def box(self, row: int, layer: int) -> QRectF:
        """Where a cell is."""
        count = max(1, len(self._sides))
        joints = sum(1 for _, layers in self._bands if layers and layers[0] > 0)
        before = sum(1 for _, layers in self._bands if layers and 0 < layers[0] <= layer)
        room = self.width() - theme.px(_LEFT) - joints * theme.px(_BETWEEN)
        pitch = (room + _GAP) / count
        x = theme.px(_LEFT) + layer * pitch + before * theme.px(_BETWEEN)
        y = theme.px(_TOP) + row * theme.px(_ROW)
        return QRectF(x, y, pitch - _GAP, theme.px(_ROW) - _GAP)

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        for row in range(len(self._letters)):
            for layer in range(len(self._sides)):
                if self.box(row, layer).adjusted(-1, -1, 1, 1).contains(place):
                    return row, layer
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        for row, letter in enumerate(self._letters):
            corner = QPointF(0, self.box(row, 0).center().y() - theme.px(7))
            painter.setOpacity(1.0 if self._there[row] else 0.45)
            paint_badge(painter, corner, letter)
            painter.setOpacity(1.0)
            for layer in range(len(self._sides)):
                self._paint_cell(painter, row, layer)
        self._paint_words(painter)
        if self.shows_focus() and self._letters:
            ring(painter, self.box(*self._cell).adjusted(-2, -2, 2, 2))
        painter.end()

    def _paint_cell(self, painter: QPainter, row: int, layer: int) -> None:
        box, share = self.box(row, layer), self.share(row, layer)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised" if theme.tokens().dark else "hover"))
        painter.drawRoundedRect(box, 3, 3)
        if share <= 0:
            return
        letter = self._letters[row].lower()
        high = max(_LEAST, share * box.height())
        bar = QRectF(box.left(), box.bottom() - high, box.width(), high)
        painter.setOpacity(0.55 + 0.45 * min(1.0, share))
        fill(painter, bar, letter if letter in theme.DATA else "outline", min(3.0, high / 2))
        painter.setOpacity(1.0)

    def _paint_words(self, painter: QPainter) -> None:
        if not self._letters:
            return
        middle = Qt.AlignmentFlag.AlignHCenter
        for name, layers in self._bands:
            if layers:
                first, last = self.box(0, layers[0]), self.box(0, layers[-1])
                area = QRectF(first.left(), 0, last.right() - first.left(), theme.px(_TOP - 4))
                write(painter, area, name, role="small", token="muted", align=middle)
        low = theme.px(_TOP) + len(self._letters) * theme.px(_ROW) + theme.px(2)
        for side in sorted(set(self._sides)):
            at = [layer for layer, s in enumerate(self._sides) if s == side]
            first, last = self.box(0, at[0]), self.box(0, at[-1])
            center = (first.left() + last.right()) / 2
            area = QRectF(center - theme.px(20), low, theme.px(40), theme.px(_BOTTOM - 4))
            write(painter, area, str(side), role="small", token="faint", align=middle)
