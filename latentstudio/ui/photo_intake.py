"""PhotoIntake: pictures come into the Inpaint workspace from files, the clipboard and drops."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QMimeData, QObject
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from latentstudio.core.crop import prepare
from latentstudio.core.paste import Picture
from latentstudio.core.photo import photo_of, read_photo
from latentstudio.core.recipe import Recipe
from latentstudio.ui.background import Background
from latentstudio.ui.face_mime import carries_faces, recipes_of

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class PhotoIntake(QObject):
    """Reads what the user gives and hands it on.

    Args:
        window: whose drops are taken while ``on`` says so.
        background: does the reading.
        take: gets each picture; ``take_face`` the recipe of each face.
    """

    def __init__(
        self,
        window: "MainWindow",
        background: Background,
        on: Callable[[], bool],
        take: Callable[[Picture], None],
        take_face: Callable[[Recipe], None],
    ) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._on, self._take, self._take_face = on, take, take_face
        window.installEventFilter(self)

    def open_picture(self) -> None:
        """Ask for a picture and take it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a picture", "", PICTURES)
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Take a picture from the disk."""
        self._read(lambda: read_photo(path))

    def paste(self) -> None:
        """Take the picture of the clipboard."""
        # None where a system has no clipboard, or an empty one; the stub does not say so.
        data = cast(QMimeData | None, QGuiApplication.clipboard().mimeData())
        if data is None or not self._take_mime(data):
            self._window.notices.post(
                "info",
                "There is no picture to paste",
                "The clipboard holds none. Copy one in another program first.",
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pictures and faces that are dropped anywhere on this workspace are to be repaired."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop) and self._on():
            drop = cast(QDropEvent, event)
            data = drop.mimeData()
            if event.type() == QEvent.Type.DragEnter and carries_faces(data):
                drop.acceptProposedAction()
                return True
            if event.type() == QEvent.Type.Drop and self._dropped(data):
                drop.acceptProposedAction()
                return True
        return False

    def _dropped(self, data: QMimeData) -> bool:
        faces = recipes_of(data) if carries_faces(data) else []
        if faces:
            self._take_face(faces[0])
            return True
        return bool(data.urls()) and self._take_mime(data)

    def _take_mime(self, data: QMimeData) -> bool:
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        pictures = [path for path in files if path.suffix.lower() in _SUFFIXES]
        if pictures:
            self.take_file(pictures[0])
            return True
        if not data.hasImage() or files:
            return False
        image, buffer = cast(QImage, data.imageData()), QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants a file's name
        png = bytes(buffer.data().data())
        self._read(lambda: photo_of(png, "Pasted picture"))
        return True

    def _read(self, read: Callable[[], Picture]) -> None:
        def ready() -> Picture:
            picture = read()
            prepare(picture)  # here, so that the window does not wait for it at the first drag
            return picture

        self._background.run(ready, self._done, self._window.files.complain)

    def _done(self, picture: Picture) -> None:
        self._take(picture)
        if picture.origin.notes:
            title = f"{picture.name} was simplified"
            self._window.notices.post("info", title, " ".join(picture.origin.notes))
