"""PNG pictures that carry the recipe they were drawn from."""

import io
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.core.paste_json import inline_masks
from latentstudio.core.recipe import Recipe
from latentstudio.core.recipe_json import encode, recipe_reader
from latentstudio.core.untrusted import (
    InputError,
    Migration,
    choice,
    current_version,
    explained,
    kind_of,
    parse_json,
    read_file,
    record,
    text,
    whole,
)
from latentstudio.core.version import __version__

Pixels = npt.NDArray[np.uint8]

FORMAT_VERSION = 1
KEYWORD = b"latentstudio"
MAX_NOTE_BYTES = 512 * 1024  # after inflation; Pillow and others refuse 1 MB
MAX_PIXELS = 8192 * 8192
MAX_FILE_BYTES = 512 * 2**20
_MAX_CHUNKS = 2**17
_MIGRATIONS: dict[int, Migration] = {}

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ITXT = KEYWORD + b"\0"  # what the text chunk of ours begins with
_PIXEL_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_PLAIN_HINT = "The picture itself may be whole: open it as a plain picture."
_FILE_HINT = "Choose another picture."


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a picture was drawn with: on the same, the same recipe gives the same bytes."""

    threads: int = 1
    precision: str = "float32"
    device: str = "cpu"
    torch: str = ""


@dataclass(frozen=True, slots=True)
class PictureNote:
    """What a picture says about itself; holds no path or user name.

    Attributes:
        recipe: what was drawn.
        drawn: on what.
        program: the version that wrote it.
        photo: whether the picture that it was pasted into may be written, which is the user's own.
    """

    recipe: Recipe
    drawn: Drawn = Drawn()
    program: str = __version__
    photo: bool = False


_DRAWN = record(
    Drawn,
    {
        "threads": whole(1, 4096),
        "precision": choice("float32", "bfloat16", "float16"),
        "device": text(100),
        "torch": text(100),
    },
)
_NOTE = record(
    PictureNote,
    {"recipe": recipe_reader(), "drawn": _DRAWN, "program": text(100)},
    required=("recipe",),
    extra=True,  # facts that a later version adds do not change the picture
)


def write_picture(path: Path, pixels: Pixels, note: PictureNote | None = None) -> None:
    """Write a PNG as a whole or not at all.

    Args:
        path: the file to make or replace.
        pixels: uint8 RGB [H, W, 3].
        note: what the picture carries.

    Raises:
        StudioError: the disk refuses, or the note is too large for a picture.
    """
    atomic_write(path, png_bytes(pixels, note))


def png_bytes(pixels: Pixels, note: PictureNote | None = None) -> bytes:
    """The bytes of a PNG, for files and the clipboard; arguments as ``write_picture``.

    Raises:
        StudioError: the note takes more than 512 KB.
        ValueError: the pixels are not uint8 [H, W, 3], or more than 8192 x 8192.
    """
    check_pixels(pixels)
    chunks = PngImagePlugin.PngInfo()
    if note is not None:
        chunks.add_itxt(KEYWORD.decode(), note_text(note), zip=True)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def check_pixels(pixels: Pixels) -> None:
    """Whether they can be written, else ``ValueError`` as ``png_bytes`` says."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"a picture is uint8 [H, W, 3], not {pixels.dtype} {pixels.shape}")
    if not 0 < pixels.shape[0] * pixels.shape[1] <= MAX_PIXELS:
        raise ValueError(f"a picture has 1 to {MAX_PIXELS} pixels, not {pixels.shape}")


def read_picture(path: Path) -> tuple[Pixels, PictureNote | None]:
    """The pixels, uint8 RGB [H, W, 3], and the note of a PNG; None where it carries none.

    Raises:
        StudioError: no PNG, or damaged, or its note is broken or of a newer program
            (``read_pixels`` still reads the picture then).
    """
    data = read_file(path, MAX_FILE_BYTES)
    return pixels_of(data, path.name), note_of(data, path.name)


def read_pixels(path: Path) -> Pixels:
    """The pixels of a PNG, uint8 RGB [H, W, 3], whatever else the file carries.

    Raises:
        StudioError: no PNG, damaged, or more than 8192 x 8192 pixels.
    """
    return pixels_of(read_file(path, MAX_FILE_BYTES), path.name)


def pixels_of(data: bytes, name: str = "the picture") -> Pixels:
    """``read_pixels`` for bytes, for example of the clipboard."""
    with explained(f"Could not open {name}", _FILE_HINT):
        # Pillow sees the pixels alone: no text, profile or animation of the file can upset it.
        wanted = [chunk for kind, chunk in _chunks(data) if kind in _PIXEL_CHUNKS]
        _check_size(wanted)
        try:
            with Image.open(io.BytesIO(_SIGNATURE + b"".join(wanted)), formats=["PNG"]) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
            raise InputError("the picture is damaged or cut short") from error


def note_of(data: bytes, name: str = "the picture") -> PictureNote | None:
    """The note that the bytes of a PNG carry, None where there is none.

    Raises:
        StudioError: no PNG, or the note is broken, too large or of a newer program.
    """
    with explained(f"Could not open {name}", _FILE_HINT):
        ours = (c for kind, c in _chunks(data) if kind == b"iTXt" and c[8:].startswith(_ITXT))
        chunk = next(ours, None)
    if chunk is None:
        return None
    with explained(f"The recipe in {name} is broken", _PLAIN_HINT):
        fields = current_version(parse_json(_inflate(chunk)), FORMAT_VERSION, _MIGRATIONS)
        return _NOTE(fields, "note")


def note_text(note: PictureNote) -> str:
    """A note as JSON, as a picture carries it; too large for one is ``StudioError``."""
    fields: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "program": note.program,
        "recipe": encode(note.recipe, None, None if note.photo else inline_masks),
        "drawn": asdict(note.drawn),
    }
    written = json.dumps(fields)
    if len(written) > MAX_NOTE_BYTES:
        raise StudioError(
            "The recipe is too large for a picture",
            f"it takes {len(written) // 1024} KB, and {MAX_NOTE_BYTES // 1024} KB fit",
            "Save a session to keep the recipe, and the picture without it.",
        )
    return written


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the bytes (length, kind, body, checksum) of each chunk up to IEND."""
    if not data.startswith(_SIGNATURE):
        raise InputError(f"it is not a PNG picture but {kind_of(data)}")
    start = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if start + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if end > len(data):
            break
        yield kind, data[start:end]
        if kind == b"IEND":
            return
        start = end
    raise InputError("the picture is damaged or cut short")


def _check_size(chunks: list[bytes]) -> None:
    """Refuse a claim of too many pixels before any of them is decoded."""
    header = chunks[0]
    if header[4:8] != b"IHDR" or len(header) != 25:
        raise InputError("the picture is damaged or cut short")
    width, height = struct.unpack_from(">II", header, 8)
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(f"{width} x {height} pixels are too many to open")


def _inflate(chunk: bytes) -> bytes:
    """The text of our iTXt chunk, at most 512 KB of it.

    After the keyword come a flag (1: deflated), the method (0), and the language and the translated
    keyword, each ended by a zero (PNG specification, section 11.3.3.4).
    """
    if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
        raise InputError("its checksum is wrong")
    rest = chunk[8 + len(_ITXT) : -4]
    flags, parts = rest[:2], rest[2:].split(b"\0", 2)
    if flags not in (b"\0\0", b"\1\0") or len(parts) != 3:
        raise InputError("the chunk is not laid out as text")
    stored = parts[2]
    if flags[0]:
        stored = _unzip(stored)
    if len(stored) > MAX_NOTE_BYTES:
        raise InputError(f"it is larger than {MAX_NOTE_BYTES // 1024} KB")
    return stored


def _unzip(deflated: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        inflated = unpacker.decompress(deflated, MAX_NOTE_BYTES + 1)
    except zlib.error as error:
        raise InputError("its compressed text is damaged") from error
    if len(inflated) <= MAX_NOTE_BYTES and not unpacker.eof:
        raise InputError("its compressed text is cut short")
    return inflated
