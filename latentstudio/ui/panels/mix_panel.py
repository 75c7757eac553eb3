"""MixPanel: what the panels of the Mix workspace share, a view of the sources and their shares."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from latentstudio.core import mixing
from latentstudio.core.document import State
from latentstudio.core.mixing import Latents, Table
from latentstudio.core.recipe import Recipe
from latentstudio.core.sources import LETTERS, Sources, effective, latents_of, with_source
from latentstudio.ui import theme
from latentstudio.ui.panel import Panel

Change = Callable[[Recipe, Latents, int], Recipe]


class MixPanel(Panel):
    """A panel whose controls are handles on the table of shares."""

    @property
    def sources(self) -> Sources:
        """The sources on show, at least four places."""
        return sources_of(self.document.state)

    @property
    def layers(self) -> int:
        """Style layers of the model."""
        return self.info.style_layers if self.info else 1

    def table(self) -> Table:
        """What each source has in each style layer: [sources, layers]."""
        return mixing.shares(self.document.recipe, latents_of(self.sources), self.layers)

    def mix(self, label: str, change: Change, merge: Hashable | None = None) -> None:
        """Change the shares as an undo step; from now on the sources are those on show."""
        layers = self.layers

        def edit(state: State) -> State:
            sources = sources_of(state)
            recipe = change(state.recipe, latents_of(sources), layers)
            return replace(state, recipe=recipe, sources=trimmed(sources))

        self.document.edit(label, edit, merge)


def sources_of(state: State) -> Sources:
    """The sources on show for a state."""
    return effective(state.sources, state.recipe)


def trimmed(sources: Sources) -> Sources:
    """Sources as they are kept: without empty places at the end."""
    return with_source(sources, 0, sources[0])


def token_of(index: int) -> str:
    """The data colour of a source; those after D have none of their own."""
    letter = LETTERS[index].lower()
    return letter if letter in theme.DATA else "outline"
