"""Journey: its length, whether it loops, and how its keyframes are spread."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.document import State
from latentstudio.core.journey import MAX_SECONDS, Journey, Keyframe
from latentstudio.core.recipe import Recipe
from latentstudio.ui import theme
from latentstudio.ui.controls import InfoLine, Row, Segmented, TextButton, Toggle, ValueField
from latentstudio.ui.panel import Panel

RATES = (24, 25, 30, 60)
Change = Callable[[Journey], Journey]


def spread_evenly(journey: Journey) -> Journey:
    """The same time from each keyframe to the next, the first at 0; as long as before."""
    keys = journey.keyframes
    if len(keys) < 2 or journey.duration <= 0:
        return journey
    steps = len(keys) if journey.loops else len(keys) - 1
    apart = max(journey.duration / steps, 1 / journey.fps)
    placed = tuple(
        Keyframe(key.recipe, min(i * apart, MAX_SECONDS), key.ease, key.name)
        for i, key in enumerate(keys)
    )
    return replace(journey, keyframes=placed, tail=apart if journey.loops else journey.tail)


class JourneyPanel(Panel):
    """What belongs to all keyframes together."""

    key = "journey"
    title = "Journey"
    icon = "film"

    def build(self) -> None:
        self.length = ValueField(0, MAX_SECONDS, step=0.5, decimals=2, unit="s", name="Length")
        self.name_control("length", self.length, "Seconds in all; keyframes keep their proportions")
        self.length.moved.connect(self._stretch)
        self.length.committed.connect(self._set_length)
        self.body.addWidget(Row("Length", self.length))
        self.loop = Toggle("Loop")
        self.name_control("loop", self.loop, "Lead back from the last face to the first")
        self.loop.clicked.connect(lambda on: self._edit("Loop", lambda j: j.with_loop(on)))
        self.body.addWidget(self.loop)
        self.tail = ValueField(0, MAX_SECONDS, step=0.1, decimals=2, unit="s", name="Way back")
        self.name_control("tail", self.tail, "Seconds from the last face back to the first")
        self.tail.moved.connect(lambda s: self._edit("Way back", lambda j: j.with_tail(s), "tail"))
        self.tail.committed.connect(self._set_tail)
        self._back = Row("Way back", self.tail)
        self.body.addWidget(self._back)
        self.rate = Segmented([str(rate) for rate in RATES], name="Frames a second")
        self.name_control("fps", self.rate, "Frames a second, on the screen and in a clip")
        self.rate.chosen.connect(
            lambda at: self._edit("Frames a second", lambda j: j.with_fps(RATES[at]))
        )
        self.body.addWidget(Row("Frames a s", self.rate, label_width=76, stretch=True))
        self.body.addSpacing(theme.px(6))
        self.body.addWidget(self._build_buttons())
        self.facts = InfoLine("")
        self.body.addWidget(self.facts)
        self._show()

    def _build_buttons(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        self.spread = TextButton("Space evenly", "columns-2")
        self.name_control("spread", self.spread, "The same time between all keyframes")
        self.spread.clicked.connect(lambda: self._edit("Space evenly", spread_evenly))
        self.clear = TextButton("Clear", "trash-2")
        self.name_control("clear", self.clear, "Remove all keyframes; undo brings them back")
        self.clear.clicked.connect(
            lambda: self._edit("Clear the journey", lambda j: replace(j, keyframes=()))
        )
        for button in (self.spread, self.clear):
            line.addWidget(button, 1)
        return row

    def summary(self, recipe: Recipe) -> str:
        journey = self.document.state.journey
        count = len(journey.keyframes)
        if not count:
            return "empty"
        words = f"{count} keyframe" if count == 1 else f"{count} keyframes"
        return f"{words}, {journey.duration:.1f} s"

    def show_recipe(self, recipe: Recipe) -> None:
        """The journey, not the recipe, is what it shows."""
        self._show()

    def _show(self) -> None:
        journey = self.document.state.journey
        count, moving = len(journey.keyframes), journey.duration > 0
        self.length.set_value(journey.duration)
        self.length.set_reason("" if moving else "Two keyframes give it a length")
        self.loop.setChecked(journey.loop)
        self.tail.set_value(journey.tail)
        self._back.setVisible(journey.loop)
        self.rate.set_current(RATES.index(journey.fps) if journey.fps in RATES else -1)
        self.spread.set_reason("" if count > 2 or (journey.loops and count > 1) else "Needs three")
        self.clear.set_reason("" if count else "It has no keyframes")
        frames = f"{journey.frames} frames" if count > 1 else "Two keyframes make a journey"
        self.facts.set_text(frames)
        self.set_summary(self.summary(self.document.recipe))

    def _stretch(self, seconds: float) -> None:
        self._edit("Length", lambda j: j.stretched(seconds), "length")

    def _set_length(self, seconds: float) -> None:
        self._stretch(seconds)
        self.document.end_gesture()

    def _set_tail(self, seconds: float) -> None:
        self._edit("Way back", lambda j: j.with_tail(seconds), "tail")
        self.document.end_gesture()

    def _edit(self, label: str, change: Change, merge: Hashable | None = None) -> None:
        self.document.edit(
            label, lambda state: replace(state, journey=change(state.journey)),
            merge and f"journey.{merge}",
        )  # fmt: skip

    def _document_changed(self, old: State, new: State) -> None:
        if new.journey is not old.journey:
            self._show()
