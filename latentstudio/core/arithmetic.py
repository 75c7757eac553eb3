"""Arithmetic of faces: what is added, taken away and added again, and the faces of each sum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from latentstudio.core.recipe import Recipe

Term = Literal["plus", "minus", "more"]
Recipes = tuple[Recipe, ...]

TERMS: tuple[Term, ...] = ("plus", "minus", "more")
EXAMPLES = 3
"""Faces in each set of the paper's figure 7: fewer, and a single face shows through the mean."""
MOST = 64
"""Faces that a set holds."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Mean of ``plus``, minus mean of ``minus``, plus mean of ``more``.

    Vector arithmetic on the means of a few examples each (Radford et al. 2016, DCGAN, section
    6.3.2): smiling woman - neutral woman + neutral man.
    """

    plus: Recipes = ()
    minus: Recipes = ()
    more: Recipes = ()

    def faces(self, term: Term) -> Recipes:
        """The faces of one set."""
        found: Recipes = getattr(self, term)
        return found

    @property
    def recipes(self) -> Recipes:
        """All faces, set by set."""
        return (*self.plus, *self.minus, *self.more)

    @property
    def complete(self) -> bool:
        """Whether it can be calculated: faces to start from, and both other sets or neither."""
        return bool(self.plus) and bool(self.minus) == bool(self.more)


def with_faces(sets: Arithmetic, term: Term, faces: Sequence[Recipe]) -> Arithmetic:
    """Add faces to a set, each once, as long as it has room."""
    kept = sets.faces(term)
    new = [face for face in dict.fromkeys(faces) if face not in kept]
    return _with_set(sets, term, (*kept, *new)[:MOST])


def without_faces(sets: Arithmetic, term: Term, places: Sequence[int]) -> Arithmetic:
    """Take faces out of a set by their places."""
    faces = sets.faces(term)
    return _with_set(sets, term, tuple(f for i, f in enumerate(faces) if i not in places))


def _with_set(sets: Arithmetic, term: Term, faces: Recipes) -> Arithmetic:
    if term == "plus":
        return replace(sets, plus=faces)
    return replace(sets, minus=faces) if term == "minus" else replace(sets, more=faces)
