"""Compare: the current face against another one on the canvas, and O to see the original."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QMenu

from latentstudio.core.compare import Choice, Other, name_of, other
from latentstudio.core.recipe import ModelRef, Recipe, title_of
from latentstudio.core.sources import LETTERS, effective
from latentstudio.engine.messages import Frame
from latentstudio.ui.compare_hold import KeyHold
from latentstudio.ui.compare_split import CompareSplit, HalfLabel
from latentstudio.ui.face_mime import carries_faces, recipes_of
from latentstudio.ui.faces import image_of

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

WORKSPACES = ("explore", "mix")
_KEPT = 12  # of the latest kept faces that the menu offers


class Compare(QObject):
    """A view of the canvas: left of a line another face, right of it the current one.

    What it is compared with is a choice of the view, as the zoom is: nothing to undo.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window.canvas)
        self._window, self._canvas = window, window.canvas
        self._document, self._bridge = window.document, window.bridge
        self._choice = Choice()
        self._on = False
        self._wanted: Recipe | None = None
        self._laid_out = True  # once, to put everything away
        self._hold = KeyHold(Qt.Key.Key_O, self)
        self._hold.ended.connect(self._refresh)
        self.split = CompareSplit(self._canvas)
        self.labels = (HalfLabel(self._canvas), HalfLabel(self._canvas, at_right=True))
        self.split.moved.connect(lambda _share: self._moved())
        self._canvas.installEventFilter(self)
        self._canvas.zoom_changed.connect(self._lay_out)
        self._document.history_changed.connect(self._follow)
        self._bridge.frame_ready.connect(lambda _frame: self._lay_out())
        self._bridge.opening.connect(lambda _source: self.turn(False))
        window.header.compare_chosen.connect(lambda: self.turn(True))
        window.header.other.clicked.connect(self.open_menu)
        window.workspaces.changed.connect(self._workspace)
        window.enabling.add(self.conditions)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the view is chosen."""
        return self._on

    @property
    def _active(self) -> bool:
        return self._on or self._hold.on

    @property
    def choice(self) -> Choice:
        """What the face is compared with."""
        return self._choice

    @property
    def other(self) -> Other:
        """The face on the left, and its words."""
        choice = Choice("original") if self._hold.on else self._choice
        found = other(choice, self._document.entries, self._document.index)
        recipe, info = found.recipe, self._bridge.info
        if recipe is not None and info is not None and recipe.model != ModelRef.of(info):
            return Other(None, f"{found.words}: needs {recipe.model.name}")
        return found

    def conditions(self) -> Mapping[str, bool]:
        """What its actions need."""
        return {"compare": self._possible}

    @property
    def _possible(self) -> bool:
        here = self._window.workspaces.current.key in WORKSPACES
        return here and self._bridge.info is not None

    def turn(self, on: bool) -> None:
        """Show the comparison, or the picture alone."""
        on = on and self._possible
        if on and not self._on:
            self._window.show_view(0)
            self._window.variation.turn(False)
        self._on = on
        if not on:
            self._hold.end()
        self._canvas.setAcceptDrops(on)
        self._refresh()

    def toggle(self, chosen: Sequence[Recipe] = ()) -> None:
        """Compare with faces that were chosen elsewhere, or go back to the picture."""
        if self._on:
            self.turn(False)
        else:
            self.compare(chosen)

    def compare(self, faces: Sequence[Recipe]) -> None:
        """Compare the current face with one, or the first of two with the second.

        If neither of two is the current face, the second becomes it.
        """
        current = self._document.recipe
        others = [face for face in faces[:2] if face != current]
        if len(others) == 2:
            second = others.pop()
            self._document.edit_recipe("Kept face", lambda _r: second)
        if others:
            self._choice = Choice("face", face=others[0])
        self.turn(True)

    def choose(self, choice: Choice) -> None:
        """Compare with something else."""
        self._choice = choice
        self._refresh()

    def hold(self) -> None:
        """Show the original in the place of the face until the key is let go."""
        if self._possible and self._canvas.isVisible() and not self._hold.on:
            self._window.variation.turn(False)
            self._hold.begin()
            self._refresh()

    def _refresh(self) -> None:
        """Everything anew: another choice, or on or off."""
        self._wanted = None
        self._canvas.set_overlay(None)
        self._follow()
        window = self._window
        if self._on:
            window.header.show_compare(self._choice.word)
        else:
            window.header.show_view(1 if window.sheet.isVisible() else 0)
        window.actions_by_name["compare"].setChecked(self._on)

    def _follow(self) -> None:
        """Say what both are, and ask for the other face if it is a new one."""
        if self._active:
            found = self.other
            self.labels[0].show_words(found.words)
            self.labels[1].show_words(title_of(self._document.recipe))
            if found.recipe != self._wanted:
                self._canvas.set_overlay(None)
                self._wanted = found.recipe
                if found.recipe is not None:
                    self._bridge.picture("compare", found.recipe, self._take)
        self._lay_out()

    def _take(self, frame: Frame) -> None:
        if self._active and frame.recipe == self._wanted:
            self._cut(image_of(frame.pixels))
            self._lay_out()

    def _cut(self, image: QImage | None) -> None:
        """Show the other face left of the line, or all of it while the key is held."""
        self._canvas.set_overlay(image, 1.0 if self._hold.on else self.split.share)

    def _moved(self) -> None:
        self._cut(self._canvas.overlay)
        self._lay_out()

    def _lay_out(self) -> None:
        """The line and the words where they belong."""
        if not (self._active or self._laid_out):
            return
        self._laid_out = self._active
        area, there = self._canvas.seen(), self._active and self._canvas.overlay is not None
        both = there and not self._hold.on
        if not both and self.split.hasFocus():
            self._canvas.setFocus()  # or Qt would give the keys to whatever comes next
        self.split.setVisible(both)
        self.split.stand(area)
        left, right = QRectF(area), QRectF(area)
        if both:
            left.setWidth(area.width() * self.split.share)
        right.setLeft(left.right())  # nothing is left of it where one face has all
        for label, half in zip(self.labels, (left, right), strict=True):
            label.stand(half if self._active else QRectF())

    def _workspace(self, key: str) -> None:
        if key not in WORKSPACES:
            self.turn(False)

    # --- gestures -------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A face that is dropped on the comparison is what the current one is compared with."""
        if event.type() == QEvent.Type.Resize:
            self._lay_out()
        elif isinstance(event, QDragEnterEvent):
            if self._on and carries_faces(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            recipes = recipes_of(event.mimeData()) if self._on else []
            if recipes:
                event.acceptProposedAction()
                self.choose(Choice("face", face=recipes[0]))
                return True
        return False

    def open_menu(self) -> None:
        """Offer what the face can be compared with."""
        state, chip = self._document.state, self._window.header.other
        menu = QMenu(chip)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer(menu, "The face before the last change", Choice("before"))
        self._offer(menu, "Its original: the seed's own values  (O)", Choice("original"))
        menu.addSeparator()
        for place, source in enumerate(effective(state.sources, state.recipe)):
            if source is not None:
                words = f"Source {LETTERS[place]}: {source.title}"
                self._offer(menu, words, Choice("source", source=place))
        kept = [k.recipe for k in state.gallery if k.recipe.model == state.recipe.model][-_KEPT:]
        if kept:
            menu.addSeparator()
        for recipe in reversed(kept):
            self._offer(menu, f"Kept: {name_of(recipe, state)}", Choice("face", face=recipe))
        menu.popup(chip.mapToGlobal(chip.rect().bottomLeft()))

    def _offer(self, menu: QMenu, words: str, choice: Choice) -> None:
        line = menu.addAction(words.replace("&", "&&"))
        line.setCheckable(True)
        line.setChecked(choice == self._choice)
        line.triggered.connect(partial(self.choose, choice))
