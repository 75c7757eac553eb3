"""Attractor: moves the picture by itself while nobody is there, as slowly as the clock says."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from latentstudio.core.attract import face_at, loop_through
from latentstudio.core.document import Document
from latentstudio.core.journey import Journey
from latentstudio.core.recipe import Recipe
from latentstudio.ui.bridge import EngineBridge

_TICK_MS = 33
_PATIENCE_S = 5.0  # with a picture that does not come


class Attractor(QObject):
    """Plays a loop through faces; a slow model shows fewer pictures of the same way.

    Signals:
        reached: the place of the face that is shown or being left.
    """

    reached = Signal(int)
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, document: Document, bridge: EngineBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._bridge = document, bridge
        self._journey, self._count = Journey(), 0
        self._since = self._asked_at = 0.0
        self._asked: Recipe | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._step)

    @property
    def playing(self) -> bool:
        return self._tick.isActive()

    def start(self, faces: Sequence[Recipe]) -> None:
        """Set off from the first face; one is enough, none is not."""
        self._journey, self._count = loop_through(faces), len(faces)
        self._since, self._asked = self.clock(), None
        self._tick.start()
        self._step()

    def stop(self) -> None:
        """Stay where it is."""
        self._tick.stop()

    def _step(self) -> None:
        """Ask for the picture of now, once the last one is on the screen."""
        shown, gone = self._bridge.frame, self.clock() - self._since
        waiting = self._asked is not None and (shown is None or shown.recipe != self._asked)
        if waiting and gone - self._asked_at < _PATIENCE_S:
            return
        recipe = self._journey.recipe_at(gone, self._bridge.info)
        if recipe != self._asked:
            self._asked, self._asked_at = recipe, gone
            self._document.edit_recipe("Attract", lambda _recipe: recipe, "demo.attract")
        self.reached.emit(face_at(self._count, gone))
