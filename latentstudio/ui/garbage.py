"""Garbage: circles of dead objects are looked for on the main thread alone, where Qt's may end.

Python looks for them on whichever thread makes the next object. On the compute thread that would
end Qt objects of the window there, which hangs: Qt's lock waits for Python's, and the other way.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS = 500


class Garbage(QObject):
    """Takes Python's search over for as long as a window lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self, interval=_INTERVAL_MS)
        timer.timeout.connect(sweep)
        timer.start()


def sweep() -> None:
    """Do what Python would do by itself: the oldest generation whose time has come."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
