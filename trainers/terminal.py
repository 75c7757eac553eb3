"""The terminal: answers on stdout, notes and progress on stderr."""

import json
import sys
from typing import Any, Self

from tqdm import tqdm


def answer(facts: dict[str, Any], text: str, as_json: bool) -> None:
    sys.stdout.write((json.dumps(facts) if as_json else text) + "\n")


def note(text: str) -> None:
    tqdm.write(text, file=sys.stderr)


class Progress:
    """A bar on a terminal, nothing in a log file."""

    def __init__(self, unit: str) -> None:
        self._bar = tqdm(unit=unit, disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def show(self, done: int, total: int) -> None:
        self._bar.total = total
        self._bar.update(done - self._bar.n)
