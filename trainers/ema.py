"""The moving average of a generator's weights, and the batch statistics that belong to it."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from trainers.spectral import plain_weight


def ema_decay(images: int, batch: int, half_life: float, ramp: float | None) -> float:
    """How much of the average stays after a batch.

    Args:
        images: real images shown so far.
        batch: images shown in this step.
        half_life: in images; after so many, half of the old average is left.
        ramp: the half-life is at most this share of ``images``, so that the start is forgotten
            (Karras et al. 2020, ADA, appendix B); None for no ramp.
    """
    if ramp is not None:
        half_life = min(half_life, images * ramp)
    return float(0.5 ** (batch / half_life)) if half_life > 0 else 0.0


@torch.no_grad()
def update_average(average: nn.Module, module: nn.Module, decay: float) -> None:
    """Move the average's weights towards the module's: average = decay average + ..., in place.

    Args:
        average: the network without normalised weights.
        module: the same one; of a normalised weight what it works with is averaged, so the
            average needs no singular vectors of its own.
        decay: how much of the average stays.
    """
    old = dict(average.named_parameters())
    new = [plain_weight(module, name) for name in old]
    torch._foreach_lerp_(list(old.values()), new, 1.0 - decay)


@torch.no_grad()
def estimate_statistics(module: nn.Module, batches: Iterable[tuple[Tensor, ...]]) -> None:
    """Set the moments of every batch norm to their mean over ``batches`` of arguments, in place.

    An average of weights has other activations than any of the networks it is an average of, so
    it needs statistics of its own. Leaves the module in evaluation mode.
    """
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    if norms:
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean over the batches
        module.train()
        for batch in batches:
            module(*batch)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
    module.eval()
