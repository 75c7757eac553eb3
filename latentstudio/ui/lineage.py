"""Lineage: the family tree of kept faces, over the canvas until a face is chosen or Esc."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from latentstudio.core.document import State
from latentstudio.core.gallery import Kept
from latentstudio.core.lineage import Tree, tree_of
from latentstudio.core.recipe import Recipe, title_of
from latentstudio.ui import theme
from latentstudio.ui.controls import EmptyState, IconButton, Label
from latentstudio.ui.controls.faces import Face
from latentstudio.ui.lineage_tree import LineageTree

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_HINT_FROM = 600  # pixels at 100 %


class LineageView(QWidget):
    """A title line over the tree, which scrolls.

    Attributes:
        left: the user wants the picture back.
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lineage")
        self.tree = LineageTree()
        self.tree.moved.connect(self._show_place)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("lineage.scroll")
        self._scroll.setAccessibleName("Family tree")
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.tree)
        self._scroll.viewport().setAutoFillBackground(False)
        self.tree.setAutoFillBackground(False)
        self.empty = EmptyState(
            "git-branch",
            "No families yet",
            "U makes variations of a face, Shift+U crosses two; keep a child with K.",
        )
        self.facts = Label("", token="faint")
        close = IconButton("x", "Close the family tree", "Esc")
        close.setObjectName("lineage.close")
        close.clicked.connect(self.left)
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 8, 4)
        head.setSpacing(8)
        head.addWidget(Label("Family tree", role="heading", token="text"))
        head.addWidget(self.facts)
        head.addStretch(1)
        self._hint = Label("Arrows walk, Return goes there, Esc closes", token="faint")
        head.addWidget(self._hint)
        head.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.empty, 1)
        theme.events.changed.connect(self.update)
        self.hide()

    def show_tree(self, tree: Tree, faces: list[Face], current: int) -> None:
        """Show a tree, or what makes one."""
        self.empty.setVisible(not tree.nodes)
        self._scroll.setVisible(bool(tree.nodes))
        rows = tree.size[1]
        words = f"{len(tree.nodes)} faces in {rows} generations" if tree.nodes else ""
        self.facts.setText(words)
        self.tree.show_tree(tree, faces, current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.setVisible(self.width() >= theme.px(_HINT_FROM))
        QTimer.singleShot(0, self, lambda: self._show_place(self.tree.current))

    def _show_place(self, place: int) -> None:
        if place < 0:
            return
        center = self.tree.box(place).center().toPoint()
        around = theme.px(80)
        self._scroll.ensureVisible(center.x(), center.y(), around, around)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surround"))
        painter.end()


class Lineage(QObject):
    """Opens the tree over the canvas and goes to the face that is chosen."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self._tree = Tree()
        self.view = LineageView(window.views)
        self.view.left.connect(self.close)
        self.view.tree.chosen.connect(self._go_to)
        window.views.installEventFilter(self)
        window.workspaces.changed.connect(lambda _key: self.close())
        window.views.currentChanged.connect(lambda _index: self.close())
        self._document.changed.connect(self._changed)

    @property
    def on(self) -> bool:
        """Whether the tree is on show."""
        return not self.view.isHidden()

    def toggle(self) -> None:
        """Show the tree, or the picture again."""
        if self.on:
            self.close()
        else:
            self.open()

    def open(self) -> None:
        """Show the tree of the faces that are kept now."""
        self._fill()
        self.view.setGeometry(self._window.views.rect())
        self.view.show()
        self.view.raise_()
        self.view.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._tell()

    def close(self) -> None:
        """Show the picture again."""
        if self.on:
            self.view.hide()
            self.view.show_tree(Tree(), [], -1)  # many pictures, which nobody sees now
            self._window.canvas.setFocus()
        self._tell()

    def _tell(self) -> None:
        self._window.actions_by_name["lineage"].setChecked(self.on)

    def _fill(self) -> None:
        state = self._document.state
        self._tree = tree_of(state.gallery)
        kept = {entry.recipe: entry for entry in state.gallery}
        entries = [kept.get(node.recipe, Kept(node.recipe)) for node in self._tree.nodes]
        faces = [Face(label=k.note or _name(k.recipe), starred=k.starred) for k in entries]
        current = self._tree.place(state.recipe)
        if current < 0:
            current = self.view.tree.current if self.on else 0
        current = min(current, len(faces) - 1)
        self.view.show_tree(self._tree, faces, current)
        recipes = [node.recipe for node in self._tree.nodes]
        self._window.bridge.faces("lineage", recipes, self.view.tree.set_image)

    def _changed(self, old: State, new: State) -> None:
        if self.on and (old.gallery != new.gallery or old.recipe != new.recipe):
            self._fill()

    def _go_to(self, place: int) -> None:
        if 0 <= place < len(self._tree.nodes):
            recipe = self._tree.nodes[place].recipe
            self.close()
            self._document.edit_recipe("Face of the family", lambda _r: recipe)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.view.setGeometry(self._window.views.rect())
        return False


def _name(recipe: Recipe) -> str:
    """Short, so that under a small face the part in which names differ is seen."""
    title = title_of(recipe)
    return title.removeprefix("Mix of ") if " and " in title else title
