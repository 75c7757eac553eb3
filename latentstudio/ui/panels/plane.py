"""Seed plane: seeds on a lattice, x + 100 y, and the point between them that is shown."""

import math

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latentstudio.core.latent import plane_seed
from latentstudio.core.recipe import Recipe, place_of, with_place, with_seed
from latentstudio.ui.controls import IconButton, Label, SeedPlane
from latentstudio.ui.panel import Panel

COLUMNS, ROWS = 4, 3


class PlanePanel(Panel):
    """A map of 4 x 3 lattice faces; the point is where the picture is."""

    key = "plane"
    title = "Seed plane"
    icon = "grid-3x3"
    fills_unseen = True  # the lattice over the picture shows the same faces

    def build(self) -> None:
        self._corner: tuple[int, int] | None = None
        self._drawn: list[Recipe] = []
        self._place = (0.0, 0.0)
        self._pad = SeedPlane(COLUMNS, ROWS)
        self._pad.moved.connect(self._moved)
        self._pad.committed.connect(self._committed)
        self._pads = [self._pad]
        self.add("pad", self._pad, "Drag the point between faces to blend them")
        self._snap = IconButton("magnet", "Snap to the nearest seed", checkable=True)
        self.name_control("snap", self._snap)
        self.add_action(self._snap)
        self.body.addWidget(self._words())
        self.follow(self._show_place)

    def summary(self, recipe: Recipe) -> str:
        place = place_of(recipe)
        return "off the plane" if place is None else f"x {place[0]:.2f}  y {place[1]:.2f}"

    @property
    def last_place(self) -> tuple[float, float]:
        """Where the picture last stood on the plane."""
        return self._place

    def walk(self, dx: float, dy: float, merge: str = "plane.walk") -> None:
        """Move the picture over the plane by lattice steps."""
        x, y = place_of(self.document.recipe) or self._place
        self.go(x + dx, y + dy, merge)
        self.end_after_pause(merge)

    def mirror(self, pad: SeedPlane) -> None:
        """Let another pad show the same lattice and point."""
        self._pads.append(pad)
        self._drawn = []

    def go(self, x: float, y: float, merge: str = "plane.walk") -> None:
        """Show a point of the plane."""
        if self._snap.isChecked():
            x, y = math.floor(x + 0.5), math.floor(y + 0.5)
        self.document.edit_recipe("Walk", lambda r: with_place(r, x, y), merge)

    def _words(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 4, 0, 0)
        self._where = Label("")
        self.name_control("where", self._where)
        layout.addWidget(self._where)
        layout.addStretch(1)
        layout.addWidget(Label("drag to walk", token="faint"))
        return row

    def _moved(self, x: float, y: float) -> None:
        assert self._corner is not None
        self.go(self._corner[0] + x, self._corner[1] + y, "plane.pad")

    def _committed(self, _x: float, _y: float) -> None:
        self.document.end_gesture()
        self._show_place(self.document.recipe)

    def _show_place(self, recipe: Recipe) -> None:
        place = place_of(recipe)
        self._where.setText(
            "off the plane: a blend" if place is None else f"x {place[0]:.2f}   y {place[1]:.2f}"
        )
        if place is None:
            return
        self._place = place
        x, y = place
        if self._corner is None or not self._near_middle(x, y):
            self._move_lattice((math.floor(x) - 1, math.floor(y) - 1))
        assert self._corner is not None
        for pad in self._pads:
            pad.set_point(x - self._corner[0], y - self._corner[1])

    def _move_lattice(self, corner: tuple[int, int]) -> None:
        """Show other seeds: the old faces go at once, the new ones come when drawn."""
        self._corner = corner
        for index in range(COLUMNS * ROWS):
            self._take_face(index, None)
        self.fill_faces()

    def _near_middle(self, x: float, y: float) -> bool:
        """Whether the lattice on show can stay: under a drag always, else away from its edge."""
        assert self._corner is not None
        inside_x, inside_y = x - self._corner[0], y - self._corner[1]
        margin = 0.0 if self._pad.is_dragging() else 0.5
        return (
            margin <= inside_x <= COLUMNS - 1 - margin and margin <= inside_y <= ROWS - 1 - margin
        )

    def fill_faces(self) -> None:
        """Ask for the lattice as the recipe has it now."""
        if self._corner is None:
            return
        left, top = self._corner
        recipe = self.document.recipe
        faces = [
            with_seed(recipe, plane_seed(left + i, top + j))
            for j in range(ROWS)
            for i in range(COLUMNS)
        ]
        if faces != self._drawn and self.info is not None:
            self._drawn = faces
            self.tasks.faces(self.key, faces, self._take_face)

    def _take_face(self, index: int, image: QImage | None) -> None:
        for pad in self._pads:
            pad.set_face(index % COLUMNS, index // COLUMNS, image)
