"""Jobs for tests: one that counts, and some that fail each in their own way."""

import errno
from collections.abc import Generator as Steps

import torch

from latentstudio.core.errors import StudioError
from latentstudio.engine.messages import Step
from tests.fakes import FakeGenerator


def count(generator: FakeGenerator, to: int, log: list[str]) -> Steps[Step, None, int]:
    """Count in steps; the log says how it ended."""
    log.append(f"began on {generator.info.name}")
    try:
        for done in range(1, to + 1):
            yield Step(done, to)
        log.append("finished")
    finally:
        log.append("closed")
    return to


def fail(generator: FakeGenerator) -> Steps[Step, None, None]:
    yield Step(1, 2)
    raise StudioError("The test failed", "it was told to", "Tell it otherwise.")


def fail_on_sets(generator: FakeGenerator, **sets: object) -> Steps[Step, None, None]:
    """Take what ``arithmetic`` takes, and fail."""
    yield Step(0, len(sets))
    raise StudioError("The test failed", "it was told to", "Tell it otherwise.")


def divide(generator: FakeGenerator, by: int = 0) -> Steps[Step, None, float]:
    yield Step(1, 2)
    return 1 / by


def exhaust(generator: FakeGenerator) -> Steps[Step, None, None]:
    yield Step(1, 2)
    raise torch.OutOfMemoryError("tried to allocate too much")


def stumble(generator: FakeGenerator) -> Steps[Step, None, None]:
    """Fail while closing, as a file on a full disk does."""
    try:
        yield Step(1, 2)
        yield Step(2, 2)
    finally:
        raise OSError(errno.ENOSPC, "No space left on device")
