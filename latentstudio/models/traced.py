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
        if not hasattr(torch._C, "_create_function_from_graph"):
            return None  # another torch: every picture is drawn operator by operator
        quick = _one_call(function, example)
        found = [quick(*example) for _ in range(_CALLS)]
    return quick if all(torch.equal(wanted, image) for image in found) else None


def _one_call(function: Pass, example: tuple[Tensor, ...]) -> Pass:
    """The operators of a pass as a function of torch's.

    Two steps of what ``torch.jit.trace`` does: that itself puts its function, and with it the
    weights, among those that live as long as the process, 25 MB for each model that is opened.
    """
    graph, _ = torch._C._create_graph_by_tracing(
        lambda *inputs: function(*inputs), example, lambda _tensor: "", True, False
    )
    quick: Pass = torch._C._create_function_from_graph("drawing", graph)
    return quick


def is_single(styles: Tensor) -> bool:
    """Whether one picture is drawn and nothing is differentiated: what a traced pass is for."""
    return len(styles) == 1 and not torch.is_grad_enabled()
