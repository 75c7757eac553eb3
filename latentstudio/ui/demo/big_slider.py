"""BigSlider: a slider for fingers, with its name above and a face at each end."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import painter_on
from latentstudio.ui.controls.faces import Face, paint_picture
from latentstudio.ui.controls.numbers import Scale
from latentstudio.ui.controls.slider_track import SliderTrack
from latentstudio.ui.demo.lettering import lettering

REACH = 2.5
"""Standard deviations from the mean face that a slider spans either way."""
_FACE, _ROOM, _KNOB, _TRACK, _NAME = 64, 24, 16, 8, 18


class BigSlider(SliderTrack):
    """The whole row is the handle: a touch on a face goes to that end."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Scale(-REACH, REACH, 0.1, 1, True), 0.0, "accent", parent)
        self._unit = 1.0
        self._ends = (Face(), Face())
        self.become(name)

    def set_unit(self, unit: float) -> None:
        """Pixels for one of the design's."""
        self._unit = unit
        self.update()

    def set_face(self, end: int, image: QImage | None) -> None:
        """The face at the left (0) or right (1) end."""
        self._ends[end].image = image
        self.update()

    def show_place(self, value: float, own: float) -> None:
        """Where the face is, and where it would be without any moves."""
        if self._dragging:
            return
        if (value, own) != (self.number(), self.default):
            self.default = self.scale_of.clamp(own)
            self.set_number(value)

    def let_go(self) -> None:
        """End a gesture whose finger was never lifted."""
        self._dragging = False
        self._commit()

    # --- lengths --------------------------------------------------------------------------------

    def _edge(self) -> float:
        return min(_FACE * self._unit, self.height() - 8)

    def knob(self) -> float:
        return _KNOB * self._unit

    def inset(self) -> float:
        return self._edge() + _ROOM * self._unit

    def thickness(self) -> float:
        return _TRACK * self._unit

    def middle(self) -> float:
        return self.height() / 2 + 0.14 * self._edge()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = painter_on(self)
        edge = self._edge()
        top = (self.height() - edge) / 2
        for face, left in zip(self._ends, (0.0, self.width() - edge), strict=True):
            box = QRectF(round(left), round(top), round(edge), round(edge))
            paint_picture(painter, box, face, 8 * self._unit)
        painter.setFont(lettering(_NAME * self._unit, 500))
        painter.setPen(theme.color("text"))
        words = QRectF(self.inset(), 0, self.width() - 2 * self.inset(), self.middle())
        words.setHeight(self.middle() - self.knob() - 8 * self._unit)
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom,
            self.accessibleName(),
        )
        painter.end()
