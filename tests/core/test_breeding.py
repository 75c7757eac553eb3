"""Variations and children of faces: shares by their definitions, chance that a seed decides."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.breeding import LITTER, children, crossed, mutants
from latentstudio.core.mixing import shares
from latentstudio.core.recipe import (
    Anchor,
    Move,
    Recipe,
    Seed,
    Vector,
    with_neighbour,
    with_position,
    with_psi,
    with_seed,
)

LAYERS = 6
ONE, TWO, THREE = (with_seed(Recipe(), seed) for seed in (1, 2, 3))
SMILE = Vector("w", np.eye(4, dtype=np.float32)[0])


def table(child: Recipe, *seeds: int) -> np.ndarray:
    """The shares of some seeds in each layer of a face, [seeds, layers]."""
    return shares(child, [Seed(seed) for seed in seeds], LAYERS)


def test_a_seed_decides_the_litter() -> None:
    assert mutants(ONE, 7, 0.3, LAYERS) == mutants(ONE, 7, 0.3, LAYERS)
    assert mutants(ONE, 7, 0.3, LAYERS) != mutants(ONE, 8, 0.3, LAYERS)
    assert children([ONE, TWO], 7, LAYERS) == children([ONE, TWO], 7, LAYERS)
    assert len(set(mutants(ONE, 7, 0.3, LAYERS))) == LITTER
    assert len(set(children([ONE, TWO, THREE], 7, LAYERS))) == LITTER


def test_a_mutation_reaches_some_layers_with_its_strength() -> None:
    reached = []
    for child in mutants(ONE, 7, 0.3, LAYERS, count=40):
        row = table(child, 1)[0]
        assert set(np.round(row, 6)) <= {0.7, 1.0}
        reached.append(int((row < 0.9).sum()))
    assert min(reached) >= 1
    assert 2 < np.mean(reached) < 4.5


def test_a_mutation_of_one_layer_is_a_neighbour() -> None:
    child = mutants(ONE, 7, 0.3, 1)[0]
    other = child.anchors[1].latent
    assert isinstance(other, Seed)
    assert child == with_neighbour(ONE, other.value, 0.3)


def test_a_blend_in_z_stays_one() -> None:
    between = with_position(replace(ONE, anchors=(Anchor(Seed(1)), Anchor(Seed(2)))), 0.5)
    assert all(child.space == "z" for child in mutants(between, 7, 0.3, LAYERS))
    assert any(child.mixed for child in mutants(replace(between, blend="w"), 7, 0.3, LAYERS))


def test_no_strength_is_the_face_itself() -> None:
    assert all(child.active == ONE.active for child in mutants(ONE, 7, 0.0, LAYERS))


def test_children_take_layers_from_one_or_shares_of_all() -> None:
    litter = children([ONE, TWO, THREE], 7, LAYERS)
    for child in litter[::2]:
        rows = table(child, 1, 2, 3)
        assert set(np.round(rows, 6).ravel()) == {0.0, 1.0}
        assert rows.sum(0) == pytest.approx(1)
        assert (rows.sum(1) > 0).sum() >= 2
    for child in litter[1::2]:
        rows = table(child, 1, 2, 3)
        assert np.ptp(rows, axis=1).max() < 1e-6
        assert rows.sum(0) == pytest.approx(1)
        assert rows.min() > 0.05
        assert child.space == "z"  # as its parents are blended


def test_one_layer_has_shares_alone() -> None:
    assert all(not child.mixed for child in children([ONE, TWO], 7, 1))
    with pytest.raises(ValueError, match="two parents"):
        children([ONE], 7, LAYERS)


def test_crossing_weighs_layers_and_moves() -> None:
    smiling = replace(with_psi(ONE, 0.5), moves=(Move("Smile", SMILE, 2.0),))
    sad = replace(TWO, moves=(Move("Smile", SMILE, -1.0),))
    given = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]], np.float64)
    child = crossed([smiling, sad], given)
    assert table(child, 1, 2) == pytest.approx(given)
    assert [move.amount for move in child.moves] == [pytest.approx(2 * 4 / 6 - 2 / 6)]
    assert child.truncation.psi == 0.5
    opposite = crossed([smiling, replace(sad, moves=(Move("Smile", SMILE, -4.0),))], given)
    assert opposite.moves == ()


def test_relatives_share_their_latents() -> None:
    one_and_two = replace(ONE, blend="w", anchors=(Anchor(Seed(1), 1.0), Anchor(Seed(2), 3.0)))
    half = np.full((2, LAYERS), 0.5)
    child = crossed([one_and_two, TWO], half)
    assert len(child.anchors) == 2
    assert table(child, 1, 2)[:, 0] == pytest.approx([0.125, 0.875])
    assert not child.mixed


def test_long_lines_stay_short_and_whole() -> None:
    face = replace(ONE, blend="w")
    for generation in range(60):
        face = mutants(face, generation, 0.35, LAYERS)[3]
    assert len(face.anchors) < 40
    columns = np.array([[a.share(i) for a in face.active] for i in range(LAYERS)])
    assert columns.sum(1) == pytest.approx(1, abs=1e-6)
