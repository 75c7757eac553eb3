"""DemoScreen: the window that visitors see: a face, a headline, sliders, two buttons, the wall."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QResizeEvent, QScreen
from PySide6.QtWidgets import QWidget

from latentstudio.ui import theme
from latentstudio.ui.demo.big_button import BigButton
from latentstudio.ui.demo.big_slider import BigSlider
from latentstudio.ui.demo.demo_picture import DemoPicture
from latentstudio.ui.demo.esc_ring import EscRing
from latentstudio.ui.demo.lettering import ground, lettering
from latentstudio.ui.demo.places import Places, places
from latentstudio.ui.demo.wall_view import RING_ROOM, WallView

_SUBLINE = "A neural network draws it as you move. Try it."
_WALL = "Found by visitors today"
_DRAG, _BEGIN = "Drag the face", "Touch to begin"
_LARGE, _SUB, _SMALL = 36, 18, 15


class DemoScreen(QWidget):
    """Borderless; shows what it is told to and says what was touched.

    Signals:
        arranged: its places are new.
    """

    arranged = Signal()

    def __init__(self, headline: str, sliders: Sequence[str]) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("demo")
        self.setWindowTitle(headline)
        self.setAccessibleName(headline)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)  # what began it goes on
        self.headline = headline
        self.picture = DemoPicture(self)
        self.sliders: list[BigSlider] = []
        self.new = BigButton("New face", "dices", True, self)
        self.keep = BigButton("Keep it", "heart", False, self)
        self.begin = BigButton(_BEGIN, "hand", True, self)
        self.wall = WallView(self)
        self.ring = EscRing(self)
        for name in ("new", "keep", "begin"):
            getattr(self, name).setObjectName(f"demo.{name}")
        self.places: Places = places(1440, 900, 0)
        self.may_close = False
        self.set_sliders(sliders)
        self.set_attract(False)
        theme.events.changed.connect(self.update)

    def set_sliders(self, names: Sequence[str]) -> None:
        """Other sliders."""
        for slider in self.sliders:
            slider.hide()
            slider.deleteLater()
        self.sliders = [BigSlider(name, self) for name in names]
        for number, slider in enumerate(self.sliders, start=1):
            slider.setObjectName(f"demo.slider{number}")
            slider.show()
        self._arrange()

    def set_attract(self, on: bool) -> None:
        """Invite, or be there for a visitor."""
        for widget in (self.new, self.keep):
            widget.setVisible(not on)
        self.begin.setVisible(on)
        self.picture.set_words("" if on else _DRAG)
        if on:
            self.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self.unsetCursor()
            self.wall.set_current(None)

    def fill(self, screen: QScreen) -> None:
        """Take a whole screen."""
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()
        self.activateWindow()

    def let_go(self) -> None:
        """End every gesture whose finger was never lifted."""
        self.picture.let_go()
        for slider in self.sliders:
            slider.let_go()

    # --- looks ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        at = self.places = places(self.width(), self.height(), len(self.sliders))
        self.picture.setGeometry(at.picture)
        self.new.setGeometry(at.new)
        self.keep.setGeometry(at.keep)
        self.begin.setGeometry(at.new.united(at.keep))
        self.wall.setGeometry(at.wall.adjusted(-RING_ROOM, -RING_ROOM, RING_ROOM, RING_ROOM))
        self.ring.setGeometry(at.ring)
        for slider, row in zip(self.sliders, at.sliders, strict=True):
            slider.setGeometry(row)
        for tell in (
            self.picture.set_unit,
            self.new.set_unit,
            self.keep.set_unit,
            self.begin.set_unit,
            self.wall.set_unit,
            self.ring.set_unit,
            *(slider.set_unit for slider in self.sliders),
        ):
            tell(at.unit)
        self.arranged.emit()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, at = QPainter(self), self.places
        painter.fillRect(event.rect(), theme.color(ground()))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("text"))
        painter.setFont(lettering(_LARGE * at.unit))
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(self.headline) > at.headline.width():
            fit = at.headline.width() / metrics.horizontalAdvance(self.headline)
            painter.setFont(lettering(_LARGE * at.unit * fit))
        painter.drawText(at.headline, middle, self.headline)
        painter.setPen(theme.color("muted"))
        painter.setFont(lettering(_SUB * at.unit, 400))
        painter.drawText(at.subline, middle, _SUBLINE)
        painter.setPen(theme.color("text"))
        painter.setFont(lettering(_SMALL * at.unit, 500))
        painter.drawText(at.wall_words, middle, _WALL)
        painter.fillRect(at.rule, theme.color("line"))
        painter.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Alt+F4 is no way out for visitors; whoever may leave holds Esc."""
        if event.spontaneous() and not self.may_close:
            event.ignore()
        else:
            super().closeEvent(event)
