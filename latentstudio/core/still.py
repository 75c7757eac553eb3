"""Still: the form in which a picture leaves the studio: size, print width, with its recipe or not.

The plain form is the exact picture that can be held against another, byte for byte; any other is
for looking at, and one that carries the recipe opens as the same face, drawn anew.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.core.picture import (
    KEYWORD,
    MAX_PIXELS,
    PictureNote,
    Pixels,
    check_pixels,
    note_text,
    png_bytes,
)

Scale = Literal[1, 4, 8]

SCALES: tuple[Scale, ...] = (1, 4, 8)
PRINT_MM = (5.0, 2000.0)
"""How wide a print may be."""
MM_PER_INCH = 25.4
_SLICE = 512 * 1024  # bytes of pixels that are compressed at once: some 20 ms


@dataclass(frozen=True, slots=True)
class Still:
    """How a picture is written.

    Attributes:
        scale: how many times as large as it was drawn.
        smooth: scaled by Lanczos, or each of its pixels as a square.
        print_mm: width on paper in millimetres, which the file tells printers; None for none.
        recipe: whether the file carries what it was drawn from.
    """

    scale: Scale = 1
    smooth: bool = True
    print_mm: float | None = None
    recipe: bool = True

    def per_metre(self, width: int) -> int | None:
        """Pixels of a file so wide on a metre of paper, None without a print size."""
        return None if self.print_mm is None else max(1, round(width * 1000 / self.print_mm))

    def dpi(self, width: int) -> float | None:
        """Pixels of a file so wide on an inch of paper, None without a print size."""
        return None if self.print_mm is None else width * MM_PER_INCH / self.print_mm

    def note(self, note: PictureNote | None) -> PictureNote | None:
        """The note as far as the file is to carry it."""
        return note if self.recipe else None


EXACT = Still()


def scaled(pixels: Pixels, factor: int, smooth: bool) -> Pixels:
    """A picture uint8 [H, W, 3] some times as large: squares, or smooth (Lanczos)."""
    if factor == 1:
        return pixels
    if not smooth:
        return pixels.repeat(factor, 0).repeat(factor, 1)
    height, width = pixels.shape[:2]
    size = (width * factor, height * factor)
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def still_bytes(still: Still, pixels: Pixels, note: PictureNote | None = None) -> bytes:
    """The bytes of a PNG in this form; pixels uint8 [H, W, 3] as they were drawn.

    Raises:
        StudioError: more pixels than a picture can have, or a note that is too large for one.
    """
    check_size(pixels.shape[1] * still.scale, pixels.shape[0] * still.scale)
    if still.scale == 1 and still.print_mm is None:
        return png_bytes(pixels, still.note(note))
    large = scaled(pixels, still.scale, still.smooth)
    return b"".join(slices(large, still.note(note), still.per_metre(large.shape[1])))


def write_still(path: Path, still: Still, pixels: Pixels, note: PictureNote | None = None) -> None:
    """Write a picture in this form, as a whole or not at all; errors as ``still_bytes``."""
    atomic_write(path, still_bytes(still, pixels, note))


def check_size(width: int, height: int) -> None:
    """Refuse what could not be opened again.

    Raises:
        StudioError: more than 8192 x 8192 pixels.
    """
    if width * height > MAX_PIXELS:
        raise StudioError(
            "The picture would be too large",
            f"{width} x {height} are {width * height / 1e6:.0f} million pixels, "
            f"and {MAX_PIXELS / 1e6:.0f} million are the most",
            "Choose a smaller size, or fewer faces.",
        )


def slices(
    pixels: Pixels, note: PictureNote | None = None, per_metre: int | None = None
) -> Iterator[bytes]:
    """The bytes of a PNG piece by piece, so that what is large need not be compressed at once.

    Args:
        pixels: uint8 RGB [H, W, 3].
        note: what the picture carries.
        per_metre: pixels on a metre of paper, the pHYs chunk; None for no such chunk.
    """
    check_pixels(pixels)
    height, width = pixels.shape[:2]
    sides = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    yield b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", sides + bytes([8, 2, 0, 0, 0]))
    if per_metre is not None:
        yield _chunk(b"pHYs", per_metre.to_bytes(4, "big") * 2 + b"\1")
    if note is not None:
        head = KEYWORD + b"\0\1\0\0\0"  # deflated, by the one method, in no language
        yield _chunk(b"iTXt", head + zlib.compress(note_text(note).encode()))
    packer = zlib.compressobj()
    rows = max(1, _SLICE // (3 * width))
    for top in range(0, height, rows):
        packed = packer.compress(_filtered(pixels, top, min(top + rows, height)))
        if packed:
            yield _chunk(b"IDAT", packed)
    yield _chunk(b"IDAT", packer.flush()) + _chunk(b"IEND", b"")


def _filtered(pixels: Pixels, top: int, bottom: int) -> bytes:
    """Rows as PNG stores them: each as its difference to the one above (filter 2, Up)."""
    above = np.zeros_like(pixels[top:bottom])
    above[1:] = pixels[top : bottom - 1]
    if top:
        above[0] = pixels[top - 1]
    differences = (pixels[top:bottom] - above).reshape(bottom - top, -1)
    kind = np.full((bottom - top, 1), 2, np.uint8)
    return np.hstack([kind, differences]).tobytes()


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + checksum
