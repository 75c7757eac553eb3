"""Meter: how many pictures a second are painted, and how long a change takes to be seen."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

_WINDOW_S = 2.0


class Meter:
    """Counts asked and painted pictures; a change is seen when it or a later one is painted.

    Args:
        clock: seconds, rising; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._asked: deque[tuple[int, float]] = deque()
        self._painted: deque[float] = deque()
        self._latencies: deque[tuple[float, float]] = deque()
        self.record: list[float] | None = None  # every latency in ms, while a benchmark listens

    def asked(self, request: int) -> None:
        """A change was made and sent as this request."""
        self._asked.append((request, self._clock()))

    def painted(self, request: int) -> None:
        """The answer to a request is on the screen."""
        now = self._clock()
        self._painted.append(now)
        while self._asked and self._asked[0][0] <= request:
            latency = (now - self._asked.popleft()[1]) * 1000
            self._latencies.append((now, latency))
            if self.record is not None:
                self.record.append(latency)
        self._forget(now)

    def forget(self) -> None:
        """What was asked so far will not be answered."""
        self._asked.clear()

    def rate(self) -> float:
        """Pictures a second over the last two seconds."""
        self._forget(self._clock())
        if len(self._painted) < 2:
            return 0.0
        span = self._painted[-1] - self._painted[0]
        return (len(self._painted) - 1) / span if span > 0 else 0.0

    def latency(self) -> float | None:
        """Median milliseconds from a change to its picture, or None when nothing changed."""
        self._forget(self._clock())
        return median(value for _, value in self._latencies) if self._latencies else None

    def _forget(self, now: float) -> None:
        while self._painted and now - self._painted[0] > _WINDOW_S:
            self._painted.popleft()
        while self._latencies and now - self._latencies[0][0] > _WINDOW_S:
            self._latencies.popleft()
