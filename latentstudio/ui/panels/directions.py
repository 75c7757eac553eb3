"""Directions: a row each for what can be changed about a face: attributes, components, own ones."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from latentstudio.core.direction import Direction, is_along, without_moves
from latentstudio.core.direction_edits import (
    fits,
    free_name,
    with_directions,
    with_new_name,
    without_direction,
)
from latentstudio.core.document import State
from latentstudio.core.gallery import marked
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Move, Recipe
from latentstudio.ui.controls import FittingButton, IconButton, InfoLine, Row, Segmented, TextButton
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.panel import Panel
from latentstudio.ui.panels.direction_finder import Finder
from latentstudio.ui.panels.direction_item import DirectionItem
from latentstudio.ui.panels.direction_rows import DirectionRows
from latentstudio.ui.panels.direction_unlisted import Unlisted

EXAMPLES = 10  # faces of each kind that a direction is learned from
_GROUPS = ("attributes", "components", "mine")
_METHODS = ("components", "sefa")
_NONE_YET = (
    "Mark at least ten kept faces plus (Y) and ten minus (Shift+Y): what tells them apart "
    "becomes a direction. Or import a file."
)


class DirectionsPanel(Panel):
    """Sliders that read and move the face along directions.

    Signals:
        import_asked, export_asked: for the window, which asks for a file.
    """

    key = "directions"
    title = "Directions"
    icon = "move-3d"

    import_asked = Signal()
    export_asked = Signal()

    # --- building -------------------------------------------------------------------------------

    def build(self) -> None:
        self._found: dict[tuple[str, str], tuple[Direction, ...]] = {}  # by method and model
        self._here: list[Direction] = []  # all that have a row, by the method on show or the other
        self._state = State()
        self._build_head()
        self.rows = DirectionRows(self.document, self.tasks, self)
        self.rows.renamed.connect(self._rename)
        self.rows.deleted.connect(self._delete)
        self.body.addSpacing(2)
        self.body.addWidget(self.rows.list)
        self._empty = InfoLine("")
        self.body.addWidget(self._empty)
        self._build_finder()
        self._strangers = InfoLine("", "warning", "Take back")
        self._strangers.activated.connect(self._take_strangers_back)
        self._strangers.hide()
        self.name_control("strangers", self._strangers.link, "Undo the moves that have no row here")
        self.body.addWidget(self._strangers)
        self._unlisted = Unlisted(self.document)
        self.name_control("unlisted", self._unlisted.link, "Undo the locks that have no row here")
        self.body.addWidget(self._unlisted)
        self.body.addWidget(self._build_foot())
        for words, act in (
            ("Take back all moves", self.take_all_back),
            ("Import directions...", self.import_asked.emit),
        ):
            self.menu.addAction(words).triggered.connect(lambda _on=False, act=act: act())
        self._export = self.menu.addAction("Export these directions...")
        self._export.triggered.connect(lambda _on=False: self.export_asked.emit())
        self.tasks.frame_ready.connect(lambda _frame: self.rows.frame_shown())

    def _build_head(self) -> None:
        search = IconButton("search", "Find a direction by name", "/", size=24)
        search.clicked.connect(self.begin_filter)
        self.name_control("search", search)
        self.add_action(search)
        self.tabs = Segmented(("Attributes", "Components", "Mine"), name="Directions")
        self.tabs.chosen.connect(lambda _index: self._refill())
        self.add("group", self.tabs, "Named attributes, components found by themselves, or yours")
        self.body.addSpacing(4)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Part of a name")
        self.filter.setAccessibleName("Filter directions")
        self.filter.textChanged.connect(lambda _text: self._refill())
        self.filter.installEventFilter(self)
        self.add("filter", self.filter, "Shows the directions with this in their name; Esc, all")
        self.filter.hide()
        self.methods = Segmented(("PCA", "SeFa"), name="Method")
        self.methods.chosen.connect(lambda _index: self._refill())
        self.name_control(
            "method", self.methods, "PCA: how faces differ. SeFa: what the weights amplify"
        )
        self._method_row = Row("Method", self.methods, stretch=True)
        self.body.addWidget(self._method_row)

    def _build_finder(self) -> None:
        self.finder = Finder(self.tasks, self)
        self.finder.found.connect(self._take_found)
        self.finder.changed.connect(self._show_marks)
        self.name_control("find", self.finder.box.button, "A long task; go on meanwhile")
        self.name_control("cancel", self.finder.box.cancel)
        self.body.addWidget(self.finder.box)

    def _build_foot(self) -> QWidget:
        self.learn = TextButton("Learn from examples", "plus", flat=True)
        self.learn.clicked.connect(self.learn_from_examples)
        self.name_control("learn", self.learn)
        bring = FittingButton("Import", "upload", flat=True)
        bring.clicked.connect(self.import_asked)
        self.name_control("import", bring, "Import directions from a file, into Mine")
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(0)
        for widget in (self.learn, bring):
            line.addWidget(widget)
        line.insertStretch(1, 1)
        return foot

    # --- what is shown --------------------------------------------------------------------------

    def summary(self, recipe: Recipe) -> str:
        moved = len({(move.name, move.along) for move in recipe.moves if move.amount})
        locked = len(self.rows.locked())
        parts = [f"{moved} moved"] if moved else []
        parts += [f"{locked} locked"] if locked else []
        return ", ".join(parts) or "none moved"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._refill()

    def show_recipe(self, recipe: Recipe) -> None:
        super().show_recipe(recipe)
        before, self._state = self._state, self.document.state
        if self._state.directions != before.directions:
            self._refill()
        elif self._state.locks != before.locks:
            self.rows.show_locks()
            self._unlisted.follow(self._here, self.rows.locked())
        if self._state.gallery is not before.gallery:
            self._show_marks()
        self._show_strangers()
        self.rows.show_recipe()

    def group(self) -> str:
        """The tab on show: attributes, components or mine."""
        return _GROUPS[self.tabs.current()]

    def shown(self) -> tuple[Direction, ...]:
        """The directions of the tab, whatever the filter says."""
        return self._of(self.group())

    def known(self) -> list[Direction]:
        """Every direction of this model that has a row in one of the tabs."""
        return [d for group in _GROUPS for d in self._of(group)]

    def begin_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter.show()
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def row_of(self, direction: Direction) -> DirectionRow | None:
        """Show the row of a direction, whatever was filtered; None if it is known no longer."""
        group = next((group for group in _GROUPS if direction in self._of(group)), None)
        if group is None:
            return None
        self.filter.clear()
        self.filter.hide()
        self._show_group(group)
        return self.rows.row_of(direction)

    def row_on_show(self, direction: Direction) -> DirectionRow | None:
        """The row of a direction, if it is among those that can be scrolled to."""
        item = self.rows.list.rows().get(direction)
        return item.row if isinstance(item, DirectionItem) else None

    def _of(self, group: str) -> tuple[Direction, ...]:
        if self.info is None:
            return ()
        brought = tuple(d for d in self.info.directions if d.group == group)
        if group == "components":
            wanted = (_METHODS[self.methods.current()], self.info.model_id)
            return self._found.get(wanted, brought)
        own = tuple(d for d in self.document.state.directions if fits(d, self.info))
        if group == "mine":
            return tuple(d for d in own if d.group != "attributes")
        return (*brought, *(d for d in own if d.group == "attributes"))

    def _refill(self) -> None:
        """Show the rows of the tab that the filter lets through, and what can be done here."""
        if self.info is None:
            return
        group, directions = self.group(), self.shown()
        part = self.filter.text().strip().lower()
        found = [d for d in directions if part in d.name.lower()]
        by_methods = (f for (_, model), f in self._found.items() if model == self.info.model_id)
        self._here = list(dict.fromkeys([*self.known(), *chain(*by_methods)]))
        self.rows.show_directions(found, self._here, self.info)
        self._unlisted.follow(self._here, self.rows.locked())
        self.set_summary(self.summary(self.document.recipe))
        self.rows.list.setVisible(bool(found))
        self._method_row.setVisible(group == "components")
        self._show_empty(group, bool(directions), bool(found))
        self.finder.show(self._method(), not directions)
        self._show_marks()
        self._export.setEnabled(bool(directions))

    def _method(self) -> str:
        group = self.group()
        if group == "components":
            return _METHODS[self.methods.current()]
        if group == "attributes":
            return "attributes"
        return "import_directions" if self.finder.is_running("import_directions") else "learn"

    def _show_empty(self, group: str, some: bool, found: bool) -> None:
        words = []
        if some and not found:
            words.append(f"No name here has '{self.filter.text().strip()}' in it.")
        if group == "mine" and not some:
            words.append(_NONE_YET)
        if group == "mine":
            words.append(self._of_others())
        text = " ".join(filter(None, words))
        self._empty.set_text(text)
        self._empty.setVisible(bool(text))

    def _of_others(self) -> str:
        """How many of the user's own need another model."""
        assert self.info is not None
        count = sum(not fits(d, self.info) for d in self.document.state.directions)
        if count == 1:
            return "1 more belongs to another model."
        return f"{count} more belong to other models." if count else ""

    # --- examples -------------------------------------------------------------------------------

    def learn_from_examples(self) -> None:
        """Find the direction between the faces that are marked plus and minus."""
        if self.learn.reason():
            return
        taken = {d.name for d in self.known()}
        self._show_group("mine")
        plus, minus = self._examples()
        self.finder.start("learn", name=free_name("Learned", taken), plus=plus, minus=minus)

    def import_file(self, path: Path) -> None:
        """Bring the directions of a file into Mine; how faces spread along them may be measured."""
        self._show_group("mine")
        self.finder.start("import_directions", path=path)
        self._refill()

    def _show_group(self, group: str) -> None:
        self.tabs.set_current(_GROUPS.index(group))
        self._refill()

    def _examples(self) -> tuple[list[Recipe], list[Recipe]]:
        """The marked faces of this model, plus and minus."""
        gallery, model = self.document.state.gallery, self.document.recipe.model
        plus, minus = (
            [recipe for recipe in marked(gallery, mark) if recipe.model == model]
            for mark in (1, -1)
        )
        return plus, minus

    def _show_marks(self) -> None:
        plus, minus = (len(faces) for faces in self._examples())
        self.learn.set_tooltip(
            f"A direction from {plus} plus and {minus} minus faces, tested on faces held out"
        )
        reason = _missing(plus, minus)
        if self.finder.is_running("learn"):
            reason = "It is learning now; cancel that first"
        self.learn.set_reason(reason)
        few = min(plus, minus)
        counted = plus + minus > 0 and few < EXAMPLES
        self.learn.set_text(f"Learn: {few} of {EXAMPLES}" if counted else "Learn from examples")

    # --- moves and locks of directions that are not here ----------------------------------------

    def _show_strangers(self) -> None:
        names = dict.fromkeys(move.name for move in self._stranger_moves())
        self._strangers.setVisible(bool(names))
        if names:
            self._strangers.set_text(f"Also moved, but not listed here: {', '.join(names)}")

    def _stranger_moves(self) -> list[Move]:
        """Moves along what has no row: a friend's picture, a deleted direction."""
        moves = [move for move in self.document.recipe.moves if move.amount]
        if not moves or self.info is None:
            return []
        return [move for move in moves if not any(is_along(move, d) for d in self._here)]

    def _take_strangers_back(self) -> None:
        gone = self._stranger_moves()
        self.document.edit_recipe(
            "Take back moves",
            lambda r: replace(r, moves=tuple(move for move in r.moves if move not in gone)),
        )

    # --- edits ----------------------------------------------------------------------------------

    def take_all_back(self) -> None:
        """Undo every move of the recipe, as one step."""
        self.document.edit_recipe("Take back all moves", without_moves)

    def add_directions(self, found: Sequence[Direction], label: str) -> None:
        """Add directions to the user's own, as one step, and show them."""
        if not found:
            return
        own = set(self.document.state.directions)
        taken = {d.name for d in self.known() if d not in own}
        self.document.edit(label, lambda state: with_directions(state, found, taken))
        self._show_group("attributes" if found[0].group == "attributes" else "mine")

    def _take_found(self, method: str, result: object, model_id: str) -> None:
        if method in _METHODS:
            self._found[method, model_id] = tuple(result)  # type: ignore[arg-type]
            self._refill()
            self._show_strangers()
        elif isinstance(result, Direction):
            self.add_directions([result], f"Learn {result.name}")
        else:
            label = "Learn attributes" if method == "attributes" else "Import directions"
            self.add_directions(tuple(result), label)  # type: ignore[arg-type]

    def _rename(self, direction: Direction, name: str) -> None:
        if not name.strip() or name.strip() == direction.name:
            return
        taken, place = {d.name for d in self.known()}, self.shown().index(direction)
        self.document.edit(
            f"Rename {direction.name}", lambda s: with_new_name(s, direction, name, taken)
        )
        self.rows.open(self.shown()[place])

    def _delete(self, direction: Direction) -> None:
        self.document.edit(f"Delete {direction.name}", lambda s: without_direction(s, direction))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc in the filter shows all directions again and takes the field away."""
        if watched is self.filter and isinstance(event, QKeyEvent):
            kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            if event.key() == Qt.Key.Key_Escape and event.type() in kinds:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    self.filter.clear()
                    self.filter.hide()
                return True
        return False


def _missing(plus: int, minus: int) -> str:
    """What is to be marked before a direction can be learned, in words."""
    wanted = [
        f"{EXAMPLES - count} more {kind} ({key})"
        for count, kind, key in ((plus, "plus", "Y"), (minus, "minus", "Shift+Y"))
        if count < EXAMPLES
    ]
    return f"Mark {' and '.join(wanted)} among kept faces first" if wanted else ""
