"""Rows of directions: they read where the face is, move it, and one of them stands open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from latentstudio.core.direction import (
    Direction,
    Styles,
    gain,
    is_along,
    overlapping,
    reading,
    step_along,
    with_reading,
    without_moves,
)
from latentstudio.core.direction_edits import is_locked, locked_in, with_lock, with_step
from latentstudio.core.document import Document
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.readings import Readings, moved_styles
from latentstudio.core.recipe import Move, Noise, Recipe, Span
from latentstudio.ui.controls.direction_card import STEPS, DirectionCard
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.controls.lazy_rows import LazyRows
from latentstudio.ui.controls.numbers import MINUS
from latentstudio.ui.panel import SETTLE_MS, Tasks
from latentstudio.ui.panels.direction_item import (
    DirectionItem,
    inside,
    origin_of,
    reach_of,
    tooltip_of,
)

_FOLLOW_MS = 66  # nobody reads numbers that change more often
_SOFT = 1  # layers beside a range that move half as far
_NOTHING = 1e-6
_SAME = 1e-3  # standard deviations; the rows round to this


class DirectionRows(QObject):
    """Binds the rows of some directions to the document and to the picture on show.

    Signals:
        renamed: (direction, new name); deleted: the direction; both of the user's own.
    """

    renamed = Signal(object, str)
    deleted = Signal(object)

    def __init__(self, document: Document, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._tasks = document, tasks
        self.info: ModelInfo | None = None
        self.list = LazyRows()
        self.list.setObjectName("directions.list")
        self.list.changed.connect(self._sight_changed)
        self._known: tuple[Direction, ...] = ()
        self._largest = 0.0
        self._readings: Readings | None = None
        self._seen: list[DirectionItem] = []
        self._open: DirectionItem | None = None
        self._other: Direction | None = None  # that the open one moves, too
        self._gesture: _Gesture | None = None
        self._wanted: tuple[Direction, float, int] | None = None  # asked before the picture came
        self._drawn: object = None
        self._due = False
        self._pause = QTimer(self, singleShot=True, interval=_FOLLOW_MS)
        self._pause.timeout.connect(self._after_pause)
        self._calm = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._calm.timeout.connect(self._fill_faces)

    # --- what is shown --------------------------------------------------------------------------

    def show_directions(
        self, shown: Sequence[Direction], known: Sequence[Direction], info: ModelInfo
    ) -> None:
        """Show rows of some of the directions that are known; locks and overlaps are of all."""
        self.info, self._known = info, tuple(known)
        self._largest = max((d.eigenvalue or 0.0 for d in shown), default=0.0)
        if self._open is not None and self._open.direction not in shown:
            self._forget_open()
        self.list.set_keys(shown, lambda key: self._make(cast(Direction, key)))
        self._sight_changed()
        self.show_locks()

    def open(self, direction: Direction) -> None:
        """Open the row of a direction, if the filter lets it through."""
        if self.list.has(direction):
            item = cast(DirectionItem, self.list.row(direction))
            if item is not self._open:
                self.toggle(item)

    def row_of(self, direction: Direction) -> DirectionRow:
        """The row of a direction that is shown; KeyError where it is not."""
        return cast(DirectionItem, self.list.row(direction)).row

    def toggle(self, item: DirectionItem) -> None:
        """Open a row, and close the one that was open; or close it."""
        before, self._open = self._open, None
        if before is not None:
            before.close_card()
        if before is item or self.info is None:
            self.list.set_expanded(None)
            return
        self._open, self._drawn = item, None
        self._fill_card(item, item.open(self.info.style_layers))
        self.list.set_expanded(item.direction)
        self._calm.start(0)

    def _make(self, direction: Direction) -> DirectionItem:
        item = DirectionItem(direction)
        row = item.row
        row.moved.connect(lambda value: self.go(direction, value))
        row.committed.connect(lambda _value: self._end())
        row.reset_asked.connect(lambda: self.take_back(direction))
        row.lock_asked.connect(lambda: self.lock(direction))
        row.open_asked.connect(lambda: self.toggle(item))
        row.set_locked(is_locked(self._document.state, direction))
        row.set_tooltip(tooltip_of(direction))
        if direction.eigenvalue is not None and self._largest > 0:
            row.set_share(direction.eigenvalue / self._largest)
        return item

    def _fill_card(self, item: DirectionItem, card: DirectionCard) -> None:
        direction, info = item.direction, self.info
        assert info is not None
        card.picked.connect(lambda value: self._jump(direction, value))
        card.span_moved.connect(lambda first, last: self._set_span(direction, first, last))
        card.span_committed.connect(self._end)
        card.lock_asked.connect(self._lock_other)
        card.renamed.connect(lambda name: self.renamed.emit(direction, name))
        card.delete_asked.connect(lambda: self.deleted.emit(direction))
        card.set_origin(origin_of(direction), direction.accuracy is not None)
        self._show_span()
        self._show_overlap()

    def _forget_open(self) -> None:
        """Its row goes, and the card with it."""
        self._open = None
        self.list.set_expanded(None)

    # --- the user's hand ------------------------------------------------------------------------

    def go(self, direction: Direction, target: float) -> None:
        """Move the face to a reading; moves in a row are one step of undo until ``_end``."""
        gesture = self._gesture
        recipe = self._document.recipe
        if gesture is None or gesture.direction != direction or gesture.last != recipe:
            gesture = self._begin(direction)
            self._wanted = None if gesture else (direction, target, self._document.index)
            if gesture is None:
                return
        change = gesture.to(target)
        self._gesture = replace(gesture, last=change)
        self._document.edit_recipe(direction.name, lambda _r: change, ("directions", direction))

    def take_back(self, direction: Direction) -> None:
        """Undo all moves along a direction: the seed's own place, as one step."""
        name = direction.name
        label = f"{name}: the seed's own"
        self._document.edit_recipe(label, lambda r: without_moves(r, direction))

    def lock(self, direction: Direction) -> None:
        """Keep a direction's reading still while others move, or no longer."""
        verb = "Unlock" if is_locked(self._document.state, direction) else "Lock"
        self._document.edit(f"{verb} {direction.name}", lambda s: with_lock(s, direction))

    def _lock_other(self) -> None:
        if self._other is not None:
            self.lock(self._other)

    def _jump(self, direction: Direction, target: float) -> None:
        self.go(direction, target)
        self._end()

    def _begin(self, direction: Direction) -> "_Gesture | None":
        """A drag from where the face is; None while its picture is on its way, or unreadable."""
        styles, base = self._styles(), self._document.recipe
        if styles is None or not self._is_read() or not np.isfinite(styles).all():
            return None
        step = self._step(direction, self._span(direction))
        return _Gesture(direction, base, styles, step, base)

    def _end(self) -> None:
        self._gesture = None
        self._document.end_gesture()
        self._follow()

    def _go_on(self) -> None:
        """Do what was asked of a face before its picture came, unless that face was undone."""
        if self._wanted is None or not self._is_read():
            return
        (direction, target, step), self._wanted = self._wanted, None
        if self._document.index < step or not self.list.has(direction):
            return
        self.go(direction, target)
        item = self.list.rows().get(direction)
        if not (isinstance(item, DirectionItem) and item.row.is_held()):
            self._end()

    def _set_span(self, direction: Direction, first: int, last: int) -> None:
        assert self.info is not None
        whole = (first, last) == (0, self.info.style_layers - 1)
        # None would mean the layers that the direction has of its own
        span = None if whole and direction.span is None else Span(first, last, _SOFT)
        step = self._step(direction, span)
        self._document.edit_recipe(
            f"{direction.name}: layers", lambda r: with_step(r, step), ("span", direction)
        )
        self._show_span()

    def _span(self, direction: Direction) -> Span | None:
        """The layers it moves: those of its last move, or its own."""
        for move in reversed(self._document.recipe.moves):
            if is_along(move, direction):
                return move.span
        return direction.span

    def _step(self, direction: Direction, span: Span | None) -> Move:
        assert self.info is not None
        return step_along(direction, self.info.style_layers, self.locked(direction), span)

    def locked(self, beside: Direction | None = None) -> list[Direction]:
        """The directions that are kept still in this model, beside the one that moves."""
        if self.info is None:
            return []
        held = locked_in(self._document.state, self._known, self.info)
        return [direction for direction in held if direction != beside]

    # --- following the picture ------------------------------------------------------------------

    def frame_shown(self) -> None:
        """A picture has come: read it, but not more often than people read numbers."""
        self._go_on()
        if self._pause.isActive():
            self._due = True
        else:
            self._follow()

    def show_recipe(self) -> None:
        """The recipe has changed: the readings follow, in a turn after that of the picture."""
        self._due = True
        if not self._pause.isActive():
            self._pause.start()
        if self._open is not None:
            self._show_span()
            self._calm.start()

    def show_locks(self) -> None:
        """Close or open the padlocks; what is locked changes where the others lead."""
        for row in self.list.rows().values():
            item = cast(DirectionItem, row)
            item.row.set_locked(is_locked(self._document.state, item.direction))
        self._gesture = None
        if self._open is not None:
            self._show_overlap()
            self._calm.start()

    def _sight_changed(self) -> None:
        if self.info is None:
            return
        self._seen = [cast(DirectionItem, row) for row in self.list.in_sight()]
        self._readings = Readings([i.direction for i in self._seen], self.info.style_layers)
        self._follow()

    def _follow(self) -> None:
        self._due, styles = False, self._styles()
        if styles is None or self._readings is None or not self.list.isVisible():
            return
        recipe = self._document.recipe
        here = self._readings.at(styles).round(3).tolist()
        own = self._readings.at(moved_styles(styles, recipe.moves, ())).round(3).tolist()
        for item, place, seeds in zip(self._seen, here, own, strict=True):
            moved = any(m.amount and is_along(m, item.direction) for m in recipe.moves)
            item.row.show_place(place, seeds, moved)
        if self._open is not None and self._open.card is not None:
            self._open.card.steps.set_current(self._open.row.place())
        self._pause.start()

    def _after_pause(self) -> None:
        if self._due:
            self._follow()

    def _styles(self) -> Styles | None:
        """The styles of the recipe: those of the last picture with the moves made since."""
        frame, info = self._tasks.frame, self.info
        if frame is None or frame.styles is None or info is None:
            return None
        if frame.styles.shape != (info.style_layers, info.style_dim):
            return None
        return moved_styles(frame.styles, frame.recipe.moves, self._document.recipe.moves)

    def _is_read(self) -> bool:
        """Whether the last picture shows the face of the recipe, but for moves."""
        frame = self._tasks.frame
        return frame is not None and _source(frame.recipe) == _source(self._document.recipe)

    # --- the open row ---------------------------------------------------------------------------

    def _show_span(self) -> None:
        item, info = self._open, self.info
        if item is None or item.card is None or info is None:
            return
        span = self._span(item.direction)
        first, last = (span.first, span.last) if span else (0, info.style_layers - 1)
        item.card.layers.set_range(first, last)
        item.card.layers.set_words(reach_of(info, first, last))

    def _show_overlap(self) -> None:
        """What else the open direction moves, in one line, and what can be done about it."""
        item, info = self._open, self.info
        if item is None or item.card is None or info is None:
            return
        direction, layers = item.direction, info.style_layers
        locked = self.locked(direction)
        step = self._step(direction, self._span(direction))
        if locked and abs(gain(direction, step, layers)) < _NOTHING:
            item.card.set_overlap("The locked directions leave nothing of it: unlock one.", "")
            return
        others = [d for d in self._known if d.group != "components" and d not in locked]
        found = overlapping(direction, others, layers)
        if not found:
            item.card.set_overlap("")
            return
        self._other, cosine = next(iter(found.items()))
        words = f"{inside(self._other.name)}, {MINUS if cosine < 0 else '+'}{abs(cosine):.2f}"
        item.card.set_overlap(f"Also moves {words}", "Lock it")

    def _fill_faces(self) -> None:
        """Ask for the five faces of the open row, once the face has settled."""
        item, styles = self._open, self._styles()
        if item is None or item.card is None or styles is None:
            return
        recipe, direction = self._document.recipe, item.direction
        if not self._is_read():
            self._calm.start()  # the picture is still on its way
            return
        base = without_moves(recipe, direction)
        step = self._step(direction, self._span(direction))
        if self._drawn == (base, step) or not self.list.isVisible():
            return
        self._drawn = (base, step)  # moves along it lead to the same five faces
        styles = moved_styles(styles, recipe.moves, base.moves)
        faces = [with_reading(base, direction, step, styles, target) for target in STEPS]
        self._tasks.faces("directions", faces, self._take_face)

    def _take_face(self, index: int, image: QImage) -> None:
        if self._open is not None and self._open.card is not None:
            self._open.card.steps.set_image(index, image)


@dataclass(frozen=True, slots=True)
class _Gesture:
    """Where a drag began, along which step, and the recipe that it has led to.

    Every position is reached from the beginning: no error adds up, and no late picture matters.
    """

    direction: Direction
    base: Recipe
    styles: Styles
    step: Move
    last: Recipe

    def to(self, target: float) -> Recipe:
        """The recipe with this reading; the one it began with, where that is its reading."""
        if abs(target - reading(self.direction, self.styles)) < _SAME:
            return self.base
        return with_reading(self.base, self.direction, self.step, self.styles, target)


def _source(recipe: Recipe) -> Recipe:
    """All of a recipe that its styles depend on, but the moves."""
    return replace(recipe, moves=(), noise=Noise())
