"""Soak: random visitors come to a demo and go again, for as long as wanted.

``nice python -m tests.ui.demo_soak avatars-dcgan --minutes 60`` counts exceptions and warnings of
Qt, compares the memory of the first and the last sixth of the time, and checks that the demo is
back in its start state, to the pixel, after everybody has gone.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from latentstudio.app import make_application
from latentstudio.core.demo import DemoPlan
from latentstudio.ui import theme
from latentstudio.ui.demo.demo_desk import demo_bridge
from latentstudio.ui.demo.stand import Stand
from tests.ui.driver import Report, listen

_PATIENCE_S = 60.0
_MARKS = 6
_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Tab, Qt.Key.Key_Return,
    Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_Escape, Qt.Key.Key_Q, Qt.Key.Key_F11,
)  # fmt: skip
_LEFT = Qt.MouseButton.LeftButton


@dataclass
class Soak:
    """What a soak found; ``faults`` is empty when all is well."""

    minutes: float = 0.0
    visitors: int = 0
    touches: int = 0
    kept: int = 0
    pictures: int = 0
    woken_on_the_way: int = 0
    back_at_start: int = 0
    memory_mb: list[float] = field(default_factory=list)
    memory_growth: float = 0.0
    widgets: tuple[int, int] = (0, 0)
    log: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return (
            not self.faults
            and not self.log
            and self.visitors == self.back_at_start
            and self.memory_growth <= 0.05
        )


class Visitors:
    """People who touch a demo at random; every choice follows from the seed."""

    def __init__(self, stand: Stand, seed: int = 0, pace_s: float = 0.1) -> None:
        self.stand, self._pace = stand, pace_s
        self.found = Soak()
        self._random = random.Random(seed)
        self._start = self.settle()

    def visit(self) -> None:
        """One visitor: some touches, then nobody until it shows itself, then the next touch."""
        for _ in range(self._random.randint(3, 25)):
            self._touch()
            self.found.touches += 1
            self.rest(self._random.uniform(0.2, 2.0) * self._pace)
        self.found.visitors += 1
        self.leave_alone(lambda: self.stand.watch.asleep)
        self.leave_alone(lambda: self.stand.attractor.playing)
        self.rest(self._random.uniform(0.0, 60.0) * self._pace)
        self.found.woken_on_the_way += self.stand.document.recipe != self.stand.start_state
        self.wake()

    def wake(self) -> None:
        """The next touch, anywhere, starts over and does nothing else."""
        QTest.mouseClick(self._anything(), _LEFT, pos=QPoint(3, 3))
        same = self.stand.document.recipe == self.stand.start_state
        if same and np.array_equal(self.settle(), self._start):
            self.found.back_at_start += 1

    def settle(self) -> np.ndarray:
        """Wait for the exact picture of the recipe, and give its pixels."""
        bridge, document = self.stand.bridge, self.stand.document

        def shown() -> bool:
            frame = bridge.frame
            return frame is not None and frame.recipe == document.recipe and frame.exact

        self.leave_alone(shown)
        assert bridge.frame is not None
        return bridge.frame.pixels

    def leave_alone(self, until: Callable[[], bool]) -> None:
        """Let the demo be until something holds."""
        end = time.monotonic() + _PATIENCE_S + self.stand.plan.idle
        while not until():
            if time.monotonic() > end:
                raise AssertionError(f"nothing came of it in {_PATIENCE_S:.0f} s")
            self.rest(0.005)

    def rest(self, seconds: float) -> None:
        """Let the demo run for a while."""
        end = time.monotonic() + seconds
        while True:
            QApplication.processEvents()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.005))

    # --- what they do ---------------------------------------------------------------------------

    def _touch(self) -> None:
        ways = (self._click, self._drag, self._drag, self._press_key, self._never_lift, self._slide)
        self._random.choice(ways)()

    def _anything(self) -> QWidget:
        screen = self.stand.screen
        parts = (screen.picture, screen.new, screen.keep, screen.wall, *screen.sliders, screen)
        return self._random.choice([part for part in parts if part.isVisible()])

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self._random.randrange(max(widget.width(), 1)),
            self._random.randrange(max(widget.height(), 1)),
        )

    def _click(self) -> None:
        widget = self._anything()
        QTest.mouseClick(widget, _LEFT, pos=self._point(widget))

    def _drag(self) -> None:
        self._draw_over(self._anything())

    def _slide(self) -> None:
        if self.stand.screen.sliders:
            self._draw_over(self._random.choice(self.stand.screen.sliders))

    def _draw_over(self, widget: QWidget) -> None:
        QTest.mousePress(widget, _LEFT, pos=self._point(widget))
        for _ in range(self._random.randint(1, 12)):
            QTest.mouseMove(widget, self._point(widget))
            self.rest(0.01)
        QTest.mouseRelease(widget, _LEFT, pos=self._point(widget))

    def _never_lift(self) -> None:
        """A screen that loses the end of a touch."""
        widget = self._anything()
        QTest.mousePress(widget, _LEFT, pos=self._point(widget))

    def _press_key(self) -> None:
        target = QApplication.focusWidget() or self.stand.screen
        QTest.keyClick(target, self._random.choice(_KEYS))


def memory_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def soak(visitors: Visitors, minutes: float) -> Soak:
    """Let visitors come for so long; memory is the mean over each sixth of the time."""
    found, begun = visitors.found, time.monotonic()
    measured: list[tuple[float, float]] = []
    widgets = len(QApplication.allWidgets())
    while time.monotonic() - begun < 60 * minutes:
        visitors.visit()
        measured.append(((time.monotonic() - begun) / (60 * minutes), memory_mb()))
    for sixth in range(_MARKS):
        inside = [mb for at, mb in measured if min(int(at * _MARKS), _MARKS - 1) == sixth]
        found.memory_mb.append(round(float(np.mean(inside)), 1) if inside else 0.0)
    if found.memory_mb[0]:
        found.memory_growth = round(found.memory_mb[-1] / found.memory_mb[0] - 1, 4)
    found.minutes = minutes
    found.widgets = (widgets, len(QApplication.allWidgets()))
    stand = visitors.stand
    found.kept, found.pictures = len(stand.keeper._wall.faces), len(stand.keeper.written)
    found.log = stand.log.lines
    return found


def main() -> int:
    """Soak a real model from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--idle", type=int, default=3, help="seconds until a visitor has gone")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    theme.apply_theme(make_application(), "dark")
    with TemporaryDirectory() as folder:
        plan = DemoPlan(options.model, folder=str(Path(folder) / "kept"), idle=options.idle)
        stand = Stand(plan, Path(folder), demo_bridge)
        stand.begin()
        visitors = Visitors(stand, options.seed)
        report = Report()
        listen(report)
        found = soak(visitors, options.minutes)
        stand.leave()
        found.faults = report.faults
    result: dict[str, Any] = {"model": options.model, "sound": found.sound, **asdict(found)}
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main())
