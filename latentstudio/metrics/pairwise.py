"""Distances between all pairs of two sets of features, a few rows at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

_ROWS = 1024


def rows_of_distances(queries: Tensor, pool: Tensor) -> Iterator[Tensor]:
    """Yield Euclidean distances [rows, M] of queries [N, D] to a pool [M, D], from the first on.

    In float64: the fast way to a distance subtracts squares, and in float32 near ones drown in it.
    """
    pool = pool.double()
    for part in torch.split(queries, _ROWS):
        yield torch.cdist(part.double(), pool)


def nearest_distances(queries: Tensor, pool: Tensor, k: int = 1) -> Tensor:
    """The distance of each query to its k-th nearest member of a pool: [N].

    Raises:
        ValueError: the pool has fewer than k members.
    """
    if len(pool) < k:
        raise ValueError(f"a pool of {len(pool)} has no neighbour number {k}")
    rows = [row.kthvalue(k, dim=1).values for row in rows_of_distances(queries, pool)]
    return torch.cat(rows)
