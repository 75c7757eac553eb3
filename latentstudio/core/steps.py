"""Steps of long tasks, which are generators that return what they find: changed, counted, ended."""

import contextlib
from collections.abc import Callable
from collections.abc import Generator as Steps
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


def changed(steps: Steps[A, None, T], change: Callable[[A], B]) -> Steps[B, None, T]:
    """The same task with each step as ``change`` makes it; closed with it, however it ends."""
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                found: T = end.value
                return found
            yield change(step)
    finally:
        steps.close()


def telling(steps: Steps[A, None, T], progress: B) -> Steps[B, None, T]:
    """A part of a task; each of its steps tells how far the whole task is."""
    return changed(steps, lambda _: progress)


def counted(steps: Steps[int, None, T]) -> Steps[int, None, T]:
    """A task whose steps tell how much they did, as one whose steps tell how much is done."""
    done = 0

    def add(more: int) -> int:
        nonlocal done
        done += more
        return done

    return changed(steps, add)


def ended(steps: Steps[A, None, T], see: Callable[[A], object] = lambda _step: None) -> T:
    """What a task returns; each step is shown to ``see`` before the next one is taken.

    However it ends, Ctrl-C included, the task's finally blocks have run.
    """
    with contextlib.closing(changed(steps, see)) as seen:
        while True:
            try:
                next(seen)
            except StopIteration as end:
                found: T = end.value
                return found
