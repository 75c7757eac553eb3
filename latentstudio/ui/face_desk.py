"""FaceDesk: faces among each other; compares, varies and crosses them, shows their families."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from latentstudio.ui.children import ChildrenTab
from latentstudio.ui.compare import WORKSPACES, Compare
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.lineage import Lineage

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow


def face_commands(window: "MainWindow") -> Mapping[str, Callable[[], None]]:
    """Action name -> function; the desk is made after the actions."""
    return {
        "compare": lambda: window.faces.toggle_compare(),
        "original": lambda: window.faces.compare.hold(),
        "mutate": lambda: window.faces.mutate(),
        "crossbreed": lambda: window.faces.cross(),
        "lineage": lambda: window.faces.lineage.toggle(),
        "note": lambda: window.faces.note(),
    }


class FaceDesk(QObject):
    """Keeps the gallery, the children's tab, the comparison and the family tree together."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.compare = Compare(window)
        window.actions_by_name["original"].setAutoRepeat(False)
        self.lineage = Lineage(window)
        self._gallery.ask_parents(self._children.parents_of)
        self._gallery.asked.connect(self._asked)
        self._children.tree_asked.connect(self.lineage.toggle)

    @property
    def _gallery(self) -> GalleryTab:
        return cast(GalleryTab, self._window.strip.tab("gallery"))

    @property
    def _children(self) -> ChildrenTab:
        return cast(ChildrenTab, self._window.strip.tab("children"))

    def toggle_compare(self) -> None:
        """Compare with the faces that are chosen in the gallery, or go back to the picture."""
        faces = self._gallery.faces
        self.compare.toggle(self._gallery.selected() if faces.hasFocus() else ())

    def mutate(self) -> None:
        """Variations of the current face, or of the kept one that is chosen."""
        recipe = self._gallery.meant()[0]
        if self._may_breed():
            self._show("children")
            self._children.mutate(recipe)

    def cross(self) -> None:
        """Children of the faces that are chosen in the gallery."""
        if not self._may_breed():
            return
        if self._children.cross(self._gallery.selected()):
            self._show("children")
        else:
            self._show("gallery")
            self._window.notices.post(
                "info",
                "Choose two faces to cross",
                "Children have two parents or more: choose faces of this model in the gallery, "
                "with Ctrl and a click, then press Shift+U.",
            )

    def note(self) -> None:
        """Write on the current face, or on the kept one that is chosen."""
        if self._window.bridge.info is not None:
            self._show("gallery")
            self._gallery.begin_note_here()

    def _may_breed(self) -> bool:
        """Whether there are faces at all."""
        return self._window.bridge.info is not None

    def _show(self, tab: str) -> None:
        """Bring a tab of the strip to the front, in a workspace that has it."""
        window = self._window
        if window.workspaces.current.key not in window.strip.tab(tab).workspaces:
            window.workspaces.show("explore")
        window.bottom.setVisible(True)
        window.strip.choose(tab)
        window.desk.tell_actions()

    def _asked(self, name: str) -> None:
        """A button of the gallery: what it does is about the chosen faces."""
        if name == "compare":
            if self._window.workspaces.current.key not in WORKSPACES:
                self._window.workspaces.show("explore")
            self.compare.compare(self._gallery.selected())
        elif name == "mutate":
            self.mutate()
        elif name == "cross":
            self.cross()
        else:
            self.lineage.toggle()
