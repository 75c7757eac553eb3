"""Tasks that are made of others: their steps, their ends, and that none is left open."""

from collections.abc import Generator as Steps

import pytest

from latentstudio.core.steps import changed, counted, ended, telling


class Task:
    """Two steps and an answer; remembers whether its finally block has run."""

    closed = False

    def run(self) -> Steps[int, None, str]:
        try:
            yield 2
            yield 3
            return "found"
        finally:
            self.closed = True


def test_steps_are_changed_counted_and_told() -> None:
    for steps, wanted in (
        (changed(Task().run(), str), ["2", "3"]),
        (counted(Task().run()), [2, 5]),
        (telling(Task().run(), (1, 4)), [(1, 4), (1, 4)]),
    ):
        seen: list[object] = []
        assert ended(steps, seen.append) == "found"
        assert seen == wanted


def test_a_task_is_closed_with_what_was_made_of_it() -> None:
    task = Task()
    outer = changed(counted(task.run()), str)
    next(outer)
    assert not task.closed
    outer.close()
    assert task.closed


def test_a_task_is_closed_when_somebody_who_sees_it_fails() -> None:
    task = Task()

    def fail(step: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ended(task.run(), fail)
    assert task.closed
