"""FaceMapView: round faces on a map, none overlapping; pointer or arrows enlarge one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.core import face_map as maps
from latentstudio.core.classes import sample_name
from latentstudio.ui import theme
from latentstudio.ui.controls.base import RING, Control, fill, painter_on, stroke, write
from latentstudio.ui.controls.faces import Face, paint_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from latentstudio.core.face_map import FaceMap

_SETTLE_MS = 60  # a window that is being resized is laid out when it rests
_SHOWN = 0.95  # of the room that a face has: a hair between neighbours
_INSET = 5  # of the small map, from the edge of its card
_ENLARGED, _ENLARGED_SMALL = 1.85, 4.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FaceMapView(Control, QWidget):
    """The faces of a map as places to go to, and a point for where one is.

    Args:
        small: a map in a rail: no words at the enlarged face, which goes when the pointer does.
        parent: the widget it is in.

    Signals:
        wanted: it is looked at and has no map yet.
        chosen: index of a face that was clicked, or taken with Return.
        pointed: index of the face that is enlarged, -1 for none.
    """

    wanted = Signal()
    chosen = Signal(int)
    pointed = Signal(int)

    def __init__(self, *, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._small = small
        self._map: FaceMap | None = None
        self._classes: tuple[str, ...] = ()
        self._faces: list[Face] = []
        self._homes = self._centres = np.zeros((0, 2))
        self._diameter = self._wished = 0.0
        self._laid = QSize()
        self._here: npt.NDArray[np.float64] | None = None
        self._current = self._pressed = -1
        self._drawn: QPixmap | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._lay_out)
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self.wanted)
        vertical = QSizePolicy.Policy.Fixed if small else QSizePolicy.Policy.Expanding
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        policy.setHeightForWidth(small)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.become("Face map")

    # --- what is shown --------------------------------------------------------------------------

    def set_map(self, face_map: FaceMap | None, classes: Sequence[str] = ()) -> None:
        """Shows other faces, empty until their pictures come; None waits for a map."""
        self._map, self._classes = face_map, tuple(classes)
        self._faces = [Face() for _ in face_map.seeds] if face_map else []
        self._here = None
        self._point_at(-1)
        self._lay_out()

    def face_map(self) -> FaceMap | None:
        """The map on show."""
        return self._map

    def set_image(self, index: int, image: QImage | None) -> None:
        """Fills a place of the map."""
        if index < len(self._faces):
            self._faces[index].image = image
            self._redraw()

    def images(self, first: int | None = None) -> list[QImage]:
        """The pictures that have come so far, of all faces or of the first ones."""
        return [face.image for face in self._faces[:first] if face.image is not None]

    def set_here(self, place: npt.NDArray[np.float64] | None) -> None:
        """Where the current face lies, in the units of the map's places; None hides the point."""
        self._here = place
        self.update()

    def here(self) -> QPointF | None:
        """Where the point is on the widget."""
        if self._map is None or self._here is None or not len(self._centres):
            return None
        home = self._map.homes(self._here[None], *self._room(), self._wished)[0] + self._inset()
        x, y = maps.carried(home, self._homes, self._centres)
        edge = self._inset() + self._diameter / 2
        return QPointF(
            min(max(x, edge), self.width() - edge), min(max(y, edge), self.height() - edge)
        )

    def center(self, index: int) -> QPointF:
        """The middle of a face on the widget."""
        x, y = self._centres[index]
        return QPointF(x, y)

    def current(self) -> int:
        """The face that is enlarged, or -1."""
        return self._current

    def point_at_middle(self) -> None:
        """Enlarges the face in the middle, for the keyboard to begin with."""
        if len(self._centres):
            middle = np.array([self.width() / 2, self.height() / 2])
            self._point_at(int(((self._centres - middle) ** 2).sum(1).argmin()))

    def _point_at(self, index: int) -> None:
        if index == self._current:
            return
        self._current = index
        self.setAccessibleDescription(self._name(index))
        self.pointed.emit(index)
        self.update()

    def _name(self, index: int) -> str:
        if index < 0 or self._map is None:
            return ""
        return sample_name(self._classes, self._map.seeds[index])

    def _lay_out(self) -> None:
        """Finds a place for every face in the area as it is now."""
        self._laid = self.size()
        width, height = self._room()
        if self._map is None or min(width, height) < 1:
            self._homes = self._centres = np.zeros((0, 2))
            self._redraw()
            return
        wished = self._wished = maps.diameter_for(len(self._faces), width, height)
        homes = self._map.homes(self._map.places, width, height, wished)
        centres, self._diameter = maps.pushed_apart(homes, width, height, wished)
        self._homes, self._centres = homes + self._inset(), centres + self._inset()
        self._redraw()

    def _inset(self) -> int:
        """What stays free along the edges."""
        return theme.px(_INSET) if self._small else 0

    def _room(self) -> tuple[float, float]:
        inset = 2.0 * self._inset()
        return self.width() - inset, self.height() - inset

    def _redraw(self) -> None:
        self._drawn = None
        self.update()

    # --- pointer and keys -----------------------------------------------------------------------

    def _at(self, place: QPointF) -> int:
        """The face under the pointer: its own place first, then the enlarged one."""
        if not len(self._centres):
            return -1
        distance = np.hypot(*(self._centres - [place.x(), place.y()]).T)
        nearest = int(distance.argmin())
        if distance[nearest] <= self._diameter / 2:
            return nearest
        if self._current >= 0 and self._enlarged().contains(place):
            return self._current
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if index >= 0 or self._small:
            self._point_at(index)
        over = Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor
        self.setCursor(over)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, -1
        left = event.button() == Qt.MouseButton.LeftButton
        if left and pressed >= 0 and self._at(event.position()) == pressed:
            self.chosen.emit(pressed)

    def leaveEvent(self, event: QEvent) -> None:
        if self._small and not self.shows_focus():
            self._point_at(-1)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            plain = key.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            ours = key.key() in _ARROWS or (key.key() in _RETURN and self._current >= 0)
            if ours and plain == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS and len(self._centres):
            self.show_ring(True)
            self._go(_ARROWS[Qt.Key(event.key())])
        elif event.key() in _RETURN and self._current >= 0:
            self.show_ring(True)
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _go(self, direction: tuple[int, int]) -> None:
        if self._current >= 0:
            self._point_at(maps.neighbour(self._centres, self._current, direction))
            return
        here = self.here()
        if here is None:
            self.point_at_middle()
        else:
            offset = self._centres - [here.x(), here.y()]
            self._point_at(int((offset**2).sum(1).argmin()))

    # --- picture --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._map is not None and self.size() != self._laid:
            if self._laid.isEmpty() or not self.isVisible():
                self._lay_out()
            else:
                self._settle.start()

    def theme_changed(self) -> None:
        self._drawn = None
        super().theme_changed()

    def hasHeightForWidth(self) -> bool:
        return self._small

    def heightForWidth(self, width: int) -> int:
        return round(0.72 * width)

    def sizeHint(self) -> QSize:
        width = theme.px(248 if self._small else 800)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(80))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._map is None and not self._ask.isActive():
            self._ask.start()
        painter = painter_on(self)
        ground = "surround"
        if self._small:
            fill(painter, self.rect(), ground)
        painter.drawPixmap(0, 0, self._all_faces())
        here = self.here()
        if here is not None:
            self._paint_here(painter, here)
        if self._current >= 0 and len(self._centres):
            self._paint_enlarged(painter)
        if self.shows_focus() and self._current < 0:
            stroke(painter, self.rect(), "accent", RING)
        painter.end()

    def _all_faces(self) -> QPixmap:
        """Every face in its place, drawn once: only the point moves with each picture."""
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._drawn is None or self._drawn.size() != size:
            self._drawn = QPixmap(size)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._drawn)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            for face, (x, y) in zip(self._faces, self._centres, strict=False):
                edge = self._diameter * _SHOWN
                paint_picture(painter, QRectF(x - edge / 2, y - edge / 2, edge, edge), face, edge)
            painter.end()
        return self._drawn

    def _enlarged(self) -> QRectF:
        """The box of the enlarged face, inside the widget."""
        grown = _ENLARGED_SMALL if self._small else _ENLARGED
        edge = self._diameter * grown
        room = edge / 2 + 2 * RING + 1
        x, y = self._centres[self._current]
        x = min(max(x, room), max(room, self.width() - room))
        y = min(max(y, room), max(room, self.height() - room))
        return QRectF(x - edge / 2, y - edge / 2, edge, edge)

    def _paint_enlarged(self, painter: QPainter) -> None:
        box = self._enlarged()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surround"))
        painter.drawEllipse(box.adjusted(-RING, -RING, RING, RING))
        large = Face(self._faces[self._current].image)
        paint_picture(painter, box, large, box.width())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), RING))
        painter.drawEllipse(box.adjusted(-3, -3, 3, 3))
        if not self._small:
            self._paint_words(painter, box)

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        """The seed and the key that starts there, on a card over the lower edge of the face."""
        words, key = self._name(self._current), "Enter"
        wide = QFontMetrics(theme.font("strong")).horizontalAdvance(words)
        cap = QFontMetrics(theme.font("small")).horizontalAdvance(key) + theme.px(12)
        side, gap, high = theme.px(12), theme.px(10), theme.px(28)
        width = 2 * side + wide + gap + cap
        left = min(max(box.center().x() - width / 2, 0.0), self.width() - width)
        top = min(box.bottom() - high / 3, self.height() - float(high))
        card = QRectF(round(left), round(top), width, high)
        fill(painter, card, "panel", 6)
        stroke(painter, card, "outline" if theme.tokens().dark else "line", 1, 6)
        text = QRectF(card.left() + side, card.top(), wide + 1, high)
        write(painter, text, words, role="strong", token="text")
        inset = (high - theme.px(18)) / 2
        box = QRectF(card.right() - side - cap, card.top() + inset, cap, theme.px(18))
        stroke(painter, box, "outline", 1, 3)
        middle = Qt.AlignmentFlag.AlignHCenter
        write(painter, box, key, role="small", token="muted", align=middle)

    def _paint_here(self, painter: QPainter, center: QPointF) -> None:
        radius = theme.px(6)
        painter.setPen(QPen(theme.color("surround"), 1))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(center, radius + 0.5, radius + 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(center, radius - 2, radius - 2)
