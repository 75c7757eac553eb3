"""InpaintView: picture and mask beside the result, with the brush bar on the picture."""

from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latentstudio.core.mask import Mask
from latentstudio.core.paste import Rgb
from latentstudio.ui import theme
from latentstudio.ui.canvas import MARGIN, Canvas
from latentstudio.ui.controls import IconButton, Label
from latentstudio.ui.mask_canvas import TOOLS, MaskCanvas, ResultCanvas, Tool, share_words

MODES = ("Mask", "Two-up", "Result")


class BrushBar(QWidget):
    """The tools, one under the other, over the picture."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inpaint.tools")
        self.setAccessibleName("Tools of the mask")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._column = QVBoxLayout(self)
        self._buttons: dict[str, IconButton] = {}
        for tool, (icon, words, key) in TOOLS.items():
            button = IconButton(icon, words, key, checkable=True)
            button.setObjectName(f"inpaint.tool_{tool}")
            button.clicked.connect(partial(self.chosen.emit, tool))
            self._column.addWidget(button)
            self._buttons[tool] = button
        theme.events.changed.connect(self._dress)
        self._dress()

    def show_tool(self, tool: str) -> None:
        """Light the tool in hand."""
        for name, button in self._buttons.items():
            button.setChecked(name == tool)

    def _dress(self) -> None:
        inset = theme.px(4)
        self._column.setContentsMargins(inset, inset, inset, inset)
        self._column.setSpacing(theme.px(4))
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        count, edge, gap = len(self._buttons), theme.px(28), theme.px(4)
        return QSize(edge + 2 * gap, count * (edge + gap) + gap)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        painter.end()


class Pane(QWidget):
    """A canvas under a line that says what it shows."""

    def __init__(self, canvas: Canvas, title: str) -> None:
        super().__init__()
        self.title = Label(title, role="heading", token="text")
        self.facts = Label("", token="faint")
        self._line = QWidget(self)
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.facts)
        self.canvas = canvas
        canvas.setParent(self)
        canvas.lower()
        canvas.setMinimumSize(120, 120)

    def place(self) -> None:
        """The canvas fills the pane, the line stands right over the picture."""
        head = theme.px(22)
        self.canvas.setGeometry(self.rect().adjusted(0, head, 0, 0))
        target, height = self.canvas.target(), theme.px(24)
        shown = target.width() >= theme.px(140)
        self._line.setVisible(shown)
        top = max(0, head + round(target.top()) - height - 2)
        left = max(MARGIN, round(target.left()))
        width = min(round(target.width()), self.width() - 2 * MARGIN)
        self._line.setGeometry(left, top, width, height)


class InpaintView(QWidget):
    """The middle of the Inpaint workspace; it answers to what zooms and smooths the canvas.

    Attributes:
        zoom_changed: of both pictures.
        mode_changed: 0 mask, 1 two-up, 2 result.
    """

    zoom_changed = Signal()
    mode_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inpaint.view")
        self.mask_canvas, self.result = MaskCanvas(), ResultCanvas()
        self.left = Pane(self.mask_canvas, "Picture and mask")
        self.right = Pane(self.result, "Result")
        self.bar = BrushBar(self.mask_canvas)
        self.bar.chosen.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left, 1)
        row.addWidget(self.right, 1)
        self._mode = 1
        self._zooming = False
        for canvas in (self.mask_canvas, self.result):
            canvas.zoom_changed.connect(partial(self._follow_zoom, canvas))
        theme.events.changed.connect(self.update)
        self.set_tool("brush")

    # --- what is shown --------------------------------------------------------------------------

    @property
    def mode(self) -> int:
        """0 mask, 1 two-up, 2 result."""
        return self._mode

    def set_mode(self, mode: int) -> None:
        """Show the mask, both, or the result."""
        self._mode = mode
        self.left.setVisible(mode != 2)
        self.right.setVisible(mode != 0)
        self.mode_changed.emit(mode)
        self._lay_out()

    def show_picture(self, pixels: Rgb, name: str) -> None:
        """What is to be repaired, in the model's frame, [R, R, 3]."""
        self.mask_canvas.show_image(rgb_image(pixels))
        self.left.title.setText(name or "Picture and mask")
        if self.result.image is None:
            self.result.show_image(rgb_image(pixels))
        self._lay_out()

    def show_given(self, pixels: Rgb, title: str, facts: str) -> None:
        """What another task than painting works on, [R, R, 3]."""
        self.show_picture(pixels, title)
        self.left.facts.setText(facts)

    def set_painting(self, on: bool) -> None:
        """Whether a mask is painted here, with the tools for it."""
        self.mask_canvas.set_paints(on)
        self.bar.setVisible(on)

    def show_mask(self, mask: Mask) -> None:
        """What of it is to be made anew."""
        self.mask_canvas.set_mask(mask)
        self.left.facts.setText(share_words(mask))

    def show_result(self, pixels: Rgb, mask: Mask, facts: str) -> None:
        """An answer and the hole that it fills."""
        self.result.set_mask(mask)
        self.result.show_image(rgb_image(pixels))
        self.right.facts.setText(facts)
        self._lay_out()

    def set_tool(self, tool: Tool) -> None:
        """Take another tool."""
        self.mask_canvas.set_tool(tool)
        self.bar.show_tool(tool)

    def hide_mask(self, hidden: bool) -> None:
        """Show the pictures without the mask and its line."""
        self.mask_canvas.show_mask(not hidden)
        self.result.show_line(not hidden)

    # --- as a canvas ----------------------------------------------------------------------------

    @property
    def fits(self) -> bool:
        return self.mask_canvas.fits

    @property
    def smooth(self) -> bool:
        return self.mask_canvas.smooth

    def zoom(self) -> float:
        """Screen pixels for one of the picture."""
        return (self.result if self._mode == 2 else self.mask_canvas).zoom()

    def set_zoom(self, zoom: float | None) -> None:
        """Set the zoom of both; None fits."""
        self.mask_canvas.set_zoom(zoom)

    def step_zoom(self, direction: int) -> None:
        """The next whole zoom up (+1) or down (-1)."""
        (self.result if self._mode == 2 else self.mask_canvas).step_zoom(direction)

    def set_smooth(self, on: bool) -> None:
        """Smooth between the model's pixels, or show them as squares."""
        self.mask_canvas.set_smooth(on)
        self.result.set_smooth(on)

    def _follow_zoom(self, canvas: Canvas) -> None:
        if self._zooming:
            return
        self._zooming = True
        other = self.result if canvas is self.mask_canvas else self.mask_canvas
        other.set_zoom(None if canvas.fits else canvas.zoom())
        self._zooming = False
        self._lay_out()
        self.zoom_changed.emit()

    # --- layout ---------------------------------------------------------------------------------

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._lay_out()

    def _lay_out(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        for pane in (self.left, self.right):
            pane.place()
        corner = self.mask_canvas.target().topLeft() + QPointF(10, 10)
        inside = QPoint(max(8, round(corner.x())), max(8, round(corner.y())))
        self.bar.move(inside)

    def _choose(self, tool: Tool) -> None:
        self.set_tool(tool)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("surround"))
        painter.end()


def rgb_image(pixels: Rgb) -> QImage:
    """A QImage of its own of uint8 [H, W, 3]."""
    height, width = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_RGB888
    return QImage(packed.data, width, height, width * 3, kind).convertToFormat(
        QImage.Format.Format_RGB32
    )
