"""Latents as plain numbers: seeds to z, slerp and weighted blends, the 2-D plane of seeds."""

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from latentstudio.core.model_info import Prior

Array = npt.NDArray[np.float32]

SEEDS = 2**32
PLANE_ROW = 100
TRUNCATION = 2.0  # BigGAN's truncnorm cuts the normal at two standard deviations


@lru_cache(maxsize=4096)
def seed_z(prior: Prior, seed: int, z_dim: int, cut: float = TRUNCATION) -> Array:
    """The latent z of a seed, read-only float32 [z_dim], as the published scripts draw it.

    normal: ``RandomState(seed).randn(z_dim)``; uniform: ``RandomState(seed).uniform(-1, 1)``;
    truncnormal: scipy's ``truncnorm.rvs`` on [-cut, cut] (Brock 2019, section 3.1), before the
    truncation factor.
    """
    state = np.random.RandomState(seed % SEEDS)
    if prior == "uniform":
        z = state.uniform(-1.0, 1.0, z_dim)
    elif prior == "truncnormal":
        low = NormalDist().cdf(-cut)
        u = state.uniform(size=z_dim)
        quantiles = low + u * (1.0 - 2.0 * low)
        z = np.array([NormalDist().inv_cdf(q) for q in quantiles])
    else:
        z = state.randn(z_dim)
    result: Array = z.astype(np.float32)
    result.setflags(write=False)
    return result


def lerp(a: Array, b: Array, t: float) -> Array:
    """The straight line from a (t = 0) to b (t = 1)."""
    return (a + (b - a) * np.float32(t)).astype(np.float32)


def slerp(a: Array, b: Array, t: float) -> Array:
    """The arc from a to b (White 2016, section 2.1), lengths blended linearly; any shape."""
    flat_a, flat_b = a.astype(np.float64).ravel(), b.astype(np.float64).ravel()
    length_a, length_b = np.linalg.norm(flat_a), np.linalg.norm(flat_b)
    if length_a == 0 or length_b == 0:
        return lerp(a, b, t)
    cosine = np.clip(np.dot(flat_a, flat_b) / (length_a * length_b), -1.0, 1.0)
    angle = np.arccos(cosine)
    if np.sin(angle) < 1e-6:  # parallel or opposite: no arc is defined
        return lerp(a, b, t)
    unit = (
        np.sin((1 - t) * angle) * flat_a / length_a + np.sin(t * angle) * flat_b / length_b
    ) / np.sin(angle)
    result: Array = ((1 - t) * length_a + t * length_b) * unit
    return result.reshape(a.shape).astype(np.float32)


def blend_z(latents: Sequence[Array], weights: Sequence[float]) -> Array:
    """Blend latents in z so that the result stays as likely as its parts.

    One is itself, two slerp, more are a weighted sum rescaled to the weighted mean of their norms.
    Weights need not sum to one. All zero weights count as equal.
    """
    shares = normalized(weights)
    if len(latents) == 1:
        return latents[0]
    if len(latents) == 2 and min(shares) >= 0:
        return slerp(latents[0], latents[1], shares[1])
    total = sum_of(latents, shares)
    norm = float(np.linalg.norm(total))
    target = sum(s * float(np.linalg.norm(z)) for s, z in zip(shares, latents, strict=True))
    if norm < 1e-12:
        return total
    return (total * np.float32(abs(target) / norm)).astype(np.float32)


def sum_of(latents: Sequence[Array], shares: Sequence[float]) -> Array:
    """The weighted sum of latents of one shape, float32; the blend rule of w."""
    total = np.zeros(latents[0].shape, np.float64)
    for latent, share in zip(latents, shares, strict=True):
        total += np.float64(share) * latent
    return total.astype(np.float32)


def normalized(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights that sum to one; equal ones where the sum is zero."""
    total = sum(weights)
    if abs(total) < 1e-12:
        return tuple(1.0 / len(weights) for _ in weights)
    return tuple(weight / total for weight in weights)


def plane_seed(x: int, y: int) -> int:
    """The seed at a lattice point of the seed plane: (x + 100 y) mod 2^32."""
    return (x + PLANE_ROW * y) % SEEDS


def plane_anchors(x: float, y: float) -> tuple[tuple[int, float], ...]:
    """The lattice seeds around a point of the plane with bilinear weights that sum to one.

    Weights of zero are left out, so a lattice point is one seed.
    """
    # A float near a lattice line is that line: no anchors with a weight of 1e-7.
    left, top = int(np.floor(x + 1e-6)), int(np.floor(y + 1e-6))
    u, v = max(0.0, round(x - left, 6)), max(0.0, round(y - top, 6))
    corners = [
        (plane_seed(left, top), (1 - u) * (1 - v)),
        (plane_seed(left + 1, top), u * (1 - v)),
        (plane_seed(left, top + 1), (1 - u) * v),
        (plane_seed(left + 1, top + 1), u * v),
    ]
    return tuple((seed, weight) for seed, weight in corners if weight > 1e-6)


def seed_place(seed: int) -> tuple[float, float]:
    """Where a seed lies on the plane: x in [0, 100), y the row."""
    return float(seed % PLANE_ROW), float(seed // PLANE_ROW)
