"""EscRing: fills while Esc is held, so that the operator sees how long it takes to leave."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on
from latentstudio.ui.demo.lettering import lettering

_WORDS = "Hold Esc to leave"


class EscRing(QWidget):
    """A pill at the top of the screen, seen only while Esc is down."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("demo.ring")
        self.setAccessibleName(_WORDS)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._share, self._unit = 0.0, 1.0
        self.hide()

    def set_unit(self, unit: float) -> None:
        """Pixels for one of the design's."""
        self._unit = unit

    def show_share(self, share: float) -> None:
        """How much of the time has gone, 0 to 1; nothing is seen at 0."""
        self._share = min(max(share, 0.0), 1.0)
        self.setVisible(self._share > 0)
        self.raise_()
        self.update()

    @property
    def share(self) -> float:
        return self._share

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, unit = painter_on(self), self._unit
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel", 0.96))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        edge = 36 * unit
        ring = QRectF(area.left() + 22 * unit, area.center().y() - edge / 2, edge, edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("outline"), 4 * unit))
        painter.drawEllipse(ring)
        painter.setPen(QPen(theme.color("accent"), 4 * unit))
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * self._share))
        painter.setPen(theme.color("text"))
        painter.setFont(lettering(18 * unit, 500))
        words = area.adjusted(76 * unit, 0, -16 * unit, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, _WORDS)
        painter.end()
