"""SourceCard: one face of a mix with its letter, what it is, a lock and a menu; takes drops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, Label, fill, painter_on, ring, stroke
from latentstudio.ui.controls.buttons import IconButton
from latentstudio.ui.controls.tile import Tile
from latentstudio.ui.controls.value_field import SeedField
from latentstudio.ui.face_mime import carries_faces, recipes_of

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDropEvent,
        QImage,
        QPaintEvent,
    )

_HEIGHT, _RADIUS = 60, 6
_EMPTY = "Drop a face here, or choose one"


class SourceCard(Control, QWidget):
    """A face with its letter; without a face a dashed tile.

    Signals:
        shown: the face was clicked: it is wanted alone.
        locked: the user locked (True) or unlocked it.
        dropped: the recipe of a face that was dropped on it.
        seed_typed: the seed that the user typed.

    Attributes:
        menu: what else can be put here; fill it when it is about to show.
    """

    shown = Signal()
    locked = Signal(bool)
    dropped = Signal(object)
    seed_typed = Signal(object)

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter, self._empty, self._aimed_at = letter, True, False
        self.tile = Tile(size=48)
        self.tile.set_badge(letter)
        self.name = Label("", "heading", "text")
        self.kind = Label("", "label", "faint")
        self.seed = SeedField()
        self.lock = IconButton("lock-open", f"Keep {letter} when others are replaced", size=24)
        self.more = IconButton("chevron-down", f"What {letter} is to be", size=24)
        self.menu = QMenu(self)
        self._line = QHBoxLayout(self)
        self._build()
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(f"Source {letter}")
        self.tile.setAccessibleName(f"Face of {letter}")
        self.theme_changed()
        self.show_source("", "", locked=False)

    def _build(self) -> None:
        self.lock.setCheckable(True)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        for widget in (self.name, self.seed, self.kind):
            words.addWidget(widget)
        words.addStretch(1)
        self.seed.hide()
        self._line.addWidget(self.tile)
        self._line.addLayout(words, 1)
        self._line.addWidget(self.lock)
        self._line.addWidget(self.more)
        self.tile.clicked.connect(self._tile_clicked)
        self.more.clicked.connect(self.pop_menu)
        self.lock.clicked.connect(self.locked)
        self.seed.committed.connect(self._seed_committed)
        self.seed.editingFinished.connect(self._end_typing)

    # what it shows

    def show_source(self, title: str, kind: str, locked: bool) -> None:
        """Shows what a face is; without a title the place is empty."""
        self._empty = not title
        self.name.setText(title)
        self.kind.setText(kind or _EMPTY)
        self.kind.setWordWrap(self._empty)
        typing = self.seed.isVisible()
        self.name.setVisible(not self._empty and not typing)
        self.lock.setVisible(not self._empty)
        self.lock.setChecked(locked)
        self.lock.set_icon("lock" if locked else "lock-open")
        if self._empty:
            self.tile.set_image(None)
        self.setAccessibleDescription(f"{title}, {kind}" if title else "empty")
        self.update()

    def set_image(self, image: QImage | None) -> None:
        """Shows the face."""
        self.tile.set_image(None if self._empty else image)

    def is_empty(self) -> bool:
        """Whether no face is here."""
        return self._empty

    # gestures

    def ask_seed(self, seed: int) -> None:
        """Lets the user type a seed in place of the name."""
        self.seed.set_value(seed)
        self.name.hide()
        self.seed.show()
        self.seed.begin()

    def pop_menu(self) -> None:
        """Opens the menu under its button."""
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _tile_clicked(self) -> None:
        if self._empty:
            self.pop_menu()
        else:
            self.shown.emit()

    def _seed_committed(self, seed: int) -> None:
        self._end_typing()
        self.seed_typed.emit(seed)

    def _end_typing(self) -> None:
        self.seed.hide()
        self.name.setVisible(not self._empty)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_faces(event.mimeData()) and not self.lock.isChecked():
            event.acceptProposedAction()
            self._aim(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._aim(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(False)
        faces = recipes_of(event.mimeData())
        if faces:
            event.acceptProposedAction()
            self.dropped.emit(faces[0])

    def _aim(self, on: bool) -> None:
        self._aimed_at = on
        self.update()

    # picture

    def theme_changed(self) -> None:
        self._line.setContentsMargins(theme.px(2), 0, theme.px(6), 0)
        self._line.setSpacing(theme.px(6))
        self.setFixedHeight(theme.px(_HEIGHT))
        super().theme_changed()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        area = QRectF(self.rect())
        if self._empty:
            pen = QPen(theme.color("outline"), 1)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        else:
            fill(painter, area, "raised", _RADIUS)
            if not theme.tokens().dark:
                stroke(painter, area, "line", 1, _RADIUS)
        if self._aimed_at:
            ring(painter, area, _RADIUS)
        painter.end()
