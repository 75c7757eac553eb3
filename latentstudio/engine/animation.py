"""Writes .gif and .webp animations frame by frame, so that no clip must fit into memory.

Pillow packs each frame as a picture of its own; here the packed frames are put into the container:
GIF89a (CompuServe 1990) and the WebP container (Google, RFC 9649).
"""

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.engine.messages import Pixels

Append = Callable[[Pixels], None]
"""Takes the next frame, uint8 RGB [side, side, 3]."""

GIF_FPS = 50
"""Frames a second of a .gif: players show none for less than two hundredths of a second."""
_COLOURS = 256
_WEBP: dict[str, Any] = {"quality": 90, "method": 2}


@contextlib.contextmanager
def gif(out: Path, side: int, fps: int, loop: bool) -> Iterator[Append]:
    """Yield a function that appends a frame; each has 256 colours of its own.

    Raises:
        StudioError: more frames a second than ``GIF_FPS``, or the disk refuses; ``out`` stays.
    """
    if fps > GIF_FPS:
        raise StudioError(
            f"Cannot write {fps} frames a second into a .gif",
            f"players show {GIF_FPS} at most",
            f"Take {GIF_FPS} or fewer, or choose .webp or .mp4.",
        )
    with atomic_file(out) as temporary, temporary.open("wb") as file:
        # No colours in common: every frame brings its own.
        file.write(b"GIF89a" + _le(side, 2) * 2 + b"\0\0\0")
        if loop:  # without this block it plays once
            file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")
        ticks = _ticks(fps, 10)

        def append(pixels: Pixels) -> None:
            file.write(b"\x21\xf9\x04\x04" + _le(next(ticks), 2) + b"\0\0")
            file.write(_gif_image(_packed(pixels, "GIF", interlace=0)))

        yield append
        file.write(b";")


@contextlib.contextmanager
def webp(out: Path, side: int, fps: int, loop: bool) -> Iterator[Append]:
    """Yield a function that appends a frame.

    Raises:
        StudioError: the disk refuses; ``out`` stays.
    """
    with atomic_file(out) as temporary, temporary.open("wb") as file:
        corner = _le(side - 1, 3) * 2
        file.write(b"RIFF\0\0\0\0WEBP")
        _chunk(file, b"VP8X", b"\x02\0\0\0" + corner)
        _chunk(file, b"ANIM", b"\0\0\0\xff" + _le(0 if loop else 1, 2))
        ticks = _ticks(fps, 1)

        def append(pixels: Pixels) -> None:
            head = _le(0, 6) + corner + _le(next(ticks), 3) + b"\x02"  # it covers the one before
            _chunk(file, b"ANMF", head + _packed(pixels, "WEBP", **_WEBP)[12:])

        yield append
        size = file.tell() - 8
        file.seek(4)
        file.write(_le(size, 4))


def _packed(pixels: Pixels, kind: str, **options: Any) -> bytes:
    """A frame as a file of its own."""
    image = Image.fromarray(pixels)
    if kind == "GIF":
        # A hundred times as fast as the median cut, and a grey level worse.
        image = image.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _gif_image(data: bytes) -> bytes:
    """The image of a .gif of one frame, with the file's colours as its own."""
    flags = data[10]
    colours = data[13 : 13 + 3 * 2 ** ((flags & 7) + 1)]
    place = 13 + len(colours)
    while data[place] == 0x21:  # what comes before the image: an extension in blocks
        place += 2
        while data[place]:
            place += data[place] + 1
        place += 1
    return data[place : place + 9] + bytes([0x80 | flags & 7]) + colours + data[place + 10 : -1]


def _chunk(file: IO[bytes], name: bytes, body: bytes) -> None:
    file.write(name + _le(len(body), 4) + body + b"\0" * (len(body) % 2))


def _ticks(fps: int, grain: int) -> Iterator[int]:
    """How long each frame is seen, in units of ``grain`` milliseconds, true in the sum."""
    end = 0
    for frame in range(1, 10**9):
        begun, end = end, round(frame * 1000 / fps / grain)
        yield end - begun


def _le(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")
