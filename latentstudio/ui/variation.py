"""Noise variation: a view of the canvas, a heat map of where noise changes the picture."""

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.core.colormap import sequential
from latentstudio.core.document import Document
from latentstudio.core.variation import Variation
from latentstudio.engine.messages import Failure, JobDone
from latentstudio.ui import theme
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.controls import Label

_SETTLE_MS = 250  # while something moves, the picture itself is shown
_WIDTH, _INSIDE, _EDGE, _BAR = 256, 10, 12, 8
_STOPS = 17
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class VariationView(QObject):
    """Turned on, it shows the map of the face whenever the face has come to rest.

    Attributes:
        changed: it was turned on or off, or shows another map.
        refused: why there is nothing to show, a title and a sentence.
    """

    changed = Signal()
    refused = Signal(str, str)

    def __init__(self, document: Document, bridge: EngineBridge, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._document, self._bridge, self._canvas = document, bridge, canvas
        self._on = False
        self._shown: Variation | None = None
        self._job: int | None = None
        self._legend = Legend(canvas)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._begin)
        document.changed.connect(self._document_changed)
        bridge.job_changed.connect(self._job_changed)
        bridge.opening.connect(lambda _source: self.turn(False))

    @property
    def on(self) -> bool:
        """Whether the view is chosen."""
        return self._on

    @property
    def shown(self) -> Variation | None:
        """The map on the canvas; None while the picture itself is there."""
        return self._shown

    def turn(self, on: bool) -> None:
        """Show the map, or the picture again."""
        info = self._bridge.info
        if on and info is not None and not info.has_noise:
            self.refused.emit(
                "This model takes no noise",
                f"{info.name} draws the same picture from a latent every time, so nothing varies.",
            )
            on = False
        if on != self._on:
            self._on = on
            self._clear()
            if on:
                self._begin()
        self.changed.emit()

    def _begin(self) -> None:
        self._job = self._bridge.start_job(
            "variation", "Noise variation", recipe=self._document.recipe
        )

    def _clear(self) -> None:
        """Back to the picture; a map on its way is not wanted any more."""
        self._settle.stop()
        if self._job is not None:
            self._bridge.cancel(self._job)
        self._job = self._shown = None
        self._canvas.set_overlay(None)
        self._legend.hide()

    def _document_changed(self, _old: object, _new: object) -> None:
        if not self._on:
            return
        recipe = self._document.recipe
        if self._shown is None or self._shown.recipe != recipe:
            self._clear()
            self._settle.start()
            self.changed.emit()

    def _job_changed(self, message: object) -> None:
        if isinstance(message, Failure) and message.id == self._job:
            self._job = None
            self.turn(False)
        if not isinstance(message, JobDone) or message.job != self._job:
            return
        self._job = None
        if isinstance(message.result, Variation) and self._on:
            self._show(message.result)
        else:  # stopped in the job centre
            self.turn(False)

    def _show(self, found: Variation) -> None:
        self._shown = found
        self._canvas.set_overlay(image_of_map(found))
        self._legend.show_map(found)
        self.changed.emit()


class Legend(QWidget):
    """Lies over the lower left of the canvas; the scale of the colours, in words."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setObjectName("canvas.legend")
        self.setAccessibleName("Noise variation")
        self._canvas = canvas
        self._top = 1.0
        self._words = Label("", role="small")
        column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addWidget(Label("What the noise changes", role="strong", token="text"))
        column.addSpacing(theme.px(_BAR + 22))
        column.addWidget(self._words)
        column.addWidget(Label("Shift+V: back to the picture", role="small", token="faint"))
        canvas.installEventFilter(self)
        self.hide()

    def show_map(self, found: Variation) -> None:
        """Say what the colours of a map mean."""
        self._top = found.top
        self._words.setText(found.words)
        self.setAccessibleDescription(
            f"Dark: the same in each of {found.draws} draws; yellow: differs by {found.top:g} "
            f"levels of 255. {found.words}"
        )
        self._stand()
        self.show()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._stand()
        return False

    def _stand(self) -> None:
        side = theme.px(_INSIDE)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(side, side, side, side)
        self.setFixedWidth(theme.px(_WIDTH))
        self.adjustSize()
        edge = theme.px(_EDGE)
        self.move(edge, self._canvas.height() - self.height() - edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("panel", 0.96))
        painter.setPen(theme.color("line"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        self._paint_scale(painter)

    def _paint_scale(self, painter: QPainter) -> None:
        side, top = theme.px(_INSIDE), theme.px(_INSIDE + 22)
        bar = QRectF(side, top, self.width() - 2 * side, theme.px(_BAR))
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        colors = sequential()
        for stop in range(_STOPS):
            share = stop / (_STOPS - 1)
            red, green, blue = (int(c) for c in colors[round(share * (len(colors) - 1))])
            ramp.setColorAt(share, QColor(red, green, blue))
        painter.fillRect(bar, ramp)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.color("outline"))
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
        words = QRectF(bar.left(), bar.bottom() + 2, bar.width(), theme.px(18))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("muted"))
        painter.drawText(words, _LEFT, "the same in every draw")
        levels = "level" if self._top == 1 else "levels"
        painter.drawText(words, _RIGHT, f"{self._top:g} {levels}")


def image_of_map(found: Variation) -> QImage:
    """The heat map as a picture of its own."""
    colors = np.ascontiguousarray(found.colors)
    height, width = colors.shape[:2]
    return QImage(colors.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
