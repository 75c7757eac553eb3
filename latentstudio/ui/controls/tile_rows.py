"""TileStrip and TileGrid: faces in a row as large as its height lets them be, or wrapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListView

from latentstudio.ui import theme
from latentstudio.ui.controls.tile_views import FaceView

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget


class TileStrip(FaceView):
    """Faces in one row; the wheel scrolls sideways. Where it is two rows high, they wrap.

    Args:
        size: of a face in pixels at 100 %, where there is room for it and its words.
        least: its size in a strip that is lower.
    """

    def __init__(self, *, size: int = 92, least: int = 44, parent: QWidget | None = None) -> None:
        self._most, self._least = size, least
        super().__init__(size=size, parent=parent)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(400), self.cell().height() + theme.px(16))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), self.around() + theme.px(self._least) + 2)

    def around(self) -> int:
        """What a tile is higher than its face, in pixels."""
        return self.cell().height() - self.edge()

    def room(self) -> float:
        """How large the faces could be, in pixels."""
        return self.viewport().height() - self.around()

    def fit(self) -> None:
        """Take the largest size that there is room for."""
        size = min(max(int(self.room() / theme.scale()), self._least), self._most)
        if theme.px(size) != self.edge():
            self.set_size(size)
        tall = self.viewport().height() >= 2 * self.cell().height()
        if tall != self.isWrapping():
            self.setWrapping(tall)

    def theme_changed(self) -> None:
        super().theme_changed()
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        bar = self.verticalScrollBar() if self.isWrapping() else self.horizontalScrollBar()
        bar.setValue(bar.value() - (turn.y() or turn.x()))
        event.accept()


class TileGrid(FaceView):
    """Faces that wrap, for contact sheets.

    Args:
        size: of a face in pixels at 100 %.
        most: faces grow up to this size to fill the rows; by default they do not.
    """

    def __init__(
        self, *, size: int = 92, most: int | None = None, parent: QWidget | None = None
    ) -> None:
        self._least, self._most = size, most or size
        super().__init__(size=size, parent=parent)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _share_width(self) -> None:
        """Give the faces of a row what an empty column would leave."""
        apart = self.cell().width() - self.edge() + self.spacing()
        bar = self.verticalScrollBar().sizeHint().width()  # kept free, or it would come and go
        room = self.width() - self.side() - self.spacing() - bar
        across = max(1, room // (theme.px(self._least) + apart))
        size = min(int((room // across - apart) / theme.scale()), self._most)
        if theme.px(size) != self.edge():
            self.set_size(size)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._most > self._least:
            self._share_width()
        super().resizeEvent(event)
