"""InpaintDesk: the wires of the Inpaint workspace between view, panels, candidates and files."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from latentstudio.core.crop import pasted_back
from latentstudio.core.document import State
from latentstudio.core.files import atomic_write
from latentstudio.core.gallery import with_kept
from latentstudio.core.mask import Mask
from latentstudio.core.mask_file import Loaded, read_mask, write_mask
from latentstudio.core.origin import png_with
from latentstudio.core.paste import Picture
from latentstudio.core.recipe import ModelRef, Recipe, title_of
from latentstudio.core.search import Filled as Answer
from latentstudio.core.work import Work, answer, frame, mask_at
from latentstudio.engine.messages import Frame
from latentstudio.ui.candidates import CandidatesTab
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.controls import Segmented
from latentstudio.ui.inpaint_view import MODES, InpaintView
from latentstudio.ui.panels.blend import BlendPanel
from latentstudio.ui.panels.brush import BrushPanel, MaskPanel
from latentstudio.ui.panels.inpaint import InpaintPanel
from latentstudio.ui.panels.photo import PhotoPanel
from latentstudio.ui.photo_intake import PICTURES, PhotoIntake
from latentstudio.ui.reblending import Reblending
from latentstudio.ui.result_desk import ResultDesk
from latentstudio.ui.task_desk import TaskDesk

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_DONE = {"inpaint": "inpainted", "restore": "restored", "project": "projected"}


class InpaintDesk(QObject):
    """Keeps the Inpaint workspace together."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self._background = window.files.background  # the one thread for files
        self._shown: tuple[Picture, Mask] | None = None
        self._waiting: Recipe | None = None
        self.view = InpaintView()
        window.views.addWidget(self.view)
        self.modes = Segmented(list(MODES))
        self.modes.setObjectName("inpaint.mode")
        self.modes.setAccessibleName("What is shown")
        self.modes.setToolTip("The picture with its mask, the result, or both")
        self.modes.chosen.connect(self.view.set_mode)
        self.modes.set_current(self.view.mode)
        self.modes.hide()
        window.header.add_views(self.modes)
        self.intake = PhotoIntake(
            window, self._background, lambda: self.on, self.photos.take, self.take_face
        )
        self.result = ResultDesk(self, window)
        self.tasks = TaskDesk(self, window)
        self._connect()
        self.reblending = Reblending(self.panel, self.candidates, self)

    def _connect(self) -> None:
        window, view = self._window, self.view
        canvas = view.mask_canvas
        brush = self.brush
        brush.changed.connect(canvas.set_brush)
        canvas.set_brush(brush.size_row.value(), brush.hardness_row.value() / 100)
        canvas.size_asked.connect(brush.step_size)
        canvas.hardness_asked.connect(brush.step_hardness)
        canvas.edited.connect(self.masks.edit)
        view.zoom_changed.connect(self._show_zoom)
        view.mode_changed.connect(self.modes.set_current)
        self.masks.load_asked.connect(self.load_mask)
        self.masks.save_asked.connect(self.save_mask)
        self.photos.open_asked.connect(self.intake.open_picture)
        self.photos.face_dropped.connect(self.take_face)
        self.panel.began.connect(self._begin)
        self.panel.answered.connect(self.candidates.show_answers)
        self.panel.moved_on.connect(self._moved_on)
        self.panel.use_asked.connect(self.use)
        self.candidates.use_asked.connect(self.use)
        self.blend.paste_back_asked.connect(self.paste_back)
        self._document.changed.connect(self._changed)
        window.bridge.frame_ready.connect(self._frame)
        window.bridge.opened.connect(lambda _info: self.show_work())
        window.views.currentChanged.connect(lambda _index: self._hold())
        window.workspaces.changed.connect(self._workspace)
        window.workspaces.changed.connect(lambda _key: window.update_actions())
        window.header.zoom.clicked.connect(lambda: self.zoomed().set_zoom(None))
        self._workspace(window.workspaces.current.key)

    # --- parts ----------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the Inpaint workspace is on show with a model."""
        window = self._window
        return window.workspaces.current.key == "inpaint" and window.bridge.info is not None

    @property
    def photos(self) -> PhotoPanel:
        return cast(PhotoPanel, self._window.panel("photo"))

    @property
    def brush(self) -> BrushPanel:
        return cast(BrushPanel, self._window.panel("brush"))

    @property
    def masks(self) -> MaskPanel:
        return cast(MaskPanel, self._window.panel("mask"))

    @property
    def panel(self) -> InpaintPanel:
        return cast(InpaintPanel, self._window.panel("inpaint"))

    @property
    def blend(self) -> BlendPanel:
        return cast(BlendPanel, self._window.panel("blend"))

    @property
    def candidates(self) -> CandidatesTab:
        return cast(CandidatesTab, self._window.strip.tab("candidates"))

    @property
    def has_result(self) -> bool:
        """Whether an answer is on show, or the current face in its picture."""
        return self.result.there

    def conditions(self) -> dict[str, bool]:
        """What the actions of the workspace need."""
        painting = self._document.state.work.task == "inpaint"
        return {
            "work": self.on,
            "inpaint": self.on and painting,
            "answer": self.on and self.candidates.chosen >= 0,
            "hole": self.on and self.result.goes_back,
            **self.tasks.conditions(),
        }

    def zoomed(self) -> Canvas | InpaintView:
        """What the keys of the view zoom."""
        return self.view if self.on else self._window.canvas

    # --- what is shown --------------------------------------------------------------------------

    def _workspace(self, key: str) -> None:
        header, here = self._window.header, key == "inpaint"
        self.modes.setVisible(here)
        header.views.setVisible(not here)
        self._window.top_bar.save.set_quiet(here)  # the next step here is another
        if here:
            self._hold()
            self.show_work()
            self._show_zoom()
        elif self._window.views.currentWidget() is self.view:
            self._window.show_view(0)

    def _hold(self) -> None:
        """In this workspace the place of the picture is the view's."""
        views = self._window.views
        if self._window.workspaces.current.key == "inpaint" and views.currentIndex() == 0:
            views.setCurrentWidget(self.view)
            self._window.header.zoom.setVisible(True)

    def _changed(self, old: State, new: State) -> None:
        missing = new.recipe.paste is not None and new.recipe.paste.missing
        if missing and not (old.recipe.paste is not None and old.recipe.paste.missing):
            self._window.notices.post(
                "warning",
                "The photo is missing",
                "This face was set into a photograph that its file does not hold, so the whole "
                "face is shown. Save with File > Include my photo to keep both.",
            )
        if new.work is not old.work or new.recipe != old.recipe:
            self.show_work()

    def _frame(self, shown: Frame) -> None:
        if self._document.state.work.picture is None:
            self.show_work()
        if shown.recipe == self._waiting:
            self._waiting = None
            self.photos.take_current()

    def show_work(self, anew: bool = False) -> None:
        """Show the picture of the work, and what its task knows of it."""
        info = self._window.bridge.info
        if info is None or self._window.workspaces.current.key != "inpaint":
            return
        work, side = self._document.state.work, info.resolution
        picture = frame(work, side) or self._current(side)
        if picture is None:
            return
        painting = work.task == "inpaint"
        mask = mask_at(work, side) if painting else Mask.empty(side)
        self.view.set_painting(painting)
        if not painting:
            self.view.show_mask(mask)
            self.tasks.show_given(work, picture, info)
            self._shown = None
            return
        if anew or self._shown is None or self._shown[0] is not picture:
            self.view.show_picture(picture.pixels, picture.name)
            if not self.result.show_face() and not self.has_result:
                self.view.show_result(picture.pixels, Mask.empty(side), "")
        self.view.show_mask(mask)
        self._shown = (picture, mask)

    def _current(self, side: int) -> Picture | None:
        shown = self._window.bridge.frame
        if shown is None or shown.resolution != side:
            return None
        return Picture(np.ascontiguousarray(shown.pixels[..., 2::-1]), title_of(shown.recipe))

    def _begin(self, work: Work) -> None:
        info = self._window.bridge.info
        if info is not None:
            self.result.clear()
            self.candidates.begin(work, info)
            self.panel.show_chosen(None)
            self._window.strip.choose("candidates")
            if self.view.mode == 0:
                self.view.set_mode(1)

    def _show_zoom(self) -> None:
        if self.on:
            self._window.header.show_zoom(self.view.zoom(), self.view.fits)

    # --- commands -------------------------------------------------------------------------------

    def use(self) -> None:
        """The chosen answer becomes the current face, as one undo step."""
        recipe = self.candidates.recipe()
        if recipe is not None:
            rank = self.candidates.chosen + 1
            self._document.edit_recipe(f"Use candidate {rank}", lambda _r: recipe)
            self.tasks.tell_used()

    def _moved_on(self, found: Answer, begun: tuple[Work, ModelRef]) -> None:
        why = f"You have gone on meanwhile, so its best answer, drawn with {begun[1].name}, is in "
        self.keep_for_later(found, begun, "The search has finished", why + "the gallery.")

    def keep_for_later(
        self, found: Answer, begun: tuple[Work, ModelRef], title: str, why: str
    ) -> None:
        """The user is elsewhere by now: the best answer waits in the gallery."""
        work, model = begun
        side = found.pixels.shape[0]
        recipe = answer(model, found, work, side)
        self._document.edit(
            "Keep the answer", lambda s: replace(s, gallery=with_kept(s.gallery, recipe))
        )
        self._window.notices.post(
            "info",
            title,
            why,
            (("Use it", lambda: self._document.edit_recipe("Use the answer", lambda _r: recipe)),),
        )

    def take_face(self, recipe: Recipe) -> None:
        """Repair a face that was kept: it is drawn first, as the current one."""
        shown = self._window.bridge.frame
        if shown is not None and shown.recipe == recipe:
            self.photos.take_current()
            return
        self._waiting = recipe
        self._document.edit_recipe("Kept face", lambda _r: recipe)

    def load_mask(self) -> None:
        """Ask for a mask."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Load mask", "", PICTURES)
        if name:
            self.take_mask(Path(name))

    def take_mask(self, path: Path) -> None:
        """A mask from a file; what had to become of it is said."""
        info, work = self._window.bridge.info, self._document.state.work
        if info is None:
            return
        side = info.resolution
        photo = (side, side) if work.picture is None else work.picture.size

        def done(found: Loaded) -> None:
            self.masks.edit(f"Load {path.name}", found.mask)
            if found.change:
                (width, height), title = found.size, f"{path.name} was {found.change}"
                self._window.notices.post(
                    "info", title,
                    f"From {width} × {height} to {side} × {side} pixels, the model's frame.",
                )  # fmt: skip

        read = partial(read_mask, path, side, photo, work.crop)
        self._background.run(read, done, self._window.files.complain)

    def save_mask(self) -> None:
        """Write the mask as a PNG."""
        path = self.ask("Save mask", "mask.png")
        if path is not None:
            mask = self.masks.current()
            self.write(path, lambda target: write_mask(target, mask))

    def paste_back(self) -> None:
        """Write the whole photograph with what the result shows in it."""
        found, work = self.result.on_show()
        if found is None or work.picture is None or work.task != "inpaint":
            self._window.notices.post(
                "info", "There is no result yet", "Fill the hole first (Ctrl+Return)."
            )
            return
        path = self.ask("Paste back", f"{Path(work.picture.name).stem}-inpainted.png")
        if path is not None:
            self.write_back(path, found, work)

    def save_result(self) -> None:
        """Write what the right pane shows, in the model's size."""
        found, work = self.result.on_show()
        pixels = found.pixels if found is not None else self.tasks.seen
        if pixels is None:
            return
        stem = Path(work.picture.name).stem if work.picture is not None else "face"
        path = self.ask("Save the result", f"{stem}-{_DONE[work.task]}.png")
        if path is not None:
            self.tasks.write_result(path, pixels)

    def write_back(self, path: Path, found: Answer | Picture, work: Work) -> None:
        """Write the photograph of a work with an answer in its hole; the rest stays as it is."""
        side = found.pixels.shape[0]
        known, picture = frame(work, side), work.picture
        if known is None or picture is None:
            return

        def write(target: Path) -> None:
            mask = mask_at(work, side)
            whole = pasted_back(picture, work.crop, known.pixels, found.pixels, mask)
            atomic_write(target, png_with(whole, picture.origin))

        self.write(path, write, picture.origin.lost)

    def write(self, path: Path, write: Callable[[Path], None], lost: tuple[str, ...] = ()) -> None:
        """Write a file while the window goes on, and say so; ``lost`` is what it cannot hold."""
        words = "\n".join((str(path.parent), " ".join(lost))).strip()
        self._background.run(
            lambda: write(path),
            lambda _n: self._window.notices.post("info", f"Saved {path.name}", words),
            self._window.files.complain,
        )

    def ask(self, title: str, name: str, kinds: str = "Pictures (*.png)") -> Path | None:
        """Where to write a file, with the ending of its name; None where the user cancelled.

        A name that only gets its ending here is asked for again where such a file is there: the
        dialog knows how to ask whether it is to be replaced.
        """
        ending = Path(name).suffix
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, name, kinds)
        while chosen and not chosen.lower().endswith(ending):
            chosen += ending
            if Path(chosen).exists():
                chosen, _ = QFileDialog.getSaveFileName(self._window, title, chosen, kinds)
        return Path(chosen) if chosen else None
