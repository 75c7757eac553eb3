"""Truncation: how close to the mean face, and up to which style layer."""

import math

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import PSI_RANGE, Recipe, with_cutoff, with_psi
from latentstudio.ui.panel import Panel


class TruncationPanel(Panel):
    """Psi and cutoff (Karras 2019, section 2.2)."""

    key = "truncation"
    title = "Truncation"
    icon = "crosshair"

    def build(self) -> None:
        self.slider(
            "psi",
            "Truncation",
            PSI_RANGE,
            1.0,
            lambda recipe: recipe.truncation.psi,
            with_psi,
            "Closer to the mean face: 1 leaves the face as it is, 0 is the mean, "
            "below 0 is its opposite, above 1 exaggerates",
        )
        self._cutoff = self.slider(
            "cutoff",
            "Up to layer",
            (1, 2),
            2,
            self._get_cutoff,
            self._set_cutoff,
            "Truncate only the style layers before this one: coarse layers hold the pose, "
            "fine ones the colours",
            step=1,
            decimals=0,
        )

    def needs(self, info: ModelInfo) -> str:
        return "" if info.has_truncation else "not in this model"

    def summary(self, recipe: Recipe) -> str:
        return f"{recipe.truncation.psi:.2f}"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        layers = info.style_layers
        self._cutoff.set_range(1, max(2, layers))
        self._cutoff.set_default(layers)
        self._cutoff.set_reason("This model has one style layer" if layers == 1 else "")

    def _layers(self) -> int:
        return self.info.style_layers if self.info else 1

    def _get_cutoff(self, recipe: Recipe) -> float:
        cutoff = recipe.truncation.cutoff
        return float(self._layers() if cutoff is None else cutoff)

    def _set_cutoff(self, recipe: Recipe, value: float) -> Recipe:
        cutoff = math.floor(value + 0.5)
        return with_cutoff(recipe, None if cutoff >= self._layers() else cutoff)
