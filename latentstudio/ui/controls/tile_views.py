"""FaceView: many faces, filled as renders arrive; what rows and grids of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, ring
from latentstudio.ui.controls.empty_state import EmptyState
from latentstudio.ui.controls.face_list import FaceList, Index
from latentstudio.ui.controls.faces import (
    MARGIN,
    Face,
    State,
    paint_face,
    paint_label,
    paint_selection,
)
from latentstudio.ui.controls.tile import HOVER_MS, LABEL_HEIGHT, FacePopup

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from PySide6.QtGui import (
        QContextMenuEvent,
        QHideEvent,
        QImage,
        QMouseEvent,
        QPainter,
        QPaintEvent,
        QResizeEvent,
    )

_GAP, _SIDE = 8, 12  # between two faces; before the first
_DRAGGED = 64  # pixels of the face under the pointer
_MOVES = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class _FacePainter(QStyledItemDelegate):
    """Draws one face of a view."""

    def __init__(self, view: FaceView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._view.cell()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        face, edge = self._view.faces[index.row()], self._view.edge()
        left = option.rect.left() + (option.rect.width() - edge) / 2
        box = QRectF(left, option.rect.top() + MARGIN, edge, edge)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
        paint_face(painter, box, face)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = self._view.shows_focus() and index.row() == self._view.currentIndex().row()
        if chosen or focused:
            paint_selection(painter, box, "accent" if chosen else "muted")
        if self._view.shows_labels():
            below = QRectF(left - MARGIN, box.bottom() + MARGIN, edge + 2 * MARGIN, theme.px(16))
            paint_label(painter, below, face.label, chosen)


class FaceView(Control, QListView):
    """What the strip and the grid share.

    Signals:
        picked: the user moved the selection to a face.
        activated: double click or Return on a face.
        menu_asked: the context menu of a face, with its place on the screen.
    """

    picked = Signal(int)
    activated = Signal(int)
    menu_asked = Signal(int, QPoint)

    def __init__(self, *, size: int = 92, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._ours = False
        self._list = FaceList(self)
        self._popup: FacePopup | None = None
        self._hovered = -1
        self._pause = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._pause.timeout.connect(self._enlarge)
        self.empty = EmptyState("images", "No faces yet", "", parent=self.viewport())
        self.setModel(self._list)
        self.setItemDelegate(_FacePainter(self))
        self._set_up()
        self.become("Faces")
        self.theme_changed()
        self._show_empty()

    def _set_up(self) -> None:
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionRectVisible(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.doubleClicked.connect(lambda index: self.activated.emit(index.row()))

    # what it shows

    @property
    def faces(self) -> list[Face]:
        """The faces, in order."""
        return self._list.faces

    def set_count(self, count: int) -> None:
        """Shows so many faces; the ones that stay keep their picture."""
        self._ours = True
        self._list.set_count(count)
        self._ours = False
        self._show_empty()

    def clear(self) -> None:
        """Shows none."""
        self.set_count(0)

    def set_image(self, index: int, image: QImage | None) -> None:
        """Fills a tile; an index that is gone is ignored, renders may come late."""
        if 0 <= index < len(self.faces):
            self.faces[index].image = image
            self._list.touch(index)

    def set_label(self, index: int, text: str) -> None:
        """Words under a face."""
        had = self.shows_labels()
        self.faces[index].label = text
        self._list.touch(index)
        if had != self.shows_labels():
            self.theme_changed()

    def set_badge(self, index: int, letter: str) -> None:
        """The letter of a source."""
        self.faces[index].badge = letter
        self._list.touch(index)

    def set_starred(self, index: int, on: bool) -> None:
        """A star at the upper left."""
        self.faces[index].starred = on
        self._list.touch(index)

    def set_mark(self, index: int, mark: int) -> None:
        """Plus (1) or minus (-1) at the lower right, or neither."""
        self.faces[index].mark = mark
        self._list.touch(index)

    def set_state(self, index: int, state: State) -> None:
        """Whether a face is there, on its way or dropped."""
        self.faces[index].state = state
        self._list.touch(index)

    def set_current(self, index: int) -> None:
        """Chooses a face, -1 for none; emits nothing."""
        self._ours = True
        model, flag = self.selectionModel(), QItemSelectionModel.SelectionFlag
        if 0 <= index < len(self.faces):
            model.setCurrentIndex(self._list.index(index), flag.ClearAndSelect)
        else:
            model.clear()
        self._ours = False

    def set_selection(self, places: Collection[int]) -> None:
        """Chooses several faces; emits nothing."""
        self._ours = True
        model, flag = self.selectionModel(), QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for place in places:
            model.select(self._list.index(place), flag.Select)
        self._ours = False

    def current(self) -> int:
        """The chosen face, -1 for none."""
        chosen = self.selection()
        return chosen[0] if chosen else -1

    def selection(self) -> list[int]:
        """All chosen faces."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def set_size(self, pixels: int) -> None:
        """Draws the faces at another size, in pixels at 100 %."""
        self._size = pixels
        self.theme_changed()

    def set_multiple(self, on: bool) -> None:
        """Lets several faces be chosen with Ctrl and Shift."""
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if on else mode.SingleSelection)

    def set_mime(self, mime: Callable[[int], QMimeData]) -> None:
        """Lets faces be dragged out; ``mime`` says what a face is elsewhere."""
        self._list.mime = mime
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def set_empty(self, icon: str, title: str, line: str = "") -> None:
        """What is shown while there is no face."""
        self.empty.show_words(icon, title, line)

    # sizes

    def edge(self) -> int:
        """The edge of a face in pixels."""
        return theme.px(self._size)

    def shows_labels(self) -> bool:
        """Whether there is room for words under the faces."""
        return any(face.label for face in self.faces)

    def cell(self) -> QSize:
        """The size of a tile with its margins and label."""
        wide = self.edge() + 2 * MARGIN
        return QSize(wide, wide + (theme.px(LABEL_HEIGHT) if self.shows_labels() else 0))

    def side(self) -> int:
        """Pixels before the first tile."""
        return theme.px(_SIDE) - MARGIN - self.spacing()

    def theme_changed(self) -> None:
        self.setSpacing(max(0, theme.px(_GAP) - 2 * MARGIN))  # Qt puts it around each tile
        self.setViewportMargins(self.side(), 0, 0, 0)
        ground = self.palette()
        ground.setColor(ground.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(ground)
        self.doItemsLayout()
        super().theme_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_empty()

    def _show_empty(self) -> None:
        self.empty.setVisible(not self.faces)
        self._place_empty()

    def _place_empty(self) -> None:
        self.empty.setGeometry(self.viewport().rect().adjusted(4, 2, -4, -4))

    # gestures

    def _selection_changed(self, now: QItemSelection, before: QItemSelection) -> None:
        # not currentChanged: that also comes when the view merely gets the focus
        if not self._ours and not now.isEmpty():
            self.picked.emit(now.indexes()[0].row())

    def event(self, event: QEvent) -> bool:
        """Arrows belong to the faces while they have the focus, not to the window's seeds."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & _COMMANDS
            if plain and event.key() in _MOVES and self.faces:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex().row())
        else:
            QListView.keyPressEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring goes around all of them: the chosen face has one of its own."""
        super().paintEvent(event)
        if self.shows_focus():
            painter = painter_on(self.viewport())
            ring(painter, self.viewport().rect())
            painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.menu_asked.emit(index.row(), event.globalPos())

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drags the chosen faces, the one that was taken hold of under the pointer."""
        index = self.currentIndex()
        if self._list.mime is None or not index.isValid():
            return
        drag = QDrag(self)
        drag.setMimeData(self._list.mimeData([index]))
        image = self.faces[index.row()].image
        if image is not None:
            edge = theme.px(_DRAGGED)
            smooth = Qt.TransformationMode.SmoothTransformation
            drag.setPixmap(QPixmap.fromImage(image).scaledToWidth(edge, smooth))
            drag.setHotSpot(QPoint(edge // 2, edge // 2))
        drag.exec(Qt.DropAction.CopyAction)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        if row != self._hovered:
            self._forget_hover()
            self._hovered = row
            if row >= 0 and not event.buttons():
                self._pause.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._forget_hover()
        super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._forget_hover()
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._forget_hover()
        super().hideEvent(event)

    def _forget_hover(self) -> None:
        self._pause.stop()
        self._hovered = -1
        if self._popup is not None:
            self._popup.hide()

    def _enlarge(self) -> None:
        row = self._hovered
        if not 0 <= row < len(self.faces) or self.faces[row].image is None:
            return
        if self._popup is None:
            self._popup = FacePopup(self)
        tile = self.visualRect(self._list.index(row))
        tile.moveTopLeft(self.viewport().mapToGlobal(tile.topLeft()))
        self._popup.show_face(self.faces[row], tile)
