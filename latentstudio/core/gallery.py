"""The gallery: faces that were kept, with what the user said of them."""

from dataclasses import dataclass, replace

from latentstudio.core.recipe import Recipe

Kepts = tuple["Kept", ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept face.

    Attributes:
        recipe: the face.
        mark: 1 and -1 make it an example for and against a direction to learn, 0 neither.
        starred: whether it is a favourite.
        note: the user's words.
    """

    recipe: Recipe
    mark: int = 0
    starred: bool = False
    note: str = ""


def with_kept(gallery: Kepts, recipe: Recipe) -> Kepts:
    """Keep a face at the end; one that is there already stays where it is."""
    known = any(kept.recipe == recipe for kept in gallery)
    return gallery if known else (*gallery, Kept(recipe))


def without_kept(gallery: Kepts, index: int) -> Kepts:
    return tuple(kept for place, kept in enumerate(gallery) if place != index)


def with_mark(gallery: Kepts, recipe: Recipe, mark: int) -> Kepts:
    """Mark a face, which is kept by it; the mark that it has already is taken off."""
    return tuple(
        replace(kept, mark=0 if kept.mark == mark else mark) if kept.recipe == recipe else kept
        for kept in with_kept(gallery, recipe)
    )


def with_star(gallery: Kepts, recipe: Recipe) -> Kepts:
    """Star a face, which is kept by it; a starred one loses its star."""
    return tuple(
        replace(kept, starred=not kept.starred) if kept.recipe == recipe else kept
        for kept in with_kept(gallery, recipe)
    )


def marked(gallery: Kepts, mark: int) -> tuple[Recipe, ...]:
    """The faces with a mark, as they were kept."""
    return tuple(kept.recipe for kept in gallery if kept.mark == mark)
