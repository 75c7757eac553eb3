"""TaskDesk: the wires of restoration and projection: what is known, losses, files, late answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QObject

from latentstudio.core.document import State
from latentstudio.core.files import atomic_file
from latentstudio.core.mask import Mask
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Picture, Rgb
from latentstudio.core.picture import write_picture
from latentstudio.core.search import Projected, Restored
from latentstudio.core.tasks import NEVER_KEPT, measured
from latentstudio.core.work import WHOLE, Task, Work
from latentstudio.ui.inpaint_view import MODES
from latentstudio.ui.known_picture import KnownPicture
from latentstudio.ui.panels.loss import LossPanel
from latentstudio.ui.panels.tasks import small_factor

if TYPE_CHECKING:
    from latentstudio.ui.inpaint_desk import InpaintDesk
    from latentstudio.ui.main_window import MainWindow

LATENTS = "projected_w.npz"
_PAINTING = ("brush", "mask", "blend")
_LEFT: dict[Task, str] = {"inpaint": MODES[0], "restore": "Known", "project": "Picture"}
_UNITS: dict[Task, str] = {
    "inpaint": "off on the known pixels",
    "restore": "off on what is known",
    "project": "off on the picture",
}
_HINTS = [("T", "next task"), ("N", "next answer"), ("Enter", "use it"), ("Ctrl Enter", "start")]
_JUDGES = {
    "critic": "Pixels and the discriminator judged.",
    "referee": "Pixels and the referee judged.",
    "lpips": "Pixels and LPIPS judged.",
}


class TaskDesk(QObject):
    """What the tasks beside inpainting show and write.

    Attributes:
        found: what the last projection found, until another search begins.
    """

    def __init__(self, desk: "InpaintDesk", window: "MainWindow") -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self.found: Projected | None = None
        self._seen: Rgb | None = None
        self._opening = False
        self._open: dict[str, bool] = {}
        self._task: Task = "inpaint"
        self._known = KnownPicture(window.bridge, self)
        self._known.changed.connect(desk.show_work)
        panel, bridge = desk.panel, window.bridge
        panel.began.connect(self._begin)
        panel.measured.connect(lambda share, values: self.loss.show_step(share, values))
        panel.finished.connect(self._finish)
        panel.stopped.connect(self._stop)
        panel.save_asked.connect(lambda: desk.save_result())
        panel.export_asked.connect(self.export)
        bridge.opening.connect(lambda _source: self._set_opening(True))
        bridge.opened.connect(lambda _info: self._set_opening(False))
        bridge.failed.connect(lambda _failure: self._set_opening(False))
        window.document.changed.connect(self._changed)
        window.workspaces.changed.connect(lambda _key: self._show_task())
        self._show_task()

    @property
    def loss(self) -> LossPanel:
        return cast(LossPanel, self._window.panel("loss"))

    @property
    def seen(self) -> Rgb | None:
        """What the result of a restoration or projection shows; None before there is one."""
        return self._seen

    def conditions(self) -> dict[str, bool]:
        """What the actions of the tasks need."""
        return {
            "result": self._desk.on and (self._seen is not None or self._desk.has_result),
            "projected": self._desk.on and self.found is not None,
        }

    # --- what is shown --------------------------------------------------------------------------

    def show_given(self, work: Work, picture: Picture, info: ModelInfo) -> None:
        """The picture of a task in the left pane: as a restoration knows it, or as it is."""
        view, side = self._desk.view, info.resolution
        if self._seen is None and not self._desk.has_result:
            view.show_result(picture.pixels, Mask.empty(side), "nothing found yet")
        if work.task == "project":
            view.show_given(picture.pixels, picture.name, f"{side} × {side}")
            return
        given = work if work.picture is not None else _on(work, picture)
        pixels = self._known.of(given, info)
        shown = picture.pixels if pixels is None else pixels
        view.show_given(shown, "Known", _facts(given, side))

    def show_answer(self, pixels: Rgb, rank: int) -> None:
        """An answer in the right pane."""
        self._seen = pixels
        work, _ = self._desk.panel.begun
        kept = work.restore.keep and work.restore.kind not in NEVER_KEPT
        facts = f"candidate {rank}, with what is known" if kept else f"candidate {rank}"
        if work.task == "project":
            nearest = "the nearest face so far" if self._desk.panel.running else "the nearest face"
            facts = nearest if rank == 1 else "with fitted noise: no face has it"
        self._desk.view.show_result(pixels, Mask.empty(pixels.shape[0]), facts)
        self._show_files()

    def _show_files(self) -> None:
        other = self._desk.panel.begun[0].task != "inpaint"
        export = self.found is not None
        self._desk.panel.show_files(save=other and self._seen is not None, export=export)

    def _changed(self, old: State, new: State) -> None:
        if new.work.task != self._task:
            self._show_task()
            self._window.update_actions()

    def _show_task(self) -> None:
        """Painting belongs to inpainting: its sections are closed elsewhere, and say why."""
        task, before = self._window.document.state.work.task, self._task
        self._task = task
        self._show_hints()
        segment = self._desk.modes.segments[0]
        segment.setText(_LEFT[task])
        segment.setAccessibleName(_LEFT[task])
        segment.updateGeometry()
        for key in _PAINTING:
            panel = self._window.panel(key)
            if task == "inpaint" and before != "inpaint":
                panel.set_reason("")
                panel.set_open(self._open.get(key, True))
            elif task != "inpaint":
                if before == "inpaint":
                    self._open[key] = panel.is_open()
                panel.set_reason("Only to inpaint")

    def _show_hints(self) -> None:
        here = self._window.workspaces.current
        if here.key == "inpaint":
            hints = list(here.hints) if self._task == "inpaint" else _HINTS
            self._window.status.hints.set_hints(hints)

    # --- a search -------------------------------------------------------------------------------

    def _begin(self, work: Work) -> None:
        self.found, self._seen = None, None
        self.loss.begin(_UNITS[work.task], self._desk.panel.turns)
        self.loss.show_curve(())
        self._show_files()
        self._window.update_actions()

    def _finish(self, result: Any) -> None:
        if isinstance(result, Projected):
            self.found = result
            judge = _JUDGES.get(result.looked_by, "")
            words = f"{result.difference:.2f} of 255 levels off. {judge}"
            self.loss.show_losses(result.losses, words.strip())
        else:
            if isinstance(result, Restored):
                self.loss.show_curve(result.curve)
            best, note = self._desk.candidates.best, self._desk.candidates.note.text()
            lost = f"; {note}" if note else ""
            self.loss.end("" if best is None else f"Best {best.fit:.3f}, candidate 1{lost}")
        self._show_files()
        self._window.update_actions()

    def _stop(self) -> None:
        """Cancelled: the best so far stay, and wait in the gallery if it was for another model."""
        self.loss.end("Stopped: the best so far is on show.", well=False)
        best = self._desk.candidates.best
        if self._opening and best is not None:
            _, model = begun = self._desk.panel.begun
            why = f"It was for {model.name}; its best answer so far is in the gallery."
            self._desk.keep_for_later(best, begun, "The search ended with its model", why)
        self._window.update_actions()

    def _set_opening(self, on: bool) -> None:
        self._opening = on
        if on:
            self._known.pause()
        else:
            self._desk.show_work()
        if not on and self._task != "inpaint":
            self._show_task()  # panels have just adapted to the model

    def tell_used(self) -> None:
        """An answer of a task other than inpainting is an ordinary face now: where it can go."""
        work, _ = self._desk.panel.begun
        if work.task != "inpaint":
            drawn = "As the model draws it. " if work.task == "restore" else ""
            self._window.notices.post(
                "info",
                "It is the current face now",
                f"{drawn}Explore steers it, Shift+A to Shift+D take it into the mix, K keeps it.",
            )

    # --- files ----------------------------------------------------------------------------------

    def export(self) -> None:
        """Write the styles of the projection as other tools read them."""
        found = self.found
        if found is not None:
            path = self._desk.ask("Export projection", LATENTS, "Arrays (*.npz)")
            if path is not None:
                self.write_styles(path, found)

    def write_styles(self, path: Path, found: Projected) -> None:
        """``w``, float32 [1, style layers, style size], as NVIDIA's projector writes it."""

        def write(target: Path) -> None:
            with atomic_file(target) as temporary:
                np.savez(temporary, w=found.styles[None])

        self._desk.write(path, write)

    def write_result(self, path: Path, pixels: Rgb) -> None:
        """What the result shows as a PNG."""
        self._desk.write(path, lambda target: write_picture(target, pixels))


def _on(work: Work, picture: Picture) -> Work:
    """The work as it would be on a picture."""
    return Work(picture, WHOLE, task=work.task, restore=work.restore, search=work.search)


def _facts(work: Work, side: int) -> str:
    """What is known, in a few words."""
    restore, small = work.restore, side // small_factor(work, side)
    noise = f"noise of {restore.noise:.0f} levels" if restore.noise else "as it is"
    return {
        "superres": f"{small} × {small} pixels",
        "colorize": "how light it is",
        "denoise": noise,
        "missing": f"{1 - restore.missing:.0%} of the pixels",
        "sensing": f"{measured(restore, side)} measurements",
    }[restore.kind]
