"""A to B: where between two sources the picture stands, and the shares of more of them."""

from functools import partial

from latentstudio.core import mixing
from latentstudio.core.recipe import Recipe
from latentstudio.core.sources import LETTERS, latents_of
from latentstudio.ui.controls import InfoLine, SliderRow, Toggle
from latentstudio.ui.panels.mix_panel import MixPanel, token_of
from latentstudio.ui.panels.pace import TOOLTIP, EvenSpeed

_EMPTY = "A and B must be there: press Shift+A on one face and Shift+B on another"


class InterpolatePanel(MixPanel):
    """One slider for two sources, a share for each of more."""

    key = "interpolate"
    title = "A to B"
    icon = "blend"

    def build(self) -> None:
        self._even = EvenSpeed(self, self._place, self._at)
        self._position = SliderRow("Position", 0.0, 1.0, 0.0, fill="b")
        self.add("position", self._position)
        self._position.set_tooltip(
            "Where between A and B the picture stands: along the arc in Z, straight in W"
        )
        self._position.moved.connect(self._moved)
        self._position.committed.connect(lambda _value: self.document.end_gesture())
        self.add("even", self._even.toggle, TOOLTIP)
        self._by_source = Toggle("Shares by source")
        self._by_source.toggled.connect(lambda _on: self._show())
        self.add(
            "shares", self._by_source, "A slider for each source, for blends of three and more"
        )
        self._shares = [self._share(index) for index in range(len(LETTERS))]
        self._line = InfoLine("")
        self.body.addWidget(self._line)
        self.follow(lambda _recipe: self._show())

    def summary(self, recipe: Recipe) -> str:
        place = self._even.position(recipe)
        return "varies" if place is None else f"{place:.2f}"

    def _place(self, recipe: Recipe) -> float | None:
        """Where from A to B a recipe stands."""
        return mixing.position(mixing.shares(recipe, latents_of(self.sources), self.layers))

    def _at(self, recipe: Recipe, t: float) -> Recipe:
        latents = latents_of(self.sources)
        return mixing.with_position(recipe, latents, self.layers, t) if self._pair() else recipe

    def _pair(self) -> bool:
        return None not in self.sources[:2]

    def _moved(self, value: float) -> None:
        self.mix(
            "A to B", lambda r, _l, _n: self._even.with_position(r, value), "interpolate.position"
        )

    def _share(self, index: int) -> SliderRow:
        letter = LETTERS[index]
        row = SliderRow(f"Share of {letter}", 0.0, 1.0, 0.0, fill=token_of(index))
        self.add(f"{letter.lower()}.weight", row)
        row.set_tooltip(
            f"How much of {letter} is in every layer; the others keep their proportions"
        )
        row.moved.connect(partial(self._weigh, index))
        row.committed.connect(lambda _value: self.document.end_gesture())
        return row

    def _weigh(self, index: int, value: float) -> None:
        self.mix(
            f"Share of {LETTERS[index]}",
            lambda r, latents, n: mixing.with_weight(r, latents, n, index, value),
            ("interpolate", index),
        )

    def _show(self) -> None:
        table = self.table()
        there = [source is not None for source in self.sources]
        place = self._even.position(self.document.recipe)
        self._position.set_reason("" if self._pair() else _EMPTY)
        self._position.set_mixed(place is None and self._pair())
        if place is not None:
            self._position.set_value(place)
        even = mixing.weights(table)
        for index, row in enumerate(self._shares):
            shown = self._by_source.isChecked() and index < len(there) and there[index]
            row.setVisible(shown)
            if shown:
                row.set_mixed(even is None)
                if even is not None:
                    row.set_value(even[index])
        self._even.toggle.setVisible(self._pair())
        self._by_source.setVisible(sum(there) > 1)
        self._line.setVisible(not self._pair())
        self._line.set_text(_EMPTY)

    def fill_faces(self) -> None:
        """The slider's ends are seen in the sources; only its speed is measured here."""
        self._even.measure()
