"""Interpolate: the faces that the picture is blended from, and where between them it stands."""

from functools import partial

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import (
    Latent,
    Recipe,
    Seed,
    position_of,
    with_anchor,
    with_position,
    with_seed,
    with_weight,
    without_anchor,
)
from latentstudio.ui.controls import IconButton, Label, SeedField, SliderRow, TextButton, Tile
from latentstudio.ui.panel import Panel

LETTERS = "ABCD"


class SourceRow(QWidget):
    """One face of the blend: letter, picture, seed, another one, out."""

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tile = Tile(size=40)
        self.tile.set_badge(letter)
        self.field = SeedField()
        self.dice = IconButton("dices", f"Another face for {letter}")
        self.remove = IconButton("x", f"Take {letter} out of the blend")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(8)
        layout.addWidget(self.tile)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.dice)
        layout.addWidget(self.remove)

    def show_latent(self, latent: Latent, alone: bool) -> None:
        """Show where a face comes from; the only one cannot be taken out."""
        self.field.set_value(latent.value if isinstance(latent, Seed) else 0)
        self.remove.set_reason("The last face stays" if alone else "")


class InterpolatePanel(Panel):
    """Up to four faces by letter; two have a position between them, more have shares."""

    key = "interpolate"
    title = "Interpolate"
    icon = "blend"

    def build(self) -> None:
        self._drawn: tuple[Recipe, ...] = ()
        self._rows = [self._source_row(index) for index in range(len(LETTERS))]
        self._position = self.slider(
            "position",
            "A to B",
            (0.0, 1.0),
            0.0,
            position_of,
            with_position,
            "Where between A and B the picture stands: along the arc in Z, straight in W",
        )
        self._shares = [self._share(index) for index in range(len(LETTERS))]
        self._add = TextButton("Add a face", "plus")
        self._add.clicked.connect(self.add_face)
        self.add("add", self._add, "Another face to blend in; the picture stays until you move")
        self._more = Label("", token="faint")
        self.body.addWidget(self._more)
        self.follow(self._show_sources)

    def summary(self, recipe: Recipe) -> str:
        count = len(recipe.anchors)
        return "one face" if count == 1 else f"{count} faces"

    def add_face(self) -> None:
        """Add a random face of no weight."""
        self.document.edit_recipe(
            "Add a face", lambda r: with_anchor(r, len(r.anchors), Seed(fresh_seed()))
        )

    def swap(self) -> None:
        """Exchange A and B, keeping the position."""
        anchors = self.document.recipe.anchors
        if len(anchors) >= 2:
            a, b = anchors[0].latent, anchors[1].latent
            self.document.edit_recipe(
                "Swap A and B", lambda r: with_anchor(with_anchor(r, 0, b), 1, a)
            )

    def set_source(self, index: int, latent: Latent) -> None:
        """Make a latent source A, B, C or D; the ones before it must exist."""
        self.document.edit_recipe(
            f"Source {LETTERS[index]}", lambda r: with_anchor(r, index, latent)
        )

    def _source_row(self, index: int) -> "SourceRow":
        letter = LETTERS[index]
        row = SourceRow(letter)
        for name, widget, tooltip in (
            ("face", row.tile, "Show this face alone"),
            ("seed", row.field, f"The seed of {letter}"),
            ("random", row.dice, ""),
            ("remove", row.remove, ""),
        ):
            self.name_control(f"{letter.lower()}.{name}", widget, tooltip)
        row.tile.clicked.connect(partial(self._go_to, index))
        row.field.committed.connect(lambda seed: self.set_source(index, Seed(seed)))
        row.dice.clicked.connect(lambda: self.set_source(index, Seed(fresh_seed())))
        row.remove.clicked.connect(
            lambda: self.document.edit_recipe("Remove", lambda r: without_anchor(r, index))
        )
        self.body.addWidget(row)
        return row

    def _share(self, index: int) -> SliderRow:
        def get(recipe: Recipe) -> float | None:
            total = sum(a.weight for a in recipe.anchors)
            if index >= len(recipe.anchors) or total <= 0:
                return 0.0
            return recipe.anchors[index].weight / total

        def set_(recipe: Recipe, value: float) -> Recipe:
            return with_weight(recipe, index, value) if index < len(recipe.anchors) else recipe

        letter = LETTERS[index]
        return self.slider(
            f"{letter.lower()}.weight",
            f"Share of {letter}",
            (0.0, 1.0),
            0.0,
            get,
            set_,
            f"How much of {letter} is in the blend; the others keep their proportions",
            fill=letter.lower(),
        )

    def _show_sources(self, recipe: Recipe) -> None:
        count = len(recipe.anchors)
        for index, row in enumerate(self._rows):
            row.setVisible(index < count)
            if index < count:
                row.show_latent(recipe.anchors[index].latent, alone=count == 1)
        self._position.setVisible(count == 2)
        for index, share in enumerate(self._shares):
            share.setVisible(count > 2 and index < count)
        self._add.setVisible(count < len(LETTERS))
        self._more.setVisible(count > len(LETTERS))
        self._more.setText(f"and {count - len(LETTERS)} more, lighter ones")

    def fill_faces(self) -> None:
        """Ask for the faces of the blend, each alone."""
        recipe = self.document.recipe
        faces = tuple(
            with_anchor(with_seed(recipe, 0), 0, anchor.latent)
            for anchor in recipe.anchors[: len(LETTERS)]
        )
        if faces != self._drawn and self.info is not None:
            self._drawn = faces
            self.tasks.faces(self.key, faces, self._take_face)

    def _take_face(self, index: int, image: QImage) -> None:
        self._rows[index].tile.set_image(image)

    def _go_to(self, index: int) -> None:
        anchors = self.document.recipe.anchors
        if index >= len(anchors):
            return
        self.document.edit_recipe("Go to face", lambda r: with_weight(r, index, 1.0))
