"""Gallery: the strip's tab of kept faces, with stars, marks for examples, notes and a filter."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from latentstudio.core import gallery
from latentstudio.core.document import State
from latentstudio.core.gallery import EXAMPLES, Filter, Kept, Kepts
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.ui import theme
from latentstudio.ui.controls import Chip, IconButton, Label, TileStrip
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.seen_faces import SeenFaces
from latentstudio.ui.strip_tab import StripTab

FILTERS: dict[Filter, str] = {
    "all": "All",
    "starred": "Starred",
    "plus": "Plus",
    "minus": "Minus",
    "noted": "With a note",
    "bred": "Bred from others",
}
_WIDE = 820
_PLAIN = Qt.KeyboardModifier.NoModifier


class KeptFaces(TileStrip):
    """A row of faces that wraps where there is room for two; several can be chosen.

    Signals:
        removed: Delete was pressed.
        note_asked: F2 was pressed.
    """

    removed = Signal()
    note_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.set_multiple(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.note_asked.emit()
        else:
            super().keyPressEvent(event)


class GalleryTab(StripTab):
    """Faces that were kept: a click goes there, a drag takes them elsewhere.

    Attributes:
        asked: a command of the window that belongs to the chosen faces: ``compare``, ``mutate``,
            ``cross`` or ``lineage``.
    """

    key = "gallery"
    title = "Gallery"
    workspaces = ("explore", "mix", "inpaint")
    asked = Signal(str)

    def build(self) -> None:
        self._filter: Filter = "all"
        self._shown: Kepts = ()
        self._parents_of: Callable[[Recipe], tuple[Recipe, ...]] = lambda _recipe: ()
        self.faces = KeptFaces()
        self.faces.setObjectName("gallery.faces")
        self.faces.setAccessibleName("Kept faces")
        self.faces.setToolTip(
            "Click or Return goes there, with Ctrl or Shift it chooses several; drag a face to a "
            "source or a set; S stars, Y and Shift+Y mark it plus or minus, F2 notes, C compares, "
            "U makes variations, Shift+U crosses, Delete removes"
        )
        self._pictures = SeenFaces(self.faces, self.tasks, "gallery")
        self.faces.set_mime(self._mime)
        self.faces.clicked.connect(self._clicked)
        self.faces.activated.connect(self.go_to)
        self.faces.removed.connect(self.remove)
        self.faces.note_asked.connect(self.begin_note)
        self.faces.menu_asked.connect(self._open_menu)
        self.hold(self.faces)
        self._build_note()
        self._build_corner()
        self._show_words()

    def _build_corner(self) -> None:
        self.marks = Label("", token="faint")
        self.marks.setObjectName("gallery.marks")
        self.marks.setToolTip(f"Ten of each mark ({EXAMPLES} and {EXAMPLES}) teach a direction")
        self.corner_line.addWidget(self.marks)
        self.corner_line.setSpacing(theme.px(2))
        self._seldom: list[IconButton] = []
        for name, icon, words, key, run in (
            ("star", "star", "Star", "S", self.star),
            ("plus", "circle-plus", "Mark as a plus example", "Y", partial(self.mark, 1)),
            ("minus", "circle-minus", "Mark as a minus example", "Shift+Y", partial(self.mark, -1)),
            ("edit", "pencil", "Note", "F2", self.begin_note),
            ("remove", "trash-2", "Remove from the gallery", "Delete", self.remove),
        ):
            button = IconButton(icon, words, key)
            button.setObjectName(f"gallery.{name}")
            button.clicked.connect(lambda _on=False, run=run: run())
            self.corner_line.addWidget(button)
            if name != "star":
                self._seldom.append(button)
        for name, icon, words, key in (
            ("compare", "columns-2", "Compare two faces", "C"),
            ("mutate", "dna", "Variations of the face", "U"),
            ("cross", "combine", "Children of the chosen faces", "Shift+U"),
            ("lineage", "git-branch", "Family tree", "Ctrl+L"),
        ):
            button = IconButton(icon, words, key)
            button.setObjectName(f"gallery.{name}")
            button.clicked.connect(partial(self.asked.emit, name))
            self.corner_line.addWidget(button)
        self.filter = Chip("All")
        self.filter.setObjectName("gallery.filter")
        self.filter.setAccessibleName("Which kept faces are shown")
        self.filter.set_tooltip("Show all kept faces, or the starred or marked ones")
        self.filter.clicked.connect(self._open_filter)
        self.corner_line.addWidget(self.filter)

    def _build_note(self) -> None:
        self.note = QLineEdit(self.faces.viewport())
        self.note.setObjectName("gallery.note")
        self.note.setAccessibleName("Note of the face")
        self.note.setPlaceholderText("Note")
        self.note.setToolTip("Return keeps the note, Esc leaves it as it was")
        self.note.setMaxLength(gallery.NOTE)
        self.note.hide()
        self.note.editingFinished.connect(self._end_note)
        leave = QAction(self.note)
        leave.setShortcut(Qt.Key.Key_Escape)
        leave.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        leave.triggered.connect(self._leave_note)
        self.note.addAction(leave)
        self._noted: Recipe | None = None

    # --- what it shows --------------------------------------------------------------------------

    def count(self) -> int | None:
        return len(self.document.state.gallery) or None

    @property
    def shown(self) -> Kepts:
        """The faces on show, in order."""
        return self._shown

    def fill(self) -> None:
        """Show the faces that the filter lets through."""
        chosen = {self._shown[i].recipe for i in self.faces.selection() if i < len(self._shown)}
        self._shown = gallery.shown(self.document.state.gallery, self._filter)
        recipes = [kept.recipe for kept in self._shown]
        self._pictures.show(recipes)
        for index, kept in enumerate(self._shown):
            self._dress(index, kept)
        self.faces.set_selection([i for i, recipe in enumerate(recipes) if recipe in chosen])
        self._show_words()

    def _dress(self, index: int, kept: Kept) -> None:
        """The signs of a face, where they are other ones."""
        face, label = self.faces.faces[index], self._label(kept.recipe, kept.note)
        if face.starred != kept.starred:
            self.faces.set_starred(index, kept.starred)
        if face.mark != kept.mark:
            self.faces.set_mark(index, kept.mark)
        if face.label != label:
            self.faces.set_label(index, label)

    def state_changed(self, old: State, new: State) -> None:
        if new.gallery != old.gallery:
            self.counted.emit(self.count())
            self._show_words()
            self.fill_if_seen()
        if new.recipe != old.recipe:
            self._mark_current()

    def set_filter(self, kind: Filter) -> None:
        """Show all faces, or the starred, plus or minus ones."""
        self._filter = kind
        self.filter.set_text(FILTERS[kind])
        self.fill()

    def selected(self) -> list[Recipe]:
        """The chosen faces, in their order; none where none is chosen."""
        return [self._shown[i].recipe for i in self.faces.selection() if i < len(self._shown)]

    def chosen(self) -> list[Recipe]:
        """What a command is about: the chosen faces while they have the focus, or the canvas's."""
        return (self.faces.hasFocus() and self.selected()) or [self.tasks.wanted]

    def _label(self, recipe: Recipe, note: str) -> str:
        other = self.info is not None and recipe.model != ModelRef.of(self.info)
        return f"{note} ({recipe.model.name})".strip() if other else note

    def _mark_current(self) -> None:
        recipe = self.document.recipe
        places = [i for i, kept in enumerate(self._shown) if kept.recipe == recipe]
        if len(self.faces.selection()) <= 1:
            self.faces.set_current(places[0] if places else -1)

    def _show_words(self) -> None:
        kept = self.document.state.gallery
        plus, minus = (len(gallery.marked(kept, mark)) for mark in (1, -1))
        self.marks.setVisible(bool(plus or minus))
        self.marks.setText(f"+ {plus} of {EXAMPLES}   − {minus} of {EXAMPLES}  ")
        self.marks.setAccessibleName(
            f"{plus} of {EXAMPLES} plus examples, {minus} of {EXAMPLES} minus examples"
        )
        if kept:
            self.faces.set_empty("list-filter", "None of the kept faces", "Another filter is one "
                                 "click away.")  # fmt: skip
        else:
            self.faces.set_empty("star", "No kept faces yet", "K keeps the face on the canvas.")

    # --- commands -------------------------------------------------------------------------------

    def ask_parents(self, parents_of: Callable[[Recipe], tuple[Recipe, ...]]) -> None:
        """Whom to ask for the parents of a face that is kept."""
        self._parents_of = parents_of

    def keep(self) -> None:
        """Keep the face on the canvas."""
        self._edit("Keep", [self.tasks.wanted], lambda kept: kept)

    def star(self) -> None:
        """Star the chosen faces, or take their stars."""
        recipes = self.meant()
        self._edit("Star", recipes, lambda kept: gallery.with_star(kept, recipes))

    def mark(self, mark: int) -> None:
        """Mark the chosen faces as examples for (1) or against (-1), or take that mark off."""
        recipes = self.meant()
        label = "Plus example" if mark > 0 else "Minus example"
        self._edit(label, recipes, lambda kept: gallery.with_mark(kept, recipes, mark))

    def remove(self) -> None:
        """Take the chosen faces out of the gallery."""
        recipes = self.meant()
        self._edit("Remove kept face", (), lambda kept: gallery.without_kept(kept, recipes))

    def go_to(self, index: int) -> None:
        """Show a kept face on the canvas."""
        if 0 <= index < len(self._shown):
            recipe = self._shown[index].recipe
            self.document.edit_recipe("Kept face", lambda _r: recipe)

    def begin_note(self) -> None:
        """Write on the first chosen face."""
        meant = self.meant()
        places = [i for i, kept in enumerate(self._shown) if kept.recipe in meant]
        if not places:
            return
        kept = self._shown[places[0]]
        self._noted = kept.recipe
        tile = self.faces.visualRect(self.faces.model().index(places[0], 0))
        high, wide = self.note.sizeHint().height(), theme.px(180)
        left = min(max(tile.left(), 0), max(0, self.faces.viewport().width() - wide))
        bottom = min(tile.bottom(), self.faces.viewport().height() - 2)
        self.note.setGeometry(left, bottom - high, wide, high)
        self.note.setText(kept.note)
        self.note.show()
        self.note.setFocus()
        self.note.selectAll()

    def _end_note(self) -> None:
        recipe, self._noted = self._noted, None
        if recipe is None:
            return
        text = self.note.text()
        self._put_note_away()
        self._edit("Note", [recipe], lambda kept: gallery.with_note(kept, recipe, text))

    def _leave_note(self) -> None:
        self._noted = None
        self._put_note_away()

    def _put_note_away(self) -> None:
        if self.note.hasFocus():
            self.faces.setFocus()
        self.note.hide()

    def begin_note_here(self) -> None:
        """Write on the chosen face, or on the one on the canvas, which is kept for it."""
        recipe = self.chosen()[0]
        self._edit("Keep", [recipe], lambda kept: kept)
        if recipe not in [kept.recipe for kept in self._shown]:
            self.set_filter("all")
        self.begin_note()

    def meant(self) -> list[Recipe]:
        """``chosen``, also while a button of this tab has the focus that it took from the faces."""
        focused = QApplication.focusWidget()
        if focused is not None and self.corner.isAncestorOf(focused):
            return self.selected() or [self.tasks.wanted]
        return self.chosen()

    def _edit(
        self, label: str, recipes: Sequence[Recipe], change: Callable[[Kepts], Kepts]
    ) -> None:
        """Change the gallery, in which these faces are from now on, as one undo step."""

        def changed(state: State) -> State:
            kept = state.gallery
            for recipe in recipes:
                kept = gallery.with_kept(kept, recipe, self._parents_of(recipe))
            return replace(state, gallery=change(kept))

        self.document.edit(label, changed)

    # --- gestures -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What the faces' menu offers as well makes room where the strip is narrow."""
        super().resizeEvent(event)
        for button in self._seldom:
            button.setVisible(self.width() >= theme.px(_WIDE))

    def _clicked(self, index: QModelIndex) -> None:
        """A plain click goes there; with Ctrl or Shift it only chooses."""
        if QApplication.keyboardModifiers() == _PLAIN:
            self.go_to(index.row())

    def _mime(self, index: int) -> QMimeData:
        places = self.faces.selection()
        taken: Sequence[int] = places if index in places else [index]
        return mime_of([self._shown[place].recipe for place in taken])

    def _open_filter(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind, words in FILTERS.items():
            count = len(gallery.shown(self.document.state.gallery, kind))
            line = menu.addAction(f"{words}  {count}")
            line.setCheckable(True)
            line.setChecked(kind == self._filter)
            line.triggered.connect(partial(self.set_filter, kind))
        menu.popup(self.filter.mapToGlobal(self.filter.rect().bottomLeft()))

    def _open_menu(self, index: int, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Go there\tReturn", partial(self.go_to, index))
        menu.addAction("Star\tS", self.star)
        menu.addAction("Plus example\tY", partial(self.mark, 1))
        menu.addAction("Minus example\tShift+Y", partial(self.mark, -1))
        menu.addAction("Note...\tF2", self.begin_note)
        menu.addSeparator()
        menu.addAction("Compare\tC", partial(self.asked.emit, "compare"))
        menu.addAction("Variations\tU", partial(self.asked.emit, "mutate"))
        menu.addAction("Cross the chosen\tShift+U", partial(self.asked.emit, "cross"))
        menu.addSeparator()
        menu.addAction("Remove\tDelete", self.remove)
        menu.popup(place)
