"""Gallery in a rail: the kept faces, to drag onto the timeline."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from latentstudio.core.document import State
from latentstudio.core.recipe import Recipe
from latentstudio.ui import theme
from latentstudio.ui.controls import TileGrid
from latentstudio.ui.controls.base import Paragraph
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.panel import Panel

_SIZE, _ROWS = 72, 4  # of a face in pixels at 100 %; rows until the gallery scrolls


class KeptGrid(TileGrid):
    """Faces in as many rows as they need, up to some."""

    def __init__(self) -> None:
        super().__init__(size=_SIZE)
        self.set_multiple(True)

    def fit(self) -> None:
        """Take the height that the faces need."""
        cell, gap = self.cell(), self.spacing()
        across = max(1, (self.viewport().width() - gap) // (cell.width() + gap))
        rows = min(max(1, -(-len(self.faces) // across)), _ROWS)
        self.setFixedHeight(rows * (cell.height() + gap) + 2 * gap + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _place_empty(self) -> None:
        side = theme.px(12)
        self.empty.setGeometry(self.viewport().rect().adjusted(4, 2, -side, -4))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), self.height())


class KeptPanel(Panel):
    """The kept faces.

    Signals:
        insert_asked: faces that are to become keyframes.
    """

    key = "kept"
    title = "Gallery"
    icon = "images"
    insert_asked = Signal(list)

    def build(self) -> None:
        self._recipes: list[Recipe] = []
        self.faces = KeptGrid()
        self.name_control("faces", self.faces)
        self.faces.setAccessibleName("Kept faces")
        self.faces.setToolTip(
            "Drag faces onto the timeline; a double click or Return adds one, a click shows it"
        )
        self.faces.set_empty("star", "No kept faces yet", "K keeps the face you see.")
        self.faces.set_mime(self._mime)
        self.faces.clicked.connect(self._clicked)
        self.faces.activated.connect(self._insert)
        content, words = QWidget(), QVBoxLayout()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.faces)
        words.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(12))
        words.addWidget(
            Paragraph("Drag a face onto the timeline, or press I to add the face you see.", "faint")
        )
        column.addLayout(words)
        self.set_content(content)

    def summary(self, recipe: Recipe) -> str:
        count = len(self.document.state.gallery)
        return f"{count} kept" if count else "empty"

    def fill_faces(self) -> None:
        recipes = [kept.recipe for kept in self.document.state.gallery]
        for index, recipe in enumerate(recipes):
            if index < len(self._recipes) and self._recipes[index] != recipe:
                self.faces.set_image(index, None)
        self._recipes = recipes
        self.faces.set_count(len(recipes))
        for index, kept in enumerate(self.document.state.gallery):
            self.faces.set_starred(index, kept.starred)
        self.faces.fit()
        self._mark_current()
        self.tasks.faces("kept", recipes, self._take)

    def _mark_current(self) -> None:
        """The ring is on the face of the canvas, where it is kept."""
        if len(self.faces.selection()) <= 1:
            recipe = self.document.recipe
            places = [i for i, known in enumerate(self._recipes) if known == recipe]
            self.faces.set_current(places[0] if places else -1)

    def _take(self, index: int, image: QImage) -> None:
        self.faces.set_image(index, image)

    def _clicked(self, index: QModelIndex) -> None:
        plain = QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        if plain and 0 <= index.row() < len(self._recipes):
            recipe = self._recipes[index.row()]
            self.document.edit_recipe("Kept face", lambda _r: recipe)

    def _insert(self, index: int) -> None:
        if 0 <= index < len(self._recipes):
            self.insert_asked.emit([self._recipes[index]])

    def _mime(self, index: int) -> QMimeData:
        places = self.faces.selection()
        taken: Sequence[int] = places if index in places else [index]
        return mime_of([self._recipes[place] for place in taken])

    def _document_changed(self, old: State, new: State) -> None:
        if new.gallery != old.gallery or new.recipe != old.recipe:
            self.show_recipe(new.recipe)
