"""Learning rates: how they fall towards the end of a run, and what lazy regularizers take off."""

from collections.abc import Iterable

FLOOR = 0.05
"""What is left of the learning rates at the end of a run that lets them fall."""


def learning_rate_factor(progress: float, decay_from: float) -> float:
    """1 until ``decay_from`` of the run, then down in a line to FLOOR at its end."""
    if progress <= decay_from or decay_from >= 1:
        return 1.0
    return max(FLOOR, 1 - (1 - FLOOR) * (progress - decay_from) / (1 - decay_from))


def main_share(periods: Iterable[int]) -> float:
    """Share of a network's steps that are not those of its lazy regularizers.

    With a further step every k this is k / (k + 1); Adam's rate is multiplied by it and its betas
    are raised to it, so that k steps and one go as far as k (Karras et al. 2020, StyleGAN2,
    appendix B).

    Args:
        periods: after how many steps each regularizer has one.
    """
    return 1 / (1 + sum(1 / period for period in periods))
