"""DirectionCard: the opened part of a direction's row: five faces, layers, origin, overlap."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Label
from latentstudio.ui.controls.buttons import IconButton
from latentstudio.ui.controls.card import Card
from latentstudio.ui.controls.faces import MARGIN
from latentstudio.ui.controls.layer_range import LayerRange
from latentstudio.ui.controls.numbers import MINUS
from latentstudio.ui.controls.row import InfoLine, Row
from latentstudio.ui.controls.tile import LABEL_HEIGHT, Tile

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent

STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)
_NAMES = ("minus2", "minus1", "zero", "plus1", "plus2")
_LABELS = (f"{MINUS}2", f"{MINUS}1", "0", "+1", "+2")
_SMALLEST, _LARGEST = 40, 72  # of a face, at 100 %
_GAP = 5  # pixels between faces
_NEAR = 0.5  # standard deviations


class StepTile(Tile):
    """A face of the strip; as large as a fifth of it."""

    def set_edge(self, pixels: int) -> None:
        """Draw it at another size, in pixels of the screen."""
        self._size = int(pixels / theme.scale())
        self.update()


class Steps(QWidget):
    """Five faces side by side.

    Signals:
        picked: the reading of the face that was clicked.
    """

    picked = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[StepTile] = []
        for label, step in zip(_LABELS, STEPS, strict=True):
            tile = StepTile(size=_SMALLEST, parent=self)
            tile.set_label(label)
            tile.setAccessibleName(f"{name} {label}")
            tile.set_tooltip(f"Go to {label} standard deviations")
            tile.clicked.connect(partial(self.picked.emit, step))
            self.tiles.append(tile)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_image(self, index: int, image: QImage | None) -> None:
        """Fill a tile."""
        self.tiles[index].set_image(image)

    def set_current(self, reading: float) -> None:
        """Ring the face that is the nearest to a reading, if one is near."""
        for tile, step in zip(self.tiles, STEPS, strict=True):
            tile.set_selected(abs(reading - step) < _NEAR)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._edge(width) + 2 * MARGIN + theme.px(LABEL_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(280), self.heightForWidth(theme.px(280)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), self.heightForWidth(theme.px(200)))

    def _edge(self, width: int) -> int:
        """Pixels of a face; the ring of the chosen one reaches into the gap."""
        count = len(self.tiles)
        room = (width - 2 * MARGIN - (count - 1) * _GAP) // count
        return max(theme.px(_SMALLEST), min(room, theme.px(_LARGEST)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        edge, pitch = self._edge(self.width()), self._edge(self.width()) + _GAP
        used = edge + (len(self.tiles) - 1) * pitch + 2 * MARGIN
        left = max(0, (self.width() - used) // 2)
        for place, tile in enumerate(self.tiles):
            tile.set_edge(edge)
            tile.setGeometry(left + place * pitch, 0, edge + 2 * MARGIN, self.height())


class DirectionCard(Card):
    """What stands under an open direction row.

    Signals:
        picked: a reading, of the face that was clicked.
        span_moved: first and last layer, while a handle moves; ``span_committed`` at the end.
        lock_asked: 'Lock it' was clicked.
        renamed, delete_asked: of a direction of the user's own.
    """

    picked = Signal(float)
    span_moved = Signal(int, int)
    span_committed = Signal()
    lock_asked = Signal()
    renamed = Signal(str)
    delete_asked = Signal()

    def __init__(self, name: str, layers: int, own: bool, parent: QWidget | None = None) -> None:
        super().__init__(f"{name}, details", padding=(4, 6), parent=parent)
        self.steps = Steps(name)
        self.steps.picked.connect(self.picked)
        self.body.addWidget(self.steps)
        self.layers = LayerRange(layers)
        self.layers.moved.connect(self.span_moved)
        self.layers.committed.connect(lambda _first, _last: self.span_committed.emit())
        self.layers.set_tooltip(
            "Which style layers it moves; the layers beside the ends move half as far"
        )
        row = Row("Layers", self.layers, label_width=62, stretch=True)
        row.setVisible(layers > 1)  # one layer is all there is to move
        self._words = QVBoxLayout()
        self._words.setContentsMargins(4, 0, 4, 0)
        self._words.addWidget(row)
        self.body.addLayout(self._words)
        self.origin = InfoLine("", "info")
        self._words.addWidget(self.origin)
        self.overlap = InfoLine("", "warning", "Lock it")
        self.overlap.activated.connect(self.lock_asked)
        self.overlap.hide()
        self._words.addWidget(self.overlap)
        self.name: QLineEdit | None = None
        self.remove: IconButton | None = None
        if own:
            self._add_own(name)

    def _add_own(self, name: str) -> None:
        field = QLineEdit(name)
        field.setMaxLength(60)
        field.setAccessibleName("Name of the direction")
        field.setToolTip("What you call it; Return takes it")
        field.editingFinished.connect(lambda: self.renamed.emit(field.text()))
        remove = IconButton("trash-2", f"Delete {name}; the face stays as it is")
        remove.clicked.connect(self.delete_asked)
        line = QHBoxLayout()
        line.setContentsMargins(0, theme.px(4), 0, 0)
        line.addWidget(Label("Name"))
        line.addWidget(field, 1)
        line.addWidget(remove)
        self._words.addLayout(line)
        self.name, self.remove = field, remove

    def set_names(self, prefix: str) -> None:
        """Give the controls their object names: ``prefix.minus2``, ``prefix.layers``, ..."""
        for tile, name in zip(self.steps.tiles, _NAMES, strict=True):
            tile.setObjectName(f"{prefix}.{name}")
        self.layers.setObjectName(f"{prefix}.layers")
        self.overlap.link.setObjectName(f"{prefix}.lock-other")
        if self.name is not None and self.remove is not None:
            self.name.setObjectName(f"{prefix}.name")
            self.remove.setObjectName(f"{prefix}.delete")

    def set_origin(self, words: str, learned: bool) -> None:
        """Where the direction comes from; with a tick where its accuracy is known."""
        self.origin.set_text(words, "ok" if learned else "info")
        self.origin.setVisible(bool(words))

    def set_overlap(self, words: str, action: str = "Lock it") -> None:
        """What else it moves, or nothing."""
        self.overlap.set_text(words, "warning", action)
        self.overlap.setVisible(bool(words))
