"""LayerRange: which layers a change reaches, with two handles and soft ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on, ring, stroke, write

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

_GAP, _WORDS = 3, 64
_SOFT = 0.5  # the share that the layer beyond each end still gets


class LayerRange(Control, QWidget):
    """Cells from the first layer to the last; a handle stands at each end of the lit ones.

    Left and Right move both handles, Shift moves the last one, Ctrl the first.

    Signals:
        moved: first and last lit layer, at every move by the user.
        committed: the same at the end of a gesture.
    """

    moved = Signal(int, int)
    committed = Signal(int, int)

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._first, self._last = count, 0, count - 1
        self._meaning = ""
        self._held: str | None = None
        self._pending = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Layers")

    def set_count(self, count: int) -> None:
        """Takes another number of layers and lights them all."""
        self._count = count
        self.set_range(0, count - 1)

    def set_range(self, first: int, last: int) -> None:
        """Lights the layers from ``first`` to ``last``, both included; emits nothing."""
        self._first = min(max(first, 0), self._count - 1)
        self._last = min(max(last, self._first), self._count - 1)
        self.setAccessibleDescription(f"layers {self._first} to {self._last} of {self._count}")
        self.update()

    def range(self) -> tuple[int, int]:
        """First and last lit layer."""
        return self._first, self._last

    def set_words(self, words: str) -> None:
        """What the range means (``8–32 px``), at the right end."""
        self._meaning = words
        self.update()

    # gestures

    def _go(self, first: int, last: int) -> None:
        before = self.range()
        self.set_range(first, last)
        if self.range() != before:
            self._pending = True
            self.moved.emit(*self.range())

    def _finish(self) -> None:
        if self._pending:
            self._pending = False
            self.committed.emit(*self.range())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)
            return
        self.show_ring(True)
        by = 1 if event.key() == Qt.Key.Key_Right else -1
        held = event.modifiers()
        first, last = self.range()
        if held & Qt.KeyboardModifier.ShiftModifier:
            self._go(first, max(first, last + by))
        elif held & Qt.KeyboardModifier.ControlModifier:
            self._go(min(last, first + by), last)
        elif first + by >= 0 and last + by < self._count:
            self._go(first + by, last + by)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._finish()
        super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        x = event.position().x()
        left, right = self._cell(self._first).left(), self._cell(self._last).right()
        self._held = "first" if abs(x - left) <= abs(x - right) else "last"
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            return
        edge = round(event.position().x() / self._pitch())
        first, last = self.range()
        if self._held == "first":
            self._go(min(edge, last), last)
        else:
            self._go(first, max(edge - 1, first))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self._finish()

    # picture

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(28))

    def _pitch(self) -> float:
        room = self.width() - theme.px(_WORDS)
        return (room + _GAP) / max(1, self._count)

    def _cell(self, layer: int) -> QRectF:
        pitch, height = self._pitch(), theme.px(10)
        top = (self.height() - height) / 2
        return QRectF(layer * pitch, top, pitch - _GAP, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        for layer in range(self._count):
            self._paint_cell(painter, layer)
        self._paint_handle(painter, self._cell(self._first).left() - _GAP / 2)
        self._paint_handle(painter, self._cell(self._last).right() + _GAP / 2)
        words = QRectF(self.rect())
        end = Qt.AlignmentFlag.AlignRight
        write(painter, words, self._meaning, token="text", align=end)
        if self.shows_focus():
            ring(painter, self.rect().adjusted(0, 3, 0, -3))
        painter.end()

    def _paint_cell(self, painter: QPainter, layer: int) -> None:
        cell = self._cell(layer)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().track)
        painter.drawRoundedRect(cell, 2, 2)
        inside = self._first <= layer <= self._last
        beside = layer in (self._first - 1, self._last + 1)
        if inside or beside:
            painter.setOpacity(1.0 if inside else _SOFT)
            fill(painter, cell, "accent" if self.isEnabled() else "outline", 2)
            painter.setOpacity(1.0)

    def _paint_handle(self, painter: QPainter, x: float) -> None:
        height = theme.px(16)
        left = min(max(round(x) - 2, 0), self.width() - theme.px(_WORDS) - 4)
        bar = QRectF(left, (self.height() - height) / 2, 4, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        painter.drawRoundedRect(bar, 2, 2)
        if not self.isEnabled():
            stroke(painter, bar, "outline", 1, 2)
