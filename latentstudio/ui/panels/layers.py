"""Layers by source: the table of shares itself, which every other handle of a mix moves."""

from latentstudio.core import mixing
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.core.sources import LETTERS, latents_of
from latentstudio.ui.controls import InfoLine, ShareTable
from latentstudio.ui.panels.mix_panel import MixPanel

_HELP = "Bands, corners and A to B are handles on this table. Drag a cell up or down."


class LayersPanel(MixPanel):
    """Rows of sources, columns of style layers, bars of shares."""

    key = "layers"
    title = "Layers by source"
    icon = "sliders-horizontal"

    def build(self) -> None:
        self._table = ShareTable()
        self.add(
            "table",
            self._table,
            "Drag a cell up or down, click it for the whole layer. Keys: arrows choose, Page Up "
            "and Page Down move the share, Home takes it away, End gives all",
        )
        self._table.moved.connect(self._moved)
        self._table.committed.connect(self.document.end_gesture)
        self.body.addWidget(InfoLine(_HELP))
        self.follow(lambda _recipe: self._show())

    def needs(self, info: ModelInfo) -> str:
        return mixing.mixes(info)

    def summary(self, recipe: Recipe) -> str:
        return f"{self.layers} layers"

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        sides = info.layer_resolutions or (info.resolution,) * info.style_layers
        named = [(band.name, band.layers) for band in mixing.bands(info)]
        self._table.set_layers(sides, named)

    def _moved(self, row: int, layer: int, share: float) -> None:
        self.mix(
            f"Layer {layer + 1} of {LETTERS[row]}",
            lambda r, latents, n: mixing.with_share(r, latents, n, row, layer, share),
            ("layers", row, layer),
        )

    def _show(self) -> None:
        latents = latents_of(self.sources)
        self._table.set_rows(LETTERS[: len(latents)], [latent is not None for latent in latents])
        self._table.set_table(self.table())
