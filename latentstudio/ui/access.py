"""Access: the palette, the order of the keys, the tips and the help of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from latentstudio.ui import motion
from latentstudio.ui.focus_order import FocusOrder
from latentstudio.ui.palette import Palette
from latentstudio.ui.tour import Tour
from latentstudio.ui.what_is import WhatIs

if TYPE_CHECKING:
    from collections.abc import Callable

    from latentstudio.ui.main_window import MainWindow

_MOTION = "view/reduce_motion"


class Access(QObject):
    """Holds them together; the window has one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.order = FocusOrder(window)
        self.palette = Palette(window)
        self.what_is = WhatIs(window)
        self.tour = Tour(window)
        window.top_bar.search.clicked.connect(window.actions_by_name["palette"].trigger)
        self._restore_motion()

    def reduce_motion(self) -> None:
        """Keep what the user wants of the View menu."""
        on = self._window.actions_by_name["reduce_motion"].isChecked()
        self._window.settings.setValue(_MOTION, on)
        motion.set_reduced(on)

    def _restore_motion(self) -> None:
        """What was chosen, or what the desktop says."""
        kept = self._window.settings.value(_MOTION)
        motion.set_reduced(None if kept is None else str(kept).lower() == "true")
        self._window.actions_by_name["reduce_motion"].setChecked(motion.reduced())


class AccessCommands:
    """The functions behind the actions of access."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def table(self) -> dict[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            "palette": lambda: self._window.access.palette.toggle(),
            "next_region": lambda: self._window.access.order.next_region(),
            "previous_region": lambda: self._window.access.order.next_region(forward=False),
            "what_is_this": lambda: self._window.access.what_is.toggle(),
            "tour": lambda: self._window.access.tour.begin(),
            "reduce_motion": lambda: self._window.access.reduce_motion(),
        }
