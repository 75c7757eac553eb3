"""The gallery: faces that were kept, with what the user said of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from latentstudio.core.recipe import Recipe, title_of

Kepts = tuple["Kept", ...]
Filter = Literal["all", "starred", "plus", "minus", "noted", "bred"]

EXAMPLES = 10
"""Faces of each mark that it takes to learn a direction."""
NOTE = 2000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept face.

    Attributes:
        recipe: the face.
        mark: 1 and -1 make it an example for and against a direction to learn, 0 neither.
        starred: whether it is a favourite.
        note: the user's words.
        parents: the faces that it was bred from, kept or not.
    """

    recipe: Recipe
    mark: int = 0
    starred: bool = False
    note: str = ""
    parents: tuple[Recipe, ...] = ()

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The face and its parents."""
        return (self.recipe, *self.parents)


def with_kept(gallery: Kepts, recipe: Recipe, parents: tuple[Recipe, ...] = ()) -> Kepts:
    """Keep a face at the end; one that is there already stays where it is."""
    known = any(kept.recipe == recipe for kept in gallery)
    return gallery if known else (*gallery, Kept(recipe, parents=parents))


def without_kept(gallery: Kepts, recipes: Collection[Recipe]) -> Kepts:
    """Take faces out."""
    return tuple(kept for kept in gallery if kept.recipe not in recipes)


def with_mark(gallery: Kepts, recipes: Sequence[Recipe], mark: int) -> Kepts:
    """Mark faces, which are kept by it; where all have that mark already, it is taken off."""
    gallery = _with_all(gallery, recipes)
    on = any(kept.mark != mark for kept in gallery if kept.recipe in recipes)
    return tuple(
        replace(kept, mark=mark if on else 0) if kept.recipe in recipes else kept
        for kept in gallery
    )


def with_star(gallery: Kepts, recipes: Sequence[Recipe]) -> Kepts:
    """Star faces, which are kept by it; where all are starred already, they lose their stars."""
    gallery = _with_all(gallery, recipes)
    on = not all(kept.starred for kept in gallery if kept.recipe in recipes)
    return tuple(replace(kept, starred=on) if kept.recipe in recipes else kept for kept in gallery)


def with_note(gallery: Kepts, recipe: Recipe, note: str) -> Kepts:
    """Give a face, which is kept by it, a note: one line of at most ``NOTE`` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in note).split())[:NOTE]
    return tuple(
        replace(kept, note=line) if kept.recipe == recipe else kept
        for kept in with_kept(gallery, recipe)
    )


def shown(gallery: Kepts, kind: Filter) -> Kepts:
    """The faces that a filter lets through, in their order."""
    if kind == "all":
        return gallery
    tests: dict[Filter, Callable[[Kept], object]] = {
        "starred": lambda kept: kept.starred,
        "plus": lambda kept: kept.mark > 0,
        "minus": lambda kept: kept.mark < 0,
        "noted": lambda kept: kept.note,
        "bred": lambda kept: kept.parents,
    }
    return tuple(kept for kept in gallery if tests[kind](kept))


def find(gallery: Kepts, recipe: Recipe) -> Kept | None:
    """The entry of a face, or None where it is not kept."""
    return next((kept for kept in gallery if kept.recipe == recipe), None)


def marked(gallery: Kepts, mark: int) -> tuple[Recipe, ...]:
    """The faces with a mark, as they were kept."""
    return tuple(kept.recipe for kept in gallery if kept.mark == mark)


def caption_of(kept: Kept) -> str:
    """The note of a kept face before its name, with a sign for a star."""
    words = f"{kept.note} ({title_of(kept.recipe)})" if kept.note else title_of(kept.recipe)
    return f"* {words}" if kept.starred else words


def _with_all(gallery: Kepts, recipes: Sequence[Recipe]) -> Kepts:
    for recipe in recipes:
        gallery = with_kept(gallery, recipe)
    return gallery
