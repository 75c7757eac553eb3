"""EngineBridge: the document's changes to the engine, the engine's answers to the window."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from latentstudio.core.document import Document, State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.engine.engine import Engine
from latentstudio.engine.messages import (
    DeviceChanged,
    Frame,
    JobDone,
    JobProgress,
    Message,
    ModelOpened,
    RenderRequest,
)
from latentstudio.ui.faces import Store, thumbnail_of
from latentstudio.ui.meter import Meter

STILL_AFTER_MS = 150
_FRAMES_BYTES = 64 * 2**20
_FACES_BYTES = 24 * 2**20  # the map, a sheet, the strip and a history of 128 px faces

Receive = Callable[[int, QImage], None]


class EngineBridge(QObject):
    """Sends each new recipe to the engine and takes the newest frame back.

    Attributes:
        info: the open model, or None.
        preview: whether a moving picture may be less than exact where that is too slow.
        meter: pictures a second and slider-to-paint time.
    """

    frame_ready = Signal(object)  # Frame
    opening = Signal(str)  # source
    opened = Signal(object)  # ModelInfo
    failed = Signal(object)  # Failure
    job_started = Signal(int, str, str)  # id, name, title
    job_changed = Signal(object)  # JobProgress, JobDone or Failure
    device_changed = Signal(object)  # DeviceChanged
    _wake = Signal()

    def __init__(
        self,
        document: Document,
        make_engine: Callable[[Callable[[Message], None]], Engine] = Engine,
        parent: QObject | None = None,
        frames_bytes: int = _FRAMES_BYTES,
        faces_bytes: int = _FACES_BYTES,
    ) -> None:
        super().__init__(parent)
        self.info: ModelInfo | None = None
        self._frame: Frame | None = None
        self.device = self.precision = ""
        self.preview = True
        self.meter = Meter()
        self._document = document
        self._engine = make_engine(self._post)
        self._ids = itertools.count(1)
        self._shown = 0
        self._asked: Recipe | None = None
        self._other: Recipe | None = None
        self._coming: ModelRef | None = None  # the model of the recipe, while it is being opened
        self._opening = 0  # the newest request for a model; it takes the place of one before it
        self._sources: dict[str, str] = {}
        self._wish: tuple[str, str] = ("auto", "float32")
        self._frames_bytes = frames_bytes
        self._frames: Store[Frame] = Store(frames_bytes)
        self._faces_bytes = faces_bytes
        self._faces: Store[QImage] = Store(faces_bytes)
        self._receivers: dict[str, tuple[int, Receive]] = {}
        self._pictures: dict[str, tuple[Recipe, Callable[[Frame], None]]] = {}
        self._lock = threading.Lock()
        self._newest: Frame | None = None
        self._mail: list[Message] = []
        self._woken = False
        self._closed = False
        self._wake.connect(self._take_mail)
        self._still = QTimer(self, singleShot=True, interval=STILL_AFTER_MS)
        self._still.timeout.connect(self._ask_still)
        document.changed.connect(self._document_changed)

    @property
    def frame(self) -> Frame | None:
        """The last frame that was shown."""
        return self._frame

    # --- asked by the window ---------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine's thread; it imports torch, so do it after the first paint."""
        self._engine.start()

    def wish(self, device: str, precision: str) -> None:
        """Where, and how precisely, models opened from now on are to draw."""
        self._wish = (device, precision)

    def open(self, source: str) -> None:
        """Open a model; ``opened`` or ``failed`` follows."""
        self.opening.emit(source)
        self._opening = self._engine.open(source, *self._wish)

    def source_of(self, model: ModelRef) -> str | None:
        """What opened a model in this run, if anything did."""
        return self._sources.get(model.model_id)

    def know(self, model_id: str, source: str) -> None:
        """Tell where a model can be opened from, for recipes that refer to it."""
        self._sources.setdefault(model_id, source)

    @property
    def lacking(self) -> ModelRef | None:
        """The model that the recipe is for, where it is neither open nor being opened."""
        model = self._document.recipe.model
        here = self.info is not None and model == ModelRef.of(self.info)
        return None if here or model in (ModelRef(), self._coming) else model

    def known_face(self, recipe: Recipe) -> QImage | None:
        """The small picture of a recipe, if it was drawn before."""
        return self._faces.get(recipe)

    def remember_face(self, recipe: Recipe, png: bytes | None) -> None:
        """Take a small picture that another run has drawn, if its model is not there to do so."""
        here = self.info is not None and recipe.model == ModelRef.of(self.info)
        if here or png is None or self.source_of(recipe.model) is not None:
            return
        image = QImage.fromData(png)
        if not image.isNull():
            self._faces.put(recipe, image, image.sizeInBytes())

    def close(self) -> None:
        """End the engine; no message is delivered afterwards."""
        self._still.stop()
        self._closed = True
        self._engine.close()

    def set_preview(self, on: bool) -> None:
        """Whether a moving picture may be less than exact where that is too slow."""
        self.preview = on
        self._engine.set_preview(on)

    @property
    def wanted(self) -> Recipe:
        """What the canvas is to show: the document's recipe, or another that is looked at."""
        return self._other or self._document.recipe

    def look_at(self, recipe: Recipe | None) -> None:
        """Show another recipe than the document's, which stays as it is; None ends that.

        A new recipe of the document ends it, too.
        """
        if recipe is not None and (self.info is None or recipe.model != ModelRef.of(self.info)):
            return
        before, self._other = self.wanted, recipe
        if self.info is not None and self.wanted != before:
            self._ask(self.wanted)

    def with_full_frame(self, receive: Callable[[Frame], None]) -> None:
        """Give the shown picture as large and exact as its model draws it: now, or once drawn.

        Never called where there is no picture, or where another model is opened before.
        """
        frame, info = self._frame, self.info
        if frame is None or info is None:
            return
        if frame.resolution >= info.resolution and frame.precision == self.precision:
            receive(frame)
        else:
            self.picture(f"full-{next(self._ids)}", frame.recipe, receive)

    def painted(self) -> None:
        """The canvas has painted the last frame."""
        if self.frame is not None:
            self.meter.painted(self._shown)

    def forget_frames(self) -> None:
        """Draw everything anew from now on, for measurements."""
        self._frames = Store(self._frames_bytes)

    def forget_faces(self) -> None:
        """Draw small pictures anew from now on, too."""
        self._faces = Store(self._faces_bytes)

    # --- Tasks, the narrow face for panels -------------------------------------------------------

    def start_job(self, name: str, title: str, /, **options: Any) -> int:
        """Start a long task by name; ``job_changed`` tells how it goes."""
        job = self._engine.start_job(name, title, **options)
        self.job_started.emit(job, name, title)
        return job

    def cancel(self, job: int) -> None:
        """Stop a long task, keeping its best so far."""
        self._engine.cancel(job)

    def faces(self, owner: str, recipes: Sequence[Recipe], receive: Receive) -> None:
        """Draw faces when there is time; replaces what the owner asked for before.

        ``receive(index, image)`` is called for each, at once for those already drawn; faces of
        another model than the open one are shown only if they were drawn before.
        """
        number = self._receivers.get(owner, (0, receive))[0] + 1
        self._receivers[owner] = (number, receive)
        requests = []
        for index, recipe in enumerate(recipes):
            known = self._faces.get(recipe)
            if known is not None:
                receive(index, known)
            elif self.info is not None and recipe.model == ModelRef.of(self.info):
                key = (number, index)
                requests.append(RenderRequest(0, recipe, "thumbnail", key))
        self._engine.thumbnails(owner, requests)

    def picture(self, owner: str, recipe: Recipe, receive: Callable[[Frame], None]) -> None:
        """Draw a recipe exactly beside the one on show; replaces what the owner asked for before.

        ``receive`` is called once, at once for a picture that is in memory; never for a recipe of
        another model than the open one.
        """
        self._pictures.pop(owner, None)
        known = self._frames.get(recipe)
        if self.info is None or recipe.model != ModelRef.of(self.info):
            self._engine.thumbnails(owner, [])
        elif known is not None:
            receive(known)
        else:
            self._pictures[owner] = (recipe, receive)
            self._engine.thumbnails(owner, [RenderRequest(0, recipe, "thumbnail")])

    def redraw(self) -> None:
        """Draw the recipe again, which is another picture where its noise is random."""
        if self.info is not None and self.wanted.model == ModelRef.of(self.info):
            request = RenderRequest(next(self._ids), self.wanted)
            self.meter.asked(request.id)
            self._engine.show(request)
            self._still.start()

    # --- document -> engine ----------------------------------------------------------------------

    def _document_changed(self, old: State, new: State) -> None:
        if new.recipe == old.recipe:
            return
        self._other = None
        here = self.info is not None and new.recipe.model == ModelRef.of(self.info)
        if here and self._coming is None:  # while another one is coming, this one is on its way out
            self._ask(new.recipe)
        elif new.recipe.model != self._coming:
            self._open_for(new.recipe.model)

    def _open_for(self, model: ModelRef) -> None:
        """Open the model of the recipe where it is known; there is no picture where it is not."""
        self._still.stop()
        source = self.source_of(model)
        self._coming = None if source is None else model
        if source is None:
            self._frame = None
        else:
            self.open(source)

    def _ask(self, recipe: Recipe) -> None:
        request = RenderRequest(next(self._ids), recipe)
        self._asked = recipe
        self.meter.asked(request.id)
        known = self._frames.get(recipe)
        if known is not None:
            self._show(replace(known, id=request.id))
            return
        self._engine.show(request)
        self._still.start()

    def _ask_still(self) -> None:
        shown = self.frame
        if shown is not None and shown.exact and shown.recipe == self.wanted:
            return
        request = RenderRequest(next(self._ids), self.wanted, "still")
        self._engine.show(request)

    # --- engine -> window ------------------------------------------------------------------------

    def _post(self, message: Message) -> None:
        """Called on the compute thread: leave the message, wake the main thread once."""
        with self._lock:
            if isinstance(message, Frame) and message.purpose != "thumbnail":
                self._newest = message
            else:
                self._mail.append(message)
            wake, self._woken = not self._woken, True
        if wake:
            self._wake.emit()

    def _take_mail(self) -> None:
        if self._closed:  # woken before, delivered after
            return
        with self._lock:
            mail, self._mail = self._mail, []
            frame, self._newest = self._newest, None
            self._woken = False
        for message in mail:
            self._handle(message)
        if frame is not None:
            self._show(frame)

    def _handle(self, message: Message) -> None:
        if isinstance(message, Frame) and message.batch in self._pictures:
            self._deliver_picture(message)
        elif isinstance(message, Frame):
            self._deliver_face(message)
        elif isinstance(message, ModelOpened):
            self._model_opened(message)
        elif isinstance(message, DeviceChanged):
            self.device = message.device
            self.device_changed.emit(message)
        elif isinstance(message, JobProgress | JobDone) or message.what == "job":
            self.job_changed.emit(message)
        else:
            self.meter.forget()
            if message.what == "open" and message.id == self._opening:
                self._coming = None
            if self.lacking is not None:
                self._frame = None
            self.failed.emit(message)

    def _show(self, frame: Frame) -> None:
        """Show a frame unless it is older than what is shown, or of another model."""
        stale = frame.id <= self._shown or self.lacking is not None
        if stale or self.info is None or frame.recipe.model != ModelRef.of(self.info):
            return
        self._shown, self._frame = frame.id, frame
        if frame.exact and not _is_random(frame.recipe, self.info):
            self._frames.put(frame.recipe, frame, frame.pixels.nbytes)
        self.frame_ready.emit(frame)

    def _deliver_picture(self, frame: Frame) -> None:
        recipe, receive = self._pictures.pop(frame.batch)
        if frame.recipe != recipe:  # asked for before, drawn after
            self._pictures[frame.batch] = (recipe, receive)
            return
        if frame.exact and self.info is not None and not _is_random(recipe, self.info):
            self._frames.put(recipe, frame, frame.pixels.nbytes)
        receive(frame)

    def _deliver_face(self, frame: Frame) -> None:
        image = thumbnail_of(frame.pixels)
        self._faces.put(frame.recipe, image, image.sizeInBytes())
        number, receive = self._receivers.get(frame.batch, (0, None))
        asked, index = frame.key if isinstance(frame.key, tuple) else (-1, -1)
        if receive is not None and asked == number:
            receive(index, image)

    def _model_opened(self, message: ModelOpened) -> None:
        self.info, self.device, self.precision = message.info, message.device, message.precision
        self._sources[message.info.model_id] = message.source
        self.meter.forget()
        self._pictures.clear()
        self._asked = self._other = None
        if message.id == self._opening or self._coming == ModelRef.of(message.info):
            self._coming = None
        self.opened.emit(message.info)
        # The window has now made the recipe one of this model; the edit that did so has asked.
        recipe = self._document.recipe
        if self._asked != recipe and recipe.model == ModelRef.of(message.info):
            self._ask(recipe)


def _is_random(recipe: Recipe, info: ModelInfo) -> bool:
    return info.has_noise and recipe.noise.mode == "random"
