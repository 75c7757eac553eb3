"""Runs commands in this process, for tests: what they print, and how they end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from latentstudio.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Run = Callable[..., Ended]


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command line given as words."""

    def run(*words: object) -> Ended:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return run
