"""Breeding: variations of a face and children of several, made by chance that a seed decides."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from latentstudio.core.latent import normalized
from latentstudio.core.mixing import with_shares
from latentstudio.core.random import seeds_around
from latentstudio.core.recipe import Latent, Move, Recipe, with_neighbour, with_seed

Table = npt.NDArray[np.float64]

LITTER = 8
"""Children that are made at once."""
PARENTS = 16
"""Faces that can be crossed at once, and that a kept face remembers."""
_REACHED = 0.5  # share of the style layers that a mutation reaches, in the mean
_LIGHTEST = 0.01
_DOMINANT = 0.5


def mutants(
    recipe: Recipe, seed: int, strength: float, layers: int, count: int = LITTER
) -> tuple[Recipe, ...]:
    """Variations of a face.

    Each takes a share of another seed in some of its style layers, so that one differs in its
    pose, another in its colours. A blend in z would be another face once its layers go apart: it
    takes the share in all of them.

    Args:
        recipe: the face.
        seed: decides everything.
        strength: share of the other seed, 0 to 1.
        layers: style layers of the model.
        count: how many.
    """
    made = []
    for number, other in enumerate(seeds_around(seed, count)):
        rng = np.random.default_rng((seed, number))
        reached = rng.random(layers) < _REACHED
        if layers < 2 or (recipe.space == "z" and len(recipe.active) > 1) or reached.all():
            made.append(with_neighbour(recipe, other, strength))
            continue
        reached[rng.integers(layers)] = True  # one at least
        gives = np.where(reached, strength, 0.0)
        stranger = with_seed(recipe, other)
        child = crossed([recipe, stranger], np.stack([1 - gives, gives]))
        made.append(replace(child, paste=recipe.paste))
    return tuple(made)


def children(
    parents: Sequence[Recipe], seed: int, layers: int, count: int = LITTER
) -> tuple[Recipe, ...]:
    """Children of two or more faces of one model.

    In turn a child takes each style layer from one of its parents, or a share of all of them in
    every layer. Models of one layer know the second way alone.
    """
    if len(parents) < 2:
        raise ValueError(f"children have two parents or more, not {len(parents)}")
    made = []
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        by_layer = layers > 1 and number % 2 == 0
        table = _picked(rng, len(parents), layers) if by_layer else _shared(rng, parents, layers)
        made.append(crossed(parents, table))
    return tuple(made)


def crossed(parents: Sequence[Recipe], table: Table) -> Recipe:
    """The child that has a share of each parent in each style layer.

    Moves count as much as their parent does in the mean; truncation, classes and noise come whole
    from the parent that gives most.

    Args:
        parents: faces of one model.
        table: shares, [parents, layers]; columns sum to 1.
    """
    layers = table.shape[1]
    rows: dict[Latent, Table] = {}
    for parent, given in zip(parents, table, strict=True):
        active = parent.active
        columns = [normalized([a.share(layer) for a in active]) for layer in range(layers)]
        for anchor, own in zip(active, np.array(columns, np.float64).T, strict=True):
            rows[anchor.latent] = rows.get(anchor.latent, np.zeros(layers)) + own * given
    rows = _without_light(rows)
    whole = np.stack(list(rows.values()))
    most = parents[int(table.mean(1).argmax())]
    blend = "w" if any(parent.space == "w" for parent in parents) else most.blend
    base = replace(most, anchors=(replace(most.active[0], layers=()),), blend=blend, paste=None)
    child = with_shares(base, list(rows), whole / whole.sum(0))
    return replace(child, moves=_moves(parents, table.mean(1)))


def _without_light(rows: dict[Latent, Table]) -> dict[Latent, Table]:
    """Rows without the shares that nobody sees, so that long family lines stay short to write."""
    heavy = {latent: row for latent, row in rows.items() if np.abs(row).max() >= _LIGHTEST}
    left = sum(heavy.values(), np.zeros(1))
    return heavy if heavy and left.min() > _DOMINANT else rows


def _picked(rng: np.random.Generator, count: int, layers: int) -> Table:
    """Every layer from one parent, from two of them at least."""
    giver = rng.integers(count, size=layers)
    first, second = rng.choice(layers, 2, replace=False)
    if giver[first] == giver[second]:
        giver[second] = (giver[first] + 1 + rng.integers(count - 1)) % count
    return np.eye(count)[:, giver]


def _shared(rng: np.random.Generator, parents: Sequence[Recipe], layers: int) -> Table:
    """A share of every parent, the same in all layers, and none of nobody."""
    shares = rng.dirichlet(np.ones(len(parents)))
    shares = 0.8 * shares + 0.2 / len(parents)
    return np.repeat(shares[:, None], layers, 1)


def _moves(parents: Sequence[Recipe], weights: Sequence[float] | Table) -> tuple[Move, ...]:
    """The parents' moves, those along one step as one."""
    steps: dict[Move, float] = {}
    for parent, weight in zip(parents, weights, strict=True):
        for move in parent.moves:
            key = replace(move, amount=1.0)
            steps[key] = steps.get(key, 0.0) + float(weight) * move.amount
    return tuple(replace(key, amount=amount) for key, amount in steps.items() if amount)
