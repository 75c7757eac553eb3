"""A panel alone on a document, with tasks that only note what was asked of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from latentstudio.core.document import Document
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.panel import Panel


@dataclass(frozen=True)
class Picture:
    """What panels know of a frame."""

    recipe: Recipe
    styles: Any = None
    distances: tuple[float, float] | None = None


class NotedTasks(QObject):
    """Fulfils ``Tasks``.

    Attributes:
        asked: owner -> the faces it wants, newest only.
        redrawn: how often the picture was to be drawn again.
        started: names of jobs.
    """

    job_changed = Signal(object)
    frame_ready = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.frame: Picture | None = None
        self.asked: dict[str, list[Recipe]] = {}
        self._receivers: dict[str, Callable[[int, QImage], None]] = {}
        self.redrawn = 0
        self.started: list[str] = []

    def start_job(self, name: str, title: str, **options: Any) -> int:
        self.started.append(name)
        return len(self.started)

    def cancel(self, job: int) -> None:
        return

    def redraw(self) -> None:
        self.redrawn += 1

    def faces(
        self, owner: str, recipes: Sequence[Recipe], receive: Callable[[int, QImage], None]
    ) -> None:
        self.asked[owner] = list(recipes)
        self._receivers[owner] = receive

    def deliver(self, owner: str) -> None:
        """Give the owner its faces: one grey for each, by its place."""
        for index in range(len(self.asked[owner])):
            level = np.full((8, 8), 10 * index, np.uint8)
            image = QImage(level.data, 8, 8, 8, QImage.Format.Format_Grayscale8).copy()
            self._receivers[owner](index, image)

    def show(self, picture: Picture) -> None:
        """A frame has been drawn."""
        self.frame = picture
        self.frame_ready.emit(picture)


class PanelBench:
    """The panel, its document and tasks."""

    def __init__(self, qtbot: QtBot, kind: type[Panel], info: ModelInfo) -> None:
        self.document = Document()
        self.tasks = NotedTasks()
        self.panel = kind(self.document, self.tasks)  # type: ignore[arg-type]
        qtbot.addWidget(self.panel)
        self.panel.resize(320, 700)
        self.panel.show()
        self.panel.show_model(info)
        self.panel.show_recipe(self.document.recipe)

    @property
    def recipe(self) -> Recipe:
        return self.document.recipe

    @property
    def labels(self) -> list[str]:
        """What was done, for the undo menu."""
        return [entry.label for entry in self.document.entries][1:]

    def control(self, name: str) -> Any:
        found = self.panel.findChild(QWidget, f"{self.panel.key}.{name}")
        assert found is not None, name
        return found

    def slide(self, name: str, *values: float) -> None:
        """Drag a slider through values and let go."""
        row = self.control(name)
        assert isinstance(row, SliderRow)
        for value in values:
            row.moved.emit(value)
        row.committed.emit(values[-1])

    def choose(self, name: str, place: int) -> None:
        """Click a segment."""
        QTest.mouseClick(self.control(name).segments[place], Qt.MouseButton.LeftButton)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
