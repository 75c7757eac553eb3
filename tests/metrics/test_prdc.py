import math

import pytest
import torch

from latentstudio.metrics.pairwise import nearest_distances
from latentstudio.metrics.prdc import prdc
from tests.metrics.gaussians import gaussian


def on_a_line(*places: float) -> torch.Tensor:
    return torch.tensor(places)[:, None]


def test_a_few_points_on_a_line() -> None:
    # With k = 1 each real reaches 1 far; the fakes reach 0.25, 0.25 and 99.25 far.
    found = prdc(on_a_line(0, 1, 10, 11), on_a_line(0.5, 0.75, 100), k=1)
    assert found.precision == pytest.approx(2 / 3)  # 100 is near no real one
    assert found.density == pytest.approx(4 / 3)  # the others lie between 0 and 1
    assert found.coverage == pytest.approx(2 / 4)  # 10 and 11 have no fake within 1
    assert found.recall == pytest.approx(3 / 4)  # 100 reaches all but 0


def test_two_sets_of_one_distribution() -> None:
    # Expected (Naeem et al. 2020, section 3.3): density 1, and coverage
    # 1 - (n - 1)...(n - k) / (2n - 1)...(2n - k) for sets of equal size n.
    n, k = 1500, 5
    found = prdc(gaussian(n, 8, 0), gaussian(n, 8, 1), k)
    expected = 1 - math.prod((n - i) / (2 * n - i) for i in range(1, k + 1))
    assert found.coverage == pytest.approx(expected, abs=0.02)
    assert found.density == pytest.approx(1, abs=0.08)


def test_fewer_kinds_cost_recall_and_far_ones_cost_precision() -> None:
    real = gaussian(600, 8, 0)
    narrow = prdc(real, gaussian(600, 8, 1, spread=0.5))
    wide = prdc(real, gaussian(600, 8, 1, spread=2.0))
    assert narrow.precision > 0.95
    assert narrow.recall < 0.4
    assert wide.precision < 0.5
    assert wide.recall > 0.9


def test_copies_and_strangers() -> None:
    real = gaussian(50, 4, 0)
    same, far = prdc(real, real.clone()), prdc(real, real + 1000)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)
    assert (far.precision, far.recall, far.density, far.coverage) == (0, 0, 0, 0)


def test_rows_come_in_parts_and_near_distances_are_exact() -> None:
    rows = 100 + 1e-3 * gaussian(1500, 16, 0)  # more than a part of rows, far from 0
    found = nearest_distances(rows, rows, 2)
    exact = (rows[1300].double() - rows.double()).norm(dim=1).sort().values[1]
    assert float(found[1300]) == pytest.approx(float(exact), rel=1e-5)
    with pytest.raises(ValueError, match="no neighbour"):
        prdc(rows[:5], rows)
