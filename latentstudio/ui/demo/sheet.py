"""Sheet: a kept face on paper, with its date and whose drawings the model has learned from."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.ui.demo.lettering import lettering

_PAGE_MM = (105.0, 148.0)  # A6, a postcard
_MARGIN, _HEAD, _FACE, _DATE, _SMALL = 10.0, 5.2, 85.0, 3.4, 2.2  # mm on such a page
_SMOOTH = 2000  # pixels that a small picture is drawn up to
_INK, _GREY = QColor("#16181C"), QColor("#4D5560")


@dataclass(frozen=True)
class SheetWords:
    """What stands on a sheet.

    Attributes:
        headline: above the face.
        date: under it, with what it is.
        licence: at the foot: the model, its licence and whom it learned from.
    """

    headline: str
    date: str
    licence: str


def write_pdf(path: Path, picture: Path, words: SheetWords) -> None:
    """Write the sheet of a picture file as a PDF of a postcard's size, whole or not at all.

    Raises:
        StudioError: the picture cannot be read, or the disk refuses.
    """
    image, buffer = _read(picture), QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(words.headline)
    _set_page(writer)
    writer.setResolution(600)
    _draw(writer, image, words)
    atomic_write(path, bytes(buffer.data().data()))


def print_sheet(printer: str, picture: Path, words: SheetWords) -> None:
    """Print the sheet of a picture file on a printer of that name.

    Raises:
        StudioError: the picture cannot be read, or there is no such printer, or it refuses.
    """
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

    found = QPrinterInfo.printerInfo(printer)
    if found.isNull():
        raise StudioError(f"Nothing was printed on {printer}", "there is no such printer")
    device = QPrinter(found, QPrinter.PrinterMode.HighResolution)
    device.setDocName(words.headline)
    _draw(device, _read(picture), words)


def printers() -> list[str]:
    """The names of this machine's printers."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return list(QPrinterInfo.availablePrinterNames())


def _set_page(device: QPagedPaintDevice) -> None:
    size = QPageSize(QSizeF(*_PAGE_MM), QPageSize.Unit.Millimeter, "Postcard")
    portrait = QPageLayout.Orientation.Portrait
    device.setPageLayout(QPageLayout(size, portrait, QMarginsF()))


def _read(picture: Path) -> QImage:
    image = QImage(str(picture))
    if image.isNull():
        raise StudioError("No sheet was made", f"{picture.name} cannot be read")
    if image.width() >= _SMOOTH:
        return image
    return image.scaledToWidth(_SMOOTH, Qt.TransformationMode.SmoothTransformation)


def _draw(device: QPagedPaintDevice, image: QImage, words: SheetWords) -> None:
    """The postcard, as large as the page allows, in its middle."""
    painter = QPainter()
    if not painter.begin(device):
        raise StudioError("Nothing was printed", "the printer does not answer")
    page = QRectF(painter.viewport())
    mm = min(page.width() / _PAGE_MM[0], page.height() / _PAGE_MM[1])
    width, height = _PAGE_MM[0] * mm, _PAGE_MM[1] * mm
    left, top = page.center().x() - width / 2, page.center().y() - height / 2
    side = _FACE * mm
    column = QRectF(left + _MARGIN * mm, top + _MARGIN * mm, side, height - 2 * _MARGIN * mm)
    face = QRectF(column.left(), column.top() + 12 * mm, side, side)
    painter.setPen(_INK)
    painter.setFont(lettering(_fit(words.headline, _HEAD * mm, side)))
    painter.drawText(column, 0, words.headline)
    painter.drawImage(face, image)
    painter.setFont(lettering(_DATE * mm, 500))
    below = QRectF(column.left(), face.bottom() + 5 * mm, side, 8 * mm)
    painter.drawText(below, 0, words.date)
    painter.setPen(_GREY)
    painter.setFont(lettering(_SMALL * mm, 400))
    foot = QRectF(column.left(), below.bottom(), side, column.bottom() - below.bottom())
    bottom = int(Qt.AlignmentFlag.AlignBottom) | int(Qt.TextFlag.TextWordWrap)
    painter.drawText(foot, bottom, words.licence)
    painter.end()


def _fit(words: str, pixels: float, width: float) -> float:
    """The size of type at which a line has room; about half its height is a letter's width."""
    return min(pixels, width / max(1.0, 0.56 * len(words)))
