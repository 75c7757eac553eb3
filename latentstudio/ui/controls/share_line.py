"""ShareLine: letters of sources with their percentages, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, write
from latentstudio.ui.controls.faces import paint_badge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

_HEIGHT, _BADGE = 24, 14


class ShareLine(Control, QWidget):
    """``A 33 %  B 40 %``: what each source has, on average over the layers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters = ""
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Shares")

    def set_shares(self, letters: str, shares: Sequence[float]) -> None:
        """One share (0 to 1) for each of the first letters."""
        self._letters, self._shares = letters[: len(shares)], tuple(shares)
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """The line as text."""
        pairs = zip(self._letters, self._shares, strict=True)
        return ", ".join(f"{letter} {round(share * 100)} %" for letter, share in pairs)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        pitch = self.width() / max(1, len(self._letters))
        badge = theme.px(_BADGE)
        for at, (letter, share) in enumerate(zip(self._letters, self._shares, strict=True)):
            left = at * pitch
            paint_badge(painter, QPointF(left, (self.height() - badge) / 2), letter)
            area = QRectF(left + badge + theme.px(6), 0, pitch - badge - theme.px(6), self.height())
            write(painter, area, f"{round(share * 100)} %", token="text" if share else "faint")
        painter.end()
