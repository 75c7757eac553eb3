"""Reblending: the answers on show are set into their picture anew when another seam is chosen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from latentstudio.core.document import State
from latentstudio.core.work import frame, mask_at
from latentstudio.ui.candidates import CandidatesTab
from latentstudio.ui.panel import job_of
from latentstudio.ui.panels.inpaint import InpaintPanel

if TYPE_CHECKING:
    from latentstudio.core.paste import Seam
    from latentstudio.core.search import Filled


class Reblending(QObject):
    """Asks the engine once a search has ended, well or early, and whenever the seam changes."""

    def __init__(self, panel: InpaintPanel, candidates: CandidatesTab, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._candidates = panel, candidates
        self._job: int | None = None
        self._found: Sequence[Filled] = ()
        self._seam: Seam = "none"
        panel.began.connect(lambda _work: self._stop())
        panel.answered.connect(lambda _found, _note, last: self._ask() if last else None)
        panel.document.changed.connect(self._changed)
        panel.tasks.job_changed.connect(self._job_changed)

    def _changed(self, old: State, new: State) -> None:
        if new.work.blend != old.work.blend:
            self._ask()

    def _ask(self) -> None:
        self._stop()
        (work, _), found = self._panel.begun, self._candidates.answers
        self._seam = self._panel.document.state.work.blend
        settled = self._panel.running or all(one.seam == self._seam for one in found)
        if work.task != "inpaint" or settled:
            return
        side = found[0].pixels.shape[0]
        picture = frame(work, side)
        if picture is not None:
            self._job = self._panel.tasks.start_job(
                "blend",
                "Blend",
                picture=picture.pixels,
                mask=mask_at(work, side),
                drawn=[one.drawn for one in found],
                way=self._seam,
            )
            self._found = found

    def _stop(self) -> None:
        if self._job is not None:
            self._panel.tasks.cancel(self._job)
        self._job = None

    def _job_changed(self, message: Any) -> None:
        if self._job is None or job_of(message) != self._job or hasattr(message, "step"):
            return
        self._job = None
        pixels = getattr(message, "result", None)
        if pixels is not None:
            pairs = zip(self._found, pixels, strict=True)
            again = [replace(one, pixels=made, seam=self._seam) for one, made in pairs]
            self._candidates.show_answers(again, self._candidates.note.text(), last=True)
