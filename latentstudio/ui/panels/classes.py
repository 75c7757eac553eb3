"""Classes: what kind of face it is, apart from where it lies; up to four blended by share."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from latentstudio.core import classes
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.ui import icons
from latentstudio.ui.controls import InfoLine, Label, NameList, ShareBar, SliderRow, Tile
from latentstudio.ui.panel import Panel

LETTERS = "ABCD"
_ALL_GIVEN = (
    "The class is part of this face, which was computed or found: to choose one, go to a seed."
)
_SOME_GIVEN = (
    "The class is part of faces that were computed or found: one chosen here is the others'."
)
_FULL = "Four classes are blended: take one out first (its minus)"


class ShareRow(QWidget):
    """One class of the blend: its letter and face, its name, its share."""

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tile = Tile(size=28)
        self.tile.set_badge(letter)
        self.slider = SliderRow(
            letter, 0, 100, 0, step=1, decimals=0, unit="%", fill=letter.lower(), label_width=80
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.tile)
        line.addWidget(self.slider, 1)


class ClassesPanel(Panel):
    """A list to search with a face for each class, shares above it, and a way between them."""

    key = "classes"
    title = "Classes"
    icon = "tags"

    def build(self) -> None:
        self._drawn: tuple[Recipe, ...] = ()
        self._asked: tuple[str, ...] = ()
        self.follow(self._show_shares)  # first: it says how far the sliders reach
        self.body.addWidget(self._search_field())
        self._given = InfoLine("")
        self.body.addWidget(self._given)
        self.follow(self._show_given)
        self._bar = ShareBar("Shares of the classes")
        self.add("bar", self._bar)
        self._rows = [self._share_row(place) for place in range(classes.MOST)]
        self._path = self._path_row()
        self._list = NameList("Classes")
        self.add(
            "picker",
            self._list,
            "Click a class to take it alone, its plus to blend it in; Return and Space do the same",
        )
        self._list.picked.connect(lambda name: self._edit("Class", classes.with_only, name))
        self._list.added.connect(self._add)
        self._list.removed.connect(self._remove)
        self._list.scrolled.connect(self._calm.start)
        self._nothing = Label("No class has these words in its name", token="faint")
        self.body.addWidget(self._nothing)
        self._nothing.hide()
        self._full = Label(_FULL, token="faint")
        self._full.setWordWrap(True)
        self.body.addWidget(self._full)
        self.opened.connect(lambda _on: self._calm.start())

    def needs(self, info: ModelInfo) -> str:
        return "" if info.classes else "none in this model"

    def summary(self, recipe: Recipe) -> str:
        return classes.summary(recipe, self._names)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._drawn, self._asked = (), ()
        self._list.set_names(info.classes)
        self._field.clear()
        self._field.setPlaceholderText(f"Search {len(info.classes)} classes")
        self._show_shares(self.document.recipe)

    # --- rows -----------------------------------------------------------------------------------

    def _search_field(self) -> QLineEdit:
        self._field = QLineEdit()
        self._field.setAccessibleName("Search classes")
        self.name_control("search", self._field, "Words of a name; Down goes to the list")
        found = self._field.addAction(
            icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition
        )
        icons.dress(found, "search", "faint")
        self._field.textChanged.connect(self._find)
        self._field.installEventFilter(self)
        return self._field

    def _share_row(self, place: int) -> ShareRow:
        letter = LETTERS[place]
        row = ShareRow(letter)
        self.name_control(f"{letter.lower()}.face", row.tile, f"Class {letter} alone")
        self.name_control(f"{letter.lower()}.weight", row.slider)
        row.slider.set_tooltip(
            f"How much of class {letter} is in the face; the others keep their proportions"
        )
        row.tile.clicked.connect(lambda: self._take_alone(place))
        self.bind(
            row.slider,
            f"{self.key}.{letter.lower()}.weight",
            "Share of a class",
            partial(self._percent, place),
            partial(self._with_percent, place),
        )
        self.body.addWidget(row)
        return row

    def _path_row(self) -> SliderRow:
        row = SliderRow("A to B", 0.0, 1.0, 0.0, label_width=80)
        self.add("path", row)
        row.set_tooltip(
            "From class to class, while the face stays where it lies in the latent space"
        )
        self.bind(
            row,
            f"{self.key}.path",
            "Class path",
            lambda recipe: classes.path_of(recipe, self._names),
            lambda recipe, value: classes.with_path(recipe, self._names, value),
        )
        return row

    @property
    def _names(self) -> tuple[str, ...]:
        return self.info.classes if self.info else ()

    def _percent(self, place: int, recipe: Recipe) -> float:
        said = classes.percents(classes.shares_of(recipe, self._names))
        return said[place][1] if place < len(said) else 0.0

    def _with_percent(self, place: int, recipe: Recipe, value: float) -> Recipe:
        shares = classes.shares_of(recipe, self._names)
        if place >= len(shares):
            return recipe
        return classes.with_share(recipe, self._names, shares[place][0], value / 100)

    def _show_shares(self, recipe: Recipe) -> None:
        shares = classes.shares_of(recipe, self._names)
        blended = len(shares) > 1
        said = classes.percents(shares)
        words = ", ".join(f"{name} {part} %" for name, part in said)
        self._bar.setVisible(blended)
        self._bar.set_shares([share for _, share in shares], words)
        for place, row in enumerate(self._rows):
            row.setVisible(blended and place < len(shares))
            if place < len(shares):
                name = shares[place][0]
                row.slider.set_label(name)
                row.tile.set_image(self._list.face(name).image)
                row.tile.setAccessibleName(name)
                row.tile.set_tooltip(f"{name} alone")
        self._path.setVisible(blended)
        if blended:
            self._path.set_label(f"A to {LETTERS[len(shares) - 1]}")
            if self._path.track.scale_of.maximum != len(shares) - 1.0:
                self._path.set_range(0.0, len(shares) - 1.0)
        full = len(shares) >= classes.MOST
        self._list.can_add, self._list.can_remove = not full, blended
        self._full.setVisible(full)
        self._list.set_letters(
            {name: letter for (name, _), letter in zip(shares, LETTERS, strict=False)}
        )

    def _show_given(self, recipe: Recipe) -> None:
        """Styles that were computed have their class in them, whatever is chosen here."""
        given = len(recipe.given_styles)
        self._given.setVisible(bool(given))
        self._given.set_text(_ALL_GIVEN if given == len(recipe.active) else _SOME_GIVEN)

    # --- choosing -------------------------------------------------------------------------------

    def _edit(self, label: str, change: Callable[..., Recipe], *rest: object) -> None:
        self.document.edit_recipe(label, lambda recipe: change(recipe, *rest))

    def _add(self, name: str) -> None:
        self._edit("Blend in a class", classes.with_class, self._names, name)

    def _remove(self, name: str) -> None:
        self._edit("Take out a class", classes.without_class, self._names, name)

    def _take_alone(self, place: int) -> None:
        shares = classes.shares_of(self.document.recipe, self._names)
        if place < len(shares):
            self._edit("Class", classes.with_only, shares[place][0])

    def _find(self, words: str) -> None:
        found = classes.search(self._names, words)
        self._list.show_found(found)
        self._list.setVisible(bool(found))
        self._nothing.setVisible(not found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() == Qt.Key.Key_Down and self._list.isVisible():
                self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
            if pressed and event.key() == Qt.Key.Key_Escape and self._field.text():
                self._field.clear()
                return True
        return False

    # --- faces ----------------------------------------------------------------------------------

    def fill_faces(self) -> None:
        """Ask for the face of this latent in every class that can be seen."""
        if self.info is None or not self.info.classes or not self._list.isVisible():
            return
        recipe = self.document.recipe
        chosen = [name for name, _ in classes.shares_of(recipe, self._names)]
        wanted = tuple(dict.fromkeys((*chosen, *self._list.on_show())))
        faces = tuple(classes.with_only(recipe, name) for name in wanted)
        if faces != self._drawn:
            self._drawn, self._asked = faces, wanted
            self.tasks.faces(self.key, faces, self._take_face)

    def _take_face(self, index: int, image: QImage) -> None:
        name = self._asked[index]
        self._list.set_image(name, image)
        shares = classes.shares_of(self.document.recipe, self._names)
        for (chosen, _), row in zip(shares, self._rows, strict=False):
            if chosen == name:
                row.tile.set_image(image)
