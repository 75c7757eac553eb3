"""RecentMenu: File > Open recent, the sessions, pictures and models that were opened lately."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from latentstudio.resources import bundled_models
from latentstudio.ui import icons, theme

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_ICONS = {".latent": "images", ".png": "image"}
_MOST = 9  # each has a digit to press


class RecentMenu(QObject):
    """A menu under Open, filled each time it opens: work first, then models of the user's own."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.menu = QMenu("Open recent", window)
        self.menu.setObjectName("recent.menu")
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self.fill)
        window.actions_by_name["open_recent"].setMenu(self.menu)

    def popup(self) -> None:
        """Open over the canvas, the newest chosen: Return opens it."""
        canvas = self._window.canvas
        self.menu.popup(canvas.mapToGlobal(QPoint(theme.px(12), theme.px(12))))
        self.menu.setActiveAction(self.menu.actions()[0])

    def paths(self) -> list[Path]:
        """What is offered, newest first."""
        bundled = set(bundled_models().values())
        models = [path for path in self._window.files.models()[1] if path not in bundled]
        return [*self._window.files.recent_work(), *models][:_MOST]

    def fill(self) -> None:
        """List what is still there."""
        self.menu.clear()
        for number, path in enumerate(self.paths(), start=1):
            icon = icons.icon(_ICONS.get(path.suffix.lower(), "box"))
            line = self.menu.addAction(icon, f"&{number}  {path.name.replace('&', '&&')}")
            line.setToolTip(str(path))
            line.triggered.connect(partial(self._open, path))
        if self.menu.isEmpty():
            self.menu.addAction("Nothing was opened yet").setEnabled(False)

    def _open(self, path: Path, _checked: bool = False) -> None:
        self._window.files.open_path(path)
