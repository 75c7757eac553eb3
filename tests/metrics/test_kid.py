import pytest
import torch
from torch.nn import functional as F

from latentstudio.metrics.kid import kernel_distance, squared_mmd
from tests.metrics.gaussians import gaussian


def test_gaussians_in_one_dimension() -> None:
    # With k = (xy + 1)^3 the squared MMD is 3 d1^2 + 3 d2^2 + d3^2 for the differences of the
    # first three moments: here (m, 1 + m^2, 3m + m^3) - (0, 1, 0).
    m = 0.5
    expected = 3 * m**2 + 3 * m**4 + (3 * m + m**3) ** 2
    found = squared_mmd(gaussian(4000, 1, 0, mean=m), gaussian(4000, 1, 1))
    assert float(found) == pytest.approx(expected, rel=0.1)


def test_three_pictures_by_hand() -> None:
    x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[2.0], [3.0]])
    # k(0, 1) = 1; k(2, 3) = 7^3; across: 1, 1, 3^3, 4^3.
    assert float(squared_mmd(x, y)) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4)


def test_it_is_unbiased_and_its_blocks_tell_the_spread() -> None:
    pairs = [(gaussian(1000, 4, 2 * i), gaussian(1000, 4, 2 * i + 1)) for i in range(20)]
    found = [kernel_distance(*pair, block=50) for pair in pairs]
    means = torch.tensor([one.mean for one in found])
    assert means.min() < 0 < means.max()
    assert abs(float(means.mean())) < 3 * float(means.std()) / 20**0.5
    # A mean of 20 blocks varies by the spread of one over sqrt(20).
    typical = sum(one.spread for one in found) / 20 / 20**0.5
    assert float(means.std()) == pytest.approx(typical, rel=0.5)


def test_classes_in_turns_are_no_bias() -> None:
    # Two classes without spread: kernels 2^3 within and 1 across. A block of ten of each holds 90
    # pairs of a class and 100 mixed ones, too few alike, so its estimate is not 0.
    turns = F.one_hot(torch.arange(20_000) % 2).float() * 2**0.5
    neighbours = float(squared_mmd(turns[:20], turns[20:40]))
    assert neighbours == pytest.approx(2 * (90 * 8 + 100) / 190 - (8 + 1))
    found = kernel_distance(turns, turns, block=20)
    assert abs(found.mean) < 3 * found.spread / 1000**0.5 < abs(neighbours) / 4


def test_sets_smaller_than_a_block() -> None:
    a, b = gaussian(30, 4, 0), gaussian(40, 4, 1, mean=1)
    found = kernel_distance(a, b[:30])
    assert found.mean == pytest.approx(float(squared_mmd(a, b[:30])))
    assert found.spread == kernel_distance(a, b).spread == 0
    with pytest.raises(ValueError, match="one picture"):
        kernel_distance(a[:1], b)
