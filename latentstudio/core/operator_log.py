"""The operator's log: what went wrong in a demo, in sentences that no visitor sees."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

MAX_BYTES = 256 * 1024
_SHOWN = 50
_FILE = "demo-log.txt"


class OperatorLog:
    """Sentences with their time, the last ones in memory, all of them in a small file.

    Args:
        folder: of the file; where it cannot be written the sentences stay in memory.
        clock: the time of day.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = datetime.now) -> None:
        self.path = folder / _FILE
        self._clock = clock
        self._lines: list[str] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """The last sentences, oldest first."""
        return tuple(self._lines)

    def say(self, sentence: str) -> None:
        """Note something; one that was the last already is not repeated."""
        words = " ".join(sentence.split())
        if self._lines and self._lines[-1].partition("  ")[2] == words:
            return
        line = f"{self._clock():%Y-%m-%d %H:%M:%S}  {words}"
        self._lines = [*self._lines, line][-_SHOWN:]
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            grown = self.path.exists() and self.path.stat().st_size > MAX_BYTES
            with self.path.open("w" if grown else "a", encoding="utf-8") as file:
                file.write(line + "\n")
