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

from PySide6.QtCore import QEvent, QEventLoop, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from latentstudio import app
from latentstudio.core.memory import keep_freed_memory
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.main_window import MainWindow
from latentstudio.ui.mixing_grid import MixingGridTab

LEAST_FPS = 30
TURN_S = 1.0  # a grid begins anew after so long
MOVE_MS = 8  # 125 Hz


class Watch:
    """Counts what is painted, what is drawn for the grid, and the gaps of the event loop."""

    def __init__(self, window: MainWindow, tab: MixingGridTab) -> None:
        self.pictures = self.cells = 0
        self.gap = 0.0
        self._last = time.monotonic()
        self._tick = QTimer(window, interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._ticked)
        self._tick.start()
        window.canvas.painted.connect(self._painted)
        show = tab.grid.set_image

        def counted(place: tuple[int, int], image: QImage | None) -> None:
            self.cells += image is not None
            show(place, image)

        tab.grid.set_image = counted  # type: ignore[method-assign]

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
        watch = Watch(window, tab)
        drag(track, options.seconds, tab)
        window.close()
    fps, cells = watch.pictures / options.seconds, watch.cells / options.seconds
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


def drag(track: QWidget, seconds: float, tab: MixingGridTab) -> None:
    """Move the slider to and fro, and let the grid begin anew again and again."""
    begun = time.monotonic()
    due = begun
    send(track, QEvent.Type.MouseButtonPress, 0.5)
    while (now := time.monotonic()) < begun + seconds:
        if now >= due:
            due = now + TURN_S
            tab.other_faces()
        share = abs((now - begun) % 2 - 1)
        send(track, QEvent.Type.MouseMove, share)
        wait(MOVE_MS)
    send(track, QEvent.Type.MouseButtonRelease, 0.5)


def wait(milliseconds: int) -> None:
    """Let the window run; QTest.qWait would keep the import of torch from Python's lock."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def send(track: QWidget, kind: QEvent.Type, share: float) -> None:
    """A mouse event at a share of the track's length."""
    place = QPointF(8 + share * (track.width() - 16), track.height() / 2)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    spot, plain = track.mapToGlobal(place), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(track, QMouseEvent(kind, place, spot, button, held, plain))


if __name__ == "__main__":
    sys.exit(main())
