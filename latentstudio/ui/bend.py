"""Bend: from a face that was found for a picture, a copy of the model that draws it better."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from latentstudio.core.paste import Picture
from latentstudio.core.recipe import ModelRef, Recipe, Vector
from latentstudio.core.search import Tuned
from latentstudio.core.work import frame
from latentstudio.engine.messages import Failure, JobDone

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

STEPS = 300
_SUFFIX = ".safetensors"


class Bend(QObject):
    """Starts the task, and offers what it has made; the model itself is never written over."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._job: int | None = None
        window.enabling.add(self.conditions)
        window.bridge.job_changed.connect(self._job_changed)
        window.document.changed.connect(lambda _old, _new: self._tell())
        self._told = False

    def conditions(self) -> Mapping[str, bool]:
        """What the action needs."""
        return {"bend": self._job is None and self._found()}

    def ask(self) -> None:
        """Ask for a file, and bend a copy of the model into it."""
        info = self._window.bridge.info
        if info is None or not self._found():
            return
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            "Bend a copy of the model",
            f"{info.name}-bent{_SUFFIX}",
            f"Models (*{_SUFFIX})",
        )
        if name:
            self.begin(Path(name.removesuffix(_SUFFIX) + _SUFFIX))

    def begin(self, path: Path) -> None:
        """Bend a copy of the open model to the picture, at the current face."""
        bridge, picture = self._window.bridge, self._picture()
        source = None if bridge.info is None else bridge.source_of(ModelRef.of(bridge.info))
        if picture is None or source is None:
            return
        self._job = bridge.start_job(
            "tune",
            "Bend a copy",
            source=source,
            path=path,
            recipe=self._window.document.recipe,
            picture=picture.pixels,
            steps=STEPS,
        )
        self._window.update_actions()

    def _found(self) -> bool:
        """Whether the current face is one of the open model, and was found for a picture."""
        info, state = self._window.bridge.info, self._window.document.state
        if info is None or state.recipe.model != ModelRef.of(info):
            return False
        return _is_found(state.recipe) and state.work.picture is not None

    def _picture(self) -> Picture | None:
        """What the face was found for, in the model's frame."""
        info, work = self._window.bridge.info, self._window.document.state.work
        return frame(work, info.resolution) if info is not None and self._found() else None

    def _tell(self) -> None:
        """Enable the action as soon as there is something to bend to."""
        now = self.conditions()["bend"]
        if now != self._told:
            self._told = now
            self._window.update_actions()

    def _job_changed(self, message: object) -> None:
        ended = message.job if isinstance(message, JobDone) else None
        failed = message.id if isinstance(message, Failure) else None
        if self._job is None or self._job not in (ended, failed):
            return
        self._job = None
        self._window.update_actions()
        if isinstance(message, JobDone) and isinstance(message.result, Tuned):
            self._offer(message.result, message.model)

    def _offer(self, made: Tuned, base: ModelRef) -> None:
        window, name = self._window, made.path.stem
        window.bridge.know(made.recipe.model.model_id, str(made.path))

        def go() -> None:
            window.document.edit_recipe(f"Open {name}", lambda _r: made.recipe)

        window.notices.post(
            "info",
            f"{made.path.name} is a model of its own",
            f"It draws the picture with {made.difference:.1f} of 255 levels of difference, and "
            f"other faces {made.moved:.1f} levels from where {base.name} has them. The licence of "
            f"{base.name} holds for it.",
            (("Open it", go),),
        )


def _is_found(recipe: Recipe) -> bool:
    """Whether a face stands where a search has led: one latent of its own, drawn whole."""
    alone = len(recipe.active) == 1 and not recipe.mixed and recipe.paste is None
    return alone and isinstance(recipe.active[0].latent, Vector)
