"""Photo: picture files of any kind, read as the eye sees them."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from latentstudio.core.errors import StudioError
from latentstudio.core.origin import ORIENTATION, PICTURE_ERRORS, origin_of, simplified
from latentstudio.core.paste import Picture
from latentstudio.core.untrusted import read_file

MAX_FILE_BYTES = 256 * 2**20
MAX_PIXELS = 8192 * 8192
LEAST = 8  # pixels a side that a picture must have
_SIDEWAYS = (5, 6, 7, 8)  # values of EXIF's orientation


@dataclass(frozen=True, slots=True)
class Look:
    """What is told of a picture without its pixels: width and height upright, what is not seen."""

    size: tuple[int, int]
    notes: tuple[str, ...]


def read_photo(path: Path) -> Picture:
    """Any picture file as the eye sees it; errors as ``photo_of``."""
    return photo_of(read_file(path, MAX_FILE_BYTES), path.name)


def photo_of(data: bytes, name: str = "the picture") -> Picture:
    """Any picture as the eye sees it, in 8 bit RGB.

    It is turned upright as its camera says, put on white where it is transparent, and still where
    it moves: its first image.

    Raises:
        StudioError: no picture, damaged, smaller than 8 pixels, larger than 8192 x 8192.
    """
    with opened(data, name) as image:
        check_size(image.size, name, LEAST)
        lost = simplified(image)
        upright = eight_bits(ImageOps.exif_transpose(image))
        return Picture(np.asarray(_on_white(upright)), name, origin_of(image, upright, lost))


def look_at(data: bytes, name: str) -> Look:
    """What ``photo_of`` would say of a picture.

    Raises:
        StudioError: no picture, or damaged.
    """
    with opened(data, name) as image:
        lost, (width, height) = simplified(image), image.size
        sideways = image.getexif().get(ORIENTATION) in _SIDEWAYS
        notes = origin_of(image, eight_bits(image), lost).notes
    return Look((height, width) if sideways else (width, height), notes)


@contextlib.contextmanager
def opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """The first image of a file, not yet decoded; what it raises in the block is told, too.

    Raises:
        StudioError: no picture, damaged, far too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF, huge sizes: both are told below
            with Image.open(io.BytesIO(data)) as image:
                image.seek(0)
                yield image
    except Image.DecompressionBombError as error:
        raise StudioError(
            f"{name} is too large", "it has more pixels than can be opened", "Shrink it first."
        ) from error
    except PICTURE_ERRORS as error:
        raise StudioError(
            f"Could not read {name}",
            "it is damaged, or no picture of a known kind",
            "Give a PNG, JPEG or WebP picture.",
        ) from error


def check_size(size: tuple[int, int], name: str, least: int = 1) -> None:
    """Refuse fewer pixels a side than ``least``, and more than 8192 x 8192, by ``StudioError``."""
    width, height = size
    if min(width, height) < least:
        raise StudioError(
            f"{name} is too small",
            f"it has {width} x {height} pixels",
            f"Give a picture of at least {least} a side.",
        )
    if width * height > MAX_PIXELS:
        raise StudioError(
            f"{name} is too large",
            f"it has {width} x {height} pixels",
            "Shrink it to at most 8192 x 8192.",
        )


def eight_bits(image: Image.Image) -> Image.Image:
    """An image of wider numbers as 8 bit grey; any other as it is."""
    if not image.mode.startswith(("I", "F")):
        return image
    numbers = np.nan_to_num(np.asarray(image, np.float64))
    top = 65535.0 if image.mode.startswith("I") else max(1.0, float(numbers.max()))
    return Image.fromarray(np.clip(numbers / top * 255, 0, 255).round().astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return image.convert("RGB")
