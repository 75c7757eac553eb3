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
_MAX_INLINE = 8 * 2**20
_ERRORS = (OSError, SyntaxError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)

StoreImage = Callable[[Picture | Mask], object]
"""The JSON value that stands for a picture or mask; None leaves it out."""
LoadImage = Callable[[object, str], bytes]
"""The bytes of the PNG that a JSON value stands for; raises ``InputError``."""


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


def picture_reader(load: LoadImage) -> Reader[Picture | None]:
    """A reader of what ``picture_json`` writes; None where the pixels were left out."""

    def made(png: object = None, name: str = "") -> Picture | None:
        where = "picture.png"
        return None if png is None else Picture(_pixels(load(png, where), where), name)

    return optional(record(made, {"png": lambda value, where: value, "name": text(NAME)}))


def mask_reader(load: LoadImage) -> Reader[Mask]:
    """A reader of the mask that a JSON value stands for."""

    def read(value: object, where: str) -> Mask:
        return Mask(_pixels(load(value, where), where)[..., 0])

    return read


def paste_json(paste: Paste, store: StoreImage, face: dict[str, Any] | None) -> dict[str, Any]:
    """The JSON object of a paste; ``face`` is that of its recipe."""
    return {
        "mask": store(paste.mask),
        "picture": picture_json(paste.picture, store),
        "blend": paste.blend,
        "face": face,
    }


def paste_reader(load: LoadImage, face: Reader[Any]) -> Reader[Paste]:
    """A reader of what ``paste_json`` writes."""
    return record(
        Paste,
        {
            "mask": mask_reader(load),
            "picture": picture_reader(load),
            "blend": choice(*SEAMS),
            "face": optional(face),
        },
        required=("mask",),
    )


def line(words: str) -> str:
    """Words in one line without control characters, as reading demands."""
    return "".join(c if c.isprintable() else " " for c in words)[:NAME]


def _pixels(data: bytes, where: str) -> Rgb:
    """The pixels of a PNG, uint8 [H, W, 3]; a claim of too many is refused before decoding."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(f"{where} has too many pixels")
            return np.asarray(image.convert("RGB"))
    except _ERRORS as error:
        raise InputError(f"{where} is damaged, or no PNG") from error
