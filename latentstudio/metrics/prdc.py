"""Precision, recall, density and coverage: how real pictures look, and how many kinds there are."""

from dataclasses import dataclass

import torch
from torch import Tensor

from latentstudio.metrics.pairwise import nearest_distances, rows_of_distances

NEIGHBOURS = 5


@dataclass(frozen=True)
class Prdc:
    """Shares from 0 to 1; density may exceed 1.

    Attributes:
        precision: of the fakes, those within reach of a real picture.
        recall: of the real ones, those within reach of a fake.
        density: how many real neighbourhoods a fake lies in, over k; outliers weigh less.
        coverage: of the real ones, those with a fake in their neighbourhood.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def prdc(real: Tensor, fake: Tensor, k: int = NEIGHBOURS) -> Prdc:
    """Compare features [M, D] and [N, D]; the neighbourhood of a picture reaches to its k-th.

    Precision and recall: Kynkaanniemi et al. 2019, section 2. Density and coverage: Naeem et al.
    2020, section 3.2. All depend on the sizes of the sets.

    Raises:
        ValueError: a set of k pictures or fewer.
    """
    real_reach = nearest_distances(real, real, k + 1)  # its own nearest is itself
    fake_reach = nearest_distances(fake, fake, k + 1)
    inside = torch.zeros(len(fake), dtype=torch.int64)  # real neighbourhoods around each fake
    recalled = torch.zeros(len(real), dtype=torch.bool)
    covered = torch.zeros(len(real), dtype=torch.bool)
    start = 0
    for rows in rows_of_distances(real, fake):
        span = slice(start, start + len(rows))
        start = span.stop
        near = rows < real_reach[span, None]
        inside += near.sum(0)
        covered[span] = near.any(1)
        recalled[span] = (rows < fake_reach).any(1)
    return Prdc(
        precision=float((inside > 0).double().mean()),
        recall=float(recalled.double().mean()),
        density=float(inside.double().mean()) / k,
        coverage=float(covered.double().mean()),
    )
