"""Start: brings the start screen up and down, asks for its faces, does what is chosen on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal

from latentstudio.core.classes import with_sample
from latentstudio.core.face_map import FACES, FaceMap
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recipe import ModelRef, Recipe, with_model
from latentstudio.resources import bundled_models
from latentstudio.ui.panel import job_of
from latentstudio.ui.start_screen import StartScreen

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from latentstudio.core.document import State
    from latentstudio.core.model_info import ModelInfo
    from latentstudio.ui.main_window import MainWindow
    from latentstudio.ui.panels.map import MapPanel


class Start(QObject):
    """Brings the start screen up and down, and does what is chosen on it.

    Signals:
        closed: the window is free again.
    """

    closed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._screen: StartScreen | None = None
        self._job: int | None = None
        window.bridge.opened.connect(self._model_opened)
        window.bridge.frame_ready.connect(lambda _frame: self._wake())
        window.bridge.job_changed.connect(self._job_changed)
        window.document.changed.connect(self._document_changed)
        cast("MapPanel", window.panel("map")).large_asked.connect(self.open)

    @property
    def screen(self) -> StartScreen | None:
        """The screen while it is up."""
        return self._screen if self._screen is not None and not self._screen.isHidden() else None

    def toggle(self) -> None:
        """Up, or down again."""
        if self.screen is None:
            self.open()
        else:
            self.close()

    def open(self) -> None:
        """Cover the window; the work lies under it untouched."""
        window = self._window
        screen = self._screen = self._screen or self._make()
        bundled = bundled_models()
        models = [path for path in window.files.models()[1] if path not in bundled.values()]
        screen.show_models(bundled, [*window.files.recent_work(), *models])
        screen.show_model(window.bridge.info)
        screen.take_notices(window.notices)
        screen.setGeometry(window.rect())
        screen.show()
        screen.raise_()
        screen.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> None:
        """Give the window free."""
        screen = self.screen
        if screen is None:
            return
        if self._job is not None:
            self._window.bridge.cancel(self._job)
            self._job = None
        self._window.bridge.faces("start", [], lambda _index, _image: None)
        self._window.place_notices()
        self._window.bridge.meter.forget()  # what was covered was never to be seen in time
        # Before it hides: a screen that hides with the focus would look for another place in it.
        self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        screen.hide()
        self.closed.emit()

    def _make(self) -> StartScreen:
        window = self._window
        screen = StartScreen(window)
        screen.model_chosen.connect(window.files.open_model)
        screen.file_chosen.connect(window.files.open_path)
        screen.open_asked.connect(window.commands.open)
        screen.face_chosen.connect(self._start_from)
        screen.random_asked.connect(lambda: self._start_from(fresh_seed()))
        screen.others_asked.connect(self._others)
        screen.left.connect(self.close)
        screen.view.wanted.connect(self._begin)
        window.installEventFilter(self)
        return screen

    # --- the map --------------------------------------------------------------------------------

    def _begin(self, seeds: list[int] | None = None) -> None:
        """Ask for the map once there is a picture: the first one comes before everything."""
        bridge = self._window.bridge
        frame, info = bridge.frame, bridge.info
        ready = frame is not None and info is not None and frame.recipe.model == ModelRef.of(info)
        if ready and self._job is None:
            self._job = bridge.start_job("face_map", "Face map", seeds=seeds or [])

    def _others(self) -> None:
        self._begin(seeds_around(fresh_seed(), FACES))

    def _wake(self) -> None:
        screen = self.screen
        if screen is not None and screen.view.face_map() is None:
            screen.view.update()  # which asks for a map, now that there is a picture

    def _job_changed(self, message: object) -> None:
        if self._job is None or job_of(message) != self._job:
            return
        result = getattr(message, "result", None)
        if hasattr(message, "result"):
            self._job = None
        screen, info = self.screen, self._window.bridge.info
        if not isinstance(result, FaceMap) or screen is None or info is None:
            return
        screen.show_map(result, info.classes)
        plain = Recipe(ModelRef.of(info))
        recipes = [with_sample(plain, info.classes, seed) for seed in result.seeds]
        model_id = info.model_id

        def receive(index: int, image: QImage) -> None:
            screen.show_face(index, image, model_id)

        self._window.bridge.faces("start", recipes, receive)

    # --- what ends it ---------------------------------------------------------------------------

    def _start_from(self, seed: int) -> None:
        info = self._window.bridge.info
        names = info.classes if info is not None else ()
        self._window.document.edit_recipe(
            "Start from a face", lambda r: with_sample(r, names, seed)
        )
        self.close()

    def _model_opened(self, info: ModelInfo) -> None:
        self._job = None
        screen = self.screen
        if screen is not None:
            screen.show_model(info)

    def _document_changed(self, old: State, new: State) -> None:
        """A session or a picture was opened: there is a face now. A model alone is no face."""
        if self.screen is None:
            return
        info = self._window.bridge.info
        only_model = old.recipe if info is None else with_model(old.recipe, info)
        if new.recipe not in (old.recipe, only_model):
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.screen is not None:
            self._screen.setGeometry(self._window.rect())  # type: ignore[union-attr]
        return False
