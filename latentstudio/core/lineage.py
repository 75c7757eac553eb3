"""Lineage: which faces come from which, and where each stands when it is drawn as a tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from latentstudio.core.breeding import PARENTS
from latentstudio.core.gallery import Kepts, find
from latentstudio.core.recipe import Anchor, ModelRef, Recipe

Side = Literal["left", "right", "up", "down"]
Recipes = tuple[Recipe, ...]
Parents = Sequence[Sequence[int]]
"""The places of each face's parents."""

_Birth = tuple[ModelRef, tuple[Anchor, ...]]

_REMEMBERED = 4096  # births of a run


class Births:
    """Remembers the parents of children until they are kept.

    A child is known by its latents: a user who moves or truncates it before it is kept still keeps
    the same child.
    """

    def __init__(self) -> None:
        self._parents: dict[_Birth, Recipes] = {}

    def remember(self, children: Sequence[Recipe], parents: Sequence[Recipe]) -> None:
        """Note who the parents of some children are."""
        for child in children:
            self._parents[_birth(child)] = tuple(p for p in parents if _birth(p) != _birth(child))
        while len(self._parents) > _REMEMBERED:
            del self._parents[next(iter(self._parents))]

    def parents_of(self, face: Recipe, gallery: Kepts) -> Recipes:
        """The nearest forebears of a face that are kept, or that have no parents themselves."""
        found: dict[Recipe, None] = {}
        seen = {_birth(face)}
        waiting = list(self._parents.get(_birth(face), ()))
        while waiting:
            parent = waiting.pop(0)
            if _birth(parent) in seen:
                continue
            seen.add(_birth(parent))
            further = self._parents.get(_birth(parent), ())
            if find(gallery, parent) is None and further:
                waiting = [*further, *waiting]
            else:
                found[parent] = None
        return tuple(found)[:PARENTS]


@dataclass(frozen=True, slots=True)
class Node:
    """A face of the tree.

    Attributes:
        recipe: the face.
        x: its place in widths of a face; leaves stand on whole numbers.
        generation: 0 for those without parents; always greater than that of its parents.
        kept: whether it is in the gallery; a parent need not be.
    """

    recipe: Recipe
    x: float
    generation: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """Faces with relatives, in reading order, and the lines between them.

    Attributes:
        nodes: generation by generation, each from left to right.
        lines: (parent, child) as places in ``nodes``.
    """

    nodes: tuple[Node, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Faces side by side, and generations."""
        if not self.nodes:
            return 0, 0
        return (
            int(max(node.x for node in self.nodes)) + 1,
            max(node.generation for node in self.nodes) + 1,
        )

    def place(self, recipe: Recipe) -> int:
        """Where a face stands in ``nodes``, -1 for nowhere."""
        return next((i for i, node in enumerate(self.nodes) if node.recipe == recipe), -1)

    def step(self, place: int, side: Side) -> int:
        """The face beside another one: along its generation, to its parents or its children."""
        if not 0 <= place < len(self.nodes):
            return 0 if self.nodes else -1
        if side in ("left", "right"):
            beside = place + (1 if side == "right" else -1)
            inside = 0 <= beside < len(self.nodes)
            same = inside and self.nodes[beside].generation == self.nodes[place].generation
            return beside if same else place
        ends = (1, 0) if side == "up" else (0, 1)
        near = [line[ends[1]] for line in self.lines if line[ends[0]] == place]
        return min(near, key=lambda i: abs(self.nodes[i].x - self.nodes[place].x), default=place)

    def forebears(self, place: int) -> set[int]:
        """All parents of a face, theirs, and so on."""
        found: set[int] = set()
        waiting = [place]
        while waiting:
            child = waiting.pop()
            new = {a for a, b in self.lines if b == child} - found
            found |= new
            waiting.extend(new)
        return found


def tree_of(gallery: Kepts) -> Tree:
    """The kept faces that have parents or children, with their parents, laid out.

    Every face stands over its children, in the middle of those whose first parent it is; families
    stand side by side and never cross into each other's columns.
    """
    faces, parents = _related(gallery)
    generations = _generations(parents)
    # In a circle, which only a made-up file can hold, a parent does not stand over its child.
    over = [
        [parent for parent in given if generations[parent] < generations[child]]
        for child, given in enumerate(parents)
    ]
    xs = _columns(over)
    kept = {k.recipe for k in gallery}
    order = sorted(range(len(faces)), key=lambda at: (generations[at], xs[at]))
    nodes = [Node(faces[at], xs[at], generations[at], faces[at] in kept) for at in order]
    places = {at: place for place, at in enumerate(order)}
    lines = [(places[parent], places[child]) for child in order for parent in over[child]]
    return Tree(tuple(nodes), tuple(sorted(lines)))


def _birth(recipe: Recipe) -> _Birth:
    return recipe.model, recipe.anchors


def _related(gallery: Kepts) -> tuple[list[Recipe], list[list[int]]]:
    """Faces with a line, each once, and the places of their parents among them.

    Parents that are not kept come before their first child.
    """
    numbers: dict[Recipe, int] = {}
    parents: dict[int, list[int]] = {}

    def number(face: Recipe) -> int:
        return numbers.setdefault(face, len(numbers))

    for kept in gallery:
        above = [number(parent) for parent in kept.parents]
        child = number(kept.recipe)
        parents[child] = [parent for parent in above if parent != child]
    has_line = {child for child, above in parents.items() if above}
    has_line |= {parent for above in parents.values() for parent in above}
    faces = [face for face, at in numbers.items() if at in has_line]
    places = {at: place for place, at in enumerate(sorted(has_line))}
    return faces, [[places[p] for p in parents.get(at, ())] for at in sorted(has_line)]


def _generations(parents: Parents) -> list[int]:
    """The longest way down to each face; round a circle nobody counts twice."""
    found: dict[int, int] = {}
    for start in range(len(parents)):
        waiting, open_ = [start], set[int]()
        while waiting:
            face = waiting[-1]
            above = [p for p in parents[face] if p not in found and p not in open_]
            open_.add(face)
            if above and face not in found:
                waiting.extend(above)
                continue
            waiting.pop()
            known = [found[parent] for parent in parents[face] if parent in found]
            found.setdefault(face, 1 + max(known, default=-1))
    return [found[face] for face in range(len(parents))]


def _columns(parents: Parents) -> list[float]:
    """The x of every face: leaves one after the other, parents in the middle of their own."""
    own: list[list[int]] = [[] for _ in parents]
    for child, above in enumerate(parents):
        if above:
            own[above[0]].append(child)
    found: dict[int, float] = {}
    leaves = 0
    waiting = [face for face in reversed(range(len(parents))) if not parents[face]]
    while waiting:
        face = waiting[-1]
        below = [child for child in own[face] if child not in found]
        if below:
            waiting.extend(reversed(below))
            continue
        waiting.pop()
        mine = [found[child] for child in own[face]]
        found[face] = (mine[0] + mine[-1]) / 2 if mine else float(leaves)
        leaves += not mine
    return [found[face] for face in range(len(parents))]
