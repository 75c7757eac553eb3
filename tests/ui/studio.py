"""A whole window on a generator without a network, and ways to drive it as a person would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.core.document import Document
from latentstudio.core.recipe import Recipe
from latentstudio.engine.engine import Engine
from latentstudio.engine.messages import Frame
from latentstudio.ui.actions import KeyGuard
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.main_window import MainWindow
from tests.fakes import FakeGenerator, fake_info


@dataclass
class Studio:
    """The window, its parts, and the fakes behind them."""

    qtbot: QtBot
    window: MainWindow
    generators: dict[str, FakeGenerator]
    folder: Path

    @property
    def document(self) -> Document:
        return self.window.document

    @property
    def recipe(self) -> Recipe:
        return self.window.document.recipe

    @property
    def generator(self) -> FakeGenerator:
        return self.generators["fake"]

    def wait_for_picture(self) -> Frame:
        """Until the picture shown is the one of the current recipe."""

        def shown() -> bool:
            frame = self.window.bridge.frame
            return frame is not None and frame.recipe == self.recipe

        self.qtbot.waitUntil(shown)
        frame = self.window.bridge.frame
        assert frame is not None
        return frame

    def key(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        to: QWidget | None = None,
    ) -> None:
        """Press a key where the focus is."""
        target = to or QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifier)

    def settle(self) -> None:
        """Until no task runs and no face is drawn; then neither speed nor focus is shown."""
        drawn = -1
        while drawn != self.generator.drawn:
            drawn = self.generator.drawn
            self.qtbot.wait(350)
            self.qtbot.waitUntil(lambda: not self.window.jobs.running, timeout=60_000)
        self.window._speed.stop()
        self.window.status.show_speed(0.0, None)
        focus = QApplication.focusWidget()
        if focus is not None:
            focus.clearFocus()
        QApplication.processEvents()

    def notices(self) -> list[str]:
        """Titles of the notices on show, newest first."""
        return [notice.accessibleName() for notice in self.window.notices.notices()]

    def control(self, name: str) -> QWidget:
        """A control by its object name."""
        found = self.window.findChild(QWidget, name)
        assert isinstance(found, QWidget), name
        return found


def make_studio(qtbot: QtBot, folder: Path, **model: object) -> Studio:
    """A window that is on the screen, with the fake model open and drawn."""
    generators = {
        name: FakeGenerator(fake_info(name=name, **{"layers": 1, "resolution": 64, **model}))  # type: ignore[arg-type]
        for name in ("fake", "other")
    }
    document = Document()

    def open_fake(source: str, _device: str, _precision: str) -> FakeGenerator:
        return generators[source]

    bridge = EngineBridge(document, lambda post: Engine(post, opener=open_fake, threads=1))
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(document, bridge, settings, folder / "state")
    window.desk.restore()
    window.resize(1440, 900)
    window.show()
    bridge.start()
    bridge.open("fake")
    studio = Studio(qtbot, window, generators, folder)
    studio.wait_for_picture()
    qtbot.waitUntil(lambda: window.property("first") is True)
    return studio


@contextmanager
def open_studio(qtbot: QtBot, folder: Path, **model: object) -> Iterator[Studio]:
    """``make_studio`` with the keys as in the application; the window is closed at the end."""
    guard, app = KeyGuard(), QApplication.instance()
    assert app is not None
    app.installEventFilter(guard)
    made = make_studio(qtbot, folder, **model)
    yield made
    made.window.close()
    app.removeEventFilter(guard)
    made.window.deleteLater()


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window of a model with one style layer."""
    with open_studio(qtbot, tmp_path) as made:
        yield made
