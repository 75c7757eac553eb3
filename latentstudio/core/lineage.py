"""Lineage: which faces come from which, and where each stands when it is drawn as a tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from latentstudio.core.breeding import PARENTS
from latentstudio.core.gallery import Kepts, find
from latentstudio.core.recipe import Anchor, ModelRef, Recipe

Side = Literal["left", "right", "up", "down"]
Recipes = tuple[Recipe, ...]
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
    parents = {kept.recipe: tuple(p for p in kept.parents if p != kept.recipe) for kept in gallery}
    parents = {child: given for child, given in parents.items() if given}
    order = _related(gallery, parents)
    generations = _generations(order, parents)
    # In a circle, which only a made-up file can hold, a parent does not stand over its child.
    over = {
        child: [p for p in given if generations[p] < generations[child]]
        for child, given in parents.items()
    }
    xs = _columns(order, over)
    kept = {k.recipe for k in gallery}
    nodes = sorted(
        (Node(face, xs[face], generations[face], face in kept) for face in order),
        key=lambda node: (node.generation, node.x),
    )
    places = {node.recipe: i for i, node in enumerate(nodes)}
    lines = [(places[p], places[child]) for child, given in over.items() for p in given]
    return Tree(tuple(nodes), tuple(sorted(lines)))


def _birth(recipe: Recipe) -> _Birth:
    return recipe.model, recipe.anchors


def _related(gallery: Kepts, parents: Mapping[Recipe, Recipes]) -> list[Recipe]:
    """Faces with a line, each once, parents that are not kept before their first child."""
    has_children = {parent for given in parents.values() for parent in given}
    order: dict[Recipe, None] = {}
    for kept in gallery:
        if kept.recipe in parents or kept.recipe in has_children:
            order |= dict.fromkeys(parents.get(kept.recipe, ()))
            order[kept.recipe] = None
    return list(order)


def _generations(order: Sequence[Recipe], parents: Mapping[Recipe, Recipes]) -> dict[Recipe, int]:
    """The longest way down to each face; round a circle nobody counts twice."""
    found: dict[Recipe, int] = {}
    for start in order:
        waiting, open_ = [start], set[Recipe]()
        while waiting:
            face = waiting[-1]
            above = [p for p in parents.get(face, ()) if p not in found and p not in open_]
            open_.add(face)
            if above and face not in found:
                waiting.extend(above)
                continue
            waiting.pop()
            known = [found[p] for p in parents.get(face, ()) if p in found and p != face]
            found.setdefault(face, 1 + max(known, default=-1))
    return found


def _columns(
    order: Sequence[Recipe], over: Mapping[Recipe, Sequence[Recipe]]
) -> dict[Recipe, float]:
    """The x of every face: leaves one after the other, parents in the middle of their own."""
    first = {child: given[0] for child, given in over.items() if given}
    own: dict[Recipe, list[Recipe]] = {}
    for face in order:
        if face in first:
            own.setdefault(first[face], []).append(face)
    found: dict[Recipe, float] = {}
    leaves = 0
    waiting = [face for face in reversed(order) if face not in first]
    while waiting:
        face = waiting[-1]
        below = [child for child in own.get(face, ()) if child not in found]
        if below:
            waiting.extend(reversed(below))
            continue
        waiting.pop()
        mine = [found[child] for child in own.get(face, ())]
        found[face] = (mine[0] + mine[-1]) / 2 if mine else float(leaves)
        leaves += not mine
    return found
