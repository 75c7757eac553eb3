"""Export: how the journey is written as a clip, what that comes to, and how far it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from latentstudio.core.document import State
from latentstudio.core.errors import StudioError
from latentstudio.core.journey import Journey
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.core.still import SCALES
from latentstudio.ui.controls import (
    InfoLine,
    Label,
    PrimaryButton,
    Row,
    Segmented,
    TextButton,
)
from latentstudio.ui.panel import Panel, job_of

KINDS = {"MP4": ".mp4", "GIF": ".gif", "WebP": ".webp", "PNG frames": ""}
"""Words for each kind of clip, and the ending of its file."""
RATES = (None, 12, 25, 50)  # None for the journey's own
GIF_FPS = 50
"""Frames a second that a GIF can have."""
_LABEL = 76


class ExportPanel(Panel):
    """Starts and stops the export; the window asks for the file.

    Signals:
        export_asked: a clip is wanted.
    """

    key = "clip"
    title = "Export"
    icon = "film"
    export_asked = Signal()

    def build(self) -> None:
        self._job: int | None = None
        self.kinds = self._segments(
            "kind", "Kind of clip", list(KINDS),
            "A film, an animation, or each frame as a picture that carries its recipe",
        )  # fmt: skip
        self.body.addWidget(self.kinds)
        self.body.addSpacing(4)
        self.scale = self._segments(
            "scale", "Size", [f"{scale}\u00d7" for scale in SCALES], "How large the clip is"
        )
        self.ways = self._segments(
            "scaling", "Enlarged", ["Smooth", "Pixelated"], "How pictures are made larger"
        )
        self.rate = self._segments(
            "fps", "Frames a second", ["As set", *[str(rate) for rate in RATES if rate]],
            "Frames a second of the clip; as set: those of the journey",
        )  # fmt: skip
        for words, control in (("Size", self.scale), ("Enlarged", self.ways)):
            self._way = Row(words, control, label_width=_LABEL, stretch=True)
            self.body.addWidget(self._way)
        self.body.addWidget(Row("Per second", self.rate, label_width=_LABEL, stretch=True))
        self.facts = InfoLine("")
        self.body.addWidget(self.facts)
        self._build_progress()
        self.button = PrimaryButton("Export clip", "film")
        self.name_control("export", self.button)
        self.button.set_tooltip("Choose a file and write the clip  (Ctrl+Shift+E)")
        self.button.clicked.connect(self.export_asked)
        self.body.addWidget(self.button)
        self.tasks.job_changed.connect(self._job_changed)
        self._show_running(None, "")
        self._show()

    def _segments(self, name: str, words: str, items: list[str], tooltip: str) -> Segmented:
        made = Segmented(items, name=words)
        self.name_control(name, made, tooltip)
        made.set_current(0)
        made.chosen.connect(lambda _index: self._show())
        return made

    def _build_progress(self) -> None:
        self._note = Label("", token="muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the export")
        self.stop = TextButton("Stop, write nothing", "x")
        self.name_control("stop", self.stop, "Stop the export; no file is written  (Ctrl+.)")
        self.stop.clicked.connect(self.cancel)
        for widget in (self._note, self._bar, self.stop):
            self.body.addWidget(widget)

    # --- what was chosen ------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a clip is being written."""
        return self._job is not None

    @property
    def ending(self) -> str:
        """Of the file; empty for a folder of pictures."""
        return list(KINDS.values())[max(self.kinds.current(), 0)]

    def choose_ending(self, ending: str) -> None:
        """Follow the name that was given to a file."""
        self.kinds.set_current(list(KINDS.values()).index(ending))
        self._show()

    def fps(self, journey: Journey) -> int:
        """Frames a second of the clip."""
        wanted = RATES[max(self.rate.current(), 0)] or journey.fps
        return min(wanted, GIF_FPS) if self.ending == ".gif" else wanted

    def refusal(self) -> StudioError | None:
        """Why there is no clip to write now, or None."""
        try:
            self.document.state.journey.check(self.info)
        except StudioError as error:
            return error
        return None

    def start(self, out: Path) -> None:
        """Write the clip."""
        journey = self.document.state.journey
        options = {
            "fps": self.fps(journey),
            "scale": SCALES[max(self.scale.current(), 0)],
            "smooth": self.ways.current() != 1,
        }
        self._job = self.tasks.start_job("journey", "Clip", journey=journey, out=out, **options)
        self._show_running(0.0, "Waiting for its turn")
        self._show()

    def cancel(self) -> None:
        """Stop; no file is written."""
        if self._job is not None:
            self.tasks.cancel(self._job)

    # --- showing --------------------------------------------------------------------------------

    def summary(self, recipe: Recipe) -> str:
        return list(KINDS)[max(self.kinds.current(), 0)]

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._show()

    def _show(self) -> None:
        """Leave out what would change nothing, and tell what the clip will be."""
        self._way.setVisible(self.scale.current() > 0)
        error = self.refusal()
        self.button.set_reason("" if error is None else f"{error.title}: {error.detail}")
        if error is None:
            self.facts.set_text(self._words(), "info")
        else:
            self.facts.set_text(error.hint or f"{error.title}.", "warning" if self.info else "info")
        self.set_summary(self.summary(self.document.recipe))

    def _words(self) -> str:
        """What the clip comes to: ``240 frames, 8.0 s, about 9 s to draw``."""
        journey = self.document.state.journey
        frames = replace(journey, fps=self.fps(journey)).frames
        side = self._side() * SCALES[max(self.scale.current(), 0)]
        words = [f"{frames} frames of {side} px", f"{journey.duration:.1f} s"]
        shown = self.tasks.frame
        if shown is not None:
            seconds = frames * shown.render_ms / 1000
            words.append(f"about {_lasting(max(seconds, 1.0))} to draw")
        most = RATES[max(self.rate.current(), 0)] or journey.fps
        if most > self.fps(journey):
            words.append(f"{GIF_FPS} a second, the most of a GIF")
        return ", ".join(words) + "."

    def _side(self) -> int:
        return self.info.resolution if self.info else 0

    def _document_changed(self, old: State, new: State) -> None:
        if new.journey is not old.journey or new.recipe.model != old.recipe.model:
            self._show()

    # --- the job --------------------------------------------------------------------------------

    def _job_changed(self, message: Any) -> None:
        if self._job is None or job_of(message) != self._job:
            return
        step = getattr(message, "step", None)
        if step is None:
            self._job = None
            self._show_running(None, "")
            self._show()
            return
        left = message.seconds_left
        words = f"Frame {step.done:.0f} of {step.total:.0f}"
        more = "" if left is None else f", {_lasting(max(1.0, left))} left"
        self._show_running(step.done / max(step.total, 1), words + more)

    def _show_running(self, share: float | None, note: str) -> None:
        running = share is not None
        for widget in (self._bar, self._note, self.stop):
            widget.setVisible(running)
        self.button.setVisible(not running)
        self._bar.setValue(round(1000 * (share or 0.0)))
        self._note.setText(note)


def _lasting(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
