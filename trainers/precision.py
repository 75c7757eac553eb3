"""Whether bfloat16 makes a training faster here: measured, since devices differ in it."""

import time
from collections.abc import Callable

import torch
from torch import Tensor

_ROUNDS = 3

_WORTH_IT = 1.2
"""It has to be faster by this: float32 is the more exact one, and a busy machine misleads."""


def wants_bfloat16(precision: str, forward: Callable[[], Tensor], device: torch.device) -> bool:
    """Whether to train under autocast to bfloat16.

    Processors that compute bfloat16 at the speed of float32 lose by the conversions, others gain
    twice, so ``auto`` tries both.

    Args:
        precision: ``auto``, ``float32`` or ``bfloat16``.
        forward: a pass of a batch through networks, to a tensor to go back from; it may leave
            traces in them (gradients, moments), so give copies.
        device: where the networks are.
    """
    if precision != "auto":
        return precision == "bfloat16"

    def seconds(enabled: bool) -> float:
        start = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=enabled):
            result = forward()
        result.float().mean().backward()  # type: ignore[no-untyped-call]
        if device.type != "cpu":
            torch.accelerator.synchronize(device)  # others compute while python goes on
        return time.perf_counter() - start

    with torch.random.fork_rng(devices=[]):
        seconds(True), seconds(False)  # the first of each warms up
        # By turns, so that what else the machine does falls on both.
        rounds = [(seconds(True), seconds(False)) for _ in range(_ROUNDS)]
    lowered, full = map(min, zip(*rounds, strict=True))
    return bool(lowered * _WORTH_IT < full)
