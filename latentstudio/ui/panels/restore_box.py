"""RestoreBox: what is wrong with a picture that is to be restored."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.search import RESTORE_TASKS
from latentstudio.core.tasks import (
    FACTORS,
    LEAST_MEASUREMENTS,
    MISSING,
    NEVER_KEPT,
    NOISE,
    Restoring,
    factors_of,
    measured,
    most_measurements,
)
from latentstudio.core.work import RESTORING, Work
from latentstudio.ui.controls import InfoLine, Row, Segmented, TextButton, Toggle
from latentstudio.ui.panels.tasks import small_factor
from latentstudio.ui.panels.work_box import WorkBox

_WORDS = {
    "superres": ("Small", "Super-resolution: make a small picture large"),
    "colorize": ("Grey", "Colourisation: give a grey picture its colours"),
    "denoise": ("Noisy", "Denoising: find the picture under the noise"),
    "missing": ("Holes", "Missing pixels: find those that were lost, here and there"),
    "sensing": ("Sensing", "Compressed sensing: find the picture from random measurements"),
}


class RestoreBox(WorkBox):
    """The kind of damage and its strength.

    Signals:
        curve_asked: the error is wanted for several numbers of measurements.
    """

    key = "restore"
    curve_asked = Signal()

    def build(self) -> None:
        self._kinds = Segmented([_WORDS[kind][0] for kind in RESTORE_TASKS])
        self._kinds.setObjectName("restore.kind")
        self._kinds.setAccessibleName("What is wrong with the picture")
        self._kinds.setToolTip("What is wrong with the picture")
        for segment, kind in zip(self._kinds.segments, RESTORE_TASKS, strict=True):
            segment.set_tooltip(_WORDS[kind][1])
        self._kinds.chosen.connect(
            lambda at: self._edit("Kind of damage", lambda r: replace(r, kind=RESTORE_TASKS[at]))
        )
        self.rows.addWidget(self._kinds)
        self._facts = InfoLine("")
        self.rows.addWidget(self._facts)
        self._build_factor()
        self._build_sliders()
        self._keep = Toggle("Put back what is known")
        self._keep.setObjectName("restore.keep")
        self._keep.set_tooltip(
            "Answers agree exactly with what is known, but for rounding; a face to go on with is "
            "as the model draws it"
        )
        self._keep.clicked.connect(
            lambda on: self._edit("Put back", lambda r: replace(r, keep=bool(on)))
        )
        self.rows.addWidget(self._keep)
        self.curve = TextButton("Error against measurements", "chart-line")
        self.curve.setObjectName("restore.curve")
        self.curve.set_tooltip(
            "Restores from fewer and fewer measurements, and draws how far each answer is off"
        )
        self.curve.clicked.connect(self.curve_asked)
        self.rows.addWidget(self.curve)
        self.follow(self._show)

    def _build_factor(self) -> None:
        self._factors = Segmented([f"{factor}×" for factor in FACTORS])
        self._factors.setObjectName("restore.factor")
        self._factors.setAccessibleName("Times smaller")
        self._factors.setToolTip("How many times smaller the known picture is")
        self._factors.chosen.connect(
            lambda at: self._edit("Times smaller", lambda r: replace(r, factor=FACTORS[at]))
        )
        self._factor = Row("Times smaller", self._factors, stretch=True)
        self.rows.addWidget(self._factor)

    def _build_sliders(self) -> None:
        self._noise = self.slider(
            "noise", "Add noise", NOISE, RESTORING.noise,
            "Standard deviation in levels of 255; 0 for a picture that is noisy already",
            lambda work: work.restore.noise,
            lambda w, v: replace(w, restore=replace(w.restore, noise=v)), step=1, decimals=0,
        )  # fmt: skip
        self._missing = self.slider(
            "missing", "Missing", (100 * MISSING[0], 100 * MISSING[1]), 100 * RESTORING.missing,
            "Share of the pixels that are forgotten, at random by the seed",
            lambda work: 100 * work.restore.missing,
            lambda w, v: replace(w, restore=replace(w.restore, missing=v / 100)),
            step=1, decimals=0, unit="%",
        )  # fmt: skip
        self._measurements = self.slider(
            "measurements", "Measurements", (LEAST_MEASUREMENTS, 2000), RESTORING.measurements,
            "How many random sums of all pixels are known", self._measured,
            lambda w, v: replace(w, restore=replace(w.restore, measurements=round(v))),
            step=10, decimals=0,
        )  # fmt: skip

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        most = most_measurements(info.resolution)
        self._measurements.set_range(LEAST_MEASUREMENTS, most)
        self._measurements.set_default(min(RESTORING.measurements, most))
        for place, factor in enumerate(FACTORS):
            fits = factor in factors_of(info.resolution)
            reason = "" if fits else f"{info.resolution} pixels cannot be made {factor} × smaller"
            self._factors.set_segment_reason(place, reason)

    def set_running(self, running: bool) -> None:
        """While a search runs, no other begins."""
        self.curve.set_reason("A search is running" if running else "")

    def _edit(self, label: str, change: Callable[[Restoring], Restoring]) -> None:
        self.edit(label, lambda work: replace(work, restore=change(work.restore)))

    def _measured(self, work: Work) -> float:
        side = self.info.resolution if self.info else 64
        return measured(work.restore, side)

    def _show(self, work: Work) -> None:
        kind, side = work.restore.kind, self.info.resolution if self.info else 64
        self._kinds.set_current(RESTORE_TASKS.index(kind))
        self._factors.set_current(FACTORS.index(small_factor(work, side)))
        self._keep.setChecked(work.restore.keep)
        self._facts.set_text(facts(work, side))
        for widget, here in (
            (self._factor, "superres"),
            (self._noise, "denoise"),
            (self._missing, "missing"),
            (self._measurements, "sensing"),
            (self.curve, "sensing"),
        ):
            widget.setVisible(kind == here)
        self._keep.setVisible(kind not in NEVER_KEPT)


def facts(work: Work, side: int) -> str:
    """What is known of the picture, in a sentence."""
    restore, factor = work.restore, small_factor(work, side)
    return {
        "superres": f"Super-resolution: known are {side // factor} × {side // factor} of {side} × "
        f"{side} pixels.",
        "colorize": "Colourisation: known is how light each pixel is.",
        "denoise": "Denoising: every pixel is known, but none of them well.",
        "missing": f"Missing pixels: {1 - restore.missing:.0%} of them are known.",
        "sensing": f"Compressed sensing: known are {measured(restore, side)} random sums of "
        f"{3 * side * side:,} numbers.",
    }[restore.kind]
