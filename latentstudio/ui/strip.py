"""Strip: faces near this one, and the history as faces; a click goes there."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from latentstudio.core.document import Document
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import Recipe, seed_of, with_neighbour
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, SliderRow, TabStrip, TileStrip
from latentstudio.ui.panel import Tasks

NEIGHBOURS = 16
HISTORY = 200  # as many of the latest steps as a person looks through
_SETTLE_MS = 250


class Strip(QWidget):
    """Two tabs of square faces under the canvas."""

    def __init__(self, document: Document, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._document = document
        self._tasks = tasks
        self._start = fresh_seed()
        self._neighbours: list[Recipe] = []
        self._first = 0
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.fill)
        self._build()
        document.changed.connect(self._recipe_changed)
        document.history_changed.connect(self._history_changed)

    def _build(self) -> None:
        self.tabs = TabStrip()
        self.tabs.setObjectName("strip.tabs")
        self.tabs.setToolTip("Faces near this one, or what you did so far")
        self.tabs.add_tab("neighbours", "Neighbours")
        self.tabs.add_tab("history", "History")
        self.tabs.chosen.connect(self._tab_chosen)
        self.radius = SliderRow("Radius", 0.05, 1.0, 0.35, label_width=52)
        self.radius.setObjectName("strip.radius")
        self.radius.set_tooltip("How far the neighbours are from this face")
        self.radius.setFixedWidth(theme.px(230))
        self.radius.committed.connect(lambda _value: self.fill())
        self.again = IconButton("dices", "Other neighbours")
        self.again.setObjectName("strip.again")
        self.again.clicked.connect(self._renew)
        self.tabs.add_corner(self.radius)
        self.tabs.add_corner(self.again)
        self.neighbours = self._faces("strip.neighbours", "Faces near this one")
        self.neighbours.picked.connect(self._go_to_neighbour)
        self.history = self._faces("strip.history", "What you did, as faces")
        self.history.picked.connect(lambda i: self._document.go(self._first + i))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.neighbours)
        self._stack.addWidget(self.history)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)

    def _faces(self, name: str, words: str) -> TileStrip:
        strip = TileStrip(size=84)
        strip.setObjectName(name)
        strip.setAccessibleName(words)
        strip.setToolTip(f"{words}; click one to go there")
        strip.set_empty("images", "No faces yet", "Open a model to see faces.")
        return strip

    def fill(self) -> None:
        """Ask for the faces of the tab on show."""
        if not self.isVisible():
            return
        if self.tabs.current() == "neighbours":
            self._fill_neighbours()
        else:
            self._fill_history()

    def _fill_neighbours(self) -> None:
        recipe = self._document.recipe
        radius = self.radius.value()
        seeds = seeds_around(self._start + (seed_of(recipe) or 0), NEIGHBOURS)
        self._neighbours = [with_neighbour(recipe, seed, radius) for seed in seeds]
        self.neighbours.set_count(len(seeds))
        self.neighbours.set_current(-1)
        self._tasks.faces("strip.neighbours", self._neighbours, self.neighbours.set_image)

    def _fill_history(self) -> None:
        entries = self._document.entries[-HISTORY:]
        self._first = len(self._document.entries) - len(entries)
        self.history.set_count(len(entries))
        for index, entry in enumerate(entries):
            self.history.set_label(index, entry.label)
        self.history.set_current(self._document.index - self._first)
        recipes = [entry.state.recipe for entry in entries]
        self._tasks.faces("strip.history", recipes, self._take_history)

    def _take_history(self, index: int, image: QImage) -> None:
        self.history.set_image(index, image)

    def _tab_chosen(self, key: str) -> None:
        neighbours = key == "neighbours"
        self._stack.setCurrentWidget(self.neighbours if neighbours else self.history)
        self.radius.setVisible(neighbours)
        self.again.setVisible(neighbours)
        self.fill()

    def _renew(self) -> None:
        self._start = fresh_seed()
        self.fill()

    def _go_to_neighbour(self, index: int) -> None:
        if 0 <= index < len(self._neighbours):
            chosen = self._neighbours[index]
            self._document.edit_recipe("Neighbour", lambda _r: chosen)

    def _recipe_changed(self, _old: object, _new: object) -> None:
        if self.tabs.current() == "neighbours":
            self._settle.start()

    def _history_changed(self) -> None:
        steps = len(self._document.entries) - 1
        self.tabs.set_count("history", steps or None)
        if self.tabs.current() == "history":
            self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("panel"))
