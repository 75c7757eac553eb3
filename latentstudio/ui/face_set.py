"""FaceSet: a card of faces that belong together; takes drops, loses faces by Delete."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latentstudio.core.recipe import Recipe
from latentstudio.ui import theme
from latentstudio.ui.controls import Card, IconButton, Label, TileGrid
from latentstudio.ui.controls.base import painter_on, ring
from latentstudio.ui.face_mime import carries_faces, mime_of, recipes_of

_RADIUS = 6  # of a card
_NARROWEST, _COUNT_FROM, _WORDS_FROM = 100, 130, 164


class SetFaces(TileGrid):
    """The faces of a set.

    Signals:
        removed: Delete was pressed.
    """

    removed = Signal()

    def __init__(self) -> None:
        super().__init__(size=52)
        self.set_multiple(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class FaceSet(Card):
    """A sign, a name, buttons that fill it, and the faces.

    Args:
        key: of the set, in the object names ``arithmetic.KEY``.
        sign: ``+`` or ``−``.
        name: what the set is for.

    Signals:
        dropped: recipes that were dropped here.
        face_asked: the face on the canvas is to come in.
        chosen_asked: the chosen faces of the gallery are to come in.
        removed: the places of faces that are to go.
    """

    dropped = Signal(list)
    face_asked = Signal()
    chosen_asked = Signal()
    removed = Signal(list)

    def __init__(self, key: str, sign: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, padding=(0, 6), parent=parent)
        self._key, self._over = key, False
        self._recipes: list[Recipe] = []
        self.setAcceptDrops(True)
        self.faces = SetFaces()
        self.faces.setObjectName(f"arithmetic.{key}.faces")
        self.faces.setAccessibleName(f"{sign} {name}")
        self.faces.setToolTip(f"{name}: drop faces here; Delete takes the chosen ones out")
        self.faces.set_empty("images", "Drop faces here", "")
        self.faces.set_mime(self._mime)
        self.faces.removed.connect(self._remove)
        # Sets share the width equally, whatever stands in them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._name = Label(name, role="strong", token="text")
        self._count = Label("", token="faint")
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 6, 0)
        head.setSpacing(4)
        head.addWidget(Label(sign, role="heading", token="text"))
        head.addWidget(self._name)
        head.addWidget(self._count)
        head.addStretch(1)
        for short, icon, words, run in (
            ("add", "plus", f"{name}: add the face on the canvas", self.face_asked.emit),
            ("gallery", "images", f"{name}: add the chosen faces of the gallery",
             self.chosen_asked.emit),
            ("remove", "minus", f"{name}: take out the chosen faces, or the last one",
             self._remove),
        ):  # fmt: skip
            head.addWidget(self._button(short, icon, words, run))
        self.body.addLayout(head)
        self.body.addWidget(self.faces, 1)

    def show_recipes(self, recipes: Sequence[Recipe], labels: Sequence[str]) -> None:
        """Show the faces of a set; their pictures come by ``faces.set_image``."""
        for index, recipe in enumerate(recipes):
            if index < len(self._recipes) and self._recipes[index] != recipe:
                self.faces.set_image(index, None)
        self._recipes = list(recipes)
        self.faces.set_count(len(recipes))
        for index, label in enumerate(labels):
            self.faces.set_label(index, label)
        self._count.setText(str(len(recipes) or ""))

    def _button(self, name: str, icon: str, words: str, run: Callable[[], None]) -> IconButton:
        button = IconButton(icon, words, size=22)
        button.setObjectName(f"arithmetic.{self._key}.{name}")
        button.clicked.connect(lambda: run())
        return button

    def _remove(self) -> None:
        places = self.faces.selection() or [len(self._recipes) - 1]
        if self._recipes:
            self.removed.emit(places)

    def _mime(self, index: int) -> QMimeData:
        return mime_of([self._recipes[index]])

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(_NARROWEST), theme.px(96))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sign says enough where there is no room for words."""
        super().resizeEvent(event)
        self._name.setVisible(self.width() >= theme.px(_WORDS_FROM))
        self._count.setVisible(self.width() >= theme.px(_COUNT_FROM))

    # --- drops ----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_faces(event.mimeData()):
            event.acceptProposedAction()
            self._hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hover(False)
        recipes = recipes_of(event.mimeData())
        if recipes:
            event.acceptProposedAction()
            self.dropped.emit(recipes)

    def _hover(self, on: bool) -> None:
        self._over = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._over:
            painter = painter_on(self)
            ring(painter, self.rect(), _RADIUS)
            painter.end()
