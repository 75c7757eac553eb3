"""Mask files: a mask from any picture, brought into the model's frame, and a mask to a PNG."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from latentstudio.core.crop import Crop, mask_in_frame
from latentstudio.core.files import atomic_write
from latentstudio.core.mask import Mask, fitted
from latentstudio.core.photo import check_size, eight_bits, opened
from latentstudio.core.untrusted import read_file

MAX_FILE_BYTES = 64 * 2**20
WHOLE = Crop()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A mask in the model's frame.

    Attributes:
        mask: levels [side, side].
        size: width and height of what the file holds.
        change: what became of it, in a few words; empty where it is as it was.
    """

    mask: Mask
    size: tuple[int, int]
    change: str


def read_mask(
    path: Path, side: int, photo: tuple[int, int] | None = None, crop: Crop = WHOLE
) -> Loaded:
    """A mask from a picture: light is to be made anew; what is opaque, where transparency varies.

    Args:
        path: of the picture.
        side: of the model's frame. A mask of that size is taken as it is.
        photo: width and height of the picture that the mask is for. A mask of that shape, larger or
            smaller, is cropped as the picture is; any other is scaled to the frame.
        crop: the square of that picture that is in the frame.

    Raises:
        StudioError: no picture, damaged, larger than 8192 x 8192.
    """
    with opened(read_file(path, MAX_FILE_BYTES), path.name) as image:
        check_size(image.size, path.name)
        levels = _levels(ImageOps.exif_transpose(image))
    mask, size = Mask(np.asarray(levels)), levels.size
    if size == (side, side):
        return Loaded(mask, size, "")
    if photo is None or not _is_alike(size, photo):
        square = size[0] == size[1]
        return Loaded(fitted(mask, side), size, "scaled" if square else "squeezed into a square")
    uncut = crop == WHOLE and size[0] == size[1]
    change = "scaled" if uncut else "cropped as the picture is"
    return Loaded(mask_in_frame(mask, crop, side), size, change)


def write_mask(path: Path, mask: Mask) -> None:
    """Write a mask as a grey PNG, white to be made anew.

    Raises:
        StudioError: the disk refuses.
    """
    buffer = io.BytesIO()
    Image.fromarray(mask.levels).save(buffer, "PNG")
    atomic_write(path, buffer.getvalue())


def _levels(image: Image.Image) -> Image.Image:
    narrow = eight_bits(image)
    if narrow.has_transparency_data:
        over = narrow.convert("RGBA")
        alpha = over.getchannel("A")
        if len(set(alpha.getextrema())) > 1:
            return alpha
        narrow = over.convert("RGB")  # a channel that says nothing
    return narrow.convert("L")


def _is_alike(size: tuple[int, int], photo: tuple[int, int]) -> bool:
    """Whether two sizes have the same shape, to a pixel."""
    return abs(size[0] * photo[1] - size[1] * photo[0]) <= max(photo)
