"""Inpaint: what to look for and where, and the button that starts it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from latentstudio.core.latent import SEEDS
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import ModelRef, Recipe, Space
from latentstudio.core.search import Settings
from latentstudio.core.work import SETTINGS, Work, frame, mask_at
from latentstudio.ui.controls import (
    IconButton,
    InfoLine,
    Label,
    PrimaryButton,
    Row,
    SeedField,
    Segmented,
    SliderRow,
    TextButton,
)
from latentstudio.ui.panel import Panel
from latentstudio.ui.panels.photo import with_current

SPACES: tuple[Space, ...] = ("z", "w", "w+")


@dataclass(frozen=True)
class TaskLine:
    """A task of the workspace: a further one is a line in ``TASKS``.

    Attributes:
        title: on the selector, in the history of tasks.
        job: name of the job.
        start: what its button says.
        missing: why it cannot start on a work, in words; empty where it can.
        options: of the job, from the work and the model's side.
    """

    title: str
    job: str
    start: str
    missing: Callable[[Work, int], str]
    options: Callable[[Work, int], dict[str, Any]]


def _no_hole(work: Work, side: int) -> str:
    hole = mask_at(work, side).hole
    if not hole.any():
        return "Paint over what is to be made anew."
    return "Everything is painted: leave some of the picture." if hole.all() else ""


def _inpaint_options(work: Work, side: int) -> dict[str, Any]:
    picture = frame(work, side)
    if picture is None:
        raise ValueError("there is no picture")
    return {
        "picture": picture.pixels,
        "mask": mask_at(work, side),
        "settings": work.search,
        "way": work.blend,
    }


TASKS: dict[str, TaskLine] = {
    "inpaint": TaskLine("Inpaint", "inpaint", "Fill the hole", _no_hole, _inpaint_options),
}


class InpaintPanel(Panel):
    """Starts the search and tells how it goes.

    Signals:
        began: the work that a task has begun on.
        answered: (answers, note, whether they are the last); cancelled ones have no answers.
        moved_on: answers came after the picture, the mask or the model had changed.
        use_asked: the chosen answer is wanted.
    """

    key = "inpaint"
    title = "Inpaint"
    icon = "wand-sparkles"
    began = Signal(object)
    answered = Signal(object, str, bool)
    moved_on = Signal(object, object)
    use_asked = Signal()

    def build(self) -> None:
        self._job: int | None = None
        self._begun: tuple[Work, ModelRef] = (Work(), ModelRef())
        self._tasks = Segmented([line.title for line in TASKS.values()])
        self._tasks.setObjectName("inpaint.task")
        self._tasks.setAccessibleName("Task")
        self._tasks.setToolTip("What is to be done with the picture")
        self._tasks.chosen.connect(self._choose_task)
        self._tasks.setVisible(len(TASKS) > 1)
        self.body.addWidget(self._tasks)
        self._build_search()
        self._build_start()
        self.tasks.job_changed.connect(self._job_changed)
        self.follow(lambda _recipe: self._show_work())

    def _build_search(self) -> None:
        whole = {"step": 1, "decimals": 0}
        self._search_row("candidates", "Candidates", (1, 64), "How many answers to choose from",
                         lambda s, v: replace(s, candidates=round(v)), **whole)  # fmt: skip
        self._search_row("steps", "Steps", (10, 1000), "More take longer and fit better",
                         lambda s, v: replace(s, steps=round(v)), **whole)  # fmt: skip
        self._search_row(
            "realism", "Realism", (0, 0.2),
            "Weight of what the discriminator says, lambda: little fits the known pixels best, "
            "much looks most like a face",
            lambda s, v: replace(s, realism=v), step=0.005, decimals=3,
        )  # fmt: skip
        ends = QWidget()
        line = QHBoxLayout(ends)
        line.setContentsMargins(0, 0, 0, 0)
        line.addSpacing(104)
        right = Qt.AlignmentFlag.AlignRight
        for words, side in (("closest fit", Qt.AlignmentFlag.AlignLeft), ("best face", right)):
            end = Label(words, role="small", token="faint")
            end.setAlignment(side)
            end.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            line.addWidget(end, 1)
        line.addSpacing(64)
        self.body.addWidget(ends)
        self._critic = InfoLine("")
        self.body.addWidget(self._critic)
        self._space = Segmented(list(SPACES))
        self._space.setObjectName("inpaint.space")
        self._space.setAccessibleName("Space of the search")
        self._space.setToolTip("Where answers are looked for: z is the safest, w+ fits closest")
        self._space.chosen.connect(
            lambda at: self._edit("Space", lambda s: replace(s, space=SPACES[at]))
        )
        self.body.addWidget(Row("Space", self._space, stretch=True))
        self._seed = SeedField()
        self._seed.setObjectName("inpaint.seed")
        self._seed.setAccessibleName("Seed of the search")
        self._seed.setToolTip("The same seed gives the same answers")
        self._seed.committed.connect(self._set_seed)
        dice = IconButton("dices", "Other answers")
        dice.setObjectName("inpaint.dice")
        dice.clicked.connect(lambda: self._set_seed(fresh_seed()))
        self.body.addWidget(Row("Seed", self._seed, dice, stretch=False))

    def _build_start(self) -> None:
        self._why = InfoLine("")
        self.body.addWidget(self._why)
        self.start_button = PrimaryButton("Fill the hole", "play")
        self.start_button.setObjectName("inpaint.start")
        self.start_button.set_tooltip("Look for answers  (Ctrl+Return)")
        self.start_button.clicked.connect(self.start)
        self._note = Label("", token="muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the search")
        self.cancel_button = TextButton("Stop and keep the best", "x")
        self.cancel_button.setObjectName("inpaint.cancel")
        self.cancel_button.set_tooltip("Stop; the best so far stay  (Ctrl+Return)")
        self.cancel_button.clicked.connect(self.cancel)
        self.use_button = PrimaryButton("Use candidate 1", "check")
        self.use_button.setObjectName("inpaint.use")
        self.use_button.set_tooltip("Go on with the chosen answer as the current face  (Return)")
        self.use_button.clicked.connect(self.use_asked)
        self.body.addSpacing(4)
        for widget in (
            self.use_button, self.start_button, self._note, self._bar, self.cancel_button
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.show_chosen(None)
        self._show_running(None, "")

    # --- the work -------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a search is under way."""
        return self._job is not None

    @property
    def begun(self) -> tuple[Work, ModelRef]:
        """What the last search began on, and with which model."""
        return self._begun

    def summary(self, recipe: Recipe) -> str:
        search = self.document.state.work.search
        return f"{search.candidates} in {search.space}"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        mapped = info.style_layers > 1 and not info.classes
        for place in (1, 2):
            reason = "" if mapped else f"{info.name} does not map its latents to styles"
            self._space.set_segment_reason(place, reason)
        words = "" if info.critic else "No discriminator in this model: its prior stands in."
        self._critic.set_text(words)
        self._critic.setVisible(bool(words))
        self._show_work()

    def toggle(self) -> None:
        """Start, or cancel what runs."""
        if self.running:
            self.cancel()
        else:
            self.start()

    def start(self) -> None:
        """Look for answers; without a picture of its own, on the current face."""
        info = self.info
        if info is None or self.running:
            return
        shown = self.tasks.frame
        self.document.edit(
            "Repair the current face",
            lambda state: replace(state, work=with_current(state.work, shown)),
        )
        work = self.document.state.work
        line = TASKS[work.task]
        if work.picture is None or line.missing(work, info.resolution):
            self._show_work()
            return
        options = line.options(work, info.resolution)
        if info.classes:
            recipe = self.document.recipe
            options["classes"] = recipe.classes or ((info.classes[0], 1.0),)
        self._begun = (work, ModelRef.of(info))
        self._job = self.tasks.start_job(line.job, line.title, **options)
        self._show_running(0.0, "Looking for starts")
        self.began.emit(work)

    def cancel(self) -> None:
        """Stop; the best so far stay."""
        if self._job is not None:
            self.tasks.cancel(self._job)

    def show_chosen(self, rank: int | None) -> None:
        """Offer the answer of a rank, from 1; None while there is none."""
        self.use_button.setVisible(rank is not None)
        self.start_button.set_quiet(rank is not None)
        if rank is not None:
            self.use_button.set_text(f"Use candidate {rank}")

    def _choose_task(self, at: int) -> None:
        task: Any = list(TASKS)[at]
        self.document.edit(
            "Task", lambda state: replace(state, work=replace(state.work, task=task))
        )

    def _set_seed(self, seed: int) -> None:
        self._edit("Seed of the search", lambda s: replace(s, seed=int(seed) % SEEDS))

    def _search_row(
        self,
        name: str,
        label: str,
        limits: tuple[float, float],
        tooltip: str,
        change: Callable[[Settings, float], Settings],
        **look: Any,
    ) -> None:
        row = SliderRow(label, *limits, float(getattr(SETTINGS, name)), **look)
        row.setObjectName(f"inpaint.{name}")
        row.set_tooltip(tooltip)
        self.body.addWidget(row)
        row.moved.connect(
            lambda value: self._edit(label, lambda s: change(s, value), f"inpaint.{name}")
        )
        row.committed.connect(lambda _value: self.document.end_gesture())
        self.follow(lambda _r: row.set_value(float(getattr(self.document.state.work.search, name))))

    def _edit(
        self, label: str, change: Callable[[Settings], Settings], merge: str | None = None
    ) -> None:
        self.document.edit(
            label,
            lambda s: replace(s, work=replace(s.work, search=change(s.work.search))),
            merge,
        )

    def _show_work(self) -> None:
        work, side = self.document.state.work, self.info.resolution if self.info else 1
        self._tasks.set_current(list(TASKS).index(work.task))
        self._space.set_current(SPACES.index(work.search.space))
        self._seed.set_value(work.search.seed)
        line = TASKS[work.task]
        reason = line.missing(work, side)
        self._why.set_text(reason)
        self._why.setVisible(bool(reason) and not self.running)
        self.start_button.set_reason(reason)
        self.start_button.set_text(line.start)

    # --- the job --------------------------------------------------------------------------------

    def _job_changed(self, message: Any) -> None:
        ours = getattr(message, "job", getattr(message, "id", None))
        if self._job is None or ours != self._job:
            return
        step = getattr(message, "step", None)
        if step is not None:
            self._progress(message, step)
            return
        self._job = None
        self._show_running(None, "")
        self._show_work()
        result = getattr(message, "result", None)
        self.answered.emit(list(result) if result else [], "", True)
        if result and self._is_elsewhere():
            self.moved_on.emit(next(iter(result)), self._begun)

    def _progress(self, message: Any, step: Any) -> None:
        left = message.seconds_left
        note = step.note if left is None else f"{step.note}, {max(1, round(left))} s left"
        self._show_running(step.done / max(step.total, 1), note)
        if step.preview:
            self.answered.emit(list(step.preview), note, False)

    def _is_elsewhere(self) -> bool:
        """Whether the user has gone on to another picture, hole or model."""
        work, model = self._begun
        now = self.document.state.work
        same = (now.picture, now.crop, now.mask) == (work.picture, work.crop, work.mask)
        return not same or self.info is None or ModelRef.of(self.info) != model

    def _show_running(self, share: float | None, note: str) -> None:
        running = share is not None
        for widget in (self._bar, self._note, self.cancel_button):
            widget.setVisible(running)
        self.start_button.setVisible(not running)
        self._bar.setValue(round(1000 * (share or 0.0)))
        self._note.setText(note)
