"""Stage: the window on a bundled model without a screen, and hands that use it, for pictures."""

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from latentstudio.core import random

_seeds = itertools.count(1000, 1000)
random.fresh_seed = lambda: next(_seeds)  # the same faces in every run

from latentstudio import app
from latentstudio.core.recipe import Recipe
from latentstudio.ui import theme
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.main_window import MainWindow
from latentstudio.ui.panels.directions import DirectionsPanel

PICTURES = Path(__file__).parents[1] / "assets" / "pictures"
MODEL = "avatars-dcgan"
_LONGEST_S = 180.0
_CALM_S, _CALM_TURNS = 0.3, 4  # panels ask for their faces a moment after the picture


class Stage:
    """A window that is on show, and what a person does to it.

    Attributes:
        window: the window.
        application: that it belongs to.
        folder: a temporary one.
    """

    def __init__(self, application: QApplication, window: MainWindow, folder: Path) -> None:
        self.application, self.window, self.folder = application, window, folder

    def wait(self, seconds: float) -> None:
        """Let the window live for a while."""
        QTest.qWait(max(1, round(seconds * 1000)))

    def until(self, done: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + _LONGEST_S
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the window does not come to rest")
            self.wait(0.01)

    def settle(self, seconds: float = 0.0) -> None:
        """Until the exact picture of what is wanted is on show, and so long after it."""
        bridge = self.window.bridge

        def shown() -> bool:
            frame = bridge.frame
            return frame is not None and frame.exact and frame.recipe == bridge.wanted

        self.until(shown)
        self.wait(seconds)

    def rest(self, bridge: EngineBridge | None = None) -> None:
        """Until everything is drawn that the window, or another bridge, has asked for."""
        calm = 0
        while calm < _CALM_TURNS:
            if bridge is None:
                self.settle()
            self.wait(_CALM_S)
            calm = 0 if (bridge or self.window.bridge)._engine._waiting() else calm + 1

    # --- what a person does -----------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Run an action by its name."""
        self.window.actions_by_name[name].trigger()
        self.application.processEvents()

    def edit(self, label: str, change: Callable[[Recipe], Recipe]) -> None:
        """Change the picture, as one step."""
        self.window.document.edit_recipe(label, change)
        self.window.document.end_gesture()

    def drag(
        self, widget: QWidget, points: Sequence[QPoint], between: Callable[[], None] | None = None
    ) -> None:
        """Press at the first point, move over the others, let go at the last one."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(widget, point)
            self.application.processEvents()
            if between is not None:
                between()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=points[-1])

    def control(self, name: str) -> QWidget:
        """A control by its object name."""
        found = self.window.findChild(QWidget, name)
        if not isinstance(found, QWidget):
            raise LookupError(name)
        return found

    def click(self, name: str) -> None:
        """Click the middle of a control."""
        QTest.mouseClick(self.control(name), Qt.MouseButton.LeftButton)

    def slider_of(self, name: str) -> SliderRow | None:
        """The slider of a direction, scrolled to; None where the model has none of that name."""
        panel = cast(DirectionsPanel, self.window.panel("directions"))
        found = [direction for direction in panel.known() if direction.name == name]
        return panel.row_of(found[0]) if found else None

    # --- pictures ---------------------------------------------------------------------------------

    def grab(self) -> QImage:
        """What the window shows, without the keyboard's ring and without its speed."""
        self.window.status.show_speed(0.0, None)
        focus = self.application.focusWidget()
        if focus is not None:
            focus.clearFocus()
        self.application.processEvents()
        return self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)

    def take(self, name: str) -> None:
        """Write what the window shows into the pictures."""
        save(self.grab(), PICTURES / f"{name}.png")


def pillow(image: QImage) -> Image.Image:
    """A picture of Qt as one of Pillow."""
    flat = image.convertToFormat(QImage.Format.Format_RGB888)
    size, line = (flat.width(), flat.height()), flat.bytesPerLine()
    return Image.frombuffer("RGB", size, bytes(flat.constBits()), "raw", "RGB", line, 1)


def save(image: QImage, path: Path) -> None:
    """Write a picture as a PNG of 256 colours, which nobody tells from all colours."""
    save_pillow(pillow(image), path)


def save_pillow(full: Image.Image, path: Path, count: int = 256) -> None:
    """The same of a picture of Pillow's, with so many colours."""
    colours = full.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1)
    full.quantize(palette=colours, dither=Image.Dither.NONE).save(path, optimize=True)


@contextmanager
def open_stage(size: tuple[int, int], model: str = MODEL, scheme: str = "dark") -> Iterator[Stage]:
    """A window with a model open and drawn, with settings of its own; closed at the end."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = app.make_window(settings, Path(folder))
        theme.apply_theme(application, "light" if scheme == "light" else "dark")
        window.desk.restore()
        window.resize(*size)
        window.show()
        app.begin(window, [model], "cpu", "float32")
        stage = Stage(application, window, Path(folder))
        stage.until(lambda: window.bridge.frame is not None)
        stage.settle(1.0)
        try:
            yield stage
        finally:
            window.close()
            application.processEvents()
