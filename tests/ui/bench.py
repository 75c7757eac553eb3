"""One panel with its document and a real engine on a fake generator, without the window."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.document import Document, State
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.engine.engine import Engine
from latentstudio.engine.messages import Frame
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.controls import Rail
from latentstudio.ui.panel import Panel
from tests.fakes import FakeGenerator, fake_info

P = TypeVar("P", bound=Panel)


@dataclass
class Bench(Generic[P]):
    """A panel in a rail of its own, and what it is bound to."""

    qtbot: QtBot
    panel: P
    document: Document
    bridge: EngineBridge
    rail: Rail

    @property
    def recipe(self) -> Recipe:
        return self.document.recipe

    def wait_for_picture(self) -> Frame:
        """Until the picture shown is the one of the current recipe."""

        def shown() -> bool:
            frame = self.bridge.frame
            return frame is not None and frame.recipe == self.recipe

        self.qtbot.waitUntil(shown)
        frame = self.bridge.frame
        assert frame is not None
        return frame

    def key(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.rail, key, modifier)

    def close(self) -> None:
        """End the engine's thread."""
        self.bridge.close()
        self.rail.close()
        self.rail.deleteLater()


def make_bench(qtbot: QtBot, kind: type[P], **model: object) -> Bench[P]:
    """A panel on the screen, with the fake model open and drawn."""
    info = fake_info(**model)  # type: ignore[arg-type]
    document = Document(State(Recipe(model=ModelRef.of(info))))
    generator = FakeGenerator(info)
    bridge = EngineBridge(
        document, lambda post: Engine(post, opener=lambda *_: generator, threads=1)
    )
    panel = kind(document, bridge)
    rail = Rail()
    rail.add_section(panel)
    rail.resize(320, 720)
    bridge.opened.connect(panel.show_model)
    bridge.start()
    bridge.open("fake")
    rail.show()
    rail.activateWindow()
    made = Bench(qtbot, panel, document, bridge, rail)
    made.wait_for_picture()
    panel.show_recipe(document.recipe)
    return made
