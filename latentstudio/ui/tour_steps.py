"""The tips of the tour: what they say, where they stand, and when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, QRect, Qt

from latentstudio.ui import go_to
from latentstudio.ui.bubble import SIDES, Side
from latentstudio.ui.controls import SliderRow
from latentstudio.ui.panels.directions import DirectionsPanel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from latentstudio.core.direction import Direction
    from latentstudio.core.document import State
    from latentstudio.core.sources import Source
    from latentstudio.ui.main_window import MainWindow

WATCHED = ("walk_left", "walk_right", "walk_up", "walk_down", "source_a", "source_b", "palette")
"""Actions that do something a tip names."""

_FIRST_CHOICE = "Smile"


class Step:
    """A tip.

    Attributes:
        key: its name.
        title: what to do, in a few words.
        sides: where the tip may stand, the best side first.
    """

    key = ""
    title = ""
    text = ""
    sides: tuple[Side, ...] = SIDES

    def words(self) -> str:
        """What is said below the title."""
        return self.text

    def begin(self, window: MainWindow) -> None:
        """Bring what it names into sight."""

    def target(self, window: MainWindow) -> QRect | None:
        """Where that is in the window; None while it cannot be seen."""
        raise NotImplementedError

    def follow(self, old: State, new: State) -> bool:
        """Whether a change of the document has done it."""
        return False

    def did(self, what: str) -> bool:
        """Whether an action, or a drag of the picture (``drag``), has done it."""
        return False


class DragStep(Step):
    """The picture walks when it is dragged."""

    key, title = "drag", "Drag the picture"
    text = "It walks from face to face. Shift and an arrow key do the same."

    def begin(self, window: MainWindow) -> None:
        if window.workspaces.current.key != "explore":
            window.workspaces.show("explore")
        window.show_view(0)
        window.canvas.setFocus()

    def target(self, window: MainWindow) -> QRect | None:
        canvas = window.canvas
        picture = canvas.target().toRect().intersected(canvas.rect())
        return _seen(window, canvas, picture)

    def did(self, what: str) -> bool:
        return what == "drag" or what.startswith("walk_")


class MoveStep(Step):
    """A slider changes one thing about the face."""

    key = "move"
    sides = ("left", "below", "above", "right")

    def __init__(self, direction: Direction | None) -> None:
        self._direction = direction
        name = direction.name if direction is not None else "Truncation"
        self.title = f"Move {name}"
        self.text = "Drag the knob, or press an arrow key, and watch the face."

    def begin(self, window: MainWindow) -> None:
        if self._direction is not None:
            go_to.direction(window, self._direction)
        else:
            go_to.section(window, "truncation")
            row = window.findChild(SliderRow, "truncation.psi")
            if row is not None:
                row.track.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def target(self, window: MainWindow) -> QRect | None:
        row: QWidget | None
        if self._direction is None:
            row = window.findChild(SliderRow, "truncation.psi")
        else:
            row = cast(DirectionsPanel, window.panel("directions")).row_on_show(self._direction)
        return _seen(window, row)

    def follow(self, old: State, new: State) -> bool:
        before, after = old.recipe, new.recipe
        if self._direction is None:
            return before.truncation != after.truncation
        return before.moves != after.moves and bool(after.moves)


class KeepStep(Step):
    """A face is kept."""

    key, title = "keep", "Keep it with K"
    text = "Kept faces wait in the gallery; click one to go back to it."
    sides = ("above", "right", "left", "below")

    def begin(self, window: MainWindow) -> None:
        window.bottom.setVisible(True)
        window.strip.choose("gallery")
        window.desk.tell_actions()
        window.canvas.setFocus()

    def target(self, window: MainWindow) -> QRect | None:
        tabs = window.strip.tabs.tabs
        return _seen(window, tabs, tabs.tabRect(tabs.at("gallery")))

    def follow(self, old: State, new: State) -> bool:
        return len(new.gallery) > len(old.gallery)


class MixStep(Step):
    """Two faces become sources."""

    key, title = "mix", "Mix two faces"
    sides = ("below", "left", "right", "above")

    def __init__(self) -> None:
        self._put: set[int] = set()

    def words(self) -> str:
        if self._put == {0}:
            return "A is taken. Now another face (Space), and Shift+B puts it into source B."
        if self._put == {1}:
            return "B is taken. Now another face (Space), and Shift+A puts it into source A."
        return (
            "Shift+A puts this face into source A. Then another face (Space), and Shift+B. "
            "Ctrl+2 mixes them."
        )

    def target(self, window: MainWindow) -> QRect | None:
        bar = window.top_bar.workspaces
        return _seen(window, bar, bar.tabRect(bar.at("mix")))

    def follow(self, old: State, new: State) -> bool:
        for place in (0, 1):
            if _source(new, place) not in (None, _source(old, place)):
                self._put.add(place)
        return self._put == {0, 1}

    def did(self, what: str) -> bool:
        self._put |= {"source_a": {0}, "source_b": {1}}.get(what, set())
        return self._put == {0, 1}


class PaletteStep(Step):
    """Everything is in the palette."""

    key, title = "palette", "Find anything with Ctrl+K"
    text = "A few letters of a name are enough: commands, sections, directions, models."
    sides = ("below", "left", "right", "above")

    def target(self, window: MainWindow) -> QRect | None:
        return _seen(window, window.top_bar.search)


def steps_for(window: MainWindow) -> list[Step]:
    """The five tips for the model that is open."""
    known = cast(DirectionsPanel, window.panel("directions")).known()
    named = [direction for direction in known if direction.name == _FIRST_CHOICE]
    first = next(iter([*named, *known]), None)
    return [DragStep(), MoveStep(first), KeepStep(), MixStep(), PaletteStep()]


def _seen(window: MainWindow, widget: QWidget | None, part: QRect | None = None) -> QRect | None:
    """A widget, or a part of it, in the window, as far as it can be seen."""
    if widget is None or not widget.isVisible() or (part is not None and part.isEmpty()):
        return None
    seen = widget.visibleRegion().boundingRect()
    area = seen if part is None else part.intersected(seen)
    return None if area.isEmpty() else QRect(widget.mapTo(window, QPoint(0, 0)) + area.topLeft(),
                                             area.size())  # fmt: skip


def _source(state: State, place: int) -> Source | None:
    return state.sources[place] if place < len(state.sources) else None
