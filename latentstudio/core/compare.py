"""Compare: what the current face can be held against, and the words for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from latentstudio.core.direction import without_moves
from latentstudio.core.document import State
from latentstudio.core.gallery import find
from latentstudio.core.history import Entry
from latentstudio.core.recipe import Recipe, Truncation, seed_of, title_of, with_seed
from latentstudio.core.sources import LETTERS, effective, shown_alone

Kind = Literal["before", "original", "source", "face"]
Entries = Sequence[Entry[State]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen to compare with; it follows the document as the user goes on.

    Attributes:
        kind: the face before the last change, the seed's own values, a source of the mix, or one
            face that stays.
        source: the place of the source, 0 for A.
        face: the face that stays.
    """

    kind: Kind = "before"
    source: int = 0
    face: Recipe | None = None

    @property
    def word(self) -> str:
        """What the menu's button says: ``Before``, ``Original``, ``A``, ``Kept``."""
        if self.kind == "source":
            return LETTERS[self.source]
        return {"before": "Before", "original": "Original", "face": "Face"}[self.kind]


@dataclass(frozen=True, slots=True)
class Other:
    """The other face: none where there is nothing to compare with; then the words say why."""

    recipe: Recipe | None
    words: str


def original(recipe: Recipe) -> Recipe:
    """The seed's own values: one seed, not moved, nothing pulled to the mean.

    A face without a seed, for example a projected one, keeps its latents.
    """
    plain = replace(without_moves(recipe), truncation=Truncation(), paste=None)
    seed = seed_of(recipe)
    return plain if seed is None else with_seed(plain, seed)


def before(entries: Entries, index: int) -> tuple[Recipe, str] | None:
    """The last other face on the way to a step, and the label of the change that left it."""
    now = entries[index].state.recipe
    for place in range(index - 1, -1, -1):
        if entries[place].state.recipe != now:
            return entries[place].state.recipe, entries[place + 1].label
    return None


def other(choice: Choice, entries: Entries, index: int) -> Other:
    """The face that a choice means at a step of the history."""
    state = entries[index].state
    if choice.kind == "before":
        found = before(entries, index)
        return (
            Other(found[0], f"Before: {found[1]}")
            if found
            else Other(None, "Nothing before this face")
        )
    if choice.kind == "original":
        plain = original(state.recipe)
        return Other(plain, f"Original: {title_of(plain).lower()}")
    if choice.kind == "source":
        return _source(choice.source, state)
    if choice.face is None:
        return Other(None, "No face chosen")
    return Other(choice.face, name_of(choice.face, state))


def name_of(recipe: Recipe, state: State) -> str:
    """A kept face's note, or what any face is called."""
    kept = find(state.gallery, recipe)
    return (kept.note if kept else "") or title_of(recipe)


def _source(place: int, state: State) -> Other:
    sources = effective(state.sources, state.recipe)
    source = sources[place] if place < len(sources) else None
    if source is None:
        return Other(None, f"There is no source {LETTERS[place]}")
    return Other(shown_alone(state.recipe, source.latent), f"{LETTERS[place]}: {source.title}")
