"""Noise inputs of style-based generators: their sides, and the constant noise of a seed."""

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def noise_sides(resolutions: Sequence[int]) -> list[int]:
    """Side of the noise of each convolution: one at 4 pixels, two at every other resolution."""
    first, *rest = resolutions
    return [first, *(side for r in rest for side in (r, r))]


@functools.lru_cache(maxsize=64)
def constant_noise(seed: int, layer: int, side: int) -> Tensor:
    """The constant noise of a layer: float32 [1, 1, side, side], not to be changed."""
    entropy = np.random.SeedSequence((seed, layer)).generate_state(1, np.uint64)
    random = torch.Generator().manual_seed(int(entropy[0]))
    return torch.randn(1, 1, side, side, generator=random)
