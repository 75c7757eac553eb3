"""The strip's first tabs: faces near this one, and the history as faces; a click goes there."""

from PySide6.QtGui import QResizeEvent

from latentstudio.core.document import State
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import Recipe, seed_of, with_neighbour
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, SliderRow, TileStrip
from latentstudio.ui.seen_faces import SeenFaces
from latentstudio.ui.strip_tab import StripTab

_LABEL = 52  # pixels at 100 %
_WORDS_FROM = 560  # pixels at 100 % of the strip
NEIGHBOURS = 16
HISTORY = 500  # the latest steps, as many as a session keeps


def row_of_faces(tab: StripTab, name: str, words: str) -> TileStrip:
    """A row of faces that fills a tab."""
    faces = TileStrip()
    faces.setObjectName(name)
    faces.setAccessibleName(words)
    faces.setToolTip(f"{words}; click one to go there")
    faces.set_empty("images", "No faces yet", "Open a model to see faces.")
    tab.hold(faces)
    return faces


class NeighboursTab(StripTab):
    """Faces a radius away from this one."""

    key = "neighbours"
    title = "Neighbours"
    workspaces = ("explore",)

    def build(self) -> None:
        self._start = fresh_seed()
        self._recipes: list[Recipe] = []
        self.faces = row_of_faces(self, "strip.neighbours", "Faces near this one")
        self.faces.picked.connect(self._go_to)
        self.radius = SliderRow("Radius", 0.05, 1.0, 0.35, label_width=_LABEL)
        self.radius.setObjectName("strip.radius")
        self.radius.set_tooltip("How far the neighbours are from this face")
        self.radius.setMaximumWidth(theme.px(230))
        self.radius.committed.connect(lambda _value: self.fill())
        again = IconButton("dices", "Other neighbours")
        again.setObjectName("strip.again")
        again.clicked.connect(self._renew)
        self.corner_line.addWidget(self.radius)
        self.corner_line.addWidget(again)

    def fill(self) -> None:
        recipe = self.document.recipe
        radius = self.radius.value()
        seeds = seeds_around(self._start + (seed_of(recipe) or 0), NEIGHBOURS)
        self._recipes = [with_neighbour(recipe, seed, radius) for seed in seeds]
        self.faces.set_count(len(seeds))
        self.faces.set_current(-1)
        self.tasks.faces("strip.neighbours", self._recipes, self.faces.set_image)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow strip the tabs need the room of the word."""
        super().resizeEvent(event)
        self.radius.set_label_width(_LABEL if self.width() >= theme.px(_WORDS_FROM) else 0)

    def _renew(self) -> None:
        self._start = fresh_seed()
        self.fill()

    def _go_to(self, index: int) -> None:
        if 0 <= index < len(self._recipes):
            chosen = self._recipes[index]
            self.document.edit_recipe("Neighbour", lambda _r: chosen)


class HistoryTab(StripTab):
    """What the user did, as faces."""

    key = "history"
    title = "History"
    workspaces = ("explore", "mix", "inpaint")

    def build(self) -> None:
        self._first = 0
        self.faces = row_of_faces(self, "strip.history", "What you did, as faces")
        self._pictures = SeenFaces(self.faces, self.tasks, "strip.history")
        self.faces.picked.connect(lambda i: self.document.go(self._first + i))
        self.document.history_changed.connect(self._history_changed)

    def count(self) -> int | None:
        return len(self.document.entries) - 1 or None

    def fill(self) -> None:
        entries = self.document.entries[-HISTORY:]
        self._first = len(self.document.entries) - len(entries)
        self._pictures.show([entry.state.recipe for entry in entries])
        for index, entry in enumerate(entries):
            if self.faces.faces[index].label != entry.label:
                self.faces.set_label(index, entry.label)
        self.faces.set_current(self.document.index - self._first)

    def state_changed(self, old: State, new: State) -> None:
        """Steps are told by ``history_changed``, which also comes when only the place changes."""

    def _history_changed(self) -> None:
        self.counted.emit(self.count())
        self.fill_soon()
