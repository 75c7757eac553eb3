"""StripTab: one tab of the strip under the canvas; subclasses say what it shows."""

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latentstudio.core.document import Document, State
from latentstudio.core.model_info import ModelInfo
from latentstudio.ui import theme
from latentstudio.ui.panel import Tasks

_SETTLE_MS = 250
_ABOVE, _BELOW = 8, 4  # pixels at 100 % around the faces
_LOWEST = 82  # pixels at 100 %


class StripTab(QWidget):
    """What a tab shows; it asks for faces only while it is seen.

    Subclasses set ``key``, ``title`` and ``workspaces``, build themselves in ``build``, and put
    what belongs at the right end of the tab line into ``corner``.

    Attributes:
        counted: how many things it holds, shown beside the title; None for no number.
    """

    key = ""
    title = ""
    workspaces: tuple[str, ...] = ()
    counted = Signal(object)

    def __init__(self, document: Document, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.tasks = tasks
        self.info: ModelInfo | None = None
        self.corner = QWidget()
        self.corner_line = QHBoxLayout(self.corner)
        self.corner_line.setContentsMargins(0, 0, 0, 0)
        self.corner_line.setSpacing(theme.px(8))
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.fill_if_seen)
        self.build()
        document.changed.connect(self._document_changed)

    def build(self) -> None:
        """Add the widgets."""
        raise NotImplementedError

    def hold(self, faces: QWidget) -> None:
        """Fill the tab with faces, off the tab line, so that the ring of one is seen whole."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(_ABOVE), 0, theme.px(_BELOW))
        column.addWidget(faces)

    def fill(self) -> None:
        """Show what is there now, and ask for its faces."""
        raise NotImplementedError

    def show_model(self, info: ModelInfo) -> None:
        """Adapt to a model."""
        self.info = info

    def count(self) -> int | None:
        """How many things it holds."""
        return None

    def fill_if_seen(self) -> None:
        """Fill while the tab is on the screen."""
        if self.isVisible():
            self.fill()

    def fill_soon(self) -> None:
        """Fill once the user has paused: every millisecond of a drag belongs to the picture."""
        if self.isVisible():  # else it is filled when it is shown
            self._settle.start()

    def state_changed(self, old: State, new: State) -> None:
        """Follow the document; by default fill when the picture has settled."""
        self.fill_soon()

    def _document_changed(self, old: State, new: State) -> None:
        self.state_changed(old, new)

    def minimumSizeHint(self) -> QSize:
        """Less than some tabs would like: in the smallest window the picture comes first."""
        return QSize(theme.px(120), theme.px(_LOWEST))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fill()
