"""Panel: a section of a rail that shows a part of the recipe and edits it, one line a control."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, SignalInstance
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import QWidget

from latentstudio.core.document import Document, State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.ui.controls import Control, Row, Section, Segmented, SliderRow

PAUSE_MS = 1000  # presses of a key that are further apart are undo steps of their own
SETTLE_MS = 200  # while a control moves, every millisecond belongs to the picture
Get = Callable[[Recipe], float | None]
Set = Callable[[Recipe, float], Recipe]


class Shown(Protocol):
    """What panels may know of the picture on the canvas: the fields of the engine's Frame."""

    @property
    def recipe(self) -> Recipe: ...

    @property
    def pixels(self) -> npt.NDArray[np.uint8]: ...

    @property
    def styles(self) -> npt.NDArray[np.float32] | None: ...

    @property
    def distances(self) -> tuple[float, float] | None: ...

    @property
    def render_ms(self) -> float: ...


class Tasks(Protocol):
    """What panels may ask of the engine: tasks by name, and faces when there is time.

    Attributes:
        job_changed: a job's JobProgress, JobDone or Failure.
        frame_ready: each picture that is shown, a ``Shown``.
    """

    job_changed: SignalInstance
    frame_ready: SignalInstance

    @property
    def frame(self) -> Shown | None:
        """The picture on the canvas."""
        ...

    @property
    def wanted(self) -> Recipe:
        """What the canvas is to show: the document's recipe, or a moment of the journey."""
        ...

    def with_full_frame(self, receive: Callable[[Any], None]) -> None:
        """Give the picture on the canvas, a ``Shown``, once it is as its model draws: now or soon.

        Never called where there is no picture.
        """
        ...

    def start_job(self, name: str, title: str, /, **options: Any) -> int: ...

    def cancel(self, job: int) -> None: ...

    def redraw(self) -> None:
        """Draw the recipe again, which is another picture where its noise is random."""
        ...

    def faces(
        self, owner: str, recipes: Sequence[Recipe], receive: Callable[[int, QImage], None]
    ) -> None: ...


class Panel(Section):
    """A collapsible section bound to the document.

    Subclasses set ``key``, ``title``, ``icon`` and implement ``build``; controls added by
    ``slider``, ``choice`` and friends follow the recipe by themselves. A panel that another widget
    mirrors sets ``fills_unseen``: the others follow the document and ask for faces only while they
    are on the screen, and catch up when they come back to it.
    """

    key = ""
    title = ""
    icon = ""
    fills_unseen = False

    def __init__(self, document: Document, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(self.key, self.title, icon=self.icon, parent=parent)
        self.document = document
        self.tasks = tasks
        self.info: ModelInfo | None = None
        self._followers: list[Callable[[Recipe], None]] = []
        self._is_behind = False
        self._merge: Hashable | None = None  # of the presses in a row
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._end_presses)
        self._calm = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._calm.timeout.connect(self._fill_if_seen)
        self.build()
        document.changed.connect(self._document_changed)

    def build(self) -> None:
        """Add the controls."""
        raise NotImplementedError

    def fill_faces(self) -> None:
        """Ask for the panel's small faces: called once the recipe has settled."""

    def needs(self, info: ModelInfo) -> str:
        """Why this panel cannot work with a model, in words; empty where it can."""
        return ""

    def summary(self, recipe: Recipe) -> str:
        """What the header says while the section is closed."""
        return ""

    def show_model(self, info: ModelInfo) -> None:
        """Adapt to a model: ranges, and what it lacks."""
        self.info = info
        self.set_reason(self.needs(info))

    def show_lack(self, reason: str) -> None:
        """Stay closed while the recipe's model is missing, which the reason says; or no longer."""
        self.set_reason(reason or (self.needs(self.info) if self.info else ""))

    def show_recipe(self, recipe: Recipe) -> None:
        """Show the values of a recipe, without echo."""
        for follow in self._followers:
            follow(recipe)
        self._calm.start()
        self.set_summary(self.summary(recipe))

    # --- one line a control ---------------------------------------------------------------------

    def follow(self, show: Callable[[Recipe], None]) -> None:
        """Call ``show`` with every new recipe."""
        self._followers.append(show)

    def add(self, name: str, widget: QWidget, tooltip: str = "") -> QWidget:
        """Add a control under its object name ``panel.name``."""
        self.name_control(name, widget, tooltip)
        self.body.addWidget(widget)
        return widget

    def name_control(self, name: str, widget: QWidget, tooltip: str = "") -> None:
        """Give a control its object name and what it does to the picture."""
        widget.setObjectName(f"{self.key}.{name}")
        if not tooltip:
            return
        if isinstance(widget, Control):
            widget.set_tooltip(tooltip)
        else:
            widget.setToolTip(tooltip)

    def slider(
        self,
        name: str,
        label: str,
        limits: tuple[float, float],
        default: float,
        get: Get,
        set_: Set,
        tooltip: str,
        **look: Any,
    ) -> SliderRow:
        """A slider of the recipe: a drag is one undo step; it says 'varies' where get is None."""
        row = SliderRow(label, *limits, default, **look)
        self.add(name, row)
        row.set_tooltip(tooltip)
        self.bind(row, f"{self.key}.{name}", label, get, set_)
        return row

    def bind(self, row: SliderRow, merge: Hashable, label: str, get: Get, set_: Set) -> None:
        """Let a slider edit the recipe and follow it."""
        row.moved.connect(
            lambda value: self.document.edit_recipe(label, lambda r: set_(r, value), merge)
        )
        row.committed.connect(lambda _value: self.document.end_gesture())

        def show(recipe: Recipe) -> None:
            value = get(recipe)
            row.set_mixed(value is None)
            if value is not None:
                row.set_value(value)

        self.follow(show)

    def end_after_pause(self, merge: Hashable) -> None:
        """Presses in a row are one undo step, which has no release: a pause ends it."""
        self._merge = merge
        self._pause.start()

    def _end_presses(self) -> None:
        document = self.document
        if document.entries[document.index].merge == self._merge:  # no other gesture has begun
            document.end_gesture()

    def choice(
        self,
        name: str,
        label: str,
        values: Sequence[Any],
        words: Sequence[str],
        get: Callable[[Recipe], Any],
        set_: Callable[[Recipe, Any], Recipe],
        tooltip: str,
    ) -> Segmented:
        """One of a few values, side by side."""
        segments = Segmented(list(words))
        self.name_control(name, segments, tooltip)
        segments.setAccessibleName(label)
        segments.chosen.connect(
            lambda i: self.document.edit_recipe(label, lambda r: set_(r, values[i]))
        )
        self.body.addWidget(Row(label, segments, stretch=True))
        self.follow(lambda recipe: segments.set_current(list(values).index(get(recipe))))
        return segments

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_behind:
            self._catch_up()
        self._calm.start()

    def _fill_if_seen(self) -> None:
        if self.isVisible() or self.fills_unseen:
            self.fill_faces()

    def _document_changed(self, _old: State, _new: State) -> None:
        if self.isVisible() or self.fills_unseen:
            self._catch_up()
        else:
            self._is_behind = True

    def _catch_up(self) -> None:
        self._is_behind = False
        self.show_recipe(self.document.recipe)


def job_of(message: object) -> int | None:
    """Which job a message of ``job_changed`` is of: its step, its end, or its failure."""
    job: int | None = getattr(message, "job", getattr(message, "id", None))
    return job
