"""Chance for people: seeds that nobody chose, without any global random state."""

import secrets

from latentstudio.core.latent import SEEDS


def fresh_seed() -> int:
    """A seed from anywhere, 0 to 2^32-1."""
    return secrets.randbelow(SEEDS)


def seeds_around(seed: int, count: int) -> list[int]:
    """Seeds that are always the same for a seed, spread over all (Knuth's multiplicative hash)."""
    return [(seed * 2_654_435_761 + (i + 1) * 40_503_127) % SEEDS for i in range(count)]
