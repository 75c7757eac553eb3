"""Card: a raised rounded surface inside a rail, with a column for rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, stroke

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_RADIUS = 6


class Card(Control, QWidget):
    """A surface one shade above what it stands on.

    Args:
        name: accessible name.
        token: the colour of the surface.
        border: whether a hairline goes around it.
        padding: left and right, top and bottom, in pixels at 100 %.
        parent: the widget it is in.
    """

    def __init__(
        self,
        name: str = "Card",
        *,
        token: str = "raised",
        border: bool = False,
        padding: tuple[int, int] = (8, 8),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._token, self._border, self._padding = token, border, padding
        self.body = QVBoxLayout(self)
        self.become(name)
        self.theme_changed()

    def theme_changed(self) -> None:
        side, top = (theme.px(length) for length in self._padding)
        self.body.setContentsMargins(side, top, side, top)
        self.body.setSpacing(theme.px(4))
        super().theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.setBrush(theme.color(self._token))
        painter.setPen(theme.color("line") if self._border else theme.color(self._token))
        area = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)
        if not theme.tokens().dark and not self._border:
            stroke(painter, self.rect(), "line", 1, _RADIUS)
        painter.end()
