"""Histogram of what a referee reads: does each value occur as often as in real pictures?"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from latentstudio.metrics.referee import Head

BINS = 10
"""A number's range is cut into so many parts; what lies outside counts to the outer ones."""

COMMON = 0.05
MISSING = 0.25
"""A value that at least a twentieth of the real pictures show, and less than a quarter of that
share of the generated ones, is missing."""


def value_names(head: Head) -> tuple[str, ...]:
    """What the entries of a factor's histogram are called."""
    if head.values:
        return head.values
    low, high = head.range
    edges = [low + (high - low) * i / BINS for i in range(BINS + 1)]
    return tuple(f"{a:g} to {b:g}" for a, b in itertools.pairwise(edges))


def histogram_of(head: Head, read: Tensor) -> Tensor:
    """The share of pictures that show each value: float64 [V], summing to 1.

    Args:
        head: the factor.
        read: what a referee read: probabilities [N, V] of a category (the likeliest counts), or
            numbers [N].
    """
    if head.values:
        places = read.argmax(1)
    else:
        low, high = head.range
        places = ((read - low) * (BINS / (high - low))).long().clamp(0, BINS - 1)
    counts = torch.bincount(places, minlength=len(head.values) or BINS)
    return counts.double() / len(read)


def total_variation(p: Tensor, q: Tensor) -> float:
    """Half the sum of absolute differences: the share of pictures that would have to change."""
    return float((p.double() - q.double()).abs().sum()) / 2


def missing_values(real: Tensor, fake: Tensor, names: Sequence[str]) -> list[str]:
    """The names of values that real pictures show and generated ones hardly do."""
    gone = (real >= COMMON) & (fake < MISSING * real)
    return [name for name, is_gone in zip(names, gone.tolist(), strict=True) if is_gone]


def varies(shares: Tensor, most: float = 0.99) -> bool:
    """Whether a histogram says anything: no value has nearly all pictures."""
    return float(shares.max()) < most
