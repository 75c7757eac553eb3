"""Document: the one mutable thing of the studio, the current state and the way back."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from latentstudio.core.arithmetic import Arithmetic
from latentstudio.core.direction import Direction
from latentstudio.core.gallery import Kepts
from latentstudio.core.history import Entry, History
from latentstudio.core.journey import Journey
from latentstudio.core.recipe import Recipe, Vector
from latentstudio.core.signal import Signal
from latentstudio.core.sources import Sources, vectors_of
from latentstudio.core.work import Work

Lock = Direction | str
"""A locked direction as it was then; in sessions of before the bare name of one."""


@dataclass(frozen=True)
class State:
    """All that a user can undo.

    Attributes:
        recipe: the picture.
        gallery: the faces that were kept.
        directions: the user's own, learned or imported.
        locks: the directions that others may not change, whether they are listed now or not.
        arithmetic: the sets of faces that are added and taken away.
        sources: the faces A, B, C, ... to mix; none chosen yet where it is empty.
        work: the picture that is being repaired.
        journey: the keyframes of the clip.
    """

    recipe: Recipe = field(default_factory=Recipe)
    gallery: Kepts = ()
    directions: tuple[Direction, ...] = ()
    locks: tuple[Lock, ...] = ()
    arithmetic: Arithmetic = field(default_factory=Arithmetic)
    sources: Sources = ()
    work: Work = field(default_factory=Work)
    journey: Journey = field(default_factory=Journey)

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """Every array in it; one that stands in several places comes several times."""
        recipes = self._recipes
        locked = (lock for lock in self.locks if isinstance(lock, Direction))
        found = tuple(chain(*(d.vectors for d in (*self.directions, *locked))))
        return (*chain(*(recipe.vectors for recipe in recipes)), *found, *vectors_of(self.sources))

    @property
    def nbytes(self) -> int:
        return sum(self._arrays.values())

    def nbytes_beyond(self, before: "State") -> int:
        """The bytes of arrays that another state does not share: what one more step costs."""
        shared = before._arrays.keys()
        return sum(nbytes for key, nbytes in self._arrays.items() if key not in shared)

    @property
    def _recipes(self) -> tuple[Recipe, ...]:
        kept = chain(*(kept.recipes for kept in self.gallery))
        stops = (keyframe.recipe for keyframe in self.journey.keyframes)
        return (self.recipe, *kept, *self.arithmetic.recipes, *stops)

    @property
    def _arrays(self) -> dict[int, int]:
        """The bytes of every array, by identity."""
        found = {id(v): v.array.nbytes for v in self.vectors}
        for recipe in self._recipes:
            if recipe.paste is not None:
                found |= recipe.paste.parts
        return found | self.work.parts


class Document:
    """Holds the state; panels edit it and are told ``changed(old, new)``.

    Attributes:
        changed: emitted with (old, new) after every edit, undo and redo that changes the state.
        history_changed: emitted when the list of entries or the current one changes.
    """

    def __init__(self, state: State | None = None, label: str = "Start") -> None:
        self.changed: Signal[State, State] = Signal()
        self.history_changed: Signal[[]] = Signal()
        self._history = History(label, state or State())

    @property
    def state(self) -> State:
        return self._history.current.state

    @property
    def recipe(self) -> Recipe:
        return self.state.recipe

    @property
    def entries(self) -> Sequence[Entry[State]]:
        """What happened so far, oldest first, undone entries included."""
        return self._history.entries

    @property
    def index(self) -> int:
        """The place of the current entry in ``entries``."""
        return self._history.index

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    def edit(
        self, label: str, change: Callable[[State], State], merge: Hashable | None = None
    ) -> None:
        """Apply a pure change as one undo step.

        Args:
            label: what the user did, for the Undo entry.
            change: State -> State; no effect when it returns an equal state.
            merge: edits in a row with the same key are one step, until ``end_gesture``.
        """
        old = self.state
        new = change(old)
        if new == old:
            return
        self._history.push(label, new, merge)
        self.history_changed.emit()
        self.changed.emit(old, new)

    def edit_recipe(
        self, label: str, change: Callable[[Recipe], Recipe], merge: Hashable | None = None
    ) -> None:
        """``edit`` for changes of the recipe alone."""
        self.edit(label, lambda state: replace(state, recipe=change(state.recipe)), merge)

    def end_gesture(self) -> None:
        """A drag has ended: what follows is an undo step of its own."""
        self._history.seal()

    def undo(self) -> None:
        self.go(self.index - 1)

    def redo(self) -> None:
        self.go(self.index + 1)

    def go(self, index: int) -> None:
        """Show another entry of the history."""
        old = self.state
        new = self._history.go(index).state
        self.history_changed.emit()
        if new != old:
            self.changed.emit(old, new)

    def replace_all(self, state: State, label: str) -> None:
        """Begin anew with a state; the old history is gone."""
        self.restore([(label, state)], 0)

    def restore(self, steps: Sequence[tuple[str, State]], index: int) -> None:
        """Take over a history, for example an opened session's; the old one is gone.

        Args:
            steps: (label, state) of every step, oldest first; at least one.
            index: the step to show.
        """
        old = self.state
        history = History(*steps[0])
        for label, state in steps[1:]:
            history.push(label, state)
        history.go(index - (len(steps) - len(history.entries)))  # what was too old is forgotten
        self._history = history
        self.history_changed.emit()
        if self.state != old:
            self.changed.emit(old, self.state)
