"""Mixing grid: a tab that crosses the faces of rows with those of columns, by style layer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.core import mixing
from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import Anchor, Latent, Recipe, Seed
from latentstudio.core.sources import (
    Source,
    effective,
    latents_of,
    plain_latent,
    shown_alone,
    with_source,
)
from latentstudio.ui import theme
from latentstudio.ui.controls import (
    CrossGrid,
    EmptyState,
    IconButton,
    Label,
    LayerRange,
    Segmented,
)
from latentstudio.ui.panel import job_of
from latentstudio.ui.strip_tab import StripTab

_BANDS = ("Coarse", "Middle", "Fine", "Range")
_RANGE = 3
_MOST_ROWS, _MOST = 8, 16  # that are drawn on the largest screens
_NONE = "No mixing grid with this model"
_WHY = "It has one style layer: A to B and the four corners blend whole faces."
_FEW_KEPT = "Keep faces with K first"
_ROOM_FOR_WORDS, _ROOM_FOR_RANGE = 800, 740

Place = tuple[int, int]


class MixingGridTab(StripTab):
    """Rows give the face, columns the chosen layers; click a cell to take it.

    Attributes:
        export_asked: the user wants the grid as one picture.
    """

    key = "grid"
    title = "Mixing grid"
    workspaces = ("mix",)
    export_asked = Signal()

    def build(self) -> None:
        self._start = fresh_seed()
        self._all_rows: list[Latent] = []
        self._all_columns: list[Latent] = []
        self._known: tuple[Latent | None, ...] = ()
        self._shown: dict[Place, Recipe] = {}
        self._job: int | None = None
        self.grid = CrossGrid()
        self.grid.setObjectName("grid.cells")
        self.grid.setToolTip("Click a face to take it; arrows choose one, Return takes it")
        self.grid.picked.connect(self._take)
        self.range = LayerRange(2)
        self.range.setObjectName("grid.range")
        self.range.setToolTip("The style layers that columns give; arrows move the range")
        self.range.committed.connect(lambda _first, _last: self.fill())
        self.range.hide()
        self._frame = QWidget()
        framed = QVBoxLayout(self._frame)
        framed.setContentsMargins(12, 6, 12, 12)
        framed.addWidget(EmptyState("layout-grid", _NONE, _WHY))
        self._frame.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.range, self._frame, self.grid):
            column.addWidget(widget, 0 if widget is self.range else 1)
        self._build_corner()
        self.tasks.job_changed.connect(self._job_changed)

    def _build_corner(self) -> None:
        self._label = Label("Columns")
        self.bands = Segmented(list(_BANDS), exclusive=False, name="Layers that columns give")
        self.bands.setObjectName("grid.bands")
        self.bands.setToolTip("The style layers that columns give; rows give the others")
        for index in (1, 2):
            self.bands.set_checked(index, True)
        self.bands.toggled.connect(self._toggled)
        self.gallery = IconButton("images", "Columns from the gallery", checkable=True)
        self.gallery.setObjectName("grid.gallery")
        self.gallery.clicked.connect(self.renew)
        again = IconButton("dices", "Other faces at random")
        again.setObjectName("grid.again")
        again.clicked.connect(self.other_faces)
        export = IconButton("download", "Export the grid as one picture", "Ctrl+Shift+G")
        export.setObjectName("grid.export")
        export.clicked.connect(self.export_asked)
        self._tools = (self._label, self.bands, self.gallery, again, export)
        for widget in self._tools:
            self.corner_line.addWidget(widget)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._bands = mixing.bands(info)
        for index, band in enumerate(self._bands):
            reason = "" if band.layers else "This model has no layers of these resolutions"
            self.bands.set_segment_reason(index, reason)
        self.range.set_count(max(2, info.style_layers))
        mixes = not mixing.mixes(info)
        self._frame.setVisible(not mixes)
        self.grid.setVisible(mixes)
        for widget in self._tools:
            widget.setVisible(mixes)
        self._all_rows, self._all_columns, self._known = [], [], ()
        self._shown = {}

    # --- what it is made of -----------------------------------------------------------------------

    def chosen(self) -> tuple[int, ...]:
        """The style layers that columns give."""
        if self.info is None:
            return ()
        on = self.bands.checked()
        layers = {layer for i in on if i != _RANGE for layer in self._bands[i].layers}
        if _RANGE in on:
            first, last = self.range.range()
            layers |= set(range(first, last + 1))
        return tuple(sorted(layers))

    def options(self) -> Mapping[str, Any] | None:
        """What the job that writes the grid needs, or None where there is no grid."""
        if self.info is None or mixing.mixes(self.info) or not self._rows:
            return None
        return {
            "recipe": self.document.recipe,
            "rows": list(self._rows),
            "columns": list(self._columns),
            "chosen": self.chosen(),
        }

    def other_faces(self) -> None:
        """Other random faces."""
        self._start = fresh_seed()
        self.renew()

    def renew(self) -> None:
        """Choose the faces of rows and columns anew."""
        self._known = ()
        self.fill()

    def fill(self) -> None:
        info = self.info
        if info is None or mixing.mixes(info) or not self.isVisible():
            return
        self._label.setVisible(self.width() > theme.px(_ROOM_FOR_WORDS))
        wide = self.width() > theme.px(_ROOM_FOR_RANGE) or _RANGE in self.bands.checked()
        self.bands.segments[_RANGE].setVisible(wide)
        kept = bool(self.document.state.gallery)
        self.gallery.set_reason("" if kept else _FEW_KEPT)
        pair = self._pair()
        if pair != self._known:
            self._known = pair
            self._choose()
        self._draw()

    @property
    def _rows(self) -> list[Latent]:
        """The faces of the rows that there is room for."""
        return self._all_rows[: self.grid.room()[0]]

    @property
    def _columns(self) -> list[Latent]:
        return self._all_columns[: self.grid.room()[1]]

    def _pair(self) -> tuple[Latent | None, ...]:
        """A and B: the first row and the first column."""
        state = self.document.state
        return latents_of(effective(state.sources, state.recipe))[:2]

    def _choose(self) -> None:
        a, b = (*self._pair(), None, None)[:2]
        seeds: list[Latent] = [Seed(s) for s in seeds_around(self._start, _MOST_ROWS + _MOST)]
        self._all_rows = [*([a] if a else []), *seeds[:_MOST_ROWS]]
        self._all_columns = [*([b] if b else []), *seeds[_MOST_ROWS:]]
        if self.gallery.isChecked():
            self._take_gallery()

    def _take_gallery(self) -> None:
        """Columns of kept faces, newest first; those that have to be computed come a moment on."""
        recipe = self.document.recipe
        kept = [k.recipe for k in reversed(self.document.state.gallery)]
        faces = [face for face in kept if face.model == recipe.model][:_MOST]
        plain = [plain_latent(face, recipe) for face in faces]
        found = [latent for latent in plain if latent is not None]
        if faces and len(found) == len(faces):
            self._all_columns = found
        elif faces:
            self._job = self.tasks.start_job("sources", "Mixing grid", faces=faces, into=recipe)

    def _job_changed(self, message: object) -> None:
        if self._job is None or job_of(message) != self._job:
            return
        result = getattr(message, "result", None)
        if result:
            self._job = None
            self._all_columns = list(result)
            self._draw()

    # --- drawing ----------------------------------------------------------------------------------

    def _draw(self) -> None:
        cells = self._cells()
        shape = (len(self._rows), len(self._columns))
        if list(cells) != list(self._shown):
            self.grid.set_size(*shape)
        if cells != self._shown:
            for place, cell in cells.items():
                if self._shown.get(place) != cell:
                    self.grid.set_image(place, None)
            self._shown = cells
        self.grid.set_words("rows: A" if self._pair()[0] else "rows", self._column_words())
        self._mark()
        places = list(cells)

        def take(index: int, image: QImage) -> None:
            self.grid.set_image(places[index], image)

        self.tasks.faces("grid", list(cells.values()), take)

    def _cells(self) -> dict[Place, Recipe]:
        """Every picture of the grid, sources first."""
        assert self.info is not None
        recipe, chosen, layers = self.document.recipe, self.chosen(), self.info.style_layers
        # The picture's own shares are no part of the cells: without them equal cells stay equal.
        recipe = replace(recipe, anchors=(Anchor(Seed(0)),))
        cells = {(-1, j): shown_alone(recipe, column) for j, column in enumerate(self._columns)}
        cells |= {(i, -1): shown_alone(recipe, row) for i, row in enumerate(self._rows)}
        for i, row in enumerate(self._rows):
            for j, column in enumerate(self._columns):
                cells[i, j] = mixing.crossed(recipe, row, column, chosen, layers)
        return cells

    def _column_words(self) -> str:
        if self.gallery.isChecked():
            return "columns: kept"
        return "columns: B" if self._pair()[1] else "columns"

    def _mark(self) -> None:
        recipe = self.document.recipe
        here = (place for place, cell in self._shown.items() if cell == recipe)
        self.grid.set_current(next(here, None))

    # --- gestures ---------------------------------------------------------------------------------

    def _toggled(self, index: int, on: bool) -> None:
        if index == _RANGE:
            self.range.setVisible(on)
        self.fill()

    def _take(self, row: int, column: int) -> None:
        """Show a cell; its row and column become A and B, so that every handle goes on from it."""
        cell = self._shown.get((row, column))
        if cell is None:
            return
        parts: Sequence[tuple[int, Latent]] = ()
        if row >= 0 and column >= 0:
            parts = ((0, self._rows[row]), (1, self._columns[column]))

        def edit(state: State) -> State:
            sources = effective(state.sources, state.recipe)
            for index, latent in parts:
                old = sources[index]
                if old is None or not (old.locked or old.latent == latent):
                    sources = (*sources[:index], Source(latent), *sources[index + 1 :])
            return replace(state, recipe=cell, sources=with_source(sources, 0, sources[0]))

        self.document.edit("Cell of the mixing grid", edit)
        self._known = self._pair()  # the grid stays while the user tries its faces
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fill_soon()
