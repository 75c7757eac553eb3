"""Face: the seed, where latents are blended, and a step to a face nearby."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import (
    Recipe,
    seed_of,
    title_of,
    with_blend,
    with_neighbour,
    with_seed,
)
from latentstudio.ui.controls import FittingButton, IconButton, SeedField, SliderRow, TextButton
from latentstudio.ui.panel import Panel

DEFAULT_STEP = 0.35
_IN_W = "Style mixes, and faces that were computed or found, meet in W only"


class FacePanel(Panel):
    """Where the face comes from."""

    key = "sample"
    title = "Face"
    icon = "scan-face"

    def build(self) -> None:
        self.body.addWidget(self._seed_row())
        space = self.choice(
            "space",
            "Space",
            ("z", "w"),
            ("Z", "W"),
            lambda recipe: recipe.space,
            with_blend,
            "Where several latents meet: Z walks the arc between them, "
            "W the straight line between their styles",
        )
        self.follow(lambda r: space.set_segment_reason(0, _IN_W if r.forces_w else ""))
        self._step = SliderRow("Step", 0.05, 1.0, DEFAULT_STEP)
        self.add("step", self._step)
        self._step.set_tooltip("How far 'Surprise me nearby' goes: 0.05 hardly, 1 anywhere")
        nearby = TextButton("Surprise me nearby", "sparkle")
        nearby.clicked.connect(self.surprise)
        self.add("surprise", nearby, "A face close to this one  (Shift+Space)")

    def summary(self, recipe: Recipe) -> str:
        return title_of(recipe)

    def random(self) -> None:
        """A random seed, anywhere in the latent space."""
        self.document.edit_recipe("Random face", lambda r: with_seed(r, fresh_seed()))

    def surprise(self) -> None:
        """A face near the current one, a step away."""
        radius = self._step.value()
        self.document.edit_recipe("Face nearby", lambda r: with_neighbour(r, fresh_seed(), radius))

    def toggle_space(self) -> None:
        """Z to W and back."""
        self.document.edit_recipe("Space", lambda r: with_blend(r, "w" if r.space == "z" else "z"))

    def go(self, offset: int) -> None:
        """The seed so many numbers on."""
        self.document.edit_recipe(
            "Seed", lambda r: with_seed(r, (seed_of(r) or 0) + offset), merge="sample.go"
        )
        self.end_after_pause("sample.go")

    def _seed_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        previous = IconButton("chevron-left", "Previous seed", "Left")
        self.name_control("previous", previous)
        previous.clicked.connect(lambda: self.go(-1))
        self.field = SeedField()
        self.name_control("seed", self.field, "The number that the latent is drawn from")
        self.field.committed.connect(
            lambda seed: self.document.edit_recipe("Seed", lambda r: with_seed(r, seed))
        )
        self.follow(lambda recipe: self.field.set_value(seed_of(recipe) or 0))
        following = IconButton("chevron-right", "Next seed", "Right")
        self.name_control("next", following)
        following.clicked.connect(lambda: self.go(1))
        random = FittingButton("Random", "dices")
        self.name_control("random", random, "A face from anywhere in the latent space  (Space)")
        random.clicked.connect(self.random)
        for widget, stretch in ((previous, 0), (self.field, 1), (following, 0), (random, 1)):
            layout.addWidget(widget, stretch)
        return row
