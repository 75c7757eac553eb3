"""How learning rates fall towards the end of a run."""

FLOOR = 0.05
"""What is left of the learning rates at the end of a run that lets them fall."""


def learning_rate_factor(progress: float, decay_from: float) -> float:
    """1 until ``decay_from`` of the run, then down in a line to FLOOR at its end."""
    if progress <= decay_from or decay_from >= 1:
        return 1.0
    return max(FLOOR, 1 - (1 - FLOOR) * (progress - decay_from) / (1 - decay_from))
