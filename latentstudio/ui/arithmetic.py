"""Arithmetic: the strip's tab that adds sets of faces, with neighbours around the answer."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from latentstudio.core.arithmetic import TERMS, Arithmetic, Term, with_faces, without_faces
from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import ModelRef, Recipe, with_neighbour
from latentstudio.engine.messages import Failure, JobDone, JobProgress
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, SliderRow, TileGrid
from latentstudio.ui.controls.faces import MARGIN
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.face_set import FaceSet
from latentstudio.ui.strip_tab import StripTab

NAMES: dict[Term, tuple[str, str]] = {
    "plus": ("+", "From"),
    "minus": ("−", "Without"),
    "more": ("+", "With"),
}
SIDE, CENTRE = 3, 4
"""The answer stands in the middle of 3 x 3 faces, at place 4."""

_SPREAD = 0.25  # how far the neighbours are, as in the paper
_LEAST, _MOST = 36, 84  # pixels of a face
_ABOVE, _BELOW = 4, 8  # of the row


class Answer(TileGrid):
    """Three by three faces, as large as the height lets them be."""

    def __init__(self) -> None:
        super().__init__(size=_MOST)
        self.setObjectName("arithmetic.answer")
        self.setAccessibleName("The answer and its neighbours")
        self.setToolTip("The answer, and eight faces near it around; click one to take it")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self, height: int) -> None:
        """Take a size that lets all nine be seen."""
        room = int((height - 2) / SIDE) - 2 * MARGIN
        edge = min(max(room, theme.px(_LEAST)), theme.px(_MOST))
        self.set_size(round(edge / theme.scale()))
        self.setFixedWidth(SIDE * self.cell().width() + theme.px(16))


class ArithmeticTab(StripTab):
    """Three sets of faces and their sum (Radford et al. 2016, DCGAN, section 6.3.2)."""

    key = "arithmetic"
    title = "Arithmetic"
    workspaces = ("mix",)

    def build(self) -> None:
        self._start = fresh_seed()
        self._job: int | None = None
        self._asked = self._solved = Arithmetic()
        self._answer: Recipe | None = None
        self._recipes: list[Recipe] = []
        self._chosen: Callable[[], list[Recipe]] = list
        self.sets: dict[Term, FaceSet] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), _ABOVE, theme.px(8), _BELOW)
        row.setSpacing(theme.px(8))
        for term in TERMS:
            self.sets[term] = self._set(term)
            row.addWidget(self.sets[term], 1)
        self.answer = Answer()
        self.answer.clicked.connect(self._clicked)
        self.answer.activated.connect(self.take)
        self.answer.set_mime(lambda index: mime_of([self._recipes[index]]))
        row.addWidget(self.answer)
        self._build_corner()
        self._say_what_is_missing()
        self.tasks.job_changed.connect(self._job_changed)

    def _set(self, term: Term) -> FaceSet:
        sign, name = NAMES[term]
        made = FaceSet(term, sign, name)
        made.dropped.connect(partial(self.add, term))
        made.face_asked.connect(lambda: self.add(term, [self.document.recipe]))
        made.chosen_asked.connect(lambda: self.add(term, self._chosen()))
        made.removed.connect(partial(self._remove, term))
        return made

    def _build_corner(self) -> None:
        self.spread = SliderRow("Spread", 0.05, 1.0, _SPREAD, label_width=52)
        self.spread.setObjectName("arithmetic.spread")
        self.spread.set_tooltip("How far the eight faces around are from the answer")
        self.spread.setFixedWidth(theme.px(210))
        self.spread.committed.connect(lambda _value: self._show_answer())
        self.corner_line.addWidget(self.spread)
        for name, icon, words, run in (
            ("again", "dices", "Other faces around the answer", self._renew),
            ("clear", "trash-2", "Empty the three sets", self.clear),
        ):
            button = IconButton(icon, words)
            button.setObjectName(f"arithmetic.{name}")
            button.clicked.connect(lambda _on=False, run=run: run())
            self.corner_line.addWidget(button)

    def offer(self, chosen: Callable[[], list[Recipe]]) -> None:
        """Where the chosen faces of the gallery come from."""
        self._chosen = chosen

    # --- the sets -------------------------------------------------------------------------------

    @property
    def state(self) -> Arithmetic:
        """The sets as the document has them."""
        return self.document.state.arithmetic

    def add(self, term: Term, faces: list[Recipe]) -> None:
        """Put faces into a set."""
        self._edit(f"Arithmetic {NAMES[term][0]}", lambda sets: with_faces(sets, term, faces))

    def clear(self) -> None:
        """Empty all sets."""
        self._edit("Empty the sets", lambda _sets: Arithmetic())

    def _remove(self, term: Term, places: list[int]) -> None:
        self._edit("Take out of a set", lambda sets: without_faces(sets, term, places))

    def _edit(self, label: str, change: Callable[[Arithmetic], Arithmetic]) -> None:
        self.document.edit(label, lambda s: replace(s, arithmetic=change(s.arithmetic)))

    # --- what it shows --------------------------------------------------------------------------

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._asked = self._solved = Arithmetic()
        self._answer = None

    def state_changed(self, old: State, new: State) -> None:
        if new.arithmetic != old.arithmetic:
            self.fill_if_seen()
        if new.recipe != old.recipe:
            self._mark_current()

    def fill(self) -> None:
        """Show the sets, and solve them where that was not done yet."""
        sets = self.state
        places: list[tuple[FaceSet, int]] = []
        for term in TERMS:
            faces = sets.faces(term)
            self.sets[term].show_recipes(faces, [self._stranger(face) for face in faces])
            places += [(self.sets[term], place) for place in range(len(faces))]

        def take(index: int, image: QImage) -> None:
            owner, place = places[index]
            owner.faces.set_image(place, image)

        self.tasks.faces("arithmetic.sets", sets.recipes, take)
        self._solve()

    def _stranger(self, face: Recipe) -> str:
        """The name of a face's model where that is not the open one."""
        own = self.info is None or face.model == ModelRef.of(self.info)
        return "" if own else face.model.name

    def _solve(self) -> None:
        sets = self.state
        if self.info is None or not sets.complete or any(map(self._stranger, sets.recipes)):
            self._solved, self._answer, self._asked = Arithmetic(), None, Arithmetic()
            self._show_answer()
        elif sets == self._solved:
            self._show_answer()
        elif sets != self._asked:
            if self._job is not None:
                self.tasks.cancel(self._job)
            self._asked = sets
            self._job = self.tasks.start_job(
                "arithmetic", "Arithmetic", plus=sets.plus, minus=sets.minus, more=sets.more
            )
            self._say_what_is_missing()

    def _job_changed(self, message: JobProgress | JobDone | Failure) -> None:
        if isinstance(message, JobDone) and message.job == self._job:
            self._job = None
            if message.cancelled:
                self._show_answer()
            elif isinstance(message.result, Recipe):
                self._solved, self._answer = self._asked, message.result
                self._solve()  # shows it, unless the sets have changed again
        elif isinstance(message, Failure) and message.id == self._job:
            self._job, self._answer = None, None
            self._show_answer()

    def _show_answer(self) -> None:
        if self._answer is None:
            self._recipes = []
            self.answer.clear()
            self._say_what_is_missing()
            return
        seeds = seeds_around(self._start, SIDE * SIDE - 1)
        around = [with_neighbour(self._answer, seed, self.spread.value()) for seed in seeds]
        recipes = [*around[:CENTRE], self._answer, *around[CENTRE:]]
        if recipes != self._recipes:
            self.answer.set_count(len(recipes))
            for index in range(len(recipes)):
                self.answer.set_image(index, None)
        self._recipes = recipes
        self._mark_current()
        self.tasks.faces("arithmetic.answer", recipes, self.answer.set_image)

    def _say_what_is_missing(self) -> None:
        sets = self.state
        if any(map(self._stranger, sets.recipes)):
            words = "Faces of another model", "Take out the ones with a name under them."
        elif not sets.plus:
            words = "No faces to begin with", "The answer appears here."
        elif bool(sets.minus) != bool(sets.more):
            words = "One set is empty", "What is taken away needs something to add."
        elif self._job is not None:
            words = "The answer is on its way", "Other tasks may come before it."
        else:
            words = "No answer yet", "It appears here."
        self.answer.set_empty("blend", *words)

    def _mark_current(self) -> None:
        recipe = self.document.recipe
        self.answer.set_current(self._recipes.index(recipe) if recipe in self._recipes else -1)

    # --- gestures -------------------------------------------------------------------------------

    def take(self, index: int) -> None:
        """Show a face of the answer on the canvas."""
        if 0 <= index < len(self._recipes):
            recipe = self._recipes[index]
            self.document.edit_recipe("Arithmetic", lambda _r: recipe)

    def _clicked(self, index: QModelIndex) -> None:
        self.take(index.row())

    def _renew(self) -> None:
        self._start = fresh_seed()
        self._show_answer()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.answer.fit(self.height() - _ABOVE - _BELOW)
