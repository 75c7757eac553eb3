"""A drawn frame as files and the clipboard take it, with the note of its recipe."""

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from latentstudio.core.picture import Drawn, PictureNote, png_bytes
from latentstudio.core.still import Still, still_bytes
from latentstudio.engine.messages import Frame, Pixels


def packed(frame: Frame, still: Still) -> tuple[bytes, QImage]:
    """A picture as the clipboard takes it: as a PNG, and for programs that know none."""
    png = still_bytes(still, rgb(frame), note(frame))
    return png, QImage.fromData(png)


def copy(png: bytes, image: QImage) -> None:
    """Put both forms of a picture on the clipboard."""
    data = QMimeData()
    data.setData("image/png", png)
    data.setImageData(image)
    QGuiApplication.clipboard().setMimeData(data)


def rgb(frame: Frame) -> Pixels:
    """Its pixels, uint8 [H, W, 3]."""
    return np.ascontiguousarray(frame.pixels[..., 2::-1])


def small_png(image: QImage) -> bytes:
    """A small picture as a PNG, for file lists and for models that are missing."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return png_bytes(rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3))


def note(frame: Frame, photo: bool = False) -> PictureNote:
    """How it was made; with the photograph in its recipe only if asked for."""
    drawn = Drawn(frame.threads, frame.precision, frame.device, frame.torch)
    return PictureNote(frame.recipe, drawn, photo=photo)
