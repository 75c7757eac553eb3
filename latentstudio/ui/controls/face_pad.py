"""SeedPlane and CornerPad: a lattice of faces with a point on it that can be dragged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import RING, Control, painter_on
from latentstudio.ui.controls.faces import Face, paint_badge, paint_picture

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

_GAP = 2
_NEAR, _FAR = 0.75, 2.25  # lattice steps within which faces go from full to dim
_DIMMEST = 0.62
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class FacePad(Control, QWidget):
    """A lattice of faces and a point on it.

    Args:
        columns: faces across.
        rows: faces down.
        span: what x and y run to at the last column and row.
        step: what an arrow key moves.
        large_step: what it moves with Shift.
        name: accessible name.

    Signals:
        moved: x and y, at every move by the user.
        committed: x and y at the end of a gesture.
    """

    moved = Signal(float, float)
    committed = Signal(float, float)

    def __init__(
        self,
        columns: int,
        rows: int,
        *,
        span: tuple[float, float],
        step: float,
        large_step: float,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns, self._rows, self._span = columns, rows, span
        self._step, self._large_step = step, large_step
        self._faces = [Face() for _ in range(columns * rows)]
        self._x, self._y = span[0] / 2, span[1] / 2
        self._before = (self._x, self._y)
        self._dragging = self._pending = self._mixed = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.become(name)

    def set_face(self, column: int, row: int, image: QImage | None) -> None:
        """Fills a place of the lattice."""
        self._face(column, row).image = image
        self.update()

    def set_letter(self, column: int, row: int, letter: str) -> None:
        """The letter of a source on a place."""
        self._face(column, row).badge = letter
        self.update()

    def set_point(self, x: float, y: float) -> None:
        """Moves the point; emits nothing."""
        point = self._inside(x, y)
        if not self._pending:
            self._before = point
        if point == (self._x, self._y):
            return  # most of what moves a picture leaves its place
        self._x, self._y = point
        self.setAccessibleDescription(f"x {self._x:.2f}, y {self._y:.2f}")
        self.update()

    def set_mixed(self, on: bool) -> None:
        """Draws the point hollow: it does not say where the picture is."""
        if on != self._mixed:
            self._mixed = on
            self.update()

    def point(self) -> tuple[float, float]:
        """Where the point is."""
        return self._x, self._y

    def is_dragging(self) -> bool:
        """Whether the user holds the point."""
        return self._dragging

    def _face(self, column: int, row: int) -> Face:
        return self._faces[row * self._columns + column]

    def _inside(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, 0.0), self._span[0]), min(max(y, 0.0), self._span[1])

    # gestures

    def _go(self, x: float, y: float) -> None:
        target = self._inside(round(x, 6), round(y, 6))
        if target != (self._x, self._y):
            self._pending = True
            self.set_point(*target)
            self.moved.emit(*target)

    def _finish(self) -> None:
        if self._pending:
            self._pending = False
            self._before = (self._x, self._y)
            self.committed.emit(self._x, self._y)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in _ARROWS or (key.key() == Qt.Key.Key_Escape and self._pending):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS:
            self.show_ring(True)
            large = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = self._large_step if large else self._step
            dx, dy = _ARROWS[Qt.Key(event.key())]
            self._go(self._x + dx * step, self._y + dy * step)
        elif event.key() == Qt.Key.Key_Escape and self._pending:
            self._dragging = False
            self._go(*self._before)
            self._finish()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS and not event.isAutoRepeat():
            self._finish()
        super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging, self._before = True, (self._x, self._y)
            self._go(*self._place(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._go(*self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self._finish()

    # picture

    def _pitch(self) -> float:
        """Pixels from one face to the next."""
        return (self.width() + _GAP) / self._columns

    def _center(self, column: float, row: float) -> QPointF:
        pitch = self._pitch()
        half = (pitch - _GAP) / 2
        return QPointF(column * pitch + half, row * pitch + half)

    def _scale(self) -> tuple[float, float]:
        """Lattice steps for one unit of x and of y."""
        return (self._columns - 1) / self._span[0], (self._rows - 1) / self._span[1]

    def _place(self, at: QPointF) -> tuple[float, float]:
        pitch, (sx, sy) = self._pitch(), self._scale()
        half = (pitch - _GAP) / 2
        return (at.x() - half) / pitch / sx, (at.y() - half) / pitch / sy

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        pitch = (width + _GAP) / self._columns
        return round(pitch * self._rows - _GAP)

    def sizeHint(self) -> QSize:
        width = theme.px(248)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        sx, sy = self._scale()
        column, row = self._x * sx, self._y * sy
        for at, face in enumerate(self._faces):
            self._paint_place(painter, at % self._columns, at // self._columns, face, column, row)
        self._paint_point(painter, self._center(column, row))
        painter.end()

    def _paint_place(
        self, painter: QPainter, i: int, j: int, face: Face, column: float, row: float
    ) -> None:
        center, edge = self._center(i, j), self._pitch() - _GAP
        left, top = round(center.x() - edge / 2), round(center.y() - edge / 2)
        right, bottom = round(center.x() + edge / 2), round(center.y() + edge / 2)
        box = QRectF(left, top, right - left, bottom - top)
        paint_picture(painter, box, face, 3)
        far = (math.hypot(i - column, j - row) - _NEAR) / (_FAR - _NEAR)
        shade = theme.color("panel", _DIMMEST * min(max(far, 0.0), 1.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(box, 3, 3)
        if face.badge:
            inset = theme.px(4)
            paint_badge(painter, box.topLeft() + QPointF(inset, inset), face.badge)

    def _paint_point(self, painter: QPainter, center: QPointF) -> None:
        radius = theme.px(7)
        if self.shows_focus():
            painter.setBrush(theme.color("panel"))
            painter.setPen(QPen(theme.color("accent"), RING))
            painter.drawEllipse(center, radius + 4, radius + 4)
        if self._mixed:
            painter.setPen(QPen(theme.color("text"), 2))
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(center, radius - 1, radius - 1)
            return
        painter.setPen(QPen(theme.color("on_data" if theme.tokens().dark else "text", 0.35), 1))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(center, radius + 0.5, radius + 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(center, radius - 2, radius - 2)


class SeedPlane(FacePad):
    """Seeds on a lattice; x and y count lattice steps, arrows move a tenth."""

    def __init__(self, columns: int = 4, rows: int = 3, parent: QWidget | None = None) -> None:
        span = (columns - 1.0, rows - 1.0)
        super().__init__(
            columns, rows, span=span, step=0.1, large_step=1.0, name="Seed plane", parent=parent
        )


class CornerPad(FacePad):
    """Between four faces; x and y run from 0 to 1, arrows move a hundredth."""

    def __init__(self, cells: int = 5, parent: QWidget | None = None) -> None:
        super().__init__(
            cells,
            cells,
            span=(1.0, 1.0),
            step=0.01,
            large_step=0.1,
            name="Four corners",
            parent=parent,
        )
