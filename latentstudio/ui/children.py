"""Children: the strip's tab of variations of a face, and of what several faces have together."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from latentstudio.core import breeding
from latentstudio.core.document import State
from latentstudio.core.lineage import Births
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, SliderRow
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.strip_faces import row_of_faces
from latentstudio.ui.strip_tab import StripTab


class ChildrenTab(StripTab):
    """Parents and eight children; a click goes there, and a child that is kept knows its parents.

    Attributes:
        tree_asked: the family tree is to be shown.
    """

    key = "children"
    title = "Children"
    workspaces = ("explore", "mix")
    tree_asked = Signal()

    def build(self) -> None:
        self._births = Births()
        self._seed = fresh_seed()
        self._parents: tuple[Recipe, ...] = ()
        self._recipes: list[Recipe] = []
        self.faces = row_of_faces(self, "children.faces", "Parents and their children")
        self.faces.set_empty(
            "dna",
            "No children yet",
            "U makes variations of this face, Shift+U crosses faces chosen in the gallery.",
        )
        self.faces.set_mime(lambda index: mime_of([self._recipes[index]]))
        self.faces.picked.connect(self._go_to)
        self.strength = SliderRow("Strength", 0.05, 1.0, 0.35, label_width=60)
        self.strength.setObjectName("children.strength")
        self.strength.set_tooltip("How much of another face a variation takes")
        self.strength.setMaximumWidth(theme.px(230))
        self.strength.committed.connect(lambda _value: self.fill())
        self.corner_line.addWidget(self.strength)
        for name, icon, words, key, run in (
            ("again", "dices", "Other children", "", self._renew),
            ("mutate", "dna", "Eight variations of this face", "U", self.mutate),
            ("tree", "git-branch", "Family tree", "Ctrl+L", self.tree_asked.emit),
        ):
            button = IconButton(icon, words, key)
            button.setObjectName(f"children.{name}")
            button.clicked.connect(lambda _on=False, run=run: run())
            self.corner_line.addWidget(button)

    # --- what it shows --------------------------------------------------------------------------

    @property
    def parents(self) -> tuple[Recipe, ...]:
        """The faces whose children are on show."""
        return self._parents

    @property
    def litter(self) -> list[Recipe]:
        """The children on show."""
        return self._recipes[len(self._parents) :]

    def fill(self) -> None:
        self._recipes = [*self._parents, *self._bred()]
        self._births.remember(self.litter, self._parents)
        self.strength.setVisible(len(self._parents) < 2)
        self.faces.set_count(len(self._recipes))
        for place in range(len(self._recipes)):
            self.faces.set_image(place, None)
            self.faces.set_label(place, self._label(place))
        self._mark_current()
        self.tasks.faces("children", self._recipes, self._take_face)

    def show_model(self, info: ModelInfo) -> None:
        """Children of another model's faces cannot be drawn."""
        super().show_model(info)
        if any(parent.model != ModelRef.of(info) for parent in self._parents):
            self._parents = ()

    def state_changed(self, old: State, new: State) -> None:
        """Children stay while the user tries them."""
        if new.recipe != old.recipe:
            self._mark_current()

    def parents_of(self, recipe: Recipe) -> tuple[Recipe, ...]:
        """The parents of a face that was bred here, the nearest ones that are kept."""
        return self._births.parents_of(recipe, self.document.state.gallery)

    def _bred(self) -> tuple[Recipe, ...]:
        if self.info is None or not self._parents:
            return ()
        layers = self.info.style_layers
        if len(self._parents) == 1:
            return breeding.mutants(self._parents[0], self._seed, self.strength.value(), layers)
        return breeding.children(self._parents, self._seed, layers)

    def _label(self, place: int) -> str:
        return "Parent" if place < len(self._parents) else str(place - len(self._parents) + 1)

    def _take_face(self, place: int, image: QImage) -> None:
        self.faces.set_image(place, image)

    def _mark_current(self) -> None:
        recipe = self.document.recipe
        self.faces.set_current(self._recipes.index(recipe) if recipe in self._recipes else -1)

    # --- commands -------------------------------------------------------------------------------

    def mutate(self, recipe: Recipe | None = None) -> None:
        """Show variations of a face, by default of the one on the canvas."""
        self._breed((recipe or self.document.recipe,))

    def cross(self, recipes: Sequence[Recipe]) -> bool:
        """Show children of two or more faces of the open model; False where there are fewer."""
        model = self.document.recipe.model
        parents = tuple(dict.fromkeys(r for r in recipes if r.model == model))[: breeding.PARENTS]
        if len(parents) < 2:
            return False
        self._breed(parents)
        return True

    def _breed(self, parents: tuple[Recipe, ...]) -> None:
        self._seed = fresh_seed()
        self._parents = parents
        self.fill()
        self.faces.horizontalScrollBar().setValue(0)

    def _renew(self) -> None:
        self._seed = fresh_seed()
        self.fill()

    def _go_to(self, index: int) -> None:
        if 0 <= index < len(self._recipes):
            chosen = self._recipes[index]
            label = "Parent" if index < len(self._parents) else "Child"
            self.document.edit_recipe(label, lambda _r: chosen)
