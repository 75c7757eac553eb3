"""Crop: any picture to the square that a model draws, and what was drawn back into the picture."""

import io
import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from latentstudio.core.errors import StudioError
from latentstudio.core.mask import Mask
from latentstudio.core.paste import Picture, Rgb
from latentstudio.core.untrusted import read_file

MAX_FILE_BYTES = 256 * 2**20
MAX_PIXELS = 8192 * 8192
LEAST = 8  # pixels a side that a picture must have
MAX_ZOOM = 10.0
_GAP = 3  # a square is at least so many times finer than its frame when it is averaged for good
_REACH = 3  # pixels of a frame that Pillow's widest filter looks beyond a pixel
_PIECES = 4  # a turned square is sampled so many times finer, then averaged
_ERRORS = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of a picture.

    Attributes:
        x: its middle, 0 to 1 of the picture's width; ``y`` of the height.
        zoom: 1 for the largest square that fits at this angle; at most ``MAX_ZOOM``.
        angle: by which it is turned clockwise, in degrees, -180 to 180.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class Square:
    """A crop in pixels: middle, side, and angle in radians; wholly inside of the picture."""

    x: float
    y: float
    side: float
    angle: float

    @property
    def reach(self) -> float:
        """Half of the width, and of the height, of the upright box around it."""
        return self.side * _spread(self.angle) / 2

    def corners(self) -> list[tuple[float, float]]:
        """Its corners in the picture, clockwise from the one at the upper left."""
        cos, sin, half = math.cos(self.angle), math.sin(self.angle), self.side / 2
        return [
            (self.x + half * (cos * i - sin * j), self.y + half * (sin * i + cos * j))
            for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]


def square_of(size: tuple[int, int], crop: Crop) -> Square:
    """Where a crop lies in a picture of a size; what would stand over the edge is moved inside."""
    width, height = size
    angle = math.radians(crop.angle)
    largest = min(width, height) / _spread(angle)
    side = largest / min(max(crop.zoom, 1.0), MAX_ZOOM)
    reach = side * _spread(angle) / 2
    x = min(max(crop.x * width, reach), width - reach)
    y = min(max(crop.y * height, reach), height - reach)
    return Square(x, y, side, angle)


def held(size: tuple[int, int], crop: Crop) -> Crop:
    """The same crop with its middle where it really is."""
    square = square_of(size, crop)
    zoom = min(max(crop.zoom, 1.0), MAX_ZOOM)
    return Crop(square.x / size[0], square.y / size[1], zoom, crop.angle)


@lru_cache(maxsize=4)
def frame_of(picture: Picture, crop: Crop, side: int) -> Picture:
    """The crop of a picture in the model's frame, [side, side, 3].

    A whole square of that size keeps its bytes.
    """
    if picture.size == (side, side) and crop == Crop():
        return picture
    image, square = _part(picture, square_of(picture.size, crop), side)
    if square.angle == 0:
        half = square.side / 2
        box = (square.x - half, square.y - half, square.x + half, square.y + half)
        small = image.resize((side, side), Image.Resampling.LANCZOS, box=box)
    else:
        fine = min(_PIECES * side, max(side, math.ceil(square.side)))
        turned = image.transform(
            (fine, fine),
            Image.Transform.AFFINE,
            _to_picture(square, fine),
            Image.Resampling.BICUBIC,
        )
        small = turned.resize((side, side), Image.Resampling.LANCZOS)
    return Picture(np.asarray(small), picture.name)


@lru_cache(maxsize=8)  # all of one picture, however large
def shrunk(picture: Picture, times: int) -> Rgb:
    """A picture so many times smaller, a power of two, each pixel the mean of a square of pixels.

    Kept, for crops of a photograph are drawn from it while the square is dragged.
    """
    if times == 1:
        return picture.pixels
    return np.asarray(Image.fromarray(shrunk(picture, times // 2)).reduce(2))


def prepare(picture: Picture) -> None:
    """Make what crops are drawn from, which takes a while for a large photograph."""
    shrunk(picture, halvings(min(picture.size), _GAP * LEAST))


def halvings(pixels: float, wanted: float) -> int:
    """How many times smaller, a power of two, so many pixels are still as many as are wanted."""
    return 1 << max(0, math.floor(math.log2(pixels / wanted)))


def _part(picture: Picture, square: Square, side: int) -> tuple[Image.Image, Square]:
    """What of a picture a frame is drawn from, as small as it may be, and the square in it."""
    times = halvings(square.side, _GAP * side)
    pixels = shrunk(picture, times)
    x, y = square.x / times, square.y / times
    reach = square.reach / times + _REACH * max(1.0, square.side / times / side) + 1
    left, top = max(0, math.floor(x - reach)), max(0, math.floor(y - reach))
    part = pixels[top : math.ceil(y + reach), left : math.ceil(x + reach)]
    moved = Square(x - left, y - top, square.side / times, square.angle)
    return Image.fromarray(np.ascontiguousarray(part)), moved


def pasted_back(picture: Picture, crop: Crop, frame: Rgb, result: Rgb, mask: Mask) -> Rgb:
    """The whole picture at its own size with what was made anew in the model's frame.

    Args:
        picture: the original, [H, W, 3].
        crop: where the frame lies in it.
        frame: what was in the model's frame, [R, R, 3].
        result: what is there now.
        mask: the hole, [R, R].

    Returns:
        uint8 [H, W, 3]; further than a pixel of the frame from what changed, no byte differs.
    """
    changed = mask.hole | (frame != result).any(2)
    if not changed.any():
        return picture.pixels.copy()
    if picture.size == frame.shape[1::-1] and crop == Crop():
        return np.where(changed[..., None], result, picture.pixels)
    square, side = square_of(picture.size, crop), frame.shape[0]
    left, top = math.floor(square.x - square.reach), math.floor(square.y - square.reach)
    wide = math.ceil(2 * square.reach) + 2
    area = (
        slice(max(top, 0), min(top + wide, picture.size[1])),
        slice(max(left, 0), min(left + wide, picture.size[0])),
    )
    size = (area[1].stop - area[1].start, area[0].stop - area[0].start)
    back = _to_frame(square, side, area[1].start, area[0].start)
    levels = Image.fromarray(np.where(changed, 255, 0).astype(np.uint8))
    share = _warped(levels, size, back, Image.Resampling.BILINEAR)[..., None] / 255
    drawn = _warped(Image.fromarray(result), size, back, Image.Resampling.BICUBIC)
    whole: Rgb = picture.pixels.copy()
    before = whole[area]
    mixed = np.rint(drawn * share + before * (1 - share)).astype(np.uint8)
    whole[area] = np.where(share > 0, mixed, before)
    return whole


# --- reading --------------------------------------------------------------------------------------


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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF, huge sizes: both are told below
            with Image.open(io.BytesIO(data)) as image:
                _check_size(image.size, name)
                image.seek(0)
                pixels = np.asarray(_to_rgb(ImageOps.exif_transpose(image)))
    except Image.DecompressionBombError as error:
        raise StudioError(
            f"{name} is too large", "it has more pixels than can be opened", "Shrink it first."
        ) from error
    except _ERRORS as error:
        raise StudioError(
            f"Could not read {name}",
            "it is damaged, or no picture of a known kind",
            "Give a PNG, JPEG or WebP picture.",
        ) from error
    return Picture(pixels, name)


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if min(width, height) < LEAST:
        raise StudioError(
            f"{name} is too small",
            f"it has {width} x {height} pixels",
            f"Give a picture of at least {LEAST} a side.",
        )
    if width * height > MAX_PIXELS:
        raise StudioError(
            f"{name} is too large",
            f"it has {width} x {height} pixels",
            "Shrink it to at most 8192 x 8192.",
        )


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bit grey, or numbers of any range
        numbers = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535.0 if image.mode.startswith("I") else max(1.0, float(numbers.max()))
        grey = np.clip(numbers / top * 255, 0, 255).round().astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return image.convert("RGB")


# --- geometry -------------------------------------------------------------------------------------

Affine = tuple[float, float, float, float, float, float]


def _spread(angle: float) -> float:
    """Width of the upright box around a turned square of side 1."""
    return abs(math.cos(angle)) + abs(math.sin(angle))


def _to_picture(square: Square, side: int) -> Affine:
    """From places in a frame of a side to places in the picture, as Pillow wants it."""
    scale = square.side / side
    cos, sin = scale * math.cos(square.angle), scale * math.sin(square.angle)
    half = side / 2
    return (
        cos, -sin, square.x - cos * half + sin * half,
        sin, cos, square.y - sin * half - cos * half,
    )  # fmt: skip


def _to_frame(square: Square, side: int, left: int, top: int) -> Affine:
    """From places in a part of the picture that begins at (left, top) to places in the frame."""
    scale = side / square.side
    cos, sin = scale * math.cos(square.angle), scale * math.sin(square.angle)
    x, y, half = left - square.x, top - square.y, side / 2
    return (cos, sin, cos * x + sin * y + half, -sin, cos, -sin * x + cos * y + half)


def _warped(
    image: Image.Image, size: tuple[int, int], back: Affine, how: Image.Resampling
) -> npt.NDArray[np.uint8]:
    return np.asarray(image.transform(size, Image.Transform.AFFINE, back, how))
