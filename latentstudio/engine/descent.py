"""L-BFGS, an evaluation at a time: finds the end of a valley in few steps (Nocedal and Wright)."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Slope = Callable[[Tensor], tuple[float, Tensor]]
"""A point to its loss and gradient."""

_MEMORY = 20
_ENOUGH = 1e-4  # of the fall that the slope promises (Armijo)
_SHORTEST = 1e-6


def lbfgs(slope: Slope, point: Tensor, evaluations: int) -> Iterator[Tensor]:
    """Go down from a point (Nocedal and Wright 2006, algorithm 7.5, with backtracking).

    Args:
        slope: the loss and gradient at a point; called at most ``evaluations`` times.
        point: where to begin, of any shape.
        evaluations: to spend; fewer where no step goes down any more.

    Yields:
        the best point so far, after each evaluation.
    """
    value, gradient = slope(point)
    pairs: list[tuple[Tensor, Tensor]] = []
    spent = 1
    yield point
    while spent < evaluations:
        way = _direction(gradient, pairs)
        fall = float((way * gradient).sum())
        if not fall < 0:  # memory of another place: forget it
            if not pairs:
                return
            pairs = []
            continue
        length = 1.0 if pairs else min(1.0, 0.1 / (float(way.norm()) + 1e-12))
        while True:
            tried = point + length * way
            new_value, new_gradient = slope(tried)
            spent += 1
            if new_value <= value + _ENOUGH * length * fall:
                break
            yield point
            length /= 2
            if length < _SHORTEST or spent >= evaluations:
                break
        if not new_value < value:
            if not pairs:
                return
            pairs = []
            continue
        step, change = tried - point, new_gradient - gradient
        if float((step * change).sum()) > 1e-12 * float(change.square().sum()):
            pairs = [*pairs[1 - _MEMORY :], (step, change)]
        point, value, gradient = tried, new_value, new_gradient
        yield point


def _direction(gradient: Tensor, pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Down, by the curvature that the last steps met (algorithm 7.4)."""
    way = -gradient
    shares = []
    for step, change in reversed(pairs):
        curvature = (step * change).sum()
        share = (step * way).sum() / curvature
        way = way - share * change
        shares.append((share, curvature))
    if pairs:
        step, change = pairs[-1]
        way = way * ((step * change).sum() / change.square().sum())
    for (step, change), (share, curvature) in zip(pairs, reversed(shares), strict=True):
        way = way + (share - (change * way).sum() / curvature) * step
    return torch.as_tensor(way)
