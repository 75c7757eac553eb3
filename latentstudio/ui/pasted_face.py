"""PastedFace: the current face where it stands in a picture, as the canvas shows it."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from latentstudio.core.document import Document, State
from latentstudio.core.paste import Paste, Rgb
from latentstudio.engine.messages import Frame
from latentstudio.ui.bridge import EngineBridge


class PastedFace(QObject):
    """Follows the canvas from each change of the face until an answer is chosen instead.

    Attributes:
        seen: the face in its picture, [R, R, 3]; None while an answer, or nothing, is on show.

    Signals:
        changed: another face is seen, or none any more; whether that began or ended just now.
    """

    changed = Signal(bool)

    def __init__(self, document: Document, bridge: EngineBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._bridge = document, bridge
        self._follows = False
        self.seen: Rgb | None = None
        document.changed.connect(self._changed)
        bridge.frame_ready.connect(self._frame)

    @property
    def paste(self) -> Paste | None:
        """What the current face is set into; None for nothing that is there."""
        paste = self._document.recipe.paste
        return None if paste is None or paste.missing else paste

    def let_go(self) -> None:
        """An answer is on show, until the face changes again."""
        self._follows, self.seen = False, None

    def _changed(self, old: State, new: State) -> None:
        if new.recipe == old.recipe:
            return
        self._follows = self.paste is not None
        if not self._follows and self.seen is not None:
            self.seen = None
            self.changed.emit(True)
        if self._bridge.frame is not None:
            self._frame(self._bridge.frame)  # one that was drawn before is there already

    def _frame(self, shown: Frame) -> None:
        info = self._bridge.info
        if info is None or shown.resolution != info.resolution or self.paste is None:
            return
        if self._follows and shown.recipe == self._document.recipe:
            first = self.seen is None
            self.seen = np.ascontiguousarray(shown.pixels[..., 2::-1])
            self.changed.emit(first)
