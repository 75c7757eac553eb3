"""Drag plane: the seed lattice as an overlay on the picture, only while it is dragged."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.core.latent import plane_anchors
from latentstudio.core.recipe import Recipe, place_of
from latentstudio.ui import motion, theme
from latentstudio.ui.controls import Label, SeedPlane

_WIDTH, _INSIDE, _EDGE = 208, 8, 12


class DragPlane(QWidget):
    """Lies over the lower left of the canvas; says where the drag is and between which seeds."""

    def __init__(self, canvas: QWidget, columns: int, rows: int) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setObjectName("drag_plane")
        self.pad = SeedPlane(columns, rows)
        self.pad.setAccessibleName("Seeds around the picture")
        self._place = Label("", token="text")
        self._seeds = Label("", role="small", token="faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(_INSIDE, _INSIDE, _INSIDE, _INSIDE)
        column.setSpacing(4)
        for widget in (self.pad, self._place, self._seeds):
            column.addWidget(widget)
        self._leave = QTimer(self, singleShot=True)
        self._leave.timeout.connect(self.hide)
        self.hide()

    def show_place(self, recipe: Recipe) -> None:
        """Come up, or follow the drag."""
        self._leave.stop()
        place = place_of(recipe)
        if place is None:
            return
        x, y = place
        self._place.setText(f"x {x:.2f}   y {y:.2f}")
        seeds = sorted(seed for seed, _ in plane_anchors(x, y))
        self._seeds.setText("Seed" + "s" * (len(seeds) > 1) + " " + ", ".join(map(str, seeds)))
        if not self.isVisible():
            self._stand()
            self.show()

    def leave(self) -> None:
        """Go, a moment after the drag."""
        self._leave.start(motion.duration(motion.LEAVING_MS))

    def _stand(self) -> None:
        inside = theme.px(_WIDTH) - 2 * _INSIDE
        self.pad.setFixedSize(inside, self.pad.heightForWidth(inside))
        self.adjustSize()
        edge = theme.px(_EDGE)
        self.move(edge, self._canvas.height() - self.height() - edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("panel", 0.94))
        painter.setPen(theme.color("line"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
