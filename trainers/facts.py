"""What a step finds out: scalars on the device, read as numbers all at once."""

from collections.abc import Iterable

import torch
from torch import Tensor

Facts = dict[str, float]
"""Numbers by their names in ``stats.jsonl``."""

Found = dict[str, Tensor]
"""Facts before they are read."""


def read(scalars: Iterable[Tensor]) -> list[float]:
    """The numbers of scalars of one device.

    A graphics card is waited for here and nowhere else in a step, since it computes while python
    goes on.
    """
    numbers: list[float] = torch.stack([scalar.float() for scalar in scalars]).tolist()
    return numbers
