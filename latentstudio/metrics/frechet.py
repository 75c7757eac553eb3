"""Frechet distance between two sets of features, each taken for a Gaussian."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Moments:
    """What the distance needs of a set: mean [D] and covariance [D, D], float64."""

    mean: Tensor
    covariance: Tensor


def moments_of(features: Tensor) -> Moments:
    """Mean and unbiased covariance of features [N, D].

    Raises:
        ValueError: fewer than two rows.
    """
    if len(features) < 2:
        raise ValueError("one picture has no covariance")
    features = features.double()
    return Moments(features.mean(0), torch.cov(features.T).reshape(2 * features.shape[1:]))


def frechet_distance(a: Moments, b: Moments) -> float:
    """The squared Frechet distance (Heusel et al. 2017, section 4; Dowson and Landau 1982).

    |m_a - m_b|^2 + Tr(S_a + S_b - 2 (S_a S_b)^(1/2)). The last trace is the sum of the singular
    values of S_a^(1/2) S_b^(1/2): no square root of a matrix that is not symmetric is taken. Two
    finite sets of one distribution are apart by about 1/n, so equal sizes must be compared.
    """
    product = _square_root(a.covariance) @ _square_root(b.covariance)
    cross = torch.linalg.svdvals(product).sum()
    traces = a.covariance.trace() + b.covariance.trace()
    distance = (a.mean - b.mean).square().sum() + traces - 2 * cross
    return max(0.0, float(distance))


def _square_root(covariance: Tensor) -> Tensor:
    """The symmetric root; rounding may have made eigenvalues that are 0 a little negative."""
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    return root
