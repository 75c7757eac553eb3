"""Preview: at which size a moving picture is drawn, so that it keeps up with the hand."""

from collections import deque
from statistics import median

from latentstudio.core.model_info import ModelInfo

BUDGET_MS = 25.0
"""What the network may take for a live picture: forty in a second, with room for the rest."""

_FEWEST, _MOST = 3, 5  # full pictures that are looked at: one slow picture is no slow model
_SMALLEST = 4  # of the full side, at least a fourth: below that a face is not a face


class Preview:
    """Learns from measured times; a size is only given up for the full one where that is too slow.

    Attributes:
        on: whether live pictures may be smaller; stills never are.
    """

    def __init__(self, on: bool = True, budget_ms: float = BUDGET_MS) -> None:
        self.on = on
        self._budget = budget_ms
        self._times: dict[int, deque[float]] = {}

    def forget(self) -> None:
        """Another model or device: nothing is known."""
        self._times.clear()

    def measured(self, resolution: int, forward_ms: float) -> None:
        """A picture of a size took so long in the network."""
        self._times.setdefault(resolution, deque(maxlen=_MOST)).append(forward_ms)

    def size(self, info: ModelInfo) -> int | None:
        """The side to draw a live picture at; None for the full one."""
        full = self._times.get(info.resolution, ())
        if not self.on or len(full) < _FEWEST:
            return None
        needed = median(full)
        smaller = [
            side
            for side in info.output_resolutions
            if info.resolution > side >= info.resolution // _SMALLEST
        ]
        if needed <= self._budget or not smaller:
            return None
        fitting = [s for s in smaller if self._guess(s, info.resolution, needed) <= self._budget]
        return max(fitting) if fitting else min(smaller)

    def _guess(self, side: int, full: int, needed: float) -> float:
        """What a size takes: as measured, or else in proportion to its pixels."""
        known = self._times.get(side)
        return median(known) if known else needed * (side / full) ** 2
