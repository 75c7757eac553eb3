"""Commands of directions: files of them, the filter, and the way back from their moves."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QFileDialog

from latentstudio.ui.panels.directions import DirectionsPanel

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

SUFFIX = ".directions.safetensors"
_KINDS = f"Directions (*{SUFFIX} *.npz *.npy);;All files (*)"


class DirectionCommands:
    """The functions behind the actions; ``folder`` says where the last file was."""

    def __init__(self, window: "MainWindow", folder: Callable[[], str]) -> None:
        self._window, self._folder = window, folder

    def table(self) -> Mapping[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            "import_directions": self.import_file,
            "export_directions": self.export_file,
            "take_back_moves": lambda: self._panel().take_all_back(),
            "filter": self.filter,
        }

    def import_file(self) -> None:
        """Ask for a file of directions and bring it into Mine."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Import directions", self._folder(), _KINDS
        )
        if name:
            self._panel().import_file(Path(name))

    def export_file(self) -> None:
        """Ask for a file and write the directions of the tab on show to it."""
        info, directions = self._window.bridge.info, self._panel().shown()
        if info is None or not directions:
            self._window.notices.post(
                "info",
                "There are no directions here to export",
                "Choose a tab of the Directions that has some, or find some first.",
            )
            return
        start = str(Path(self._folder()) / f"{info.name}-{self._panel().group()}{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self._window, "Export directions", start, _KINDS)
        if name:
            path = Path(name.removesuffix(SUFFIX).removesuffix(".safetensors") + SUFFIX)
            self._window.files.save_directions(path, directions)

    def filter(self) -> None:
        """Show the panel and put the cursor into its filter."""
        window = self._window
        if self._panel().isHidden():
            window.workspaces.show("explore")
        window.right.setVisible(True)
        window.rails[1].reveal("directions")
        self._panel().begin_filter()

    def _panel(self) -> DirectionsPanel:
        return cast(DirectionsPanel, self._window.panel("directions"))
