"""WallView: the newest faces of the day in one row; a touch goes on from one."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on
from latentstudio.ui.controls.faces import Face, paint_picture, paint_selection
from latentstudio.ui.demo.lettering import lettering

MOST = 48
"""Faces that a very wide screen shows."""
RING_ROOM = 5
"""Pixels around the faces, for the ring of the one on show."""
_GAP, _RADIUS, _WORDS = 18, 8, 16
_EMPTY = "Nobody has kept a face yet. Be the first."


class WallView(QWidget):
    """Square faces of the row's height, ``RING_ROOM`` inside.

    Signals:
        picked: the place of a face.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("demo.wall")
        self.setAccessibleName("Faces that visitors found today")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._faces: list[Face] = []
        self._current: int | None = None
        self._cursor = 0
        self._unit = 1.0

    def set_unit(self, unit: float) -> None:
        """Pixels for one of the design's."""
        self._unit = unit
        self.update()

    def set_count(self, count: int) -> None:
        """How many faces there are; new ones are empty until their picture comes."""
        self._faces = [Face() for _ in range(min(count, MOST))]
        self._cursor = min(self._cursor, max(len(self._faces) - 1, 0))
        self.update()

    def set_image(self, place: int, image: QImage) -> None:
        """The picture of a face."""
        if place < len(self._faces):
            self._faces[place].image = image
            self.update()

    def set_current(self, place: int | None) -> None:
        """The face that is on show, ringed."""
        if place != self._current:
            self._current = place
            self.update()

    @property
    def room(self) -> int:
        """How many faces fit."""
        inner, gap = self._inner(), _GAP * self._unit
        return max(1, min(MOST, int((inner.width() + gap) // (inner.height() + gap))))

    def box(self, place: int) -> QRectF:
        """Where a face is."""
        inner, room = self._inner(), self.room
        # The first and the last stand on the edges of the screen's column.
        step = (inner.width() - inner.height()) / max(room - 1, 1)
        left = inner.left() + round(place * step)
        return QRectF(left, inner.top(), inner.height(), inner.height())

    def _inner(self) -> QRectF:
        """The area of the faces: a ring stands outside them."""
        return QRectF(self.rect()).adjusted(RING_ROOM, RING_ROOM, -RING_ROOM, -RING_ROOM)

    @property
    def shown(self) -> int:
        """How many faces are on show."""
        return min(len(self._faces), self.room)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = next((i for i in range(self.shown) if self.box(i).contains(event.position())), None)
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = place
            self.picked.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self.shown:
            self._cursor = min(max(self._cursor + step, 0), self.shown - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.shown:
            self.picked.emit(self._cursor)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        for place in range(self.shown):
            box = self.box(place)
            paint_picture(painter, box, self._faces[place], _RADIUS * self._unit)
            if place == self._current or (self.hasFocus() and place == self._cursor):
                paint_selection(painter, box)
        if not self._faces:
            painter.setFont(lettering(_WORDS * self._unit, 400))
            painter.setPen(theme.color("faint"))
            painter.drawText(self._inner(), Qt.AlignmentFlag.AlignVCenter, _EMPTY)
        painter.end()
