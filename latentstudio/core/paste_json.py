"""Pictures and masks as JSON: inline as PNG, or as what a file keeps them under."""

import base64
import binascii
import io
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from latentstudio.core.mask import Mask
from latentstudio.core.paste import SEAMS, Paste, Picture, Rgb
from latentstudio.core.untrusted import InputError, Reader, choice, optional, record, text

NAME = 200
MAX_PIXELS = 8192 * 8192
MAX_INLINE_PIXELS = 2048 * 2048
FREE_PIXELS = 8 * 2**20  # of all pictures of a file together, whatever its size
PIXELS_A_BYTE = 32  # beyond; a photograph takes more than a byte for three
_MAX_INLINE = 8 * 2**20
_ERRORS = (OSError, SyntaxError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)

StoreImage = Callable[[Picture | Mask], object]
"""The JSON value that stands for a picture or mask; None leaves it out."""
LoadImage = Callable[[object, str], bytes]
"""The bytes of the PNG that a JSON value stands for; raises ``InputError``."""


class Images:
    """The pictures and masks of one file: each is decoded once, and all of them within limits.

    Args:
        load: finds the PNG of a JSON value.
    """

    def __init__(self, load: LoadImage) -> None:
        self._load = load
        self._pictures: dict[tuple[str, str], Picture] = {}
        self._masks: dict[str, Mask] = {}
        self._claimed = self._bytes = 0

    def picture(self, value: object, name: str, where: str) -> Picture:
        """The picture that a JSON value stands for; errors are ``InputError``."""
        key = (str(value), name)
        if key not in self._pictures:
            self._pictures[key] = Picture(self._decoded(self._load(value, where), where), name)
        return self._pictures[key]

    def mask(self, value: object, where: str) -> Mask:
        """The mask that a JSON value stands for; errors are ``InputError``."""
        key = str(value)
        if key not in self._masks:
            self._masks[key] = Mask(self._decoded(self._load(value, where), where)[..., 0])
        return self._masks[key]

    def _decoded(self, png: bytes, where: str) -> Rgb:
        self._claimed += pixels_claimed(png, where)
        self._bytes += len(png)
        if self._claimed > FREE_PIXELS + PIXELS_A_BYTE * self._bytes:
            raise InputError(f"{where} claims far more pixels than its size allows")
        return _pixels(png, where)


class InlineImages(Images):
    """Pictures and masks that stand in the text itself; none is remembered."""

    def __init__(self) -> None:
        super().__init__(from_inline)

    def picture(self, value: object, name: str, where: str) -> Picture:
        return Picture(self._decoded(from_inline(value, where), where), name)

    def mask(self, value: object, where: str) -> Mask:
        return Mask(self._decoded(from_inline(value, where), where)[..., 0])

    def _decoded(self, png: bytes, where: str) -> Rgb:
        if pixels_claimed(png, where) > MAX_INLINE_PIXELS:
            raise InputError(f"{where} has too many pixels for a picture in a text")
        return _pixels(png, where)


@lru_cache(maxsize=32)
def png_of(image: Picture | Mask) -> bytes:
    """A PNG of the pixels alone, grey for a mask."""
    buffer = io.BytesIO()
    pixels = image.levels if isinstance(image, Mask) else image.pixels
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def inline_image(image: Picture | Mask) -> str:
    """A PNG as base64."""
    return base64.b64encode(png_of(image)).decode()


def inline_masks(image: Picture | Mask) -> str | None:
    """``inline_image`` of masks; photographs are left out."""
    return inline_image(image) if isinstance(image, Mask) else None


def from_inline(value: object, where: str) -> bytes:
    """The bytes behind ``inline_image``; anything else is ``InputError``."""
    if not isinstance(value, str) or len(value) > _MAX_INLINE:
        raise InputError(f"{where} is not a picture")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where} is not base64") from error


def picture_json(picture: Picture | None, store: StoreImage) -> dict[str, Any] | None:
    """The JSON object of a picture: its name, and what ``store`` makes of the pixels."""
    if picture is None:
        return None
    return {"name": line(picture.name), "png": store(picture)}


def picture_reader(images: Images) -> Reader[Picture | None]:
    """A reader of what ``picture_json`` writes; None where the pixels were left out."""

    def made(png: object = None, name: str = "") -> Picture | None:
        return None if png is None else images.picture(png, name, "picture.png")

    return optional(record(made, {"png": lambda value, where: value, "name": text(NAME)}))


def mask_reader(images: Images) -> Reader[Mask]:
    """A reader of the mask that a JSON value stands for."""
    return images.mask


def paste_json(paste: Paste, store: StoreImage, face: dict[str, Any] | None) -> dict[str, Any]:
    """The JSON object of a paste; ``face`` is that of its recipe."""
    return {
        "mask": store(paste.mask),
        "picture": picture_json(paste.picture, store),
        "blend": paste.blend,
        "face": face,
    }


def paste_reader(images: Images, face: Reader[Any]) -> Reader[Paste]:
    """A reader of what ``paste_json`` writes."""
    return record(
        Paste,
        {
            "mask": mask_reader(images),
            "picture": picture_reader(images),
            "blend": choice(*SEAMS),
            "face": optional(face),
        },
        required=("mask",),
    )


def line(words: str) -> str:
    """Words in one line without control characters, as reading demands."""
    return "".join(c if c.isprintable() else " " for c in words)[:NAME]


def pixels_claimed(data: bytes, where: str) -> int:
    """How many pixels the header of a PNG claims, at most 8192 x 8192.

    Raises:
        InputError: no PNG, or more.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
        raise InputError(f"{where} is damaged, or no PNG")
    width, height = struct.unpack_from(">II", data, 16)
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(f"{where} has too many pixels")
    return int(width * height)


def _pixels(data: bytes, where: str) -> Rgb:
    """The pixels of a PNG, uint8 [H, W, 3]; what it claims has been checked."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    except _ERRORS as error:
        raise InputError(f"{where} is damaged, or no PNG") from error
