"""Film: the faces along a journey, one beside the other, drawn when there is time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from latentstudio.core.journey import Journey
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe
from latentstudio.ui.controls.faces import Face
from latentstudio.ui.panel import Tasks
from latentstudio.ui.timeline_scale import TimeScale

_SETTLE_MS = 250  # while something moves, every millisecond belongs to the picture
_MOST = 200  # faces in all


@dataclass(slots=True)
class Cell:
    """A face of the film and the time that its middle stands for."""

    time: float
    recipe: Recipe
    face: Face = field(default_factory=Face)


class Film(QObject):
    """Holds the faces of the keyframes and of the way between them.

    Attributes:
        changed: a face has arrived.
    """

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._known: dict[Recipe, QImage] = {}
        self._held = False
        self.cells: list[Cell] = []
        self.keys: list[Cell] = []
        self._asked: list[Recipe] = []
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.ask)

    def lay(
        self, journey: Journey, info: ModelInfo | None, scale: TimeScale, width: float, edge: float
    ) -> None:
        """Lay the film out anew; faces that are known are there at once, others come later.

        Args:
            journey: whose faces.
            info: of the open model; None where it is not the journey's.
            scale: of the timeline.
            width: pixels of it that are seen.
            edge: of a face, in pixels.
        """
        old = self.cells
        self.keys = [self._cell(k.time, k.recipe) for k in journey.keyframes]
        times = _times(journey, scale, width, edge) if info is not None else []
        self.cells = [self._cell(time, journey.recipe_at(time, info), old) for time in times]
        self._settle.start()

    def hold(self, on: bool) -> None:
        """Ask for nothing while the journey plays: every picture then belongs to the canvas."""
        self._held = on
        if on:
            self._asked = []
            self._tasks.faces("timeline.film", [], self._take)
        else:
            self._settle.start()

    def ask(self) -> None:
        """Ask for the faces, those of the keyframes first."""
        wanted = [cell.recipe for cell in (*self.keys, *self.cells)][:_MOST]
        if self._held or wanted == self._asked:
            return
        self._asked = wanted
        kept = set(wanted)
        self._known = {recipe: image for recipe, image in self._known.items() if recipe in kept}
        self._tasks.faces("timeline.film", wanted, self._take)

    def forget(self) -> None:
        """Another model is open: ask again."""
        self._asked = []
        self._settle.start()

    def _cell(self, time: float, recipe: Recipe, near: Sequence[Cell] = ()) -> Cell:
        image = self._known.get(recipe)
        if image is None and near:  # until its own arrives, that of the nearest moment
            image = min(near, key=lambda cell: abs(cell.time - time)).face.image
        return Cell(time, recipe, Face(image))

    def _take(self, index: int, image: QImage) -> None:
        if not 0 <= index < len(self._asked):
            return
        recipe = self._asked[index]
        self._known[recipe] = image
        for cell in (*self.keys, *self.cells):
            if cell.recipe == recipe:
                cell.face.image = image
        self.changed.emit()


def _times(journey: Journey, scale: TimeScale, width: float, edge: float) -> list[float]:
    """The middles of the faces that fill the film from its start to its end, as far as seen."""
    if len(journey.keyframes) < 2:
        return []
    end = journey.duration
    left = scale.x(0.0)
    first = max(0, int(-left // edge))
    last = min(scale.x(end), width)
    count = max(0, int((last - left) / edge + 0.999) - first)
    middles = (left + (first + i + 0.5) * edge for i in range(min(count, _MOST)))
    return [min(max(scale.time(x), 0.0), end) for x in middles]
