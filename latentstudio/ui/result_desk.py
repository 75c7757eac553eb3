"""ResultDesk: what the result shows and what is written of it: an answer, or the current face."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from latentstudio.core.mask import fitted
from latentstudio.core.paste import Picture
from latentstudio.core.search import Filled
from latentstudio.core.work import Work, mask_at, pasted_in
from latentstudio.ui.pasted_face import PastedFace

if TYPE_CHECKING:
    from latentstudio.ui.inpaint_desk import InpaintDesk
    from latentstudio.ui.main_window import MainWindow

_SEAMS = {"poisson": "Poisson blend", "feather": "feathered", "none": "cut"}


class ResultDesk(QObject):
    """Whichever came last: an answer that was found or chosen, or a change of the pasted face."""

    def __init__(self, desk: "InpaintDesk", window: "MainWindow") -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._answer: Filled | None = None
        self._face = PastedFace(window.document, window.bridge, self)
        self._face.changed.connect(self._face_changed)
        desk.candidates.picked.connect(self._face.let_go)
        desk.candidates.shown.connect(self._show_answer)

    def on_show(self) -> tuple[Filled | Picture | None, Work]:
        """What the result shows, None for nothing yet, and the work that it goes back into."""
        (begun, _), paste = self._desk.panel.begun, self._face.paste
        if self._face.seen is None or paste is None or not self._has_face:
            return self._answer, begun
        face = Picture(self._face.seen)
        return face, pasted_in(paste, face, (self._window.document.state.work, begun))

    @property
    def there(self) -> bool:
        """Whether anything is on show."""
        return self._answer is not None or self._has_face

    @property
    def goes_back(self) -> bool:
        """Whether what is on show stands in the hole of a picture."""
        return self._has_face or (self.there and self._desk.panel.begun[0].task == "inpaint")

    def clear(self) -> None:
        """Another search has begun."""
        self._answer = None
        self._face.let_go()

    def show_face(self) -> bool:
        """Show the current face where it stands in its picture, if that came last."""
        seen, paste = self._face.seen, self._face.paste
        if seen is None or paste is None or not self._has_face:
            return False
        facts = f"the current face, {_SEAMS[paste.blend]}"
        self._desk.view.show_result(seen, fitted(paste.mask, seen.shape[0]), facts)
        return True

    @property
    def _has_face(self) -> bool:
        """Other tasks show what they found only."""
        return self._face.seen is not None and self._window.document.state.work.task == "inpaint"

    def _show_answer(self, found: Filled, rank: int) -> None:
        first = self._answer is None
        self._answer = found
        work, _ = self._desk.panel.begun
        if work.task != "inpaint":
            self._desk.tasks.show_answer(found.pixels, rank)
        elif not self.show_face():
            facts = f"candidate {rank}, {_SEAMS[found.seam]}"
            mask = mask_at(work, found.pixels.shape[0])
            self._desk.view.show_result(found.pixels, mask, facts)
        self._desk.panel.show_chosen(rank)
        if first:
            self._window.update_actions()

    def _face_changed(self, first: bool) -> None:
        if self._desk.panel.running:
            self._face.let_go()  # the answers are on show until the search ends
        elif not self.show_face():
            self._show_what_was()
        if first:
            self._window.update_actions()

    def _show_what_was(self) -> None:
        """The face is in no picture any more."""
        if self._answer is not None:
            self._show_answer(self._answer, self._desk.candidates.chosen + 1)
        else:
            self._desk.show_work(anew=True)
