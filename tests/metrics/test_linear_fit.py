"""Linear fits where the answer is known."""

import pytest
import torch

from latentstudio.metrics.linear_fit import Design, explained, folds, told_rightly


def cloud(count: int = 2000) -> tuple[torch.Tensor, torch.Tensor]:
    """Coordinates of unequal spread [N, 3], and a number that follows the first two."""
    random = torch.Generator().manual_seed(0)
    x = torch.randn(count, 3, generator=random).double() * torch.tensor([1.0, 5.0, 0.2]) + 2
    return x, 3 * x[:, 0] - 0.5 * x[:, 1] + 1


def design(x: torch.Tensor, decay: float = 1e-6) -> Design:
    return Design(x, x.mean(0), x.std(0), decay)


def test_ridge_finds_the_line() -> None:
    x, y = cloud()
    plane = design(x).ridge(y)
    torch.testing.assert_close(plane.weights, torch.tensor([3.0, -0.5, 0.0]).double())
    assert plane.bias == pytest.approx(1)
    assert explained(plane, x, y) == pytest.approx(1)
    assert explained(design(x).ridge(torch.ones(len(x))), x, y) < 0.1


def test_a_penalty_makes_weights_small() -> None:
    x, y = cloud(50)
    assert design(x, 100.0).ridge(y).weights.norm() < 0.5 * design(x).ridge(y).weights.norm()


def test_logistic_regression_finds_the_odds() -> None:
    x, _ = cloud()
    odds = 2 * x[:, 0] - 0.3 * x[:, 1] - 2
    plane = design(x).logistic(torch.sigmoid(odds))
    torch.testing.assert_close(
        plane.weights, torch.tensor([2.0, -0.3, 0.0]).double(), atol=1e-2, rtol=0
    )
    assert plane.bias == pytest.approx(-2, abs=0.05)
    assert told_rightly(plane, x, (odds > 0).double()) > 0.99


def test_the_pattern_is_how_the_groups_differ() -> None:
    x, _ = cloud()
    signal = (x[:, 0] > 2).double()
    x[:, 2] += 0.5 * x[:, 0]  # what goes along with the first coordinate
    pattern = design(x, 1.0).logistic(signal).pattern(torch.cov(x.T))
    difference = x[signal > 0.5].mean(0) - x[signal < 0.5].mean(0)
    cosine = pattern @ difference / pattern.norm() / difference.norm()
    assert float(cosine) > 0.95


def test_every_part_holds_out_both_kinds() -> None:
    labels = torch.tensor([0.0, 1, 0, 1, 1, 0, 1, 0, 0, 1])
    parts = folds(10, 5, labels)
    assert sorted(torch.cat(parts).tolist()) == list(range(10))
    assert all(labels[part].sum() == 1 for part in parts)
