"""What a command answers: data for scripts, lines for people."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The result of a command: one JSON object, and the same in words.

    ``failed`` says that a part of it could not be done, which the exit code tells.
    """

    data: Mapping[str, Any]
    lines: Sequence[str]
    failed: bool = False


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines with aligned columns."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def say(sentence: str) -> None:
    """Tell the person at the terminal something beside the answer."""
    sys.stderr.write(f"{' '.join(sentence.split())}\n")


def size_of(count: float) -> str:
    """Bytes for people: ``13.2 MB``."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(count / 2**10, 1):.0f} kB"
