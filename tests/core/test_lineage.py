"""Lineage: births that are remembered, and trees in which nobody stands on another."""

import random
from itertools import pairwise

import pytest

from latentstudio.core.document import State
from latentstudio.core.gallery import Kept, Kepts, shown, with_kept, with_star
from latentstudio.core.lineage import Births, Tree, tree_of
from latentstudio.core.recipe import Recipe, with_psi, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes


def face(seed: int) -> Recipe:
    return with_seed(Recipe(), seed)


def family(**parents: str) -> Kepts:
    """Kept faces by letter with the letters of their parents: ``family(a="", b="a")``."""
    return tuple(
        Kept(face(ord(child)), parents=tuple(face(ord(p)) for p in given))
        for child, given in parents.items()
    )


def letters(tree: Tree) -> list[str]:
    """Generations as words, from left to right."""
    rows = ["" for _ in range(tree.size[1])]
    for node in tree.nodes:
        rows[node.generation] += chr(node.recipe.anchors[0].latent.value)  # type: ignore[union-attr]
    return rows


def lines(tree: Tree) -> set[str]:
    found = [chr(n.recipe.anchors[0].latent.value) for n in tree.nodes]  # type: ignore[union-attr]
    return {found[a] + found[b] for a, b in tree.lines}


def x_of(tree: Tree, letter: str) -> float:
    return tree.nodes[tree.place(face(ord(letter)))].x


# --- births ---------------------------------------------------------------------------------------


def test_a_child_is_known_by_its_latents() -> None:
    births = Births()
    births.remember([face(2), face(3)], [face(1)])
    assert births.parents_of(with_psi(face(2), 0.5), ()) == (face(1),)
    assert births.parents_of(face(9), ()) == ()


def test_forebears_that_are_not_kept_are_passed_over() -> None:
    births = Births()
    births.remember([face(2)], [face(1), face(5)])
    births.remember([face(3)], [face(2)])
    assert births.parents_of(face(3), ()) == (face(1), face(5))
    assert births.parents_of(face(3), with_kept((), face(2))) == (face(2),)
    births.remember([face(1)], [face(3)])  # a circle
    assert births.parents_of(face(3), ()) == (face(5),)


def test_a_child_that_is_its_parent_has_none() -> None:
    births = Births()
    births.remember([face(1)], [face(1)])
    assert births.parents_of(face(1), ()) == ()


def test_old_births_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.core.lineage._REMEMBERED", 3)
    births = Births()
    for seed in range(5):
        births.remember([face(seed)], [face(99)])
    assert [bool(births.parents_of(face(seed), ())) for seed in range(5)] == [False] * 2 + [
        True
    ] * 3


# --- kept -----------------------------------------------------------------------------------------


def test_parents_are_kept_with_the_face_through_stars_and_sessions() -> None:
    gallery = with_kept(with_kept((), face(1)), face(2), (face(1), face(7)))
    gallery = with_star(gallery, [face(2)])
    assert gallery[1].parents == (face(1), face(7))
    assert [kept.recipe for kept in shown(gallery, "bred")] == [face(2)]
    state = State(gallery=gallery)
    again = parse_session(session_bytes(Session((("Start", state),))))
    assert again.state == state


# --- trees ----------------------------------------------------------------------------------------


def test_strangers_are_no_tree() -> None:
    assert tree_of(family(a="", b="")) == Tree()
    assert Tree().size == (0, 0)
    assert Tree().step(0, "up") == -1


def test_parents_stand_in_the_middle_over_their_children() -> None:
    tree = tree_of(family(a="", b="a", c="a", d="a", e="c", z=""))
    assert letters(tree) == ["a", "bcd", "e"]
    assert lines(tree) == {"ab", "ac", "ad", "ce"}
    assert [x_of(tree, letter) for letter in "abcde"] == [1, 0, 1, 2, 1]
    assert tree.size == (3, 3)


def test_a_child_of_two_stands_under_both() -> None:
    tree = tree_of(family(a="", b="", c="ab", d="ca"))
    assert letters(tree) == ["ab", "c", "d"]
    assert lines(tree) == {"ac", "bc", "cd", "ad"}
    assert tree.forebears(tree.place(face(ord("d")))) == {
        tree.place(face(ord(letter))) for letter in "abc"
    }


def test_a_parent_that_is_not_kept_is_in_the_tree() -> None:
    tree = tree_of(family(b="a"))
    assert letters(tree) == ["a", "b"]
    assert [node.kept for node in tree.nodes] == [False, True]


def test_circles_of_a_made_up_file_are_cut() -> None:
    tree = tree_of(family(a="b", b="c", c="a", d="d"))
    assert sorted("".join(letters(tree))) == ["a", "b", "c"]
    assert all(tree.nodes[p].generation < tree.nodes[c].generation for p, c in tree.lines)


def test_arrows_go_along_and_across_generations() -> None:
    tree = tree_of(family(a="", b="a", c="a", d="b", e="c"))
    at = {letter: tree.place(face(ord(letter))) for letter in "abcde"}
    assert tree.step(at["b"], "right") == at["c"]
    assert tree.step(at["c"], "right") == at["c"]  # not on to the next generation
    assert tree.step(at["b"], "left") == at["b"]
    assert tree.step(at["c"], "down") == at["e"]
    assert tree.step(at["e"], "up") == at["c"]
    assert tree.step(at["a"], "up") == at["a"]
    assert tree.step(-1, "down") == 0


@pytest.mark.parametrize("seed", range(20))
def test_no_face_stands_on_another(seed: int) -> None:
    rng = random.Random(seed)
    gallery: list[Kept] = []
    for number in range(60):
        count = min(len(gallery), rng.choice([0, 1, 1, 2, 3]))
        parents = [kept.recipe for kept in rng.sample(gallery, count)]
        gallery.append(Kept(face(number), parents=tuple(parents)))
    rng.shuffle(gallery)
    tree = tree_of(tuple(gallery))
    for row in range(tree.size[1]):
        xs = sorted(node.x for node in tree.nodes if node.generation == row)
        assert all(b - a >= 1 - 1e-9 for a, b in pairwise(xs)), (row, xs)
    known = {node.recipe for node in tree.nodes}
    assert {p for k in gallery for p in k.parents} <= known
    assert len(tree.lines) == sum(len(kept.parents) for kept in gallery)
    assert all(tree.nodes[p].generation < tree.nodes[c].generation for p, c in tree.lines)
