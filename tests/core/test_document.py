"""Document: edits, what listeners hear, and histories that come from a file."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.document import Document, State
from latentstudio.core.gallery import Kept
from latentstudio.core.history import LIMIT_BYTES
from latentstudio.core.recipe import Anchor, Recipe, Vector, with_psi, with_seed


class Witness:
    """Writes down what a document tells its listeners."""

    def __init__(self, document: Document) -> None:
        self.changes: list[tuple[State, State]] = []
        self.histories = 0
        document.changed.connect(self._changed)
        document.history_changed.connect(self._history)

    def _changed(self, old: State, new: State) -> None:
        self.changes.append((old, new))

    def _history(self) -> None:
        self.histories += 1


def seeded(document: Document, seed: int, merge: str | None = None) -> None:
    document.edit_recipe(f"Seed {seed}", lambda recipe: with_seed(recipe, seed), merge)


def state(seed: int) -> State:
    return State(with_seed(Recipe(), seed))


def test_an_edit_is_heard_with_old_and_new() -> None:
    document = Document()
    witness = Witness(document)
    seeded(document, 5)
    assert witness.changes == [(state(0), state(5))]
    assert witness.histories == 1
    assert document.recipe == with_seed(Recipe(), 5)
    assert [entry.label for entry in document.entries] == ["Start", "Seed 5"]


def test_an_edit_without_effect_is_none() -> None:
    document = Document()
    witness = Witness(document)
    document.edit("Nothing", lambda state: replace(state))
    assert witness.changes == []
    assert witness.histories == 0
    assert not document.can_undo


def test_undo_and_redo_are_heard() -> None:
    document = Document()
    seeded(document, 5)
    witness = Witness(document)
    document.undo()
    document.redo()
    assert witness.changes == [(state(5), state(0)), (state(0), state(5))]
    document.redo()
    assert len(witness.changes) == 2


def test_a_drag_is_one_step_until_it_ends() -> None:
    document = Document()
    for seed in (1, 2, 3):
        seeded(document, seed, merge="seed")
    document.end_gesture()
    seeded(document, 4, merge="seed")
    assert len(document.entries) == 3
    document.undo()
    assert document.state == state(3)
    document.undo()
    assert document.state == state(0)


def test_replace_all_forgets_the_past() -> None:
    document = Document()
    seeded(document, 5)
    witness = Witness(document)
    document.replace_all(state(9), "Opened")
    assert [(e.label, e.state) for e in document.entries] == [("Opened", state(9))]
    assert witness.changes == [(state(5), state(9))]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_restore_brings_back_a_history_and_the_place_in_it(index: int) -> None:
    steps = [("One", state(1)), ("Two", state(2)), ("Three", state(3))]
    document = Document()
    witness = Witness(document)
    document.restore(steps, index)
    assert [(e.label, e.state) for e in document.entries] == steps
    assert document.index == index
    assert witness.changes == [(state(0), steps[index][1])]
    assert witness.histories == 1


def test_restore_of_too_much_keeps_the_newest_and_the_place() -> None:
    count = LIMIT_BYTES // 2**20 + 8
    vectors = [Vector("w", np.full(2**18, i, np.float32)) for i in range(count)]
    steps = [(str(i), State(Recipe(anchors=(Anchor(v),)))) for i, v in enumerate(vectors)]
    document = Document()
    document.restore(steps, count - 2)
    assert len(document.entries) < count
    assert document.entries[document.index].label == str(count - 2)
    assert document.entries[-1].label == str(count - 1)


def test_merging_never_changes_what_came_from_a_file() -> None:
    document = Document()
    document.restore([("One", state(1)), ("Two", state(2))], 1)
    document.edit_recipe("Psi", lambda recipe: with_psi(recipe, 0.5), merge="psi")
    document.undo()
    assert document.state == state(2)


def test_a_large_gallery_leaves_room_for_many_steps() -> None:
    vectors = [Vector("w+", np.full((12, 512), i, np.float32)) for i in range(100)]
    kept = tuple(Kept(Recipe(anchors=(Anchor(vector),))) for vector in vectors)
    document = Document(State(gallery=kept))
    assert document.state.nbytes == 100 * 12 * 512 * 4
    for seed in range(1, 1001):
        document.edit_recipe("Seed", lambda r, s=seed: with_seed(r, s))  # type: ignore[misc]
    assert len(document.entries) == 1001
    document.edit("Keep", lambda s: replace(s, gallery=(*s.gallery, Kept(Recipe()))))
    document.edit("Same", lambda s: replace(s, recipe=kept[3].recipe))
    now, before = document.entries[-1].state, document.entries[-2].state
    assert now.nbytes_beyond(before) == 0
    assert now.nbytes_beyond(State()) == now.nbytes
