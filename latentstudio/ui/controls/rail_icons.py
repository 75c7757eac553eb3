"""RailIcons: the rail of a narrow window, a column of icons that open sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on
from latentstudio.ui.controls.buttons import IconButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class RailIcons(Control, QWidget):
    """The rail of a narrow window: a column of icons that open sections.

    Signals:
        picked: the key of an icon.
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._buttons: dict[str, IconButton] = {}
        self.become("Sections")
        self.theme_changed()

    def add(self, key: str, icon: str, title: str) -> None:
        """Adds the icon of a section."""
        button = IconButton(icon or "panel-left", title, checkable=True, size=36)
        button.clicked.connect(lambda: self._pick(key))
        self._buttons[key] = button
        self._column.insertWidget(
            self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter
        )

    def set_present(self, keys: Sequence[str]) -> None:
        """Shows the icons of these sections only."""
        for key, button in self._buttons.items():
            button.setVisible(key in keys)

    def set_current(self, key: str) -> None:
        """Marks the icon of the section that is open; an empty key marks none."""
        for name, button in self._buttons.items():
            button.setChecked(name == key)

    def _pick(self, key: str) -> None:
        self._buttons[key].setChecked(False)
        self.picked.emit(key)

    def theme_changed(self) -> None:
        self._column.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        super().theme_changed()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(44), theme.px(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(44), theme.px(80))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.end()
