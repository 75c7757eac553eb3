"""Preview: at which size and precision a moving picture is drawn, to keep up with the hand."""

from collections import deque
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

BUDGET_MS = 25.0
"""What the network may take for a live picture: forty in a second, with room for the rest."""

SWIFT_MS = 5.0
"""A network that takes longer draws in half precision while a control moves, if it can: a
mouse tells its place every 8 ms, which waits for the picture under way, then for its own."""

_LONG_MS = 100.0
"""Of a network that takes longer, calls from Python to torch are nothing: it need not be traced."""

_FEWEST, _MOST = 3, 5  # full pictures that are looked at: one slow picture is no slow model
_SMALLEST = 4  # of the full side, at least a fourth: below that a face is not a face


class Preview:
    """Learns from measured times; the full and exact picture is given up only where it is too slow.

    Attributes:
        on: whether live pictures may be smaller or less exact; stills never are.
    """

    def __init__(self, on: bool = True, budget_ms: float = BUDGET_MS) -> None:
        self.on = on
        self._budget = budget_ms
        self._times: dict[int, deque[float]] = {}
        self._swift: Generator | None = None
        self._share = 1.0  # of the exact picture's time that a swift one takes

    def forget(self) -> None:
        """Another model or device: nothing is known."""
        self._times.clear()
        self._swift, self._share = None, 1.0

    def prepare(self, generator: "Generator") -> Iterator[None]:
        """Make a model quick, and a copy that draws faster where it is still too slow.

        In parts, so that a picture that is asked for meanwhile need not wait for all of it.
        """
        from latentstudio.engine.device import best_ms

        took = best_ms(generator, SWIFT_MS)
        yield
        if took < _LONG_MS:
            generator.make_quick()
            yield
        if took > SWIFT_MS:
            yield from self._copied(generator)

    def _copied(self, generator: "Generator") -> Iterator[None]:
        from latentstudio.engine.device import best_ms, hasty

        exact = best_ms(generator, SWIFT_MS)
        yield
        copy = generator if exact <= SWIFT_MS else hasty(generator)
        if copy is generator:
            return
        yield
        if exact < _LONG_MS:
            copy.make_quick()
            yield
        share = best_ms(copy) / exact
        if share < 1.0:
            self._times.clear()
            self._swift, self._share = copy, share

    def swift(self, recipe: Recipe, info: ModelInfo) -> "Generator | None":
        """What draws the styles of a live picture in the generator's place, if anything does.

        An exact picture follows, which has to show the same: new noise would be another picture,
        and what is set into a photograph may be taken as it is.
        """
        another = info.has_noise and recipe.noise.mode == "random"
        return self._swift if self.on and not another and recipe.paste is None else None

    def measured(self, resolution: int, forward_ms: float, swift: bool = False) -> None:
        """A picture of a size took so long in the network; an exact one tells of a swift one."""
        live_ms = forward_ms if swift else forward_ms * self._share
        self._times.setdefault(resolution, deque(maxlen=_MOST)).append(live_ms)

    def size(self, info: ModelInfo, swift: bool = True) -> int | None:
        """The side to draw a live picture at, by the swift copy if there is one; None for full."""
        budget = self._budget if swift else self._budget * self._share
        full = self._times.get(info.resolution, ())
        if not self.on or len(full) < _FEWEST:
            return None
        needed = median(full)
        smaller = [
            side
            for side in info.output_resolutions
            if info.resolution > side >= info.resolution // _SMALLEST
        ]
        if needed <= budget or not smaller:
            return None
        fitting = [s for s in smaller if self._guess(s, info.resolution, needed) <= budget]
        return max(fitting) if fitting else min(smaller)

    def _guess(self, side: int, full: int, needed: float) -> float:
        """What a size takes: as measured, or else in proportion to its pixels."""
        known = self._times.get(side)
        return median(known) if known else needed * (side / full) ** 2
