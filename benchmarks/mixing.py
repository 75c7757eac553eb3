"""A slider that moves while a mixing grid fills: pictures a second, cells a second, longest gap.

    python benchmarks/mixing.py MODEL [--seconds N]

A window of 2048 x 1400 in the Mix workspace; every second the grid begins anew with other faces,
and the slider from A to B is dragged all the time. At least thirty pictures a second are the bound.
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the window has it
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QSettings, Qt, QTimer
from PySide6.QtWidgets import QWidget

from latentstudio import app
from latentstudio.bench_window import point_at
from latentstudio.core.memory import keep_freed_memory
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.main_window import MainWindow
from latentstudio.ui.mixing_grid import MixingGridTab

LEAST_FPS = 30
TURN_S = 1.0  # a grid begins anew after so long
MOVE_MS = 8  # 125 Hz


class Watch:
    """Counts what is painted, and the gaps of the event loop."""

    def __init__(self, window: MainWindow) -> None:
        self.pictures = 0
        self.gap = 0.0
        self._last = time.monotonic()
        self._tick = QTimer(window, interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._ticked)
        self._tick.start()
        window.canvas.painted.connect(self._painted)

    def _ticked(self) -> None:
        now = time.monotonic()
        self.gap, self._last = max(self.gap, now - self._last), now

    def _painted(self) -> None:
        self.pictures += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    keep_freed_memory()
    app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat)
        window = app.make_window(settings, Path(folder))
        window.resize(2048, 1400)
        window.show()
        app.begin(window, [options.model], "auto", "float32")
        tab, track = prepare(window)
        watch = Watch(window)
        cells = drag(track, options.seconds, tab) / options.seconds
        window.close()
    fps = watch.pictures / options.seconds
    print(
        f"{'ok  ' if fps >= LEAST_FPS else 'SLOW'}  {options.model}: {fps:.1f} pictures a second "
        f"(at least {LEAST_FPS}), {cells:.1f} cells a second beside them, longest gap "
        f"{watch.gap * 1000:.0f} ms"
    )
    return 0 if fps >= LEAST_FPS else 1


def prepare(window: MainWindow) -> tuple[MixingGridTab, QWidget]:
    """A face for A and one for B, in Mix; the grid's tab and the track of the slider."""
    while window.bridge.frame is None:
        wait(50)
    wait(1500)  # small faces are drawn first
    for action in ("source_a", "random", "source_b", "workspace_mix"):
        window.actions_by_name[action].trigger()
        wait(500)
    tab, row = window.findChild(MixingGridTab), window.findChild(SliderRow, "interpolate.position")
    assert isinstance(tab, MixingGridTab)
    assert isinstance(row, SliderRow)
    return tab, row.track


def drag(track: QWidget, seconds: float, tab: MixingGridTab) -> int:
    """Move the slider to and fro, and let the grid begin anew again and again: cells it drew."""
    cells = 0
    begun = time.monotonic()
    tab.other_faces()
    due = begun + TURN_S
    point_at(track, QEvent.Type.MouseButtonPress, 0.5)
    while (now := time.monotonic()) < begun + seconds:
        if now >= due:
            due = now + TURN_S
            cells += len(tab.grid.images())
            tab.other_faces()
        share = abs((now - begun) % 2 - 1)
        point_at(track, QEvent.Type.MouseMove, share)
        wait(MOVE_MS)
    point_at(track, QEvent.Type.MouseButtonRelease, 0.5)
    return cells + len(tab.grid.images())


def wait(milliseconds: int) -> None:
    """Let the window run; QTest.qWait would keep the import of torch from Python's lock."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
