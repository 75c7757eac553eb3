"""Fold: a quiet part of a section that opens below its own line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, fill, write
from latentstudio.ui.controls.buttons import Button

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

_HEIGHT, _CHEVRON, _LEFT = 28, 14, 20


class FoldHeader(Button):
    """The line: a chevron, words, and at the right what is inside in a few words."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.summary = ""
        self.is_open = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)
        self.become(text)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("label")).horizontalAdvance(self.text())
        return QSize(words + theme.px(_LEFT + 40), theme.px(_HEIGHT))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        if self.is_hot():
            fill(painter, area, "hover")
        icon = "chevron-down" if self.is_open else "chevron-right"
        middle = area.center().y()
        draw_icon(painter, QPointF(theme.px(_CHEVRON / 2), middle), icon, "faint", _CHEVRON)
        words = area.adjusted(theme.px(_LEFT), 0, -theme.px(6), 0)
        write(painter, words, self.text())
        right = Qt.AlignmentFlag.AlignRight
        write(painter, words, self.summary, token="faint", align=right)


class Fold(Control, QWidget):
    """A line and the rows below it, closed at first.

    Signals:
        opened: the user opened (True) or closed it.

    Attributes:
        body: where rows go.
    """

    opened = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = FoldHeader(text, self)
        self.header.clicked.connect(self._flip)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._content)
        self._content.hide()
        self.become(text)
        self.theme_changed()

    def is_open(self) -> bool:
        """Whether its rows are shown."""
        return self.header.is_open

    def set_open(self, on: bool) -> None:
        """Show or hide the rows; emits nothing."""
        self.header.is_open = on
        self._content.setVisible(on)
        self.header.update()

    def set_summary(self, words: str) -> None:
        """What is inside, in a few words."""
        if words != self.header.summary:
            self.header.summary = words
            self.header.setAccessibleDescription(words)
            self.header.update()

    def theme_changed(self) -> None:
        self.body.setSpacing(theme.px(2))
        super().theme_changed()

    def _flip(self) -> None:
        self.set_open(not self.is_open())
        self.opened.emit(self.is_open())
