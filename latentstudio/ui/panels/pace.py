"""Even speed: lets a slider from A to B go by how much the picture changes; for panels with one."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject

from latentstudio.core.pace import Pace
from latentstudio.core.recipe import Recipe, position_of, with_position
from latentstudio.ui.controls import Toggle
from latentstudio.ui.panel import Panel, job_of

POINTS = 17
_PAIRS = 64  # that are remembered
_PLAIN = Pace()
TOOLTIP = (
    "Let the picture change evenly along the slider: slowly where it changes fast. "
    "The way from A to B is measured once for each pair."
)


def along(recipe: Recipe, t: float) -> Recipe:
    """Between the first two anchors of a recipe; where there is one, it stays."""
    return with_position(recipe, t) if len(recipe.anchors) > 1 else recipe


class EvenSpeed(QObject):
    """The switch beside a panel's A-to-B slider, and the slider's readings while it is on.

    The panel adds ``toggle`` under its own name, gives ``position`` and ``with_position`` to the
    slider, and calls ``measure`` from its ``fill_faces``.

    Args:
        panel: that has the slider.
        place: where from A (0) to B (1) a recipe stands, None where it is not between them.
        at: the recipe at such a place; the one in the middle stands for the pair.
    """

    def __init__(
        self,
        panel: Panel,
        place: Callable[[Recipe], float | None] = position_of,
        at: Callable[[Recipe, float], Recipe] = along,
    ) -> None:
        super().__init__(panel)
        self._panel, self._place, self._at = panel, place, at
        self._paces: OrderedDict[Recipe, Pace] = OrderedDict()
        self._job: int | None = None
        self._pair: Recipe | None = None
        self.toggle = Toggle("Even speed")
        self.toggle.toggled.connect(self._toggled)
        panel.tasks.job_changed.connect(self._job_changed)

    def position(self, recipe: Recipe) -> float | None:
        """Where the slider stands, 0 to 1; None where the recipe is not between A and B."""
        place = self._place(recipe)
        return None if place is None else self._pace(recipe).share(place)

    def with_position(self, recipe: Recipe, share: float) -> Recipe:
        """The recipe at a place of the slider."""
        return self._at(recipe, self._pace(recipe).place(share))

    def measure(self) -> None:
        """Have the pair of the current recipe measured, if the switch is on and it is not yet."""
        recipe = self._panel.document.recipe
        if not self.toggle.isChecked() or self._place(recipe) is None or self._panel.info is None:
            return
        pair = self._at(recipe, 0.5)
        if pair in self._paces or pair == self._pair:
            return
        if self._job is not None:
            self._panel.tasks.cancel(self._job)
        self._pair = pair
        steps = [self._at(recipe, i / (POINTS - 1)) for i in range(POINTS)]
        self._job = self._panel.tasks.start_job("pace", "Even speed", recipes=steps)

    def _pace(self, recipe: Recipe) -> Pace:
        """The pace of a pair, an even one until it is measured."""
        if not self.toggle.isChecked():
            return _PLAIN
        return self._paces.get(self._at(recipe, 0.5), _PLAIN)

    def _toggled(self, _on: bool) -> None:
        self.measure()
        self._panel.show_recipe(self._panel.document.recipe)

    def _job_changed(self, message: object) -> None:
        """Take the measured pace; a task that failed leaves the slider as it is."""
        if self._job is None or job_of(message) != self._job:
            return
        result = getattr(message, "result", None)
        if isinstance(result, Pace) and self._pair is not None:
            self._paces[self._pair] = result
            while len(self._paces) > _PAIRS:
                self._paces.popitem(last=False)
        if not hasattr(message, "step"):  # done, cancelled or failed
            self._job = self._pair = None
            self._panel.show_recipe(self._panel.document.recipe)
