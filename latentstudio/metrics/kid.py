"""Kernel distance (KID): the unbiased squared MMD of two sets of features, over blocks."""

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 500


@dataclass(frozen=True)
class KernelDistance:
    """The mean over blocks, and their standard deviation; it may be a little negative."""

    mean: float
    spread: float


def kernel_distance(fake: Tensor, real: Tensor, block: int = BLOCK) -> KernelDistance:
    """The distance of features [N, D] to features [M, D] (Binkowski et al. 2018, section 4).

    Disjoint blocks of both sets are compared with the cubic kernel; what does not fill a block is
    left out, and sets smaller than a block are one block. Unbiased: its expectation does not
    depend on how many pictures there are, and is 0 for two sets of one distribution. That holds
    for random blocks: where classes take turns, each block of neighbours would hold more unlike
    pictures than chance would, so the sets are shuffled first, always in the same way.

    Raises:
        ValueError: fewer than two rows.
    """
    block = min(block, len(fake), len(real))
    if block < 2:
        raise ValueError("one picture has no kernel distance")
    fake, real = _shuffled(fake, 0), _shuffled(real, 1)
    count = min(len(fake), len(real)) // block
    spans = [slice(i * block, (i + 1) * block) for i in range(count)]
    found = torch.stack([squared_mmd(fake[span], real[span]) for span in spans])
    return KernelDistance(float(found.mean()), float(found.std()) if count > 1 else 0.0)


def squared_mmd(x: Tensor, y: Tensor) -> Tensor:
    """The unbiased estimate (Gretton et al. 2012, equation 3) from [N, D] and [M, D]; float64."""
    x, y = x.double(), y.double()
    within = _mean_of_others(_kernel(x, x)) + _mean_of_others(_kernel(y, y))
    return within - 2 * _kernel(x, y).mean()


def _shuffled(features: Tensor, seed: int) -> Tensor:
    return features[torch.randperm(len(features), generator=torch.Generator().manual_seed(seed))]


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_others(kernel: Tensor) -> Tensor:
    n = len(kernel)
    return (kernel.sum() - kernel.trace()) / (n * (n - 1))
