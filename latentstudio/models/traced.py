"""Traced passes: a frozen network's drawing as one call, without the interpreter in between.

Small networks are hundreds of short operators. Between them the thread that draws waits for the
interpreter, which the window's thread needs, too: a picture of 6.7 ms takes 14.5 while a slider
moves, and traced 5.0 and 6.6.
"""

import warnings
from collections.abc import Callable

import torch
from torch import Tensor

Pass = Callable[..., Tensor]

_CALLS = 3  # the first calls of a traced pass compile it


def traced(function: Pass, *example: Tensor) -> Pass | None:
    """A pass as one call, or None where that does not give the same bytes.

    Args:
        function: of tensors of the example's shapes, by weights that need no slope. They become
            constants: to freeze a traced module instead holds the interpreter four times as long.
        example: inputs to trace with.
    """
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of shapes that are fixed by tracing, as they are to be
        wanted = function(*example)
        # Bound methods of a module are not taken as they are.
        quick: Pass = torch.jit.trace(  # type: ignore[no-untyped-call]
            lambda *inputs: function(*inputs), example, check_trace=False
        )
        found = [quick(*example) for _ in range(_CALLS)]
    return quick if all(torch.equal(wanted, image) for image in found) else None


def is_single(styles: Tensor) -> bool:
    """Whether one picture is drawn and nothing is differentiated: what a traced pass is for."""
    return len(styles) == 1 and not torch.is_grad_enabled()
