"""Random numbers by position: what a step draws depends on the seed and the step, nothing else.

So a run that was killed goes on with the same numbers, and ranks can hold slices of one batch.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from latentstudio.core.latent import TRUNCATION
from latentstudio.core.model_info import Prior

STREAMS = ("weights", "latents", "data", "grid", "statistics", "judge", "torch", "step")


def stream(name: str, seed: int, position: int = 0) -> torch.Generator:
    """A generator for one purpose of a run at one position of its clock."""
    entropy = np.random.SeedSequence((STREAMS.index(name), seed, position))
    return torch.Generator().manual_seed(int(entropy.generate_state(1, np.uint64)[0]))


def draw_latents(prior: Prior, count: int, z_dim: int, random: torch.Generator) -> Tensor:
    """Draw z [count, z_dim] from a prior; ``truncnormal`` ends at two standard deviations."""
    if prior == "uniform":
        return torch.rand(count, z_dim, generator=random) * 2 - 1
    if prior == "truncnormal":
        low = torch.special.ndtr(torch.tensor(-TRUNCATION))
        quantiles = low + torch.rand(count, z_dim, generator=random) * (1 - 2 * low)
        z: Tensor = torch.special.ndtri(quantiles)
        return z.clamp_(-TRUNCATION, TRUNCATION)
    return torch.randn(count, z_dim, generator=random)


def data_indices(seed: int, start: int, count: int, length: int) -> npt.NDArray[np.int64]:
    """Which pictures are shown as numbers ``start`` to ``start + count`` of a run.

    Every picture once in each pass over the data, in an order of its own for each pass.
    """
    positions = np.arange(start, start + count)
    passes = positions // length
    return np.concatenate(
        [_order(seed, int(p), length)[positions[passes == p] % length] for p in np.unique(passes)]
    )


@lru_cache(maxsize=2)
def _order(seed: int, number: int, length: int) -> npt.NDArray[np.int64]:
    entropy = np.random.SeedSequence((STREAMS.index("data"), seed, number))
    return np.random.default_rng(entropy).permutation(length)
