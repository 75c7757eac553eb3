"""Walk and loop: the picture moves by itself, through random faces or round through the sources."""

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import Anchor, Recipe, Seed
from latentstudio.core.walk import Stop, Way, loop, stop_of, walk, with_stop
from latentstudio.ui.controls import Segmented, SliderRow, TextButton
from latentstudio.ui.panel import Panel

TICK_MS = 16
DEFAULT_SPEED = 0.25
_FASTEST, _SLOWEST = 2.0, 0.02
_LOOP_FACES = 4  # of a loop that begins with one face


class MotionPanel(Panel):
    """Plays a walk or a loop as one undo step; any other edit stops it.

    Where it stands follows from the clock, not from how many pictures were drawn: a slow model
    shows fewer pictures of the same journey, and none are queued.
    """

    key = "motion"
    title = "Walk and loop"
    icon = "waypoints"
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def build(self) -> None:
        self._way: Way | None = None
        self._asked: Recipe | None = None
        self._stepping = False
        self._since, self._place = 0.0, 0.0
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._step)
        self.kind = Segmented(["Walk", "Loop"], name="What plays")
        self.name_control(
            "kind",
            self.kind,
            "Walk: on through random faces, without end. Loop: round through the sources and back, "
            "or through three random faces where there is one source.",
        )
        self.kind.chosen.connect(lambda _index: self.stop())
        self.play = TextButton("Play", "play")
        self.play.clicked.connect(self.toggle)
        self.name_control("play", self.play, "Let the picture move by itself  (P)")
        self.body.addWidget(self._top_row())
        self.speed = SliderRow("Speed", _SLOWEST, _FASTEST, DEFAULT_SPEED)
        self.add("speed", self.speed)
        self.speed.set_tooltip("Faces passed in a second, whatever the model's speed")
        self.speed.moved.connect(lambda _value: self._rebase())
        self._showing = DEFAULT_SPEED

    def _top_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 4)
        line.setSpacing(8)
        line.addWidget(self.kind, 1)
        line.addWidget(self.play)
        return row

    @property
    def playing(self) -> bool:
        """Whether the picture moves by itself."""
        return self._way is not None

    def summary(self, recipe: Recipe) -> str:
        return "playing" if self.playing else ""

    def show_model(self, info: ModelInfo) -> None:
        self.stop()
        super().show_model(info)

    def toggle(self) -> None:
        """Play, or stop where it is."""
        if self.playing:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Set off from the current face."""
        if self.info is None or self.playing:
            return
        recipe = self.document.recipe
        self._way = self._round(recipe) if self.kind.current() else self._onward(recipe)
        self._since, self._place, self._asked = self.clock(), 0.0, None
        self.document.end_gesture()
        self._show_state()
        self._tick.start()

    def stop(self) -> None:
        """Stay where it is; what follows is an undo step of its own."""
        if self.playing:
            self._halt()
            self.document.end_gesture()

    def _halt(self) -> None:
        self._way = None
        self._tick.stop()
        self._show_state()

    def _show_state(self) -> None:
        self.play.set_text("Pause" if self.playing else "Play")
        self.play.set_icon("pause" if self.playing else "play")
        self.set_summary(self.summary(self.document.recipe))

    # --- the way --------------------------------------------------------------------------------

    def _onward(self, recipe: Recipe) -> Way:
        assert self.info is not None
        return walk(stop_of(recipe, self.info), fresh_seed)

    def _round(self, recipe: Recipe) -> Way:
        """Round through the sources, the heaviest first, or from the one face through others."""
        assert self.info is not None
        sources: list[Stop] = [(Anchor(anchor.latent),) for anchor in recipe.anchors]
        if len({stop[0].latent for stop in sources}) > 1:
            heaviest = max(range(len(sources)), key=lambda i: recipe.anchors[i].weight)
            return loop([*sources[heaviest:], *sources[:heaviest]])
        others = [(Anchor(Seed(fresh_seed())),) for _ in range(_LOOP_FACES - 1)]
        return loop([stop_of(recipe, self.info), *others])

    # --- playing --------------------------------------------------------------------------------

    def place(self) -> float:
        """How many faces have been passed by now."""
        return self._place + (self.clock() - self._since) * self._showing

    def _rebase(self) -> None:
        """A new speed goes on from here; what was walked stays walked."""
        self._place, self._since = self.place(), self.clock()
        self._showing = self.speed.value()

    def _step(self) -> None:
        """Ask for the next picture once the last one is on the screen."""
        window = self.window()
        if not window.isVisible() or window.isMinimized():
            self.stop()
            return
        shown = self.tasks.frame
        if self._asked is not None and (shown is None or shown.recipe != self._asked):
            return
        assert self._way is not None
        stop = self._way(self.place())
        label = "Loop" if self.kind.current() else "Walk"
        self._stepping = True
        self.document.edit_recipe(label, lambda recipe: with_stop(recipe, stop), "motion.play")
        self._stepping = False
        self._asked = self.document.recipe

    def _document_changed(self, _old: State, _new: State) -> None:
        moved = _new.recipe != _old.recipe  # keeping a face on the way does not stop it
        if self.playing and moved and not self._stepping:
            self._halt()  # the edit of the user is in the history already, as its own step
        super()._document_changed(_old, _new)
