"""Probe: drives a real window for the benchmark and listens to how it answers."""

import sys
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from latentstudio.bench_search import SearchProbe
from latentstudio.engine.messages import Failure
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.main_window import MainWindow

_TICK_MS = 10  # a faster clock would itself slow the import of torch
_MOVE_MS = 8  # 125 Hz
_DRAGS, _DRAG_S = 5, 1.0
_REST_MS = 400
_SETTLE_MS = 1000  # thumbnails of the first faces are drawn before the slider moves
_GIVE_UP_MS = 120_000


class Probe(QObject):
    """Start, five drags of a second each on the truncation slider, a search, then the end."""

    def __init__(self, window: MainWindow, started: float) -> None:
        super().__init__(window)
        self.error = ""
        self._window = window
        self._started = started
        self._visible = self._first = 0.0
        self._gaps = {"start": 0.0, "live": 0.0, "search": 0.0}
        self._phase = "start"
        self._search = SearchProbe(window, self._stop)
        self._last_tick = time.monotonic()
        self._latencies: list[float] = []
        self._frames = 0
        self._missed = 0
        self._memory: float | None = None
        self._drag = 0
        self._drag_end = 0.0
        self._then: Callable[[], None] | None = None
        self._tick = QTimer(self, interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._ticked)
        self._move = QTimer(self, interval=_MOVE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._move.timeout.connect(self._moved)
        window.installEventFilter(self)
        window.shown_first.connect(self._first_picture)
        window.bridge.failed.connect(self._failed)
        QTimer.singleShot(_GIVE_UP_MS, self, lambda: self._stop("no picture came in time"))

    def when_painted(self, then: Callable[[], None]) -> None:
        """Call once the window is on the screen."""
        self._then = then

    def result(self) -> dict[str, Any]:
        """The measured keys of the benchmark, with every single slider-to-paint time."""
        return {
            "startup_window_s": round(self._visible, 3),
            "startup_first_image_s": round(self._first, 3),
            "startup_gap_ms_max": self._gap("start"),
            "slider_to_paint_ms": self._latencies,
            "dropped_last": self._missed,
            "event_loop_gap_ms_max": self._gap("live"),
            "fps": round(self._frames / (_DRAGS * _DRAG_S), 1),
            "peak_rss_mb": self._memory,
            "inpaint": {
                **self._search.result(),
                "event_loop_gap_ms_max": self._gap("search"),
                "peak_rss_mb": _peak_rss_mb(),
            },
        }

    def _gap(self, phase: str) -> float:
        return round(self._gaps[phase] * 1000, 1)

    # --- start ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._visible:
            self._visible = time.monotonic() - self._started
            self._last_tick = time.monotonic()
            self._tick.start()
            if self._then is not None:
                QTimer.singleShot(0, self._then)
        return False

    def _first_picture(self) -> None:
        self._first = time.monotonic() - self._started
        self._phase = "live"
        QTimer.singleShot(_SETTLE_MS, self, self._begin_drag)

    def _ticked(self) -> None:
        now = time.monotonic()
        gap, self._last_tick = now - self._last_tick, now
        self._gaps[self._phase] = max(self._gaps[self._phase], gap)

    # --- drags ----------------------------------------------------------------------------------

    def _begin_drag(self) -> None:
        meter = self._window.bridge.meter
        meter.record = self._latencies
        self._drag_end = time.monotonic() + _DRAG_S
        self._window.canvas.painted.connect(self._count)
        self._send(QEvent.Type.MouseButtonPress, 0.0)
        self._move.start()

    def _moved(self) -> None:
        left = self._drag_end - time.monotonic()
        if left > 0:
            self._send(QEvent.Type.MouseMove, 1 - left / _DRAG_S)
            return
        self._move.stop()
        self._send(QEvent.Type.MouseButtonRelease, 1.0)
        QTimer.singleShot(_REST_MS, self, self._end_drag)

    def _end_drag(self) -> None:
        self._window.canvas.painted.disconnect(self._count)
        self._window.bridge.meter.record = None
        shown = self._window.bridge.frame
        if shown is None or shown.recipe != self._window.document.recipe:
            self._missed += 1
        self._drag += 1
        if self._drag < _DRAGS:
            self._begin_drag()
        else:
            self._begin_search()

    def _begin_search(self) -> None:
        self._phase, self._memory = "search", _peak_rss_mb()
        self._search.start()

    def _send(self, kind: QEvent.Type, share: float) -> None:
        """Every other drag goes back."""
        point_at(self._track, kind, share if self._drag % 2 == 0 else 1 - share)

    @cached_property
    def _track(self) -> QWidget:
        row = self._window.findChild(SliderRow, "truncation.psi")
        assert isinstance(row, SliderRow)
        return row.track

    def _count(self) -> None:
        self._frames += 1

    # --- end ------------------------------------------------------------------------------------

    def _failed(self, failure: Failure) -> None:
        self._stop(str(failure.error))

    def _stop(self, error: str) -> None:
        self.error = self.error or error
        self._tick.stop()
        self._window.close()
        QApplication.exit(0)


def point_at(track: QWidget, kind: QEvent.Type, share: float) -> None:
    """A mouse event on a slider's track, 0 at its left end and 1 at its right."""
    place = QPointF(8 + share * (track.width() - 16), track.height() / 2)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    spot, plain = track.mapToGlobal(place), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(track, QMouseEvent(kind, place, spot, button, held, plain))


def _peak_rss_mb() -> float | None:
    """Most memory that the process held, in megabytes; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, kilobytes elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
