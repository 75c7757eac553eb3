"""What a step finds out: scalars on the device, read all at once; whether to go on after it."""

from collections.abc import Iterable

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError

Facts = dict[str, float]
"""Numbers by their names in ``stats.jsonl``."""

Found = dict[str, Tensor]
"""Facts before they are read."""

PATIENCE = 5
"""So many steps in a row of which a phase was skipped end the run."""


def read(scalars: Iterable[Tensor]) -> list[float]:
    """The numbers of scalars of one device.

    A graphics card is waited for here and nowhere else in a step, since it computes while python
    goes on.
    """
    numbers: list[float] = torch.stack([scalar.float() for scalar in scalars]).tolist()
    return numbers


def check_streak(steps: int, images: int) -> None:
    """Stop a run that has come apart.

    Args:
        steps: in a row of which a phase was skipped.
        images: that were shown so far.

    Raises:
        StudioError: it has.
    """
    if steps >= PATIENCE:
        raise StudioError(
            "The training has come apart",
            f"{steps} steps in a row gave numbers that are not finite "
            f"(after {images / 1000:.1f} thousand images)",
            "Lower the learning rates or raise the regularizer's gamma, and start from an "
            "earlier snapshot; --set precision=float32 rules out rounding.",
        )
