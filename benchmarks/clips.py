"""Exports a journey of ten keyframes from a real window, and holds the window to stay live."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from latentstudio import app
from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.recipe import with_seed
from latentstudio.ui.main_window import MainWindow
from latentstudio.ui.panels.clip import ExportPanel

KEYFRAMES, FRAMES, FPS = 10, 600, 30
GAP_MS = 100.0
_TICK_MS = 5
_PATIENCE_S = 600.0


class Gaps:
    """The longest time that the event loop did not come round."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def begin(self) -> None:
        """Forget what was before."""
        self.worst, self._last = 0.0, time.monotonic()

    def _tick(self) -> None:
        now = time.monotonic()
        self.worst, self._last = max(self.worst, (now - self._last) * 1000), now


def until(done: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + _PATIENCE_S
    while not done():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")


def travel(window: MainWindow) -> None:
    """A looping journey through ten seeds, in the Animate workspace."""
    start = window.document.recipe
    apart = FRAMES / FPS / KEYFRAMES
    keys = tuple(Keyframe(with_seed(start, seed), seed * apart) for seed in range(KEYFRAMES))
    journey = Journey(keys, fps=FPS, loop=True)
    window.document.edit("Journey", lambda state: replace(state, journey=journey))
    window.workspaces.show("animate")


def measure(model: str, folder: Path, scales: list[int]) -> list[dict[str, Any]]:
    """Export at each scale while the playhead moves, then stop one half-way."""
    application = app.make_application()
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = app.make_window(settings, folder / "state")
    window.resize(1440, 900)
    window.show()
    app.begin(window, [model], "auto", "float32")
    until(lambda: window.bridge.frame is not None)
    travel(window)
    gaps, panel = Gaps(), cast(ExportPanel, window.panel("clip"))
    until(lambda: bool(panel.facts.accessibleName()))
    found = []
    for scale in scales:
        panel.scale.segments[{1: 0, 4: 1, 8: 2}[scale]].click()
        out, begun = folder / f"clip{scale}.mp4", time.monotonic()
        gaps.begin()
        panel.start(out)
        while panel.running:
            window.animate.go((time.monotonic() - begun) % (FRAMES / FPS))  # a hand on the playhead
            until_frame = time.monotonic() + 0.03
            until(lambda end=until_frame: time.monotonic() > end)
        found.append(
            {
                "scale": scale,
                "seconds": round(time.monotonic() - begun, 1),
                "event_loop_gap_ms_max": round(gaps.worst, 1),
                "frames": _frames(out),
                "megabytes": round(out.stat().st_size / 1e6, 1),
            }
        )
    panel.start(folder / "stopped.mp4")
    until(lambda: panel._bar.value() > 100)
    panel.cancel()
    until(lambda: not panel.running)
    left = sorted(path.name for path in folder.glob("*stopped*"))
    found.append({"stopped_half_way_leaves": left})
    window.close()
    application.processEvents()
    return found


def _frames(path: Path) -> int:
    """So many frames are in a film, counted by decoding it."""
    from imageio_ffmpeg import get_ffmpeg_exe

    command = [get_ffmpeg_exe(), "-i", str(path), "-map", "0:v", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(said.rsplit("frame=", 1)[1].split()[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="avatars-dcgan")
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 4], choices=(1, 4, 8))
    options = parser.parse_args()
    with TemporaryDirectory(prefix="latentstudio-clips-") as folder:
        found = measure(options.model, Path(folder), options.scales)
    print(json.dumps({"model": options.model, "clips": found}, indent=1))
    *clips, stopped = found
    whole = all(c["frames"] == FRAMES and c["event_loop_gap_ms_max"] <= GAP_MS for c in clips)
    return 0 if whole and not stopped["stopped_half_way_leaves"] else 1


if __name__ == "__main__":
    sys.exit(main())
