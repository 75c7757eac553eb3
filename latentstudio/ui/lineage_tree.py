"""LineageTree: the family tree as a picture of faces with lines, to click or walk by arrows."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from latentstudio.core.lineage import Side, Tree
from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on
from latentstudio.ui.controls.faces import Face, paint_face, paint_label, paint_selection

_FACE, _ACROSS, _DOWN, _LABEL, _AROUND = 72, 100, 132, 18, 20  # pixels at 100 %
_ARROWS: dict[int, Side] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
_TAKEN = {*_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Home}


class LineageTree(Control, QWidget):
    """Draws a tree; the ring is at the face that arrows lead from.

    Signals:
        chosen: the place in the tree's nodes of a face that was clicked or entered.
        moved: the ring is somewhere else, for what scrolls it into sight.
    """

    chosen = Signal(int)
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = Tree()
        self._faces: list[Face] = []
        self._ring_at = -1
        self._forebears: set[int] = set()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.become("Family tree")
        self.setObjectName("lineage.tree")

    # --- what it shows --------------------------------------------------------------------------

    @property
    def current(self) -> int:
        """The face with the ring, -1 for none."""
        return self._ring_at

    @property
    def faces(self) -> list[Face]:
        """What is drawn, in the order of the tree's nodes."""
        return self._faces

    def show_tree(self, tree: Tree, faces: list[Face], current: int) -> None:
        """Show a tree with a face, without its picture yet, for each node."""
        self._tree, self._faces = tree, faces
        self.theme_changed()
        self.set_current(current)

    def set_image(self, place: int, image: QImage) -> None:
        """The picture of a face."""
        if 0 <= place < len(self._faces):
            self._faces[place].image = image
            self.update(self.box(place).toAlignedRect())

    def set_current(self, place: int) -> None:
        """Put the ring around a face; its forebears' lines light up."""
        self._ring_at = place
        self._forebears = {place} | self._tree.forebears(place) if place >= 0 else set()
        if place >= 0:
            self.setAccessibleDescription(
                f"{self._words(place)}, {place + 1} of {len(self._faces)}"
            )
            self.moved.emit(place)
        self.update()

    def box(self, place: int) -> QRectF:
        """Where a face is drawn."""
        node, edge = self._tree.nodes[place], theme.px(_FACE)
        around, across = theme.px(_AROUND), theme.px(_ACROSS)
        left = around + (across - edge) / 2 + node.x * across
        return QRectF(round(left), around + node.generation * theme.px(_DOWN), edge, edge)

    def sizeHint(self) -> QSize:
        wide, high = self._tree.size
        around = 2 * theme.px(_AROUND)
        last = theme.px(_FACE + _LABEL + 8)
        return QSize(
            wide * theme.px(_ACROSS) + around, max(0, high - 1) * theme.px(_DOWN) + last + around
        )

    def theme_changed(self) -> None:
        super().theme_changed()
        self.resize(self.sizeHint())

    def _words(self, place: int) -> str:
        kept = self._tree.nodes[place].kept
        return self._faces[place].label + ("" if kept else ", not kept")

    # --- pointer and keys -----------------------------------------------------------------------

    def place_at(self, point: QPointF) -> int:
        """The face under a point, -1 for none."""
        reach = theme.px(4)
        for place in range(len(self._faces)):
            if self.box(place).adjusted(-reach, -reach, reach, reach).contains(point):
                return place
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.place_at(event.position()) >= 0
        shape = Qt.CursorShape
        self.setCursor(shape.PointingHandCursor if over else shape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(place)

    def event(self, event: QEvent) -> bool:
        """Arrows walk the tree, not the window's seeds; a face tells its name."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _TAKEN and not event.modifiers():
                event.accept()
                return True
        elif event.type() == QEvent.Type.ToolTip:
            place = self.place_at(QPointF(event.pos()))  # type: ignore[attr-defined]  # QHelpEvent
            words = f"{self._words(place)}: click to go there" if place >= 0 else ""
            QToolTip.showText(event.globalPos(), words, self)  # type: ignore[attr-defined]
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        key = event.key()
        if key in _ARROWS:
            self.set_current(self._tree.step(self._ring_at, _ARROWS[key]))
        elif key == Qt.Key.Key_Home and self._faces:
            self.set_current(0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._ring_at >= 0:
            self.chosen.emit(self._ring_at)
        else:
            super().keyPressEvent(event)

    # --- picture --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.setClipRect(event.rect())
        around = theme.px(_ACROSS)
        seen = QRectF(event.rect()).adjusted(-around, -around, around, around)
        boxes = [self.box(place) for place in range(len(self._faces))]
        lines = [
            line for line in self._tree.lines if seen.intersects(boxes[line[0]] | boxes[line[1]])
        ]
        # What is lit lies on top.
        for parent, child in sorted(lines, key=lambda line: line[1] in self._forebears):
            token = "accent" if child in self._forebears else "outline"
            self._paint_line(painter, boxes[parent], boxes[child], token)
        for place, box in enumerate(boxes):
            if seen.intersects(box):
                self._paint_node(painter, place, box)
        painter.end()

    def _paint_line(self, painter: QPainter, above: QRectF, below: QRectF, token: str) -> None:
        start = QPointF(above.center().x(), above.bottom() + theme.px(_LABEL + 8))
        end = QPointF(below.center().x(), below.top() - theme.px(6))
        bend = max(theme.px(20), (end.y() - start.y()) / 2)
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color(token), 2 if token == "accent" else 1.5))
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, place: int, box: QRectF) -> None:
        face = self._faces[place]
        paint_face(painter, box, face)
        if place == self._ring_at:
            paint_selection(painter, box, "accent")
        elif not self._tree.nodes[place].kept:
            pen = QPen(theme.color("muted"), 1.5)
            pen.setDashPattern([3, 3])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 6, 6)
        across = theme.px(_ACROSS - 8)
        below = QRectF(
            box.center().x() - across / 2, box.bottom() + theme.px(4), across, theme.px(_LABEL)
        )
        paint_label(painter, below, face.label, place == self._ring_at)
