"""EmptyState: what is missing and the one thing that fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, painter_on, write
from latentstudio.ui.controls.buttons import TextButton

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ICON = 20


class EmptyState(Control, QWidget):
    """A dashed box with an icon, a title, a line and at most one button.

    Signals:
        activated: the button was clicked.
    """

    activated = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        line: str = "",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._title, self._line = icon, title, line
        self.button = TextButton(action)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.activated)
        self._box = QHBoxLayout(self)
        bottom = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        self._box.addWidget(self.button, 0, bottom)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.become(title)
        self.show_words(icon, title, line)

    def show_words(self, icon: str, title: str, line: str = "") -> None:
        """Says something else."""
        self._icon, self._title, self._line = icon, title, line
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.theme_changed()

    def theme_changed(self) -> None:
        side = theme.px(16)
        self._box.setContentsMargins(side, 0, side, self._slack() + side)
        super().theme_changed()

    def resizeEvent(self, event: object) -> None:
        self.theme_changed()

    def _heights(self) -> tuple[int, int, int, int]:
        """Pixels of icon, title, line and button with their gaps above."""
        title = QFontMetrics(theme.font("heading")).height() + theme.px(6)
        line = QFontMetrics(theme.font("label")).height() + theme.px(2) if self._line else 0
        button = self.button.sizeHint().height() + theme.px(10)
        return theme.px(_ICON), title, line, button if self._has_button() else 0

    def _has_button(self) -> bool:
        return not self.button.isHidden()

    def _slack(self) -> int:
        """Room under the words when they stand in the middle."""
        return max(0, (self.height() - sum(self._heights())) // 2 - theme.px(16))

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("label")).horizontalAdvance(self._line)
        return QSize(words + theme.px(32), sum(self._heights()) + theme.px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        pen = QPen(theme.color("outline"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        area = QRectF(self.rect())
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        icon, title, line, button = self._heights()
        tight = area.height() < icon + title + line + button + 8
        used = title + line + button + (0 if tight else icon)
        top = (area.height() - used) / 2
        if not tight:
            draw_icon(painter, QPointF(area.center().x(), top + icon / 2), self._icon, "muted", 20)
            top += icon
        middle = Qt.AlignmentFlag.AlignHCenter
        inside = area.adjusted(8, 0, -8, 0)
        words = QRectF(inside.left(), top + theme.px(4), inside.width(), title - theme.px(4))
        write(painter, words, self._title, role="heading", token="text", align=middle)
        below = QRectF(inside.left(), top + title, inside.width(), line)
        write(painter, below, self._line, align=middle)
        painter.end()
