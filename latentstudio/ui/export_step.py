"""ExportStep: Export clip beside the playhead for as long as the rail's own is out of sight."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from latentstudio.ui.controls.in_sight import InSight
from latentstudio.ui.panels.clip import ExportPanel
from latentstudio.ui.timeline import TimelineTab

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow


class ExportStep(QObject):
    """Shows one of the two: a screen has one accent button, and it can be seen."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._panel = cast(ExportPanel, window.panel("clip"))
        self._button = cast(TimelineTab, window.strip.tab("timeline")).transport.export
        self._button.clicked.connect(window.actions_by_name["export_clip"].trigger)
        self._sight = InSight(self._panel.button, window.rails[1])
        self._sight.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        button = self._panel.button
        self._button.set_reason(button.reason())
        self._button.setVisible(not (self._panel.running or self._sight.whole()))
