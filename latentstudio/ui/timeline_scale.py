"""TimeScale: where a moment stands on the timeline, and where its ruler has ticks."""

import math
from dataclasses import dataclass

_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_HALVES = {2.0: 2, 1.0: 2, 0.2: 2, 0.1: 1}  # small ticks to a step; others have five
FASTEST = 1200.0  # pixels a second: a frame of 30 is 40 wide
SLOWEST = 0.5


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Times in seconds to pixels and back.

    Attributes:
        start: the time at x = 0, in seconds.
        rate: pixels a second.
    """

    start: float = 0.0
    rate: float = 100.0

    @classmethod
    def fitting(cls, seconds: float, width: float, margin: float = 0.0) -> "TimeScale":
        """From 0 to ``seconds`` over a width, with a margin at both ends."""
        room = max(width - 2 * margin, 1.0)
        rate = min(max(room / max(seconds, 1e-3), SLOWEST), FASTEST)
        return cls(-margin / rate, rate)

    def x(self, seconds: float) -> float:
        """Where a time stands, in pixels."""
        return (seconds - self.start) * self.rate

    def time(self, x: float) -> float:
        """The time at a place; negative left of the start."""
        return self.start + x / self.rate

    def zoomed(self, factor: float, x: float) -> "TimeScale":
        """Closer by a factor; what stands at ``x`` stays there."""
        rate = min(max(self.rate * factor, SLOWEST), FASTEST)
        return TimeScale(self.time(x) - x / rate, rate)

    def moved(self, pixels: float) -> "TimeScale":
        """Further on by so many pixels."""
        return TimeScale(self.start + pixels / self.rate, self.rate)

    def held(self, seconds: float, width: float, margin: float) -> "TimeScale":
        """Pushed back so that what is seen lies between 0 and ``seconds``."""
        least = -margin / self.rate
        most = max(least, seconds - (width - margin) / self.rate)
        return TimeScale(min(max(self.start, least), most), self.rate)

    def step(self, apart: float) -> float:
        """Seconds between two ticks with words, which stand ``apart`` pixels apart at least."""
        wide = (step for step in _STEPS if step * self.rate >= apart)
        return next(wide, _STEPS[-1])

    def ticks(self, width: float, apart: float) -> list[tuple[float, bool]]:
        """The times of all ticks in a width, and whether words belong to them."""
        step = self.step(apart)
        parts = _HALVES.get(step, 5)
        first = max(0, math.floor(self.start / step * parts))
        last = math.floor(self.time(width) / step * parts)
        return [(i * step / parts, i % parts == 0) for i in range(first, last + 1)]


def clock(seconds: float, decimals: int = 2) -> str:
    """A time for people: ``0:04.62``."""
    scale = 10**decimals
    whole = round(max(seconds, 0.0) * scale)
    minutes, rest = divmod(whole, 60 * scale)
    width = 3 + decimals if decimals else 2
    return f"{minutes}:{rest / scale:0{width}.{decimals}f}"


def tick_words(seconds: float, step: float) -> str:
    """What a tick of the ruler says; tenths only where ticks are that near."""
    return clock(seconds, 1 if step < 1 else 0)
