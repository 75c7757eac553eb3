"""Loss: how far answers are from what is known while they are looked for, and error curves."""

import math
from collections.abc import Sequence

from latentstudio.core.recipe import Recipe
from latentstudio.ui.controls import InfoLine, Label
from latentstudio.ui.controls.line_plot import LinePlot
from latentstudio.ui.panel import Panel

_HALVES = ((0.0, "0"), (0.5, "50 %"), (1.0, "100 %"))
_LINES = 16  # beyond that nobody can tell them apart


class LossPanel(Panel):
    """Follows the search that runs, or the last one."""

    key = "loss"
    title = "Loss"
    icon = "chart-line"

    def build(self) -> None:
        self._points: list[tuple[float, Sequence[float]]] = []
        self._unit, self._turns = "", 1
        self._said = ""
        self.plot = LinePlot("Loss")
        self.plot.setObjectName("loss.plot")
        self.body.addWidget(self.plot)
        self._best = InfoLine("A search draws here how near its answers come.", "info")
        self.body.addWidget(self._best)
        self._heading = Label("Error against measurements, levels of 255", token="muted")
        self.body.addWidget(self._heading)
        self.curve = LinePlot("Error against measurements", dots=True)
        self.curve.setObjectName("loss.curve")
        self.body.addWidget(self.curve)
        self.plot.hide()
        self.show_curve(())

    def summary(self, recipe: Recipe) -> str:
        return self._said

    def begin(self, unit: str, turns: int = 1) -> None:
        """A task has begun; ``unit`` is what its numbers are, ``turns`` how often it searches."""
        self._points, self._unit, self._turns = [], unit, turns
        self.plot.hide()
        self._say("Looking for starts.", "info")

    def show_step(self, share: float, values: Sequence[float]) -> None:
        """How far the answers were off when a share (0 to 1) of the task was done."""
        here = share * self._turns % 1.0 if share < 1 else 1.0
        if self._points and here < self._points[-1][0]:
            self._points = []  # the next search
        self._points.append((here, sorted(values)[:_LINES]))
        count = max(len(values) for _, values in self._points)
        lines = [
            [(share, values[rank]) for share, values in self._points if rank < len(values)]
            for rank in range(count)
        ]
        best = min((y for _, values in self._points[-1:] for y in values), default=math.nan)
        self.plot.show_lines(lines, _HALVES, f"{self._unit}: the best is {best:.3g} off")
        self.plot.show()
        if math.isfinite(best):
            self._say(f"Best {best:.3f}, {self._unit}", "info")

    def end(self, words: str, well: bool = True) -> None:
        """The search has ended: well, or early; in words."""
        self._say(words, "ok" if well else "info")

    def show_losses(self, losses: Sequence[float], words: str) -> None:
        """The loss after each step, and what came of it."""
        last = len(losses)
        line = [(step, loss) for step, loss in enumerate(losses, start=1)]
        if last > 1:
            ticks = ((1.0, "1"), (last / 2, str(last // 2)), (float(last), f"{last} steps"))
            self.plot.show_lines([line], ticks, f"Loss after each of {last} steps; {words}")
            self.plot.show()
        self._say(words, "ok")

    def show_curve(self, curve: Sequence[tuple[int, float]]) -> None:
        """Errors in levels of 255 for numbers of measurements; none hides it."""
        there = len(curve) > 1
        self._heading.setVisible(there)
        self.curve.setVisible(there)
        if there:
            line = [(math.log2(count), error) for count, error in curve]
            ticks = [(math.log2(count), str(count)) for count, _ in curve]
            said = ", ".join(f"{count}: {error:.1f}" for count, error in curve)
            self.curve.show_lines([line], ticks, f"Measurements and error: {said}")

    def _say(self, words: str, kind: str) -> None:
        self._said = words
        self._best.set_text(words, "ok" if kind == "ok" else "info")
        self.set_summary(words)
