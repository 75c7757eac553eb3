"""Noise: what varies in a face beside its latent; mode, seed, strength, by band and layer."""

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core import noise
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.noise import Band
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import Noise, Recipe
from latentstudio.ui.controls import (
    Fold,
    IconButton,
    InfoLine,
    Row,
    SeedField,
    Segmented,
    SliderRow,
    TextButton,
)
from latentstudio.ui.panel import Panel

PLAY_MS = 66  # about fifteen new draws a second
_BANDS: tuple[Band, ...] = ("all", "fine", "coarse")
_OFF = "Off: choose Fixed, Random or a band"


class NoisePanel(Panel):
    """Mode and strength; with the mode None, the bands are the cases of Karras 2019, figure 5.

    Attributes:
        variation_asked: the user wants to see what the noise changes.
    """

    key = "noise"
    title = "Noise"
    icon = "waves"

    variation_asked = Signal()

    def build(self) -> None:
        self._rows: list[SliderRow] = []
        self._followed: Noise | None = None  # what the controls say already
        self._pending = False
        self._player = QTimer(self, interval=PLAY_MS)
        self._player.timeout.connect(self._play_on)
        self.tasks.frame_ready.connect(self._frame_shown)
        show = IconButton("contrast", "Show what the noise changes", "Shift+V")
        show.clicked.connect(self.variation_asked)
        self.name_control("variation", show)
        self.add_action(show)
        self.choice(
            "mode",
            "Mode",
            ("none", "const", "random"),
            ("None", "Fixed", "Random"),
            lambda recipe: recipe.noise.mode,
            noise.with_mode,
            "The same noise in every picture, new noise in every picture, or none at all",
        )
        self._seed_line = self._seed_row()
        self._random_line = self._random_row()
        self.body.addWidget(self._seed_line)
        self.body.addWidget(self._random_line)
        self._off = InfoLine(_OFF)
        self.body.addWidget(self._off)
        self._strength = self.slider(
            "strength",
            "Strength",
            noise.STRENGTH_RANGE,
            1.0,
            lambda recipe: recipe.noise.strength,
            noise.with_strength,
            "How strong the noise of all layers is: 1 as learned, 0 none, 2 double",
        )
        self._bands = self._band_row()
        self._fold = Fold("Layers")
        self.name_control("layers", self._fold.header, "A strength of its own for each layer")
        self.body.addWidget(self._fold)
        self.follow(self._follow_noise)

    def needs(self, info: ModelInfo) -> str:
        return "" if info.has_noise else "none in this model"

    def summary(self, recipe: Recipe) -> str:
        return noise.summary(recipe)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._followed = None
        self.stop()
        names = noise.layer_names(info.noise_resolutions)
        while len(self._rows) < len(names):
            self._rows.append(self._layer_row(len(self._rows)))
        for row, name in zip(self._rows, names, strict=False):
            row.set_label(name)
        for index, row in enumerate(self._rows):
            row.setVisible(index < len(names))
        for place, band in enumerate(_BANDS):
            lacks = noise.missing(info.noise_resolutions, band)
            words = f"This model has no {band} noise: its layers have other sizes" if lacks else ""
            self._bands.set_segment_reason(place, words)

    # --- another draw ---------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether the picture is drawn again and again."""
        return self._player.isActive()

    def play(self) -> None:
        """Draw the random noise anew about fifteen times a second, until it is stopped."""
        self._pending = False
        self._player.start()
        self._play.set_icon("pause")
        self._play.set_text("Stop")

    def stop(self) -> None:
        """Let the picture rest."""
        self._player.stop()
        self._play.set_icon("play")
        self._play.set_text("Keep drawing")

    def _play_on(self) -> None:
        hidden = not self._play.isVisible() or self.window().isMinimized()
        if hidden or self.document.recipe.noise.mode != "random":
            self.stop()
        elif not self._pending:  # never two on their way: a slow model draws when it can
            self._pending = True
            self.tasks.redraw()

    def _frame_shown(self, _frame: object) -> None:
        self._pending = False

    def _reseed(self) -> None:
        self.document.edit_recipe("Noise seed", lambda r: noise.with_noise_seed(r, fresh_seed()))

    # --- rows -----------------------------------------------------------------------------------

    def _seed_row(self) -> QWidget:
        field = SeedField()
        self.name_control("seed", field, "The number that the fixed noise is drawn from")
        field.setAccessibleName("Noise seed")
        field.committed.connect(
            lambda seed: self.document.edit_recipe(
                "Noise seed", lambda r: noise.with_noise_seed(r, seed)
            )
        )
        self.follow(lambda recipe: field.set_value(recipe.noise.seed))
        dice = IconButton("dices", "Other noise")
        self.name_control("reseed", dice)
        dice.clicked.connect(self._reseed)
        return Row("Draw", _line(field, dice), stretch=True)

    def _random_row(self) -> QWidget:
        again = IconButton("dices", "Draw the picture with new noise")
        again.clicked.connect(self.tasks.redraw)
        self.name_control("again", again)
        self._play = TextButton("Keep drawing", "play")
        self._play.clicked.connect(lambda: self.stop() if self.playing else self.play())
        self.name_control(
            "play", self._play, "New noise about fifteen times a second, until you stop it"
        )
        return Row("Draw", _line(self._play, again), stretch=True)

    def _band_row(self) -> Segmented:
        bands = Segmented(["All", "Fine", "Coarse"])
        self.name_control(
            "band",
            bands,
            "Which layers take noise: all, fine ones from 64 pixels on (hair, texture), "
            "or coarse ones up to 32 (curls, background)",
        )
        bands.setAccessibleName("Band")
        bands.chosen.connect(self._choose_band)
        self._band_line = Row("Band", bands, stretch=True)
        self.body.addWidget(self._band_line)
        return bands

    def _layer_row(self, layer: int) -> SliderRow:
        row = SliderRow("", *noise.STRENGTH_RANGE, 1.0)
        self.name_control(f"layer{layer}", row, "How strong the noise of this layer is")
        self.bind(
            row,
            f"{self.key}.layer{layer}",
            "Noise of a layer",
            partial(noise.layer_strength, layer=layer),
            lambda recipe, value: noise.with_layer_strength(recipe, self._inputs, layer, value),
        )
        row.set_value(noise.layer_strength(self.document.recipe, layer))
        self._fold.body.addWidget(row)
        return row

    @property
    def _inputs(self) -> int:
        return len(self.info.noise_resolutions) if self.info else 0

    def _choose_band(self, place: int) -> None:
        sides = self.info.noise_resolutions if self.info else ()
        self.document.edit_recipe("Noise band", lambda r: noise.with_band(r, sides, _BANDS[place]))
        self._show_mode(self.document.recipe)

    def _follow_noise(self, recipe: Recipe) -> None:
        if recipe.noise != self._followed:  # most of what moves is not the noise
            self._followed = recipe.noise
            self._show_mode(recipe)

    def _show_mode(self, recipe: Recipe) -> None:
        mode = recipe.noise.mode
        self._seed_line.setVisible(mode == "const")
        self._random_line.setVisible(mode == "random")
        self._off.setVisible(mode == "none")
        off = _OFF if mode == "none" else ""
        for row in (self._strength, *self._rows):
            row.set_reason(off)
        band = noise.band_of(recipe, self.info.noise_resolutions) if self.info else None
        self._bands.set_current(_BANDS.index(band) if band in _BANDS else -1)
        self._bands.setAccessibleDescription("varies" if band is None else band)
        self._band_line.set_label("Band (varies)" if band is None else "Band")
        active = noise.active(recipe, self._inputs)
        self._fold.set_summary(f"{active} of {self._inputs} active")


def _line(*widgets: QWidget) -> QWidget:
    """Widgets side by side, the first takes the room."""
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if place == 0 else 0)
    return line
