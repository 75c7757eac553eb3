"""Contact sheet: a grid of faces near this one, at random, or in the order of their seeds."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latentstudio.core.document import Document
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import Recipe, seed_of, title_of, with_neighbour, with_seed
from latentstudio.ui import theme
from latentstudio.ui.controls import Segmented, SliderRow, TextButton, TileGrid
from latentstudio.ui.panel import Tasks

COUNT = 48
KINDS = ("Neighbours", "Random", "Seeds")
_SETTLE_MS = 250


class Sheet(QWidget):
    """Faces to choose from: a click goes there, as one undo step.

    Attributes:
        export_asked: the user wants the sheet as one picture.
    """

    export_asked = Signal()

    def __init__(self, document: Document, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self._document = document
        self._tasks = tasks
        self._centre = document.recipe
        self._start = fresh_seed()
        self._recipes: list[Recipe] = []
        self._ours = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.fill)
        self._build()
        document.changed.connect(self._document_changed)

    @property
    def recipes(self) -> Sequence[Recipe]:
        """The recipes of the faces on show, row by row."""
        return tuple(self._recipes)

    def _build(self) -> None:
        self.kind = Segmented(list(KINDS))
        self.kind.setObjectName("sheet.kind")
        self.kind.setAccessibleName("Faces of the sheet")
        self.kind.setToolTip("Near this face, from anywhere, or seed by seed")
        self.kind.chosen.connect(lambda _i: self.fill())
        self.radius = SliderRow("Radius", 0.05, 1.0, 0.35, label_width=52)
        self.radius.setObjectName("sheet.radius")
        self.radius.set_tooltip("How far the neighbours are from this face")
        self.radius.committed.connect(lambda _value: self.fill())
        again = TextButton("Others", "dices")
        again.setObjectName("sheet.again")
        again.setToolTip("Other faces of the same kind")
        again.clicked.connect(self.renew)
        export = TextButton("Export", "download")
        export.setObjectName("sheet.export")
        export.setToolTip("The sheet as one picture  (Shift+Q)")
        export.clicked.connect(self.export_asked)
        self.grid = TileGrid(size=92, most=110)
        self.grid.setObjectName("sheet.faces")
        self.grid.setAccessibleName("Faces of the sheet")
        self.grid.setToolTip("Click a face to go there; arrows choose")
        self.grid.activated.connect(self._go_to)
        self.grid.picked.connect(self._go_to)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 12, 6)
        bar.setSpacing(8)
        bar.addWidget(self.kind)
        bar.addWidget(self.radius, 1)
        bar.addStretch(1)
        bar.addWidget(again)
        bar.addWidget(export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.grid, 1)

    def fill(self) -> None:
        """Ask for the faces of the kind chosen."""
        if not self.isVisible():
            return
        self.radius.setVisible(self.kind.current() == 0)
        self._recipes = self._faces()
        self.grid.set_count(len(self._recipes))
        for index, recipe in enumerate(self._recipes):
            self.grid.set_image(index, None)
            self.grid.set_label(index, self._label(recipe))
        self._mark()
        self._tasks.faces("sheet", self._recipes, self._take_face)

    def renew(self) -> None:
        """Other faces of the same kind."""
        self._start = fresh_seed()
        self._centre = self._document.recipe
        self.fill()

    def _faces(self) -> list[Recipe]:
        recipe = self._centre
        if self.kind.current() == 0:
            radius = self.radius.value()
            seeds = seeds_around(self._start, COUNT - 1)
            return [recipe, *(with_neighbour(recipe, seed, radius) for seed in seeds)]
        if self.kind.current() == 1:
            return [with_seed(recipe, seed) for seed in seeds_around(self._start, COUNT)]
        first = seed_of(recipe) or 0
        return [with_seed(recipe, first + i) for i in range(COUNT)]

    def _label(self, recipe: Recipe) -> str:
        """Seeds are named; neighbours are known by their looks."""
        return "" if self.kind.current() == 0 else title_of(recipe).removeprefix("Seed ")

    def _take_face(self, index: int, image: QImage) -> None:
        self.grid.set_image(index, image)

    def _go_to(self, index: int) -> None:
        if not 0 <= index < len(self._recipes):
            return
        chosen = self._recipes[index]
        self._ours = True  # the sheet stays as it is while the user tries its faces
        self._document.edit_recipe("Face of the sheet", lambda _r: chosen)
        self._ours = False
        self._mark()

    def _mark(self) -> None:
        recipe = self._document.recipe
        index = self._recipes.index(recipe) if recipe in self._recipes else -1
        self.grid.set_current(index)

    def _document_changed(self, _old: object, _new: object) -> None:
        if self._ours or not self.isVisible():
            return
        if self._document.recipe in self._recipes:
            self._mark()
            return
        self._centre = self._document.recipe
        self._settle.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surround"))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._centre = self._document.recipe
        self.fill()
