"""Map: round faces where they lie in the latent space, and the point where the picture is."""

from PySide6.QtCore import QTimer, Signal

from latentstudio.core.classes import with_sample
from latentstudio.core.face_map import FaceMap, picture_features, style_features
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.ui.controls import FaceMapView, IconButton
from latentstudio.ui.panel import Panel, Shown, job_of

FOLLOW_MS = 60


class MapPanel(Panel):
    """Faces that look alike lie near each other; a click goes there.

    Attributes:
        large_asked: the user wants the map on the whole window.
    """

    key = "map"
    title = "Map"
    icon = "map"
    large_asked = Signal()

    def build(self) -> None:
        self._job: int | None = None
        self._newest: Shown | None = None
        # While a control moves, every millisecond belongs to the picture: the point may lag.
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._show_newest)
        self._large = IconButton("expand", "The face map on the whole window", "Ctrl+Shift+F")
        self.name_control("large", self._large)
        self._large.clicked.connect(self.large_asked)
        self.add_action(self._large)
        self.view = FaceMapView(small=True)
        self.add(
            "faces",
            self.view,
            "Faces on the two directions in which they differ most; click one to go there. "
            "The point is where the picture is.",
        )
        self.view.wanted.connect(self._begin)
        self.view.chosen.connect(self._go_to)
        self.tasks.job_changed.connect(self._job_changed)
        self.tasks.frame_ready.connect(self._take_frame)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        if self._job is not None:
            self.tasks.cancel(self._job)
            self._job = None
        self.view.set_map(None)

    def _begin(self) -> None:
        """Ask for the map once there is a picture: the first one comes before everything."""
        if self.tasks.frame is not None and self.info is not None and self._job is None:
            self._job = self.tasks.start_job("face_map", "Face map")

    def _job_changed(self, message: object) -> None:
        """Take the map; a task that failed or was cancelled is asked for no more."""
        if self._job is None or job_of(message) != self._job:
            return
        result = getattr(message, "result", None)
        if not isinstance(result, FaceMap):
            return
        self.view.set_map(result, self.info.classes if self.info else ())
        self.tasks.faces(self.key, [self._face(seed) for seed in result.seeds], self.view.set_image)
        if self.tasks.frame is not None:
            self._take_frame(self.tasks.frame)

    def _take_frame(self, frame: Shown) -> None:
        self._newest = frame
        if not self._follow.isActive():
            self._follow.start()

    def _show_newest(self) -> None:
        found, frame = self.view.face_map(), self._newest
        if found is None:
            self.view.update()  # which asks for one, if it is looked at
            return
        if not self.view.isVisible() or frame is None or frame.styles is None:
            return
        features = (
            picture_features(frame.pixels) if found.pictures else style_features(frame.styles)
        )
        if features.size == found.mean.size:
            self.view.set_here(found.place(features))

    def _face(self, seed: int) -> Recipe:
        """A face of the map: a plain sample, whatever is done to the current one."""
        assert self.info is not None
        return with_sample(Recipe(ModelRef.of(self.info)), self.info.classes, seed)

    def _go_to(self, index: int) -> None:
        found = self.view.face_map()
        if found is not None and self.info is not None:
            seed, names = found.seeds[index], self.info.classes
            self.document.edit_recipe(
                "Go to a face of the map", lambda r: with_sample(r, names, seed)
            )
