"""BigButton: a button for fingers, filled where it is the next step."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from latentstudio.ui import icons, theme
from latentstudio.ui.controls.base import stroke
from latentstudio.ui.controls.buttons import Button
from latentstudio.ui.demo.lettering import lettering

_WORDS, _ICON, _GAP, _RADIUS = 20, 26, 14, 8


class BigButton(Button):
    """An icon and words on a body of any size; it looks pressed only while it is."""

    def __init__(
        self, words: str, icon: str, filled: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._filled, self._unit = icon, filled, 1.0
        self.setText(words)
        self.become(words)

    def set_unit(self, unit: float) -> None:
        """Pixels for one of the design's."""
        self._unit = unit
        self.update()

    def set_words(self, words: str) -> None:
        """Say something else."""
        self.setText(words)
        self.setAccessibleName(words)
        self.update()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        radius = _RADIUS * self._unit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if self._filled else "raised"))
        painter.drawRoundedRect(area, radius, radius)
        if not self._filled and not theme.tokens().dark:
            stroke(painter, area, "line", 1, radius)
        if self.isDown():
            painter.setBrush(theme.color("on_accent" if self._filled else "hover", 0.5))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area, radius, radius)
        self._paint_words(painter, area)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        token = "on_accent" if self._filled else "text"
        painter.setFont(lettering(_WORDS * self._unit, 600 if self._filled else 500))
        words = QFontMetricsF(painter.font()).horizontalAdvance(self.text())
        edge, gap = round(_ICON * self._unit), _GAP * self._unit
        left = area.center().x() - (words + edge + gap) / 2
        drawn = icons.pixmap(self._icon, edge, token, painter.deviceTransform().m11())
        painter.drawPixmap(QPointF(round(left), round(area.center().y() - edge / 2)), drawn)
        rest = QRectF(left + edge + gap, area.top(), words + 2, area.height())
        painter.setPen(theme.color(token))
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self.text())
