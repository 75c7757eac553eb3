"""Watch: sees when visitors touch the screen, when they are gone, and how long Esc is held."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

HOLD_S = 1.5
_TICK_MS = 16
_PRESSES = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.TouchBegin,
    QEvent.Type.TabletPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
)
_MOVES = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.TouchUpdate,
    QEvent.Type.TouchEnd,
    QEvent.Type.TabletMove,
    QEvent.Type.TabletRelease,
    QEvent.Type.KeyRelease,
)
_RELEASES = (QEvent.Type.MouseButtonRelease, QEvent.Type.TouchEnd, QEvent.Type.TabletRelease)


class Watch(QObject):
    """Filters the events of a screen and of everything on it.

    Signals:
        gone: nobody has touched anything for the idle time.
        woken: a touch has come while it slept; it acts on nothing else.
        holding: how much of the time Esc has been down, 0 to 1; left: it was all of it.
    """

    gone = Signal()
    woken = Signal()
    holding = Signal(float)
    left = Signal()
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, screen: QWidget, idle_s: float) -> None:
        super().__init__(screen)
        self._asleep = self._swallowing = False
        self._down_since: float | None = None
        self._idle = QTimer(self, singleShot=True, interval=round(idle_s * 1000))
        self._idle.timeout.connect(self._fall_asleep)
        self._hold = QTimer(self, interval=_TICK_MS)
        self._hold.timeout.connect(self._held)
        self._screen = screen
        self.watch_all()
        self._idle.start()

    @property
    def asleep(self) -> bool:
        """Whether nobody is there."""
        return self._asleep

    def watch_all(self) -> None:
        """Watch what is on the screen now."""
        for widget in (self._screen, *self._screen.findChildren(QWidget)):
            widget.removeEventFilter(self)
            widget.installEventFilter(self)

    def stop(self) -> None:
        """Nothing is told any more."""
        self._idle.stop()
        self._hold.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            self._let_esc_go()
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self._esc(event)
                return True
        elif kind == QEvent.Type.ShortcutOverride:
            return False
        if kind in _PRESSES:
            return self._touched(kind)
        if kind in _MOVES and not _is_hover(event):
            return self._went_on(kind)
        return False

    def _touched(self, kind: QEvent.Type) -> bool:
        self._idle.start()
        woke = self._asleep
        if woke:
            self._asleep = False
            self._swallowing = kind != QEvent.Type.Wheel  # which has no release
            self.woken.emit()
        return woke or self._swallowing

    def _went_on(self, kind: QEvent.Type) -> bool:
        """The rest of a touch; that of the one that woke the screen acts on nothing."""
        if not self._asleep:
            self._idle.start()
        swallowed = self._swallowing
        if kind in _RELEASES or kind == QEvent.Type.KeyRelease:
            self._swallowing = False
        return swallowed

    def _fall_asleep(self) -> None:
        self._asleep = True
        self.gone.emit()

    # --- Esc ------------------------------------------------------------------------------------

    def _esc(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            return
        if event.type() == QEvent.Type.KeyPress:
            self._down_since = self.clock()
            self._hold.start()
        else:
            self._let_esc_go()

    def _held(self) -> None:
        if self._down_since is None:
            return
        share = (self.clock() - self._down_since) / HOLD_S
        if share >= 1:
            self._let_esc_go()
            self.left.emit()
        else:
            self.holding.emit(share)

    def _let_esc_go(self) -> None:
        self._hold.stop()
        if self._down_since is not None:
            self._down_since = None
            self.holding.emit(0.0)


def _is_hover(event: QEvent) -> bool:
    """Whether a pointer passes by without touching."""
    moved = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove
    return moved and isinstance(event, QMouseEvent) and not event.buttons()
