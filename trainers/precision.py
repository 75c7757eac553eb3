"""Whether bfloat16 makes a training faster here: measured, since processors differ in it."""

import time
from collections.abc import Callable

import torch
from torch import Tensor

_ROUNDS = 2


def wants_bfloat16(precision: str, forward: Callable[[], Tensor]) -> bool:
    """Whether to train under autocast to bfloat16.

    Processors that compute bfloat16 at the speed of float32 lose by the conversions, others gain
    twice, so ``auto`` tries both.

    Args:
        precision: ``auto``, ``float32`` or ``bfloat16``.
        forward: a pass of a batch through networks, to a tensor to go back from; it may leave
            traces in them (gradients, moments), so give copies.
    """
    if precision != "auto":
        return precision == "bfloat16"

    def seconds(enabled: bool) -> float:
        best = float("inf")
        for _ in range(1 + _ROUNDS):  # the first warms up
            start = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
                result = forward()
            result.float().mean().backward()  # type: ignore[no-untyped-call]
            best = min(best, time.perf_counter() - start)
        return best

    with torch.random.fork_rng(devices=[]):
        return seconds(True) < seconds(False)
