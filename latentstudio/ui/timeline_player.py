"""Player: where the journey stands, and playing it by the clock."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

TICK_MS = 8  # finer than a frame of 60 a second, so that none waits for a tick


class Player(QObject):
    """The playhead. Playing follows the wall clock: slow pictures are left out, none are late.

    Attributes:
        moved: the time of the playhead in seconds, whenever it is another.
        changed: playing has begun or ended.
        clock: seconds from anywhere; a test brings its own.
    """

    moved = Signal(float)
    changed = Signal(bool)
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = self._since = self._from = 0.0
        self._span = (0.0, 0.0)
        self._fps, self._loop, self._playing = 30, False, False
        self._tick = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self.step)

    @property
    def place(self) -> float:
        """The time of the playhead, in seconds."""
        return self._place

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def span(self) -> tuple[float, float]:
        """First and last time that is played."""
        return self._span

    def set_course(self, start: float, end: float, fps: int, loop: bool) -> None:
        """What there is to play: from one time to another, in frames, once or round and round."""
        place = self._now() if self._playing else self._place
        self._span, self._fps, self._loop = (start, max(start, end)), fps, loop
        self._rebase(place)
        if self._playing and self._span[1] <= self._span[0]:
            self.pause()

    def go(self, seconds: float) -> None:
        """Put the playhead to a time; playing goes on from there."""
        self._rebase(max(seconds, 0.0))
        self._show(max(seconds, 0.0))

    def frame(self, by: int) -> None:
        """So many frames on, on whole frames."""
        self.pause()
        self.go(max(0, round(self._place * self._fps) + by) / self._fps)

    def toggle(self) -> None:
        """Play, or stop where it is."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Set off, from the beginning where the playhead stands at the end."""
        start, end = self._span
        if self._playing or end <= start:
            return
        outside = not start <= self._place < end - 0.5 / self._fps
        self._playing = True
        self._rebase(start if outside else self._place)
        self._tick.start()
        self.changed.emit(True)
        self.step()

    def pause(self) -> None:
        """Stay where it is."""
        if self._playing:
            self._playing = False
            self._tick.stop()
            self.changed.emit(False)

    def step(self) -> None:
        """Show the frame that is due now."""
        start, end = self._span
        now = self._now()
        if now >= end:
            if not self._loop:
                self._show(end)
                self.pause()
                return
            now = start + (now - start) % (end - start)
            self._rebase(now)
        self._show(start + int((now - start) * self._fps) / self._fps)

    def _now(self) -> float:
        return self._from + self.clock() - self._since

    def _rebase(self, place: float) -> None:
        self._from, self._since = place, self.clock()

    def _show(self, place: float) -> None:
        if place != self._place:
            self._place = place
            self.moved.emit(place)
