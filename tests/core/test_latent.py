"""Latents: seeds, arcs, blends and the plane of seeds, against numbers from elsewhere."""

import math

import numpy as np
import pytest

from latentstudio.core.latent import (
    SEEDS,
    blend_z,
    lerp,
    normalized,
    plane_anchors,
    plane_seed,
    seed_place,
    seed_z,
    slerp,
    sum_of,
)


def phi(x: float) -> float:
    """The normal distribution function by erfc, another road than the one the program takes."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def unit(degrees: float, length: float = 1.0) -> np.ndarray:
    angle = math.radians(degrees)
    return np.array([math.cos(angle), math.sin(angle)], np.float32) * np.float32(length)


# --- seeds ----------------------------------------------------------------------------------------


def test_a_normal_seed_is_that_of_the_published_scripts() -> None:
    # numpy.random.RandomState(0).randn(3), printed in countless tutorials
    np.testing.assert_allclose(seed_z("normal", 0, 3), [1.7640524, 0.4001572, 0.978738], rtol=1e-6)


def test_a_batch_of_the_scripts_is_our_row() -> None:
    row = np.random.RandomState(7).randn(1, 512)[0].astype(np.float32)
    np.testing.assert_array_equal(seed_z("normal", 7, 512), row)


def test_a_uniform_seed() -> None:
    # RandomState(0).uniform() begins 0.5488135, 0.71518937; stretched to [-1, 1)
    np.testing.assert_allclose(seed_z("uniform", 0, 2), [0.097627, 0.43037874], rtol=1e-5)


@pytest.mark.parametrize(
    ("seed", "wanted"),
    [  # truncnorm.rvs(-2, 2, size=3, random_state=RandomState(seed)) of SciPy 1.17
        (0, [0.11705679514761695, 0.5399904576877466, 0.2484002123241462]),
        (SEEDS - 1, [-1.1955306828019254, 1.2460082511902115, 0.7583662420426373]),
    ],
)
def test_a_truncated_normal_seed_is_scipys(seed: int, wanted: list[float]) -> None:
    np.testing.assert_array_equal(seed_z("truncnormal", seed, 3), np.float32(wanted))


def test_the_truncated_normal_inverts_its_distribution() -> None:
    u = np.random.RandomState(1).uniform(size=200)
    z = seed_z("truncnormal", 1, 200)
    back = [(phi(float(x)) - phi(-2)) / (phi(2) - phi(-2)) for x in z]
    np.testing.assert_allclose(back, u, atol=1e-7)
    assert np.abs(z).max() <= 2


def test_seeds_beyond_the_last_wrap_and_nothing_is_global() -> None:
    before = np.random.get_state()[1].copy()
    np.testing.assert_array_equal(seed_z("normal", SEEDS + 3, 4), seed_z("normal", 3, 4))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_seeds_latent_cannot_be_written_to() -> None:
    z = seed_z("normal", 3, 4)
    assert z.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        z[0] = 1


# --- arcs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("t", [0.0, 0.25, 1 / 3, 0.5, 1.0])
def test_slerp_walks_a_quarter_circle_evenly(t: float) -> None:
    np.testing.assert_allclose(slerp(unit(0), unit(90), t), unit(90 * t), atol=1e-6)


def test_slerp_of_other_angles_and_lengths() -> None:
    # from 20 to 140 degrees, lengths 1 to 3: a quarter of the way is 50 degrees, length 1.5
    np.testing.assert_allclose(slerp(unit(20), unit(140, 3), 0.25), unit(50, 1.5), atol=1e-6)


def test_slerp_keeps_the_ends_bit_for_bit() -> None:
    a, b = seed_z("normal", 1, 512), seed_z("normal", 2, 512)
    np.testing.assert_array_equal(slerp(a, b, 0.0), a)
    np.testing.assert_array_equal(slerp(a, b, 1.0), b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.float32([1, 2]), np.float32([2, 4])),
        (np.float32([1, 2]), np.float32([-1, -2])),
        (np.float32([0, 0]), np.float32([3, 4])),
        (np.float32([3, 4]), np.float32([0, 0])),
    ],
    ids=["parallel", "opposite", "from nothing", "to nothing"],
)
def test_where_no_arc_is_defined_it_is_the_straight_line(a: np.ndarray, b: np.ndarray) -> None:
    for t in (0.0, 0.3, 1.0):
        np.testing.assert_array_equal(slerp(a, b, t), lerp(a, b, t))


def test_slerp_takes_any_shape() -> None:
    a, b = np.eye(2, 3, dtype=np.float32), np.ones((2, 3), np.float32)
    assert slerp(a, b, 0.5).shape == (2, 3)
    assert slerp(a, b, 0.5).dtype == np.float32


# --- blends ---------------------------------------------------------------------------------------


def test_a_blend_of_one_is_itself() -> None:
    np.testing.assert_array_equal(blend_z([unit(30, 2)], [0.2]), unit(30, 2))


def test_a_blend_of_two_is_the_arc_whatever_the_sum_of_weights() -> None:
    np.testing.assert_allclose(blend_z([unit(0), unit(90)], [6, 2]), unit(22.5), atol=1e-6)


def test_a_blend_of_three_has_the_mean_of_their_lengths() -> None:
    # (2, 0) + (0, 4) + (0, -4) over 3 points along x; the mean length is 10/3
    parts = [unit(0, 2), unit(90, 4), unit(-90, 4)]
    np.testing.assert_allclose(blend_z(parts, [1, 1, 1]), [10 / 3, 0], atol=1e-5)


def test_weights_of_zero_leave_the_heaviest_unchanged() -> None:
    a, b, c = (seed_z("normal", seed, 64) for seed in (1, 2, 3))
    np.testing.assert_array_equal(blend_z([a, b, c], [0, 1, 0]), b)


def test_all_zero_weights_count_as_equal() -> None:
    assert normalized([0, 0]) == (0.5, 0.5)
    np.testing.assert_allclose(blend_z([unit(0), unit(90)], [0, 0]), unit(45), atol=1e-6)


def test_parts_that_cancel_give_the_middle_not_a_division_by_zero() -> None:
    parts = [unit(0), unit(120), unit(240)]
    assert np.isfinite(blend_z(parts, [1, 1, 1])).all()


def test_negative_weights_extrapolate() -> None:
    result = blend_z([unit(0), unit(90)], [1.5, -0.5])
    assert np.isfinite(result).all()
    assert result[0] > 0 > result[1]


def test_the_sum_of_w_is_plain() -> None:
    parts = [np.float32([[1, 2]]), np.float32([[3, 6]])]
    np.testing.assert_array_equal(sum_of(parts, [0.5, 0.5]), [[2, 4]])


# --- the plane ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "seed"),
    [(0, 0, 0), (7, 2, 207), (-1, 0, SEEDS - 1), (96, 42949672, 0), (0, -1, SEEDS - 100)],
)
def test_a_place_of_the_lattice_is_one_seed(x: int, y: int, seed: int) -> None:
    assert plane_seed(x, y) == seed
    assert plane_anchors(float(x), float(y)) == ((seed, 1.0),)


def test_between_lattice_points_four_seeds_share() -> None:
    anchors = dict(plane_anchors(3.25, 5.5))
    assert anchors == {503: 0.375, 504: 0.125, 603: 0.375, 604: 0.125}


def test_on_an_edge_two_seeds_share() -> None:
    assert plane_anchors(3.25, 5.0) == ((503, 0.75), (504, 0.25))


def test_shares_sum_to_one_and_none_is_tiny() -> None:
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(-200, 200, (300, 2)):
        weights = [weight for _, weight in plane_anchors(x, y)]
        assert sum(weights) == pytest.approx(1, abs=5e-6)
        assert min(weights) > 1e-6
    assert plane_anchors(2.9999999, 4.0) == ((403, 1.0),)


def test_a_seed_knows_its_place() -> None:
    for seed in (0, 207, 99, 100, SEEDS - 1):
        x, y = seed_place(seed)
        assert plane_anchors(x, y) == ((seed, 1.0),)
