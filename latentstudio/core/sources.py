"""Sources: the faces A, B, C, ... that pictures are mixed from, kept while the picture changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from latentstudio.core.mixing import is_mix, shares, with_shares
from latentstudio.core.recipe import Anchor, Latent, Recipe, Seed, Vector

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class Source:
    """A face to mix.

    Attributes:
        latent: where it lies; truncation and moves of the picture come on top.
        name: for people; empty for the seed's number.
        locked: whether it stays when others are replaced or swapped.
    """

    latent: Latent
    name: str = ""
    locked: bool = False

    @property
    def title(self) -> str:
        """What its card says."""
        if self.name:
            return self.name
        return f"Seed {self.latent.value}" if isinstance(self.latent, Seed) else "A face"

    @property
    def kind(self) -> str:
        """Where it comes from, in a word or two."""
        return "seed" if isinstance(self.latent, Seed) else f"face, {self.latent.space}"


Sources = tuple[Source | None, ...]


def effective(sources: Sources, recipe: Recipe) -> Sources:
    """The sources on show: those chosen, or the faces that the picture is blended from.

    At least four places, so that A to D are always there.
    """
    if any(source is not None for source in sources):
        chosen = sources
    else:
        chosen = tuple(Source(anchor.latent) for anchor in recipe.active[: len(LETTERS)])
    return (*chosen, *[None] * (4 - len(chosen)))


def latents_of(sources: Sources) -> tuple[Latent | None, ...]:
    return tuple(None if source is None else source.latent for source in sources)


def vectors_of(sources: Sources) -> tuple[Vector, ...]:
    """Every array among the sources."""
    return tuple(latent for latent in latents_of(sources) if isinstance(latent, Vector))


def with_source(sources: Sources, index: int, source: Source | None) -> Sources:
    """Put a source into a place, or empty it; empty places at the end go."""
    places = [*sources, *[None] * (index + 1 - len(sources))]
    places[index] = source
    while places and places[-1] is None:
        places.pop()
    return tuple(places)


def swapped(sources: Sources) -> Sources:
    """A and B in each other's place; a locked one keeps both where they are."""
    a, b = (*sources, None, None)[:2]
    if any(source is not None and source.locked for source in (a, b)):
        return sources
    return with_source(with_source(sources, 0, b), 1, a)


def followed(recipe: Recipe, old: Sources, new: Sources, layers: int) -> Recipe:
    """The picture after its sources were replaced: every letter keeps its shares.

    The shares of a place that is empty now go to the others in proportion. A picture that is not
    made of the sources stays.
    """
    table = shares(recipe, latents_of(old), layers)
    if not is_mix(table):
        return recipe
    kept = min(len(old), len(new))
    fresh = shares(recipe, (), layers)
    fresh.resize((len(new), layers), refcheck=False)
    fresh[:kept] = table[:kept]
    for row, source in enumerate(new):
        if source is None:
            fresh[row] = 0
    sums = fresh.sum(0)
    first = next((row for row, source in enumerate(new) if source is not None), None)
    if first is None:
        return recipe
    fresh[first, sums <= 0] = 1
    return with_shares(recipe, latents_of(new), fresh / fresh.sum(0))


def shown_alone(recipe: Recipe, latent: Latent) -> Recipe:
    """One source, whole, and nothing else of the mix; truncation, moves and the rest stay."""
    return replace(recipe, anchors=(Anchor(latent),), paste=None)


def plain_latent(face: Recipe, into: Recipe) -> Latent | None:
    """The latent of a face that needs no computing to look the same in another picture.

    None where it is a blend, or where truncation, classes or moves differ.
    """
    active = face.active
    same = (face.truncation, face.moves, face.classes) == (
        into.truncation,
        into.moves,
        into.classes,
    )
    return active[0].latent if same and len(active) == 1 else None


def without_vectors(sources: Sequence[Source | None]) -> Sources:
    """What another model can take over: seeds."""
    kept: Sources = tuple(
        None if source is None or isinstance(source.latent, Vector) else source
        for source in sources
    )
    return with_source(kept, 0, kept[0]) if kept else ()
