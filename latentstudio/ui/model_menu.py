"""Model menu: bundled and recent models, and the way to any other file."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from latentstudio.ui import icons
from latentstudio.ui.controls import Chip

if TYPE_CHECKING:
    from latentstudio.ui.files import Files


class ModelMenu(QObject):
    """A menu under the model chip, filled each time it opens."""

    def __init__(self, files: "Files", chip: Chip) -> None:
        super().__init__(chip)
        self._files = files
        self._chip = chip
        self.menu = QMenu(chip)
        self.menu.setObjectName("model.menu")
        self.menu.setToolTipsVisible(True)

    def popup(self) -> None:
        """Open under the chip."""
        self.fill()
        corner = self._chip.mapToGlobal(self._chip.rect().bottomRight())
        self.menu.popup(QPoint(corner.x() - self.menu.sizeHint().width(), corner.y() + 5))

    def fill(self) -> None:
        """List what can be opened now."""
        bundled, recent = self._files.models()
        self.menu.clear()
        self._heading("Bundled")
        for name in bundled:
            action = self.menu.addAction(icons.icon("box"), name)
            action.setToolTip("Comes with the studio")
            action.triggered.connect(partial(self._open, name))
        if recent:
            self._heading("Recent")
        for path in recent:
            action = self.menu.addAction(icons.icon("file"), path.stem)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open, str(path)))
        self.menu.addSeparator()
        window = self._chip.window()
        self.menu.addActions([window.actions_by_name[n] for n in ("open", "about_model")])  # type: ignore[attr-defined]

    def _heading(self, words: str) -> None:
        self.menu.addAction(words).setEnabled(False)

    def _open(self, source: str, _checked: bool = False) -> None:
        self._files.open_model(source)
