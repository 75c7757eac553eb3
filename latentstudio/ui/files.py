"""Files: opening models, sessions and pictures, saving, copying, and recovery after a crash."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from latentstudio.core import bundle
from latentstudio.core.direction import Direction
from latentstudio.core.direction_file import write_directions
from latentstudio.core.document import Document, State
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.picture import PictureNote, note_of
from latentstudio.core.recents import read_recents, remember
from latentstudio.core.recipe import ModelRef, Recipe, with_model
from latentstudio.core.recovery import Found, RecoveryFile, abandoned
from latentstudio.core.session import MAX_FACES, Session, load_session, save_session
from latentstudio.core.sources import without_vectors
from latentstudio.core.still import EXACT, Still, write_still
from latentstudio.core.untrusted import read_file
from latentstudio.engine.messages import Pixels
from latentstudio.resources import bundled_models
from latentstudio.ui import frame_pictures as pictures
from latentstudio.ui.background import Background
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.faces import in_small, thumbnail_of
from latentstudio.ui.notices import NoticeStack

AUTOSAVE_AFTER_MS = 2000
_MAX_PICTURE_BYTES = 64 * 2**20
_OFFERED = 4  # pieces of work from before


class Files(QObject):
    """What the window does with files; every result is a notice or an edit.

    Attributes:
        named: the session has another name or state of being saved: (path or None, saved).
        directions_opened: a file of directions was dropped or opened.
    """

    named = Signal(object, bool)
    directions_opened = Signal(object)

    def __init__(
        self,
        document: Document,
        bridge: EngineBridge,
        notices: NoticeStack,
        state_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._bridge = bridge
        self._notices = notices
        self._folder = state_folder
        self.background = Background(self)
        self._path: Path | None = None
        self._saved = True
        self.include_photo = False  # in pictures that are saved
        self._recovery = RecoveryFile(state_folder / "recovery")
        self._recovery_works = True
        self._autosave = QTimer(self, singleShot=True, interval=AUTOSAVE_AFTER_MS)
        self._autosave.timeout.connect(self.autosave)
        for name, path in bundled_models().items():
            self._know(path, name)
        document.history_changed.connect(self._changed)
        bridge.opened.connect(self._model_opened)

    # --- opening --------------------------------------------------------------------------------

    def open_path(self, path: Path) -> None:
        """Open whatever a file is: a session, a picture with its recipe, or a model."""
        if not path.exists():
            self.complain(StudioError(f"{path.name} is not there", "the file was moved or removed",
                                      "Choose another file."))  # fmt: skip
            return
        kind = _kind_of(path)
        if kind == "directions":
            self.directions_opened.emit(path)
        elif kind == "session":
            self.background.run(lambda: load_session(path), self._opener(path), self.complain)
        elif kind == "picture":
            self.background.run(
                lambda: _read_picture(path),
                lambda found: self._picture_opened(path, *found),
                self.complain,
            )
        else:
            self.open_model(str(path))

    def open_model(self, source: str) -> None:
        """Open a model by bundled name or path; the face stays the same seed."""
        self._bridge.open(source)

    def open_wanted(self, path: Path, model: ModelRef) -> None:
        """Open the file of a model that a recipe needs; another one is refused with a sentence."""

        def found(model_id: str) -> None:
            if model_id == model.model_id:
                self.open_model(str(path))
                return
            self.complain(
                StudioError(
                    f"{path.name} is not the model that the face needs",
                    f"its sha256 begins with {model_id[:12]}, not with {model.model_id[:12]}",
                    "Choose another file, or open this one (Ctrl+O) to see the face that it draws.",
                )
            )

        self.background.run(lambda: bundle.read_card(path).model_id, found, self.complain)

    def models(self) -> tuple[list[str], list[Path]]:
        """Bundled names and recent files, for the model menu."""
        return list(bundled_models()), read_recents(self._folder)

    def recent_work(self) -> list[Path]:
        """Sessions and pictures that were opened or saved lately, for the start screen."""
        return read_recents(self._folder, "work")

    def _opener(self, path: Path | None) -> Callable[[Session], None]:
        return lambda session: self._session_opened(path, session)

    def _session_opened(
        self, path: Path | None, session: Session, then: Callable[[], None] = lambda: None
    ) -> None:
        """Show a session; its model is opened, and named by the window where it is missing."""
        before, before_path = self._session(), self._path
        if len(before.history) > 1:
            self._offer_way_back(before, before_path)
        for recipe, png in (*session.faces, (session.state.recipe, session.thumbnail)):
            self._bridge.remember_face(recipe, png)
        self._document.restore(session.history, session.index)
        self._set_path(path, saved=path is not None)
        then()

    def _offer_way_back(self, before: Session, path: Path | None) -> None:
        """Another session took the place of what was there: it is one click away."""
        self._notices.post(
            "info",
            "Another session is open",
            "What you had before is still here.",
            (("Go back to it", lambda: self._session_opened(path, before)),),
        )

    def _picture_opened(self, path: Path, note: PictureNote | None, png: bytes) -> None:
        if note is None:
            self._notices.post(
                "warning",
                f"{path.name} carries no recipe",
                "Only pictures that the studio wrote can be opened again as a face.",
            )
            return
        remember(path, self._folder, "work")
        self._bridge.remember_face(note.recipe, png)
        self._document.edit_recipe(f"Open {path.name}", lambda _r: note.recipe)

    def _model_opened(self, info: ModelInfo) -> None:
        source = self._bridge.source_of(ModelRef.of(info))
        if source and Path(source).is_file():
            remember(Path(source), self._folder)
        self._adopt_model()

    def _adopt_model(self) -> None:
        """Make the recipe one of the open model: the first is no edit, later ones are."""
        info, model = self._bridge.info, self._document.recipe.model
        if info is None or (self._bridge.lacking is None and model != ModelRef()):
            return
        change = with_model(self._document.recipe, info)
        if model == ModelRef():
            self._document.replace_all(State(change), "Start")
        else:
            self._document.edit(
                f"Open {info.name}",
                lambda s: replace(s, recipe=change, sources=without_vectors(s.sources)),
            )

    def _know(self, path: Path, source: str) -> None:
        try:
            self._bridge.know(bundle.read_card(path).model_id, source)
        except StudioError:
            return  # a broken bundled model says so when it is opened

    # --- saving ---------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """Where the session is kept, once it has been saved or opened."""
        return self._path

    def save_session(self, path: Path) -> None:
        """Write the session; the io thread does it, a notice follows when it cannot."""
        session, kept = self._session(), self._document.state.gallery[-MAX_FACES:]
        known = [(face.recipe, self._bridge.known_face(face.recipe)) for face in kept]

        def saved(_nothing: None) -> None:
            self._set_path(path, saved=True)

        def write() -> None:
            faces = tuple((r, pictures.small_png(i)) for r, i in known if i is not None)
            save_session(path, replace(session, faces=faces))

        self.background.run(write, saved, self.complain)

    def new_session(self) -> None:
        """Begin again with seed 0 of the open model."""
        info = self._bridge.info
        model = self._document.recipe.model if info is None else ModelRef.of(info)
        fresh = State(Recipe(model=model))
        self._session_opened(None, Session((("Start", fresh),)))

    def save_picture(self, path: Path, still: Still = EXACT) -> None:
        """Write the picture in a form; a preview is drawn in full size first."""
        self._bridge.with_full_frame(
            lambda frame: self._write(
                path, pictures.rgb(frame), pictures.note(frame, self.include_photo), still
            )
        )

    def save_map(self, path: Path, pixels: Pixels) -> None:
        """Write another view of the picture, uint8 RGB [H, W, 3], with the recipe of the face."""
        frame = self._bridge.frame
        if frame is not None:
            self._write(path, pixels, pictures.note(frame))

    def _write(self, path: Path, pixels: Pixels, note: PictureNote, still: Still = EXACT) -> None:
        self.background.run(
            lambda: write_still(path, still, pixels, note),
            lambda _nothing: self._notices.post("info", f"Saved {path.name}", str(path.parent)),
            self.complain,
        )

    def save_directions(self, path: Path, directions: Sequence[Direction]) -> None:
        """Write directions as a file of their own."""
        self.background.run(
            lambda: write_directions(path, directions),
            lambda _nothing: self._notices.post("info", f"Saved {path.name}", str(path.parent)),
            self.complain,
        )

    def write_text(self, path: Path, text: str, then: Callable[[], None]) -> None:
        """Write a text as a file of its own, then do something."""
        self.background.run(
            lambda: atomic_write(path, text.encode()), lambda _nothing: then(), self.complain
        )

    def copy_picture(self, still: Still = EXACT) -> None:
        """The picture to the clipboard, with its recipe where the receiver takes PNG."""
        if still == EXACT:
            self._bridge.with_full_frame(
                lambda frame: pictures.copy(*pictures.packed(frame, still))
            )
            return
        self._bridge.with_full_frame(
            lambda frame: self.background.run(
                lambda: pictures.packed(frame, still),
                lambda packed: pictures.copy(*packed),
                self.complain,
            )
        )

    def complain(self, error: StudioError, trace: str = "") -> None:
        """Show a failure as a notice that stays until it is closed."""
        text = " ".join(part for part in (_sentence(error.detail), error.hint) if part)
        self._notices.post("error", error.title, text, copy=f"{error}\n{trace}".strip())

    def _session(self) -> Session:
        frame, known = self._bridge.frame, self._bridge.known_face(self._document.recipe)
        image = known if frame is None else thumbnail_of(frame.pixels)
        return Session.of(self._document, None if image is None else pictures.small_png(image))

    def _set_path(self, path: Path | None, saved: bool) -> None:
        self._path, self._saved = path, saved
        if path is not None:
            remember(path, self._folder, "work")
        self.named.emit(path, saved)

    def _changed(self) -> None:
        self._saved = False
        self.named.emit(self._path, False)
        self._autosave.start()

    # --- recovery -------------------------------------------------------------------------------

    def begin_recovery(self) -> None:
        """Offer what windows that crashed have left."""
        self.background.run(
            lambda: abandoned(self._folder / "recovery"), self._offer, self.complain
        )

    def autosave(self, then: Callable[[], None] = lambda: None) -> None:
        """Keep the session where the next start finds it, then do something."""
        if self._document.recipe.model == ModelRef():
            return
        session = self._session()

        def kept(_nothing: None) -> None:
            self._recovery_works = True
            then()

        self.background.run(lambda: self._recovery.write(session), kept, self._not_kept)

    def close(self) -> None:
        """Finish writing; work that was not saved is offered at the next start."""
        self._autosave.stop()
        keep = not self._saved and len(self._document.entries) > 1
        if keep:
            self.autosave()
        self.background.close()
        if keep:
            self._recovery.leave()
        else:
            self._recovery.release()

    def _not_kept(self, error: StudioError) -> None:
        """Said once; the next change tries again."""
        if self._recovery_works:
            self._recovery_works = False
            self._notices.post(
                "warning",
                "Work is not kept automatically",
                f"{_sentence(error.detail)} Save your session by hand (Ctrl+S).",
            )

    def _offer(self, found: Iterable[Found]) -> None:
        for item in [*found][:_OFFERED][::-1]:  # the newest is posted last and stands on top
            self._notices.post(
                "info",
                "Recovered",
                f"The work from {_when(item.modified)} was kept before the window closed.",
                (
                    ("Open", partial(self._recover, item)),
                    ("Discard", item.discard),
                ),
            )

    def _recover(self, item: Found) -> None:
        def opened() -> None:
            # Ours is written before the other goes, so that the work is always on the disk.
            self.autosave(then=item.discard)

        self.background.run(
            item.load, lambda session: self._session_opened(None, session, opened), self.complain
        )


def _kind_of(path: Path) -> str:
    """What a file is, by its first bytes; unreadable files are left to the model reader."""
    if path.name.endswith((".directions.safetensors", ".npz", ".npy")):
        return "directions"
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return "model"
    if head.startswith(b"\x89PNG"):
        return "picture"
    if path.suffix == ".latent" or (head.startswith(b"PK") and path.suffix != ".pt"):
        return "session"
    return "model"


def _read_picture(path: Path) -> tuple[PictureNote | None, bytes]:
    """The note in a picture, and the picture in small as a PNG."""
    data = read_file(path, _MAX_PICTURE_BYTES)
    note = note_of(data, path.name)
    image = QImage() if note is None else QImage.fromData(data)
    return note, b"" if image.isNull() else pictures.small_png(in_small(image))


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%H:%M on %d %B}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""
