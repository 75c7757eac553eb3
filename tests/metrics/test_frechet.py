import pytest
import torch

from latentstudio.metrics.frechet import Moments, frechet_distance, moments_of
from tests.metrics.gaussians import gaussian


def random_covariance(size: int, rank: int, seed: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    factor = torch.randn(size, rank, generator=random, dtype=torch.float64)
    return factor @ factor.T / rank


def test_gaussians_whose_covariances_commute() -> None:
    # |m_a - m_b|^2 + sum (s_a - s_b)^2 over the standard deviations along the shared axes.
    axes = torch.linalg.qr(random_covariance(4, 4, 0)).Q
    a, b = torch.tensor([1.0, 2.0, 3.0, 0.0]).double(), torch.tensor([2.0, 2.0, 0.5, 1.0]).double()
    first = Moments(torch.zeros(4).double(), axes @ torch.diag(a**2) @ axes.T)
    second = Moments(torch.ones(4).double(), axes @ torch.diag(b**2) @ axes.T)
    expected = 4 + float((a - b).square().sum())
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-12)


def test_gaussians_whose_covariances_do_not_commute() -> None:
    # In two dimensions Tr (AB)^(1/2) = (Tr AB + 2 sqrt(det AB))^(1/2).
    a = torch.tensor([[2.0, 0.6], [0.6, 1.0]]).double()
    b = torch.tensor([[0.5, -0.2], [-0.2, 3.0]]).double()
    root = ((a @ b).trace() + 2 * torch.linalg.det(a @ b).sqrt()).sqrt()
    expected = float(a.trace() + b.trace() - 2 * root)
    zero = torch.zeros(2).double()
    assert frechet_distance(Moments(zero, a), Moments(zero, b)) == pytest.approx(expected)


def test_singular_covariances() -> None:
    thin = random_covariance(64, 8, 1)  # of rank 8
    moments = Moments(torch.zeros(64).double(), thin)
    assert frechet_distance(moments, moments) == pytest.approx(0, abs=1e-6)
    flat = Moments(torch.zeros(64).double(), torch.zeros(64, 64).double())
    assert frechet_distance(moments, flat) == pytest.approx(float(thin.trace()))


def test_it_is_symmetric() -> None:
    a, b = moments_of(gaussian(100, 6, 0)), moments_of(gaussian(100, 6, 1, 0.5, 2.0))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_samples_come_near_the_truth_from_above() -> None:
    dimensions, count = 8, 4000
    same = [moments_of(gaussian(count, dimensions, seed)) for seed in (0, 1)]
    assert 0 < frechet_distance(*same) < 0.03
    moved = moments_of(gaussian(count, dimensions, 2, mean=0.5, spread=1.5))
    assert frechet_distance(same[0], moved) == pytest.approx(dimensions * 0.5, rel=0.05)


def test_moments_are_those_of_numpy_and_need_two() -> None:
    features = gaussian(50, 3)
    moments = moments_of(features)
    centred = (features - features.mean(0)).double()
    torch.testing.assert_close(moments.covariance, centred.T @ centred / 49, rtol=1e-5, atol=1e-7)
    assert moments.mean.dtype == torch.float64
    assert moments_of(gaussian(5, 1)).covariance.shape == (1, 1)
    with pytest.raises(ValueError, match="one picture"):
        moments_of(features[:1])
