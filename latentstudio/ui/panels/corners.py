"""Four corners: the plane between A, B, C and D, as faces with a point on it."""

from dataclasses import replace

from PySide6.QtGui import QImage

from latentstudio.core import mixing
from latentstudio.core.document import State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import Recipe, Seed
from latentstudio.core.sources import LETTERS, Source, latents_of
from latentstudio.ui.controls import CornerPad, IconButton, InfoLine, ShareLine
from latentstudio.ui.panels.mix_panel import MixPanel, sources_of, trimmed

CELLS = 5
_CORNERS = ((0, 0), (CELLS - 1, 0), (0, CELLS - 1), (CELLS - 1, CELLS - 1))


class CornersPanel(MixPanel):
    """5 x 5 faces of where the point leads, drawn when there is time."""

    key = "corners"
    title = "Four corners"
    icon = "grid-2x2"

    def build(self) -> None:
        self._drawn: tuple[Recipe, ...] = ()
        middle = IconButton("rotate-ccw", "The middle of the four")
        self.name_control("middle", middle)
        middle.clicked.connect(lambda: self._go(0.5, 0.5, None))
        self._middle = middle
        self.add_action(middle)
        self._pad = CornerPad(CELLS)
        self.add(
            "pad",
            self._pad,
            "Drag the point between A, B, C and D; arrows move it by 1 %, with Shift by 10 %",
        )
        for letter, (column, row) in zip(LETTERS, _CORNERS, strict=False):
            self._pad.set_letter(column, row, letter)
        self._pad.moved.connect(lambda x, y: self._go(x, y, "corners.pad"))
        self._pad.committed.connect(lambda _x, _y: self.document.end_gesture())
        self._shares = ShareLine()
        self.body.addWidget(self._shares)
        self._line = InfoLine("")
        self._line.activated.connect(self.fill_empty)
        self.name_control("fill", self._line.link, "Random faces for the corners that are empty")
        self.body.addWidget(self._line)
        self.follow(lambda _recipe: self._show())

    def summary(self, recipe: Recipe) -> str:
        point = mixing.corner(self.table())
        return "varies" if point is None else f"x {point[0]:.2f}  y {point[1]:.2f}"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._drawn = ()

    def fill_empty(self) -> None:
        """Random faces for the empty corners, as one undo step; the picture stays."""
        fresh = [Source(Seed(fresh_seed())) for _ in _CORNERS]

        def edit(state: State) -> State:
            sources = sources_of(state)
            filled = [s or new for s, new in zip(sources, fresh, strict=False)]
            every = trimmed((*filled, *sources[len(_CORNERS) :]))
            return replace(state, sources=every)

        self.document.edit("Fill the corners", edit)

    def _go(self, x: float, y: float, merge: str | None) -> None:
        if self._full():
            self.mix(
                "Four corners",
                lambda r, latents, n: mixing.with_corner(r, latents, n, x, y),
                merge,
            )

    def _full(self) -> bool:
        return None not in self.sources[: len(_CORNERS)]

    def _show(self) -> None:
        full, table = self._full(), self.table()
        point = mixing.corner(table) if full else None
        self._pad.setVisible(full)
        self._middle.setVisible(full and self.is_open())
        self._pad.set_mixed(point is None)
        if point is not None:
            self._pad.set_point(*point)
        even = mixing.weights(table)
        shares = [float(row.mean()) for row in table]
        self._shares.set_shares(LETTERS, shares[:4])
        self._shares.setVisible(full)
        self._say(full, point is None, even is None)

    def _say(self, full: bool, off: bool, uneven: bool) -> None:
        missing = [LETTERS[i] for i, s in enumerate(self.sources[:4]) if s is None]
        if not full:
            verb = "is" if len(missing) == 1 else "are"
            self._line.set_text(f"{_listed(missing)} {verb} empty.", action="Fill at random")
        elif uneven:
            self._line.set_text("Varies by layer; drag to even it out", action="")
        else:
            self._line.set_text("Off the plane of the four; drag to go there", action="")
        self._line.setVisible(not full or off)

    def fill_faces(self) -> None:
        """Ask for the faces of the lattice, the corners first."""
        if self.info is None or not self._full():
            return
        latents = latents_of(self.sources)[: len(_CORNERS)]
        recipe = self.document.recipe
        places = [(i, j) for j in range(CELLS) for i in range(CELLS)]
        places.sort(key=lambda place: place not in _CORNERS)
        step = CELLS - 1
        faces = tuple(
            mixing.with_corner(recipe, latents, self.layers, i / step, j / step) for i, j in places
        )
        if faces != self._drawn:
            self._drawn = faces

            def take(index: int, image: QImage) -> None:
                self._pad.set_face(*places[index], image)

            self.tasks.faces(self.key, faces, take)


def _listed(letters: list[str]) -> str:
    return letters[0] if len(letters) == 1 else f"{', '.join(letters[:-1])} and {letters[-1]}"
