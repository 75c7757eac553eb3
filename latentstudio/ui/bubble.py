"""Bubble: a few words beside a thing of the window, with a tip that points at it and a ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainterPath, QPen, QPolygonF, QRegion
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Label, Paragraph, painter_on, ring
from latentstudio.ui.controls.signs import KeyCap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

Side = Literal["right", "left", "below", "above", "inside"]
SIDES: tuple[Side, ...] = ("right", "left", "below", "above")

_WIDTH, _PADDING = 300, 14
_TIP = 8  # length of the tip, and half its width
_AWAY = 6  # between the ring and the tip
_EDGE = 8  # to the edges of the window
_RADIUS, _LEAST = 6, 20  # corner; how far the tip stays from it


class Bubble(QFrame):
    """A card of words; whatever else it shows goes into ``foot``."""

    def __init__(self, window: QWidget, name: str) -> None:
        super().__init__(window)
        self.setObjectName(name)
        self._window = window
        self._side: Side = "inside"
        self._tip = 0.0  # where it points, along the side it is on
        self._marker = _Marker(window)
        self.destroyed.connect(self._marker.deleteLater)  # it is the window's child, not ours
        self._title = Label("", role="heading", token="text")
        self._words = Paragraph("", token="muted")
        self._keys = QVBoxLayout()
        self.foot = QHBoxLayout()
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._title)
        self._column.addWidget(self._words)
        self._column.addLayout(self._keys)
        self._column.addLayout(self.foot)
        theme.events.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, title: str, words: str, keys: Sequence[tuple[str, str]] = ()) -> None:
        """Show a title, a sentence or two, and keys with what they do."""
        self._title.setText(title)
        self._words.set_words(words)
        self._words.setVisible(bool(words))
        while (item := self._keys.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        for key, does in keys:
            self._keys.addWidget(_key_line(key, does))
        spoken = "; ".join(f"{key}: {does}" for key, does in keys)
        self.setAccessibleName(". ".join(filter(None, (title, words, spoken))))

    def words(self) -> tuple[str, str]:
        """The title and the sentence on show."""
        return self._title.text(), self._words.words()

    def point_at(self, target: QRect | None, sides: Sequence[Side] = SIDES) -> None:
        """Stand beside a rectangle of the window and ring it; without one, in its lower middle."""
        room = self._window.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        size = self._size(room.width())
        anchor = target if target is not None and target.intersects(room) else None
        if anchor is None:
            at = QPoint(room.center().x() - size.width() // 2, room.bottom() - size.height())
            self._side = "inside"
        else:
            ringed = anchor.adjusted(-_AWAY, -_AWAY, _AWAY, _AWAY).intersected(room)
            at, self._side = place(size, ringed, room, sides)
            self._point(at, anchor.intersected(room), size)
        self._marker.surround(anchor.intersected(room) if anchor is not None else None)
        self.setGeometry(QRect(at, size))
        self.raise_()
        self.update()

    def _point(self, at: QPoint, anchor: QRect, size: QSize) -> None:
        across = self._side in ("right", "left")
        middle, low = (anchor.center().y(), at.y()) if across else (anchor.center().x(), at.x())
        length = size.height() if across else size.width()
        self._tip = float(min(max(middle - low, _LEAST), length - _LEAST))

    def _size(self, most: int) -> QSize:
        width = min(theme.px(_WIDTH), most)
        self._column.activate()
        height = self._column.totalHeightForWidth(width)
        return QSize(width, height if height > 0 else self.sizeHint().height())

    def hideEvent(self, event: object) -> None:
        self._marker.surround(None)

    def _dress(self) -> None:
        side = theme.px(_PADDING) + _TIP
        self._column.setContentsMargins(side, side - 2, side, side - 2)
        self._column.setSpacing(theme.px(6))
        self._keys.setSpacing(theme.px(4))
        self.foot.setSpacing(theme.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        body = QRectF(self.rect()).adjusted(_TIP + 0.5, _TIP + 0.5, -_TIP - 0.5, -_TIP - 0.5)
        shape = QPainterPath()
        shape.addRoundedRect(body, _RADIUS, _RADIUS)
        if self._side != "inside":
            tip = QPainterPath()
            tip.addPolygon(self._tip_shape(body))
            tip.closeSubpath()
            shape = shape.united(tip)
        painter.setBrush(theme.color("panel"))
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.drawPath(shape)
        painter.end()

    def _tip_shape(self, body: QRectF) -> QPolygonF:
        at, half = self._tip, float(_TIP)
        shapes = {
            "right": ((body.left() - half, at), (body.left() + 1, at - half),
                      (body.left() + 1, at + half)),
            "left": ((body.right() + half, at), (body.right() - 1, at - half),
                     (body.right() - 1, at + half)),
            "below": ((at, body.top() - half), (at - half, body.top() + 1),
                      (at + half, body.top() + 1)),
            "above": ((at, body.bottom() + half), (at - half, body.bottom() - 1),
                      (at + half, body.bottom() - 1)),
        }  # fmt: skip
        return QPolygonF([QPointF(*point) for point in shapes[self._side]])


class _Marker(QWidget):
    """A ring of 2 pixels around something, 2 pixels away; the pointer goes through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, target: QRect | None) -> None:
        """Ring a rectangle of the window, or nothing."""
        if target is None:
            self.hide()
            return
        area = target.adjusted(-4, -4, 4, 4)
        if area != self.geometry() or not self.isVisible():
            self.setGeometry(area)
            inside = self.rect().adjusted(3, 3, -3, -3)
            self.setMask(QRegion(self.rect()).subtracted(QRegion(inside)))
            self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        ring(painter, self.rect(), 5)
        painter.end()


def place(
    size: QSize, target: QRect, room: QRect, sides: Sequence[Side] = SIDES
) -> tuple[QPoint, Side]:
    """Where a card of a size stands beside a target: on the first side with room for it.

    Args:
        size: of the card.
        target: what it stands beside.
        room: what it must stay in.
        sides: which sides may be taken, the best one first.

    Returns:
        its upper left corner, and the side; ``inside`` where there is no room on any.
    """
    middle = target.center()
    spots: dict[Side, QPoint] = {
        "right": QPoint(target.right() + 1, middle.y() - size.height() // 2),
        "left": QPoint(target.left() - size.width(), middle.y() - size.height() // 2),
        "below": QPoint(middle.x() - size.width() // 2, target.bottom() + 1),
        "above": QPoint(middle.x() - size.width() // 2, target.top() - size.height()),
    }
    for side in sides:
        spot = _within(spots[side], size, room, along=side in ("below", "above"))
        if room.contains(QRect(spot, size)):
            return spot, side
    corner = QPoint(target.right() - size.width(), target.top())
    return _within(_within(corner, size, room, along=True), size, room, along=False), "inside"


def _within(spot: QPoint, size: QSize, room: QRect, *, along: bool) -> QPoint:
    """A spot moved so that it lies inside across one axis: x, or else y."""
    if along:
        right = room.right() + 1 - size.width()
        return QPoint(max(room.left(), min(spot.x(), right)), spot.y())
    bottom = room.bottom() + 1 - size.height()
    return QPoint(spot.x(), max(room.top(), min(spot.y(), bottom)))


def _key_line(key: str, does: str) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(KeyCap(key))
    row.addWidget(Label(does), 1)
    return line
