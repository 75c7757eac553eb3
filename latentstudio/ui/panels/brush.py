"""Brush: how large and how hard; Mask: what is to be made anew, by presets and as a whole."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from latentstudio.core.mask import Mask, Preset, grown, inverted, preset
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.core.work import mask_at, with_mask
from latentstudio.ui import theme
from latentstudio.ui.controls import InfoLine, SliderRow, TextButton
from latentstudio.ui.panel import Panel
from latentstudio.ui.panels.photo import FIELD, LABEL, when_drawn, with_current

PRESETS: dict[str, tuple[Preset, str, str]] = {
    "centre": ("centre", "Centre", "A square in the middle, half of the area"),
    "half": ("left half", "Half", "The left half"),
    "dots": ("random dots", "Dots", "Single pixels at random, half of them"),
    "grid": ("grid", "Grid", "Everything but every other row and column"),
}
_GROW = 1 / 64  # of the side, for a click
_SIZE_STEP = 1.15
_HARD_STEP = 0.1
_COLUMNS = 4  # of buttons


class BrushPanel(Panel):
    """The brush; its values are the hand's, not the picture's, so undo leaves them alone.

    Signals:
        changed: diameter in pixels of the picture, and hardness 0 to 1.
    """

    key = "brush"
    title = "Brush"
    icon = "brush"
    changed = Signal(float, float)

    def build(self) -> None:
        self.size_row, self.hardness_row = (
            SliderRow(
                words, *limits, default, unit=unit, step=1, decimals=0,
                label_width=LABEL, field_width=FIELD,
            )
            for words, limits, default, unit in (
                ("Size", (1, 128), 20, "px"), ("Hardness", (0, 100), 70, "%"),
            )
        )  # fmt: skip
        for name, row, words in (
            (
                "brush_size",
                self.size_row,
                "Diameter in picture pixels  ([ and ], Shift+wheel)",
            ),
            ("brush_hardness", self.hardness_row, "How sharp its edge is  ({ and }, Alt+wheel)"),
        ):
            row.setObjectName(f"inpaint.{name}")
            row.set_tooltip(words)
            row.moved.connect(lambda _value: self._tell())
            self.body.addWidget(row)

    def summary(self, recipe: Recipe) -> str:
        return f"{self.size_row.value():.0f} px"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        default = max(4, round(info.resolution * 0.16))
        self.size_row.set_range(1, max(8, info.resolution // 2))
        self.size_row.set_default(default)
        self.size_row.set_value(default)
        self._tell()

    def step_size(self, steps: int) -> None:
        """A larger or smaller brush."""
        size = self.size_row.value()
        grown_size = max(size * _SIZE_STEP**steps, size + 1 if steps > 0 else 1)
        self._set(self.size_row, grown_size if steps > 0 else min(grown_size, size - 1))

    def step_hardness(self, steps: int) -> None:
        """A harder or softer brush."""
        self._set(self.hardness_row, self.hardness_row.value() + 100 * _HARD_STEP * steps)

    def _set(self, row: SliderRow, value: float) -> None:
        scale = row.track.scale_of
        row.set_value(round(min(max(value, scale.minimum), scale.maximum)))
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.size_row.value(), self.hardness_row.value() / 100)
        self.set_summary(self.summary(self.document.recipe))


class MaskPanel(Panel):
    """The whole mask at once.

    Signals:
        load_asked, save_asked: a mask from, or to, a file.
    """

    key = "mask"
    title = "Mask"
    icon = "square-dashed"
    load_asked = Signal()
    save_asked = Signal()

    def build(self) -> None:
        self._buttons = QGridLayout()
        self._buttons.setSpacing(theme.px(4))
        for column in range(_COLUMNS):
            self._buttons.setColumnStretch(column, 1)
        self.body.addLayout(self._buttons)
        self._row(
            ("grow", "Grow", "Wider in all directions", partial(self.grow, 1)),
            ("shrink", "Shrink", "Narrower in all directions", partial(self.grow, -1)),
            ("invert", "Invert", "Keep what was painted, and the reverse  (Ctrl+I)", self.invert),
            ("clear", "Clear", "Nothing is painted  (Ctrl+D)", self.clear),
        )
        self._row(
            *(
                (
                    f"mask_{name}",
                    words,
                    f"{help_}, for experiments",
                    partial(self.take_preset, name),
                )
                for name, (_, words, help_) in PRESETS.items()
            )
        )
        load, save = self.load_asked.emit, self.save_asked.emit
        self._row(
            ("mask_load", "Load...", "A mask from a picture: light is made anew", load),
            ("mask_save", "Save...", "The mask as a PNG, white to be made anew", save),
        )
        self._facts = InfoLine("")
        self.body.addWidget(self._facts)
        self.follow(lambda _recipe: self._show_mask())

    def summary(self, recipe: Recipe) -> str:
        mask = self.document.state.work.mask
        return "empty" if mask is None else f"{100 * mask.share:.0f} %"

    def current(self) -> Mask:
        """The mask in the model's frame."""
        side = self.info.resolution if self.info else 1
        return mask_at(self.document.state.work, side)

    def edit(self, label: str, mask: Mask) -> None:
        """Another mask, as one undo step; without a picture the current face is taken with it."""
        if self.info is None:
            return
        when_drawn(
            self,
            lambda shown: self.document.edit(
                label,
                lambda state: replace(state, work=with_mask(with_current(state.work, shown), mask)),
            ),
        )

    def grow(self, direction: int) -> None:
        """Wider (1) or narrower (-1)."""
        mask = self.current()
        pixels = max(1, round(mask.levels.shape[0] * _GROW))
        self.edit("Grow mask" if direction > 0 else "Shrink mask", grown(mask, direction * pixels))

    def invert(self) -> None:
        """Keep what was to be made anew, and the reverse."""
        self.edit("Invert mask", inverted(self.current()))

    def clear(self) -> None:
        """Nothing is to be made anew."""
        if self.info is not None:
            self.edit("Clear mask", Mask.empty(self.info.resolution))

    def take_preset(self, name: str) -> None:
        """A mask for experiments."""
        if self.info is not None:
            kind, words, _ = PRESETS[name]
            self.edit(f"Mask: {words.lower()}", preset(kind, self.info.resolution))

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._show_mask()

    def _row(self, *buttons: tuple[str, str, str, Callable[[], None]]) -> None:
        """A row of buttons as wide as each other, in line with those above."""
        row, span = self._buttons.rowCount(), _COLUMNS // len(buttons)
        for at, (name, words, tooltip, run) in enumerate(buttons):
            button = TextButton(words)
            button.setObjectName(f"inpaint.{name}")
            button.set_tooltip(tooltip)
            button.clicked.connect(lambda _on=False, run=run: run())
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._buttons.addWidget(button, row, at * span, 1, span)

    def _show_mask(self) -> None:
        mask, side = self.document.state.work.mask, self.info.resolution if self.info else 0
        if mask is None:
            self._facts.set_text("Nothing is painted yet.", "info")
        elif side and mask.levels.shape[0] != side:
            was = mask.levels.shape[0]
            self._facts.set_text(f"Painted at {was} pixels, scaled to {side}.", "info")
        else:
            share = max(1, round(100 * mask.share))
            self._facts.set_text(f"{share} % of the picture is made anew.", "ok")
