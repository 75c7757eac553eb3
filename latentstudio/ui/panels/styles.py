"""Style bands: coarse, middle and fine style layers, each shared out between two sources."""

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from latentstudio.core import mixing
from latentstudio.core.mixing import Band, Table
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.core.sources import LETTERS, shown_alone
from latentstudio.ui.controls import BandRow, IconButton, InfoLine
from latentstudio.ui.panels.mix_panel import MixPanel, token_of

Pair = tuple[int, int]

_NEEDS_TWO = "Fill a second source first: press Shift+B on a face, or drop one on B"
_KEYS = ("coarse", "middle", "fine")


class StylesPanel(MixPanel):
    """Three handles on the table of shares."""

    key = "styles"
    title = "Style bands"
    icon = "layers"
    body_gap = 8

    def build(self) -> None:
        self._pairs: dict[str, Pair] = dict.fromkeys(_KEYS, (0, 1))
        self._bands: dict[str, Band] = {}
        self._drawn: tuple[Recipe, ...] = ()
        self._images: dict[int, QImage] = {}
        reset = IconButton("rotate-ccw", "All layers of the first source again")
        self.name_control("reset", reset)
        reset.clicked.connect(self.reset)
        self.add_action(reset)
        self._rows = {key: self._row(key) for key in _KEYS}
        self._few = InfoLine(_NEEDS_TWO)
        self.body.addWidget(self._few)
        self.follow(lambda _recipe: self._show())

    def needs(self, info: ModelInfo) -> str:
        return mixing.mixes(info)

    def summary(self, recipe: Recipe) -> str:
        return "mixed" if recipe.mixed else "one mix for all layers"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self._drawn = ()
        self._bands = {band.key: band for band in mixing.bands(info)}
        for key, band in self._bands.items():
            self._rows[key].set_words(band.pixels if band.layers else "", band.what)

    def reset(self) -> None:
        """Give every layer to the first source."""
        first = next((s for s in self.sources if s is not None), None)
        if first is not None:
            self.mix("One source", lambda r, _l, _n: shown_alone(r, first.latent))

    def _row(self, key: str) -> BandRow:
        row = BandRow(key.capitalize())
        self.add(key, row)
        row.set_tooltip("How much of the right face these layers have; the rest is the left one's")
        row.moved.connect(partial(self._moved, key))
        row.committed.connect(lambda _value: self.document.end_gesture())
        for end, name in zip(row.ends, ("left", "right"), strict=True):
            self.name_control(f"{key}.{name}", end, "Choose another source for this end")
            end.setAccessibleName(f"{key.capitalize()}, {name} face")
            end.clicked.connect(partial(self._ask, key, row.ends.index(end)))
        return row

    def _moved(self, key: str, percent: float) -> None:
        band, pair = self._bands[key], self._pairs[key]
        self.mix(
            f"{band.name} layers",
            lambda r, latents, n: mixing.with_band(r, latents, n, band, pair, percent / 100),
            f"styles.{key}",
        )

    # --- showing ----------------------------------------------------------------------------------

    def _show(self) -> None:
        if not self._bands:
            return
        there = [i for i, source in enumerate(self.sources) if source is not None]
        self._few.setVisible(len(there) < 2)
        table = self.table()
        for key, row in self._rows.items():
            band = self._bands[key]
            self._pairs[key] = _pair(self._pairs[key], there, table, band)
            self._show_row(row, band, table, len(there))

    def _show_row(self, row: BandRow, band: Band, table: Table, count: int) -> None:
        pair = self._pairs[band.key]
        row.set_letters(LETTERS[pair[0]], LETTERS[pair[1]], token_of(pair[1]))
        row.set_reason(_reason(band, count))
        share = mixing.band_share(table, band, pair)
        row.set_mixed(share is None and bool(band.layers) and count > 1)
        if share is not None:
            row.set_value(share * 100)
        for end, index in zip(row.ends, pair, strict=True):
            end.set_image(self._images.get(index))

    def fill_faces(self) -> None:
        """Ask for the faces at the ends."""
        recipe = self.document.recipe
        there = [(i, s) for i, s in enumerate(self.sources) if s is not None]
        faces = tuple(shown_alone(recipe, source.latent) for _, source in there)
        if faces == self._drawn or self.info is None:
            return
        self._drawn = faces
        self._images.clear()

        def take(index: int, image: QImage) -> None:
            source = there[index][0]
            self._images[source] = image
            for key, row in self._rows.items():
                for end, shown in zip(row.ends, self._pairs[key], strict=True):
                    if shown == source:
                        end.set_image(image)

        self.tasks.faces(self.key, faces, take)

    # --- another face at an end -------------------------------------------------------------------

    def _ask(self, key: str, end: int) -> None:
        """Offer the sources for one end of a band."""
        tile = self._rows[key].ends[end]
        menu = QMenu(tile)
        menu.aboutToHide.connect(menu.deleteLater)
        for index, source in enumerate(self.sources):
            if source is not None:
                line = menu.addAction(f"{LETTERS[index]}   {source.title}")
                line.setCheckable(True)
                line.setChecked(self._pairs[key][end] == index)
                line.triggered.connect(lambda _on=False, i=index: self.choose(key, end, i))
        menu.popup(tile.mapToGlobal(QPoint(0, tile.height())))

    def choose(self, key: str, end: int, source: int) -> None:
        """Put a source at one end (0 left, 1 right) of a band: it takes over that end's share."""
        band, pair = self._bands[key], self._pairs[key]
        old = pair[end]
        if source == old:
            return
        if source == pair[1 - end]:
            self._pairs[key] = (pair[1], pair[0])
            self._show()
            return
        self._pairs[key] = (source, pair[1]) if end == 0 else (pair[0], source)
        self.mix(
            f"{band.name} layers from {LETTERS[source]}",
            lambda r, latents, n: mixing.with_taken(r, latents, n, band, old, source),
        )
        self._show()


def _pair(pair: Pair, there: list[int], table: Table, band: Band) -> Pair:
    """The two sources that a band stands between: those it has, else those chosen before."""
    chosen = [i for i in pair if i in there]
    present = [i for i in there if band.layers and table[i, list(band.layers)].max() > 0]
    if len(chosen) == 2 and (not 0 < len(present) <= 2 or set(present) <= set(chosen)):
        return pair
    wanted = list(dict.fromkeys([*present[:2], *chosen, *there, 0, 1]))[:2]
    return (min(wanted), max(wanted))


def _reason(band: Band, count: int) -> str:
    if not band.layers:
        return "This model has no layers of these resolutions"
    return _NEEDS_TWO if count < 2 else ""
