"""What the current face is compared with: pure functions over the history."""

from dataclasses import replace

import numpy as np

from latentstudio.core.compare import Choice, before, original, other
from latentstudio.core.document import Document
from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import (
    Anchor,
    Move,
    Recipe,
    Seed,
    Vector,
    with_neighbour,
    with_psi,
    with_seed,
)
from latentstudio.core.sources import Source

SMILE = Move("Smile", Vector("w", np.eye(4, dtype=np.float32)[0]), 1.5)


def changed() -> Document:
    """Seed 5, truncated, then kept."""
    document = Document()
    document.edit_recipe("Seed", lambda r: with_seed(r, 5))
    document.edit_recipe("Truncation", lambda r: with_psi(r, 0.5))
    document.edit("Keep", lambda s: replace(s, gallery=(Kept(s.recipe, note="Grin"),)))
    return document


def test_before_is_the_last_other_face() -> None:
    document = changed()
    assert before(document.entries, document.index) == (with_seed(Recipe(), 5), "Truncation")
    document.go(1)
    assert before(document.entries, document.index) == (Recipe(), "Seed")
    document.go(0)
    assert before(document.entries, document.index) is None
    assert other(Choice("before"), document.entries, 0).recipe is None


def test_the_original_is_one_seed_not_moved_nor_truncated() -> None:
    moved = replace(with_psi(with_seed(Recipe(), 5), 0.5), moves=(SMILE,))
    assert original(moved) == with_seed(Recipe(), 5)
    assert original(with_neighbour(moved, 9, 0.2)) == with_seed(Recipe(), 5)
    projected = replace(moved, anchors=(Anchor(Vector("w", np.ones(4, np.float32))),))
    assert original(projected) == replace(Recipe(), anchors=projected.anchors)


def test_words_name_the_other_face() -> None:
    document = changed()
    entries, index = document.entries, document.index
    assert other(Choice("before"), entries, index).words == "Before: Truncation"
    assert other(Choice("original"), entries, index).words == "Original: seed 5"
    assert other(Choice("face", face=document.recipe), entries, index).words == "Grin"
    assert other(Choice("face", face=Recipe()), entries, index).words == "Seed 0"
    assert other(Choice("face"), entries, index).recipe is None


def test_a_source_is_shown_with_what_is_done_to_the_picture() -> None:
    document = changed()
    document.edit("A", lambda s: replace(s, sources=(None, Source(Seed(8), "Aunt"))))
    found = other(Choice("source", source=1), document.entries, document.index)
    assert found.recipe == with_psi(with_seed(Recipe(), 8), 0.5)
    assert found.words == "B: Aunt"
    assert other(Choice("source", source=0), document.entries, document.index).recipe is None
    assert (
        other(Choice("source", source=7), document.entries, document.index).words
        == "There is no source H"
    )
