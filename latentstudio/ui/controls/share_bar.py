"""ShareBar: shares that make a whole, side by side in the data colours with their letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, fill, painter_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

_HEIGHT, _GAP, _ROOM = 14, 2, 16  # of the bar; between parts; for a letter


class ShareBar(Control, QWidget):
    """One part for each share; a share of nothing has none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(name)

    def set_shares(self, shares: Sequence[float], words: str) -> None:
        """Show up to four shares that sum to one; ``words`` say them to screen readers."""
        self._shares = tuple(shares[: len(theme.DATA)])
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def shares(self) -> tuple[float, ...]:
        """The shares on show."""
        return self._shares

    def sizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(_HEIGHT + 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        present = [(token, s) for token, s in zip(theme.DATA, self._shares, strict=False) if s > 0]
        room = self.width() - _GAP * max(0, len(present) - 1)
        top, left = (self.height() - theme.px(_HEIGHT)) / 2, 0.0
        for token, share in present:
            part = QRectF(left, top, room * share, theme.px(_HEIGHT))
            fill(painter, part, token, min(3.0, part.width() / 2))
            if part.width() >= theme.px(_ROOM):
                painter.setFont(theme.font("small"))
                painter.setPen(theme.color("on_data"))
                painter.drawText(part, Qt.AlignmentFlag.AlignCenter, token.upper())
            left += part.width() + _GAP
        painter.end()
