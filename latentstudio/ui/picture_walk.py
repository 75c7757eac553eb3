"""PictureWalk: dragging the picture walks on the seed plane, which shows while it lasts."""

from PySide6.QtCore import QObject

from latentstudio.core.document import Document
from latentstudio.core.recipe import place_of
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.drag_plane import DragPlane
from latentstudio.ui.panels.plane import COLUMNS, ROWS, PlanePanel

_WALK = 2.0  # lattice steps for a drag across the whole picture


class PictureWalk(QObject):
    """Turns drags on the canvas into places of the seed plane; a drag is one undo step.

    Attributes:
        on: whether it does; another use of such drags turns it off.
    """

    def __init__(self, canvas: Canvas, document: Document, plane: PlanePanel) -> None:
        super().__init__(canvas)
        self._canvas, self._document, self._plane = canvas, document, plane
        self._overlay = DragPlane(canvas, COLUMNS, ROWS)
        plane.mirror(self._overlay.pad)
        self.on = True
        self._start: tuple[float, float] | None = None
        canvas.dragged.connect(self._drag)
        canvas.released.connect(self._release)

    def _drag(self, dx: float, dy: float) -> None:
        if not self.on:
            return
        if self._start is None:
            self._start = place_of(self._document.recipe) or self._plane.last_place
        x, y = self._start
        self._plane.go(x - dx * _WALK, y - dy * _WALK, "canvas.drag")
        self._overlay.show_place(self._document.recipe)

    def _release(self) -> None:
        self._start = None
        self._overlay.leave()
        self._document.end_gesture()
