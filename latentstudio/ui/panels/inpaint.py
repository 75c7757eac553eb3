"""Task: inpaint, restore or project; how to search, and the buttons that start it and go on."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.search import ClassShares, Filled, dropped
from latentstudio.core.work import Task, Work, face_of, finds_class, frame, is_same_task
from latentstudio.ui import theme
from latentstudio.ui.controls import InfoLine, Label, PrimaryButton, Segmented, TextButton
from latentstudio.ui.panel import Panel, Shown, job_of
from latentstudio.ui.panels.class_box import ClassBox
from latentstudio.ui.panels.photo import when_drawn, with_current
from latentstudio.ui.panels.project_box import ProjectBox
from latentstudio.ui.panels.restore_box import RestoreBox
from latentstudio.ui.panels.search_box import SearchBox
from latentstudio.ui.panels.tasks import TASKS, curve_options


class InpaintPanel(Panel):
    """Starts the search and tells how it goes.

    Attributes:
        turns: how many searches the task that was begun takes, one after the other.

    Signals:
        began: the work that a task has begun on.
        answered: (answers, note, whether they are the last); cancelled ones have no answers.
        measured: share done, and how far the answers are off.
        finished: the result of a task that came to its end.
        moved_on: answers came after the picture, the task or the model had changed.
        stopped: a task was cancelled, or could not go on.
        use_asked: the chosen answer is wanted; ``save_asked``, ``export_asked`` as files.
    """

    key = "inpaint"
    title = "Task"
    icon = "wand-sparkles"
    began = Signal(object)
    answered = Signal(object, str, bool)
    measured = Signal(float, object)
    finished = Signal(object)
    moved_on = Signal(object, object)
    stopped = Signal()
    use_asked = Signal()
    save_asked = Signal()
    export_asked = Signal()

    def build(self) -> None:
        self._job: int | None = None
        self._begun: tuple[Work, ModelRef] = (Work(), ModelRef())
        self.turns = 1
        self._tasks = Segmented([line.title for line in TASKS.values()])
        self._tasks.setObjectName("inpaint.task")
        self._tasks.setAccessibleName("Task")
        self._tasks.setToolTip("What is to be done with the picture  (T)")
        self._tasks.chosen.connect(lambda at: self.choose_task(list(TASKS)[at]))
        self.body.addWidget(self._tasks)
        self.body.addSpacing(8)
        self.restoring = RestoreBox(self.document)
        self.searching = SearchBox(self.document)
        self.projecting = ProjectBox(self.document)
        self._boxes = (self.restoring, self.searching, self.projecting, ClassBox(self.document))
        for box in self._boxes:
            self.body.addWidget(box)
        self.restoring.curve_asked.connect(lambda: self.start(curve=True))
        self._build_start()
        self.tasks.job_changed.connect(self._job_changed)
        self.follow(lambda _recipe: self._show_work())

    def _build_start(self) -> None:
        self._why = InfoLine("")
        self.body.addWidget(self._why)
        self.start_button = PrimaryButton("Fill the hole", "play")
        self.start_button.setObjectName("inpaint.start")
        self.start_button.set_tooltip("Look for answers  (Ctrl+Return)")
        self.start_button.clicked.connect(lambda: self.start())
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
        self.save_button = TextButton("Save the result...", "download")
        self.save_button.setObjectName("inpaint.save")
        self.save_button.set_tooltip("Write what the result shows as a PNG  (Ctrl+Shift+Y)")
        self.save_button.clicked.connect(self.save_asked)
        self.export_button = TextButton("Export projected_w.npz...", "upload")
        self.export_button.setObjectName("project.export")
        self.export_button.set_tooltip("The styles that were found, for others  (Ctrl+Shift+W)")
        self.export_button.clicked.connect(self.export_asked)
        column = QVBoxLayout()
        column.setContentsMargins(0, theme.px(6), 0, 0)
        column.setSpacing(theme.px(6))
        self.body.addLayout(column)
        for widget in (
            self.use_button, self.start_button, self._note, self._bar, self.cancel_button,
            self.save_button, self.export_button,
        ):  # fmt: skip
            column.addWidget(widget)
        self.show_chosen(None)
        self.show_files(save=False, export=False)
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
        return TASKS[self.document.state.work.task].title

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        for box in self._boxes:
            box.show_model(info)
        self._show_work()

    def choose_task(self, task: Task) -> None:
        """Do something else with the picture."""
        title = TASKS[task].title
        self.document.edit(
            f"Task: {title}", lambda state: replace(state, work=replace(state.work, task=task))
        )

    def next_task(self) -> None:
        """Go through the tasks."""
        tasks = list(TASKS)
        at = tasks.index(self.document.state.work.task)
        self.choose_task(tasks[(at + 1) % len(tasks)])

    def toggle(self) -> None:
        """Start, or cancel what runs."""
        if self.running:
            self.cancel()
        else:
            self.start()

    def start(self, curve: bool = False) -> None:
        """Look for answers; without a picture of its own, on the current face.

        ``curve`` restores from fewer and fewer measurements.
        """
        if self.info is not None and not self.running:
            when_drawn(self, partial(self._start, self.info, curve))

    def _start(self, info: ModelInfo, curve: bool, shown: Shown | None) -> None:
        if self.running or self.info is not info:  # while the picture was drawn
            return
        self.document.edit(
            "Repair the current face",
            lambda state: replace(state, work=with_current(state.work, shown)),
        )
        work = self.document.state.work
        line = TASKS[work.task]
        if frame(work, info.resolution) is None or line.missing(work, info.resolution):
            self._show_work()
            return
        options = (curve_options if curve else line.options)(work, info)
        if info.classes:
            options["classes"] = self._classes(work, info)
        self._begun = (work, ModelRef.of(info))
        self.turns = len(options.get("counts", (1,)))
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
            only = self._begun[0].task == "project"
            words = "Use it" if rank == 1 else "Use it without that noise"
            self.use_button.set_text(words if only else f"Use candidate {rank}")

    def show_files(self, save: bool, export: bool) -> None:
        """Offer the result as a picture, and as styles."""
        self.save_button.setVisible(save)
        self.export_button.setVisible(export)

    def _classes(self, work: Work, info: ModelInfo) -> ClassShares:
        """Those of the face that is worked on, else of the current one; none to try all."""
        model = ModelRef.of(info)
        if finds_class(work, model):
            return ()
        face = face_of(work, model) or self.document.recipe
        return face.classes or ((info.classes[0], 1.0),)

    def _show_work(self) -> None:
        work, side = self.document.state.work, self.info.resolution if self.info else 1
        self._tasks.set_current(list(TASKS).index(work.task))
        self.restoring.setVisible(work.task == "restore")
        self.searching.setVisible(work.task != "project")
        self.projecting.setVisible(work.task == "project")
        for box in self._boxes:
            box.show_work(work)
        line = TASKS[work.task]
        reason = line.missing(work, side)
        self._why.set_text(reason)
        self._why.setVisible(bool(reason) and not self.running)
        self.start_button.set_reason(reason)
        self.start_button.set_text(line.start)

    # --- the job --------------------------------------------------------------------------------

    def _job_changed(self, message: Any) -> None:
        if self._job is None or job_of(message) != self._job:
            return
        step = getattr(message, "step", None)
        if step is not None:
            self._progress(message, step)
            return
        self._job = None
        self._show_running(None, "")
        self._show_work()
        self._end(getattr(message, "result", None))

    def _end(self, result: Any) -> None:
        if result is None:
            self.answered.emit([], "", True)
            self.stopped.emit()
            return
        answers = list(TASKS[self._begun[0].task].answers(result))
        self.answered.emit(answers, self._lost(answers), True)
        self.finished.emit(result)
        if answers and self._is_elsewhere():
            self.moved_on.emit(answers[0], self._begun)

    def _lost(self, answers: Sequence[Filled]) -> str:
        """How many were dropped on the way, in words: a projection brings but one to its end."""
        work, _ = self._begun
        return "" if work.task == "project" else dropped(work.search.candidates - len(answers))

    def _progress(self, message: Any, step: Any) -> None:
        left = message.seconds_left
        note = step.note if left is None else f"{step.note}, {max(1, round(left))} s left"
        share = step.done / max(step.total, 1)
        self._show_running(share, note)
        if step.preview:
            self.measured.emit(share, [found.fit for found in step.preview])
            self.answered.emit(step.preview, note, False)

    def _is_elsewhere(self) -> bool:
        """Whether the user has gone on to another picture, hole, task or model."""
        work, model = self._begun
        same = is_same_task(work, self.document.state.work)
        return not same or self.info is None or ModelRef.of(self.info) != model

    def _show_running(self, share: float | None, note: str) -> None:
        running = share is not None
        for widget in (self._bar, self._note, self.cancel_button):
            widget.setVisible(running)
        self.start_button.setVisible(not running)
        self.restoring.set_running(running)
        self._bar.setValue(round(1000 * (share or 0.0)))
        self._note.setText(note)
