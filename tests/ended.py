"""Runs a task to its end, step by step."""

from collections.abc import Callable
from collections.abc import Generator as Steps
from typing import Any, TypeVar

T = TypeVar("T")


def ended(steps: Steps[Any, None, T], see: Callable[[Any], object] = lambda _step: None) -> T:
    """What a task returns; each step is shown to ``see`` before the next one is taken."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
        see(step)
