"""A demo on a fake model, and ways to be a visitor of it."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from latentstudio.core.demo import DemoPlan
from latentstudio.core.document import Document
from latentstudio.core.recipe import Recipe
from latentstudio.engine.engine import Engine
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo.big_slider import BigSlider
from latentstudio.ui.demo.stand import Stand
from tests.fakes import FakeGenerator, fake_info
from tests.ui.directions import GLASSES, HAIR, SMILE, direction

FOUR = (SMILE, GLASSES, HAIR, direction("Tilt", 0, 0, 0, 1))
FIRST_SEED = 1000
"""Of the faces that ``New face`` shows, one after the other."""


@dataclass
class Visit:
    """A running demo with a clock that stands still."""

    qtbot: QtBot
    stand: Stand
    generator: FakeGenerator
    now: list[datetime] = field(default_factory=list)
    seconds: list[float] = field(default_factory=lambda: [0.0])

    @property
    def recipe(self) -> Recipe:
        return self.stand.document.recipe

    @property
    def sliders(self) -> list[BigSlider]:
        return self.stand.screen.sliders

    def wait_for_picture(self) -> None:
        """Until the face of the recipe is on the screen."""

        def shown() -> bool:
            frame = self.stand.bridge.frame
            return frame is not None and frame.recipe == self.recipe

        self.qtbot.waitUntil(shown)

    def press(self, widget: QWidget, x: float = 0.5, y: float = 0.5) -> None:
        """A touch at a share of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point(widget, x, y))

    def drag(self, widget: QWidget, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A finger from one share of a widget to another."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=point(widget, *start))
        QTest.mouseMove(widget, point(widget, *end))
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=point(widget, *end))

    def fall_asleep(self) -> None:
        """The idle time is over."""
        self.stand.watch._fall_asleep()


def point(widget: QWidget, x: float, y: float) -> QPoint:
    return QPoint(round(x * (widget.width() - 1)), round(y * (widget.height() - 1)))


def make_visit(
    qtbot: QtBot,
    folder: Path,
    plan: DemoPlan | None = None,
    start: Recipe | None = None,
    size: tuple[int, int] = (1440, 900),
    **model: Any,
) -> Visit:
    """A demo that has drawn its first face."""
    given = {"layers": 2, "resolution": 64, "directions": FOUR} | model
    generator = FakeGenerator(fake_info(**given))

    def make_bridge(document: Document) -> EngineBridge:
        engine = lambda post: Engine(post, opener=lambda *_: generator, threads=1)  # noqa: E731
        return EngineBridge(document, engine)

    now = [datetime(2026, 11, 24, 9, 30)]
    seeds = iter(range(FIRST_SEED, FIRST_SEED + 10_000))
    stand = Stand(
        plan or DemoPlan("fake", folder=str(folder / "kept"), idle=3600),
        folder / "state",
        make_bridge,
        start,
        clock=lambda: now[0],
        next_seed=lambda: next(seeds),
    )
    visit = Visit(qtbot, stand, generator, now)
    stand.attractor.clock = stand.watch.clock = lambda: visit.seconds[0]
    stand.begin()
    stand.screen.showNormal()
    stand.screen.resize(*size)
    visit.wait_for_picture()
    return visit
