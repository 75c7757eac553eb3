"""Crop: any picture to the square that a model draws, and what was drawn back into the picture."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentstudio.core.mask import Mask
from latentstudio.core.paste import Picture, Rgb
from latentstudio.core.photo import LEAST

MAX_ZOOM = 10.0
Bytes = npt.NDArray[np.uint8]
_GAP = 3  # a square is at least so many times finer than its frame when it is averaged for good
_REACH = 3  # pixels of a frame that Pillow's widest filter looks beyond a pixel
_PIECES = 4  # a turned square is sampled so many times finer, then averaged


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
    return Picture(_cropped(image, square, side, Image.Resampling.LANCZOS), picture.name)


def mask_in_frame(mask: Mask, crop: Crop, side: int) -> Mask:
    """The crop of a mask of the whole picture, of any size, in the model's frame."""
    image = Image.fromarray(mask.levels)
    return Mask(_cropped(image, square_of(image.size, crop), side, Image.Resampling.BOX))


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


def pasted_back(picture: Picture, crop: Crop, frame: Rgb, result: Rgb, mask: Mask) -> Bytes:
    """The whole picture at its own size with what was made anew in the model's frame.

    Args:
        picture: the original, [H, W, 3].
        crop: where the frame lies in it.
        frame: what was in the model's frame, [R, R, 3].
        result: what is there now.
        mask: the hole, [R, R].

    Returns:
        uint8 [H, W, 3], or [H, W, 4] where the picture's file has transparent parts, which what was
        made anew covers; further than a pixel of the frame from what changed, no byte differs.
    """
    rgba = picture.origin.rgba
    whole: Bytes = (picture.pixels if rgba is None else rgba).copy()
    changed = mask.hole | (frame != result).any(2)
    if not changed.any():
        return whole
    if picture.size == frame.shape[1::-1] and crop == Crop():
        return np.where(changed[..., None], _opaque(result, whole.shape[2]), whole)
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
    covered = _warped(levels, size, back, Image.Resampling.BILINEAR)[..., None]
    share = covered.astype(np.float32) / np.float32(255)
    drawn = _warped(Image.fromarray(result), size, back, Image.Resampling.BICUBIC)
    whole[area] = np.where(share > 0, _over(drawn, share, whole[area]), whole[area])
    return whole


def _over(drawn: Rgb, share: npt.NDArray[np.float32], below: Bytes) -> Bytes:
    """What covers its share of what lies below, [H, W, 3 or 4]: the operator "over" of Porter 1984.

    Colours are weighted by how opaque they are, so that none shows which nobody saw.
    """
    opaque = below[..., 3:] / 255 if below.shape[2] == 4 else np.ones_like(share)
    rest = (1 - share) * opaque
    whole = np.maximum(share + rest, 1e-9)  # both are 0 only where nothing is asked for
    mixed = (drawn * share + below[..., :3] * rest) / whole
    parts = (mixed, 255 * whole) if below.shape[2] == 4 else (mixed,)
    over: Bytes = np.rint(np.concatenate(parts, 2)).astype(np.uint8)
    return over


def _opaque(pixels: Rgb, channels: int) -> Bytes:
    """Pixels [H, W, 3] with as many channels as asked for, the fourth opaque."""
    return np.pad(pixels, ((0, 0), (0, 0), (0, channels - 3)), constant_values=255)


# --- geometry -------------------------------------------------------------------------------------

Affine = tuple[float, float, float, float, float, float]


def _cropped(image: Image.Image, square: Square, side: int, how: Image.Resampling) -> Bytes:
    """A square of an image at a side, [side, side] or [side, side, 3]."""
    if square.angle == 0:
        half = square.side / 2
        box = (square.x - half, square.y - half, square.x + half, square.y + half)
        return np.asarray(image.resize((side, side), how, box=box))
    fine = min(_PIECES * side, max(side, math.ceil(square.side)))
    back = _to_picture(square, fine)
    turned = image.transform((fine, fine), Image.Transform.AFFINE, back, Image.Resampling.BICUBIC)
    return np.asarray(turned.resize((side, side), how))


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
) -> Bytes:
    return np.asarray(image.transform(size, Image.Transform.AFFINE, back, how))
