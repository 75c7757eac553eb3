"""Sets of features with known distributions, for metrics with known answers."""

import torch


def gaussian(
    count: int, dimensions: int, seed: int = 0, mean: float = 0.0, spread: float = 1.0
) -> torch.Tensor:
    """Rows [count, dimensions] of N(mean, spread^2), each number for itself."""
    random = torch.Generator().manual_seed(seed)
    return mean + spread * torch.randn(count, dimensions, generator=random)
