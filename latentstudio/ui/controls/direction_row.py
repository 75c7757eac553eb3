"""DirectionRow: chevron, lock, name, and a track that shows where a face is along a direction."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal

from latentstudio.ui import theme
from latentstudio.ui.controls.base import draw_icon, fill, painter_on
from latentstudio.ui.controls.buttons import IconButton
from latentstudio.ui.controls.slider_row import SliderRow
from latentstudio.ui.controls.slider_track import SliderTrack

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
    from PySide6.QtWidgets import QWidget

LABEL_WIDTH = 152  # chevron, lock and a name such as "Peach background"
_FARTHEST = 9.9  # what the field shows and takes; the track ends at its range
_SAME = 0.005  # standard deviations that nobody sees
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Lock(IconButton):
    """A padlock: closed and in the accent colour, or open."""

    def paint(self, painter: QPainter, area: QRectF) -> None:
        if self.is_hot():
            fill(painter, area, "hover")
        draw_icon(painter, area.center(), self._icon, self._token(), self._icon_size)

    def _token(self) -> str:
        return super()._token() if self.isChecked() or self.is_hot() else "outline"


class DirectionTrack(SliderTrack):
    """A track whose default is not its own: Delete asks, Return opens the row.

    Signals:
        reset_asked: Delete, or a double click on the label.
        enter_pressed: Return.
    """

    reset_asked = Signal()
    enter_pressed = Signal()

    def take_default(self) -> None:
        self.reset_asked.emit()

    def _jump(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Delete:
            self.reset_asked.emit()
        else:
            super()._jump(key)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in _ENTER:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.show_ring(True)
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)


class DirectionRow(SliderRow):
    """Where a face is along a direction, in standard deviations from the mean face.

    The tick is the seed's own place. While the user's hand moves it, the row shows the hand's
    value and no other. Return, or the chevron, opens it.

    Signals:
        moved, committed: as a slider's.
        reset_asked: the dot, Delete or a double click on the name.
        lock_asked: the lock was clicked.
        open_asked: the chevron was clicked.
    """

    reset_asked = Signal()
    lock_asked = Signal()
    open_asked = Signal()
    track_kind = DirectionTrack
    track: DirectionTrack
    _reading = 0.0
    _is_moved = _held = _lost = False
    _share: float | None = None

    def __init__(self, name: str, limits: tuple[float, float], parent: QWidget | None = None):
        super().__init__(
            name, *limits, 0.0, step=0.1, decimals=1, signed=True, label_width=LABEL_WIDTH,
            parent=parent,
        )  # fmt: skip
        far = replace(self.track.scale_of, minimum=-_FARTHEST, maximum=_FARTHEST)
        self.field.set_scale(far)
        self.chevron = IconButton("chevron-right", f"{name}: faces, layers and origin", "Return",
                                  size=20, icon_size=14)  # fmt: skip
        self.lock = Lock("lock-open", "", checkable=True, size=20, icon_size=14)
        self.chevron.set_width(13)
        self.chevron.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Return on the track does the same
        self.lock.set_width(16)
        self.add_leading(self.chevron)
        self.add_leading(self.lock)
        self.set_locked(False)
        self.dot.setToolTip("Take back what was moved along it (Delete)")
        self.chevron.clicked.connect(self.open_asked)
        self.lock.clicked.connect(self._lock_clicked)
        self.track.enter_pressed.connect(self.open_asked)
        self.track.reset_asked.connect(self.reset_asked)
        self.committed.connect(self._let_go)

    def show_place(self, reading: float, own: float, is_moved: bool) -> None:
        """Show where the face is, where the seed's own place is, and whether it was moved along it.

        Nothing changes while the user holds the knob: a picture that comes late is no news.
        A face that cannot be read, for its styles are no numbers, has a dash.
        """
        if self._held:
            return
        lost = not (math.isfinite(reading) and math.isfinite(own))
        if lost != self._lost:
            self._lost = lost
            self.field.set_placeholder("\u2013" if lost else "")
        if lost:
            return
        own = reading if abs(reading - own) < _SAME else own
        shown = (self._reading, self.track.default, self._is_moved)
        if self.track.shows(reading) and shown == (reading, own, is_moved):
            return
        lit = is_moved != self._is_moved
        self._reading, self._is_moved, self.track.default = reading, is_moved, own
        self.track.set_number(reading)
        self._show(lit)

    def place(self) -> float:
        """The reading on show; the knob stands at the end of the track where it lies beyond."""
        return self._reading

    def is_held(self) -> bool:
        """Whether the user is moving it."""
        return self._held

    def set_locked(self, on: bool) -> None:
        """Show whether other directions may change this one."""
        self.lock.setChecked(on)
        self.lock.set_icon("lock" if on else "lock-open")
        words = f"Unlock {self._label}" if on else f"Lock {self._label}: others leave it as it is"
        self.lock.set_tooltip(words)
        self.lock.setAccessibleName(words)

    def set_open(self, on: bool) -> None:
        """Turn the chevron."""
        self.chevron.set_icon("chevron-down" if on else "chevron-right")

    def set_share(self, share: float | None) -> None:
        """A bar under the name: the eigenvalue of a component, 0 to 1 of the largest one."""
        self._share = share
        self.update()

    def is_changed(self) -> bool:
        """Whether there are moves along it: other directions' moves may change the reading, too."""
        return self._is_moved

    def _lock_clicked(self) -> None:
        self.lock.setChecked(not self.lock.isChecked())  # the document decides
        self.lock_asked.emit()

    def _moved(self, value: float) -> None:
        self._held, self._reading, self._is_moved = True, value, True
        super()._moved(value)

    def _let_go(self) -> None:
        self._held = False

    def _show(self, lit: bool = True) -> None:
        self.field.set_value(self._reading)
        self.dot.setVisible(self._is_moved and self.isEnabled())
        self.track.setAccessibleDescription(self._spoken())
        if lit:  # the name in another colour, and all that stands on the row with it
            self.update()

    def _spoken(self) -> str:
        if self._reason:
            return self._reason
        text = self.track.scale_of.text
        here, own = text(self._reading), text(self.track.default)
        return f"{here} standard deviations, the seed's own is {own}"

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._share is None:
            return
        left = self._label_left()
        room = theme.px(LABEL_WIDTH) - left - theme.px(10)
        line = QRectF(left, self.height() - theme.px(5), room, 2)
        painter = painter_on(self)
        painter.fillRect(line, theme.tokens().track)
        line.setWidth(max(1.0, room * self._share))
        fill(painter, line, "muted", 1)
        painter.end()
