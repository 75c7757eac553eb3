"""Keeper: what becomes of a face that a visitor keeps: the wall, a picture file, a sheet."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from latentstudio.core.bundle import read_card
from latentstudio.core.demo import DemoPlan
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.operator_log import OperatorLog
from latentstudio.core.recipe import ModelRef, Recipe, title_of
from latentstudio.core.wall import Wall, load_wall, save_wall
from latentstudio.engine.messages import Failure, JobDone
from latentstudio.resources import find_model
from latentstudio.ui.background import Background
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo import sheet

_TITLE = "Keep it"


class Keeper(QObject):
    """Keeps faces; whatever goes wrong is a sentence in the operator's log.

    Signals:
        wall_changed: other faces hang on the wall.
    """

    wall_changed = Signal()

    def __init__(
        self,
        plan: DemoPlan,
        folder: Path,
        bridge: EngineBridge,
        log: OperatorLog,
        parent: QObject,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        super().__init__(parent)
        self._plan, self._folder, self._bridge, self._log = plan, folder, bridge, log
        self._clock = clock
        self._background = Background(self)
        self._licence = ""
        self._jobs: dict[int, Recipe] = {}
        self._wall = Wall(clock().date())
        self.written: list[Path] = []
        bridge.job_changed.connect(self._job_changed)
        self._background.run(
            partial(load_wall, folder, self._wall.day), self._loaded, self._complain
        )

    def close(self) -> None:
        """Finish writing."""
        self._background.close()

    def show_model(self, info: ModelInfo) -> None:
        """Learn what a sheet must say of the model."""
        self._licence = _licence_line(info, ())
        source = self._bridge.source_of(ModelRef.of(info))
        if source is not None:
            self._background.run(
                lambda: read_card(find_model(source)).attributions,
                lambda found: setattr(self, "_licence", _licence_line(info, found)),
                lambda _error: None,  # a model of another kind of file names nobody
            )

    def faces(self, model: ModelRef) -> tuple[Recipe, ...]:
        """What hangs on today's wall and is of a model, newest first."""
        self._wall = self._wall.on(self._clock().date())
        return self._wall.of(model)

    def keep(self, recipe: Recipe) -> None:
        """Hang a face on the wall, and write its picture where the operator wants it."""
        self._wall = self._wall.on(self._clock().date()).with_face(recipe)
        wall = self._wall
        self._background.run(partial(save_wall, self._folder, wall), _nothing, self._complain)
        self.wall_changed.emit()
        if self._plan.folder:
            named = [(f"face-{self._clock():%Y-%m-%d-%H%M%S-%f}"[:-3], recipe)]
            job = self._bridge.start_job(
                "pictures", _TITLE, recipes=named, folder=Path(self._plan.folder).expanduser()
            )
            self._jobs[job] = recipe

    def _loaded(self, wall: Wall) -> None:
        """What was kept before this start; faces kept in the meantime stay in front."""
        for recipe in reversed(self._wall.on(wall.day).faces):
            wall = wall.with_face(recipe)
        self._wall = wall
        self.wall_changed.emit()

    def _job_changed(self, message: object) -> None:
        if isinstance(message, Failure) and self._jobs.pop(message.id, None) is not None:
            self._complain(message.error)
        elif isinstance(message, JobDone):
            recipe = self._jobs.pop(message.job, None)
            if recipe is not None and message.result:
                self.written += message.result
                self._print(message.result[0], recipe)

    def _print(self, picture: Path, recipe: Recipe) -> None:
        plan = self._plan
        now = f"{self._clock():%d %B %Y}".lstrip("0")
        words = sheet.SheetWords(plan.headline, f"{title_of(recipe)}, {now}", self._licence)
        if plan.sheet == "pdf":
            path = picture.with_suffix(".pdf")
            work = partial(sheet.write_pdf, path, picture, words)
        elif plan.sheet == "printer":
            work = partial(sheet.print_sheet, plan.printer, picture, words)
        else:
            return
        self._background.run(work, _nothing, self._complain)

    def _complain(self, error: StudioError) -> None:
        self._log.say(str(error))


def _licence_line(info: ModelInfo, attributions: tuple[str, ...]) -> str:
    licence = f", {info.licence}" if info.licence else ""
    learned = (f"Learned from: {line} Changed: used to train a network." for line in attributions)
    return " ".join([f"Drawn by {info.name} in Latent Studio{licence}.", *learned])


def _nothing(_result: object) -> None:
    """There is no more to do."""
