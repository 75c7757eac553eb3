"""A bias in half precision: added row by row, in place, and fast both ways."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def add_bias(y: Tensor, bias: Tensor) -> Tensor:
    """Add a bias [C] to features [B, C, H, W] that lie channels last, in place.

    A sum that broadcasts over 16 channels, less than one vector, takes fifteen times as long as one
    over rows; autograd's slope of such rows takes forty times as long as a plain sum.
    """
    return (_added_with_slopes if bias.requires_grad else _added)(y, bias)


def _added(y: Tensor, bias: Tensor) -> Tensor:
    row = bias[:, None, None].expand(1, -1, 1, y.shape[3])
    return y.add_(row.contiguous(memory_format=torch.channels_last))


class _Added(torch.autograd.Function):
    """``_added`` with its slopes."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, bias: Tensor) -> Tensor:
        ctx.mark_dirty(y)
        return _added(y, bias)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor]:
        return slope, slope.sum((0, 2, 3))


_added_with_slopes: Callable[[Tensor, Tensor], Tensor] = _Added.apply
