"""Truncation: how close to the mean face, up to which style layer, and how far that is."""

import math

from PySide6.QtCore import Qt

from latentstudio.core.model_info import PSI_RANGE, ModelInfo
from latentstudio.core.recipe import Recipe, with_cutoff, with_psi, with_resample
from latentstudio.ui.controls import InfoLine, Label, Row
from latentstudio.ui.panel import Panel, Shown

_PSI = (
    "Closer to the mean face: 1 leaves the face as it is, 0 is the mean, "
    "below 0 is its opposite, above 1 exaggerates"
)
_SCALE = "Closer to the mean face of its class: 1 leaves the face as it is, 0.02 is nearly the mean"


class TruncationPanel(Panel):
    """Psi and cutoff (Karras 2019, section 2.2), and z drawn anew (Brock 2019, section 3.1)."""

    key = "truncation"
    title = "Truncation"
    icon = "crosshair"

    def build(self) -> None:
        self._psi = self.slider(
            "psi", "Truncation", PSI_RANGE, 1.0, lambda r: r.truncation.psi, with_psi, _PSI
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
        self._why = InfoLine("")
        self.body.addWidget(self._why)
        how = self.choice(
            "resample",
            "How",
            (False, True),
            ("Scale", "Draw again"),
            lambda recipe: recipe.truncation.resample,
            with_resample,
            "Scale the latent of a seed, which keeps its direction, or draw it again from a "
            "narrower normal, which is another face",
        )
        self._how = how.parentWidget() or how
        self._distance = Label("", token="text")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._distance.setAlignment(right)
        self.name_control(
            "distance",
            self._distance,
            "How far the styles lie from the mean face, root mean square over the layers: "
            "as the latent has them, and as they are drawn",
        )
        self.body.addWidget(Row("Distance to mean", self._distance))
        self.follow(self._show_resampling)
        self.tasks.frame_ready.connect(self._show_frame)

    def needs(self, info: ModelInfo) -> str:
        return "" if info.has_truncation else "none: every latent has one length"

    def summary(self, recipe: Recipe) -> str:
        return f"{recipe.truncation.psi:.2f}"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        truncnormal = info.prior == "truncnormal"
        self._psi.set_range(*info.psi_range)
        self._psi.set_tooltip(_SCALE if truncnormal else _PSI)
        self._how.setVisible(truncnormal)
        layers = info.style_layers
        self._cutoff.set_range(1, max(2, layers))
        self._cutoff.set_default(layers)
        self._distance.setText("")

    def _layers(self) -> int:
        return self.info.style_layers if self.info else 1

    def _get_cutoff(self, recipe: Recipe) -> float:
        cutoff = recipe.truncation.cutoff
        return float(self._layers() if cutoff is None else cutoff)

    def _set_cutoff(self, recipe: Recipe, value: float) -> Recipe:
        cutoff = math.floor(value + 0.5)
        return with_cutoff(recipe, None if cutoff >= self._layers() else cutoff)

    def _show_resampling(self, recipe: Recipe) -> None:
        """A latent that is drawn again has no layers to leave out."""
        reason = "This model has one style layer"
        reason = reason if self._layers() == 1 else ""
        if recipe.truncation.resample and self.info and self.info.prior == "truncnormal":
            reason = "What is drawn again has no cutoff"
        self._cutoff.set_reason(reason)
        self._why.setVisible(bool(reason))
        if reason != self._why.text():
            self._why.set_text(reason)

    def _show_frame(self, frame: Shown) -> None:
        self._distance.setText("" if frame.distances is None else distance_words(*frame.distances))


def distance_words(before: float, after: float) -> str:
    """Two distances as people read them: ``8.41 → 5.89``, or one where nothing changes."""
    first, second = (f"{distance:.2f}" for distance in (before, after))
    return first if first == second else f"{first} → {second}"
