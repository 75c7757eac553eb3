"""Mask: which pixels of a picture are to be made anew, painted by strokes and shapes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Levels = npt.NDArray[np.uint8]
Point = tuple[float, float]
Preset = Literal["centre", "left half", "random dots", "grid", "strokes"]

PRESETS: tuple[Preset, ...] = ("centre", "left half", "random dots", "grid", "strokes")
_HALF = 128
_FINE = 4  # outlines are drawn so many times larger, then shrunk, which makes their edges smooth


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Levels uint8 [H, W], 255 to be made anew, 0 to be kept; compares by digest."""

    levels: Levels
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        levels = np.array(self.levels, np.uint8, order="C")
        if levels.ndim != 2 or not levels.size:
            raise ValueError("a mask has two axes and at least one pixel")
        levels.setflags(write=False)
        digest = hashlib.sha256(f"{levels.shape}".encode() + levels.tobytes()).hexdigest()
        object.__setattr__(self, "levels", levels)
        object.__setattr__(self, "digest", digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @classmethod
    def empty(cls, side: int) -> "Mask":
        """Nothing to be made anew, in a square picture."""
        return cls(np.zeros((side, side), np.uint8))

    @property
    def hole(self) -> npt.NDArray[np.bool_]:
        """The pixels that are more than half painted: bool [H, W]."""
        return self.levels >= _HALF

    @property
    def share(self) -> float:
        """Of the picture, 0 to 1, that is to be made anew."""
        return float(self.hole.mean())


# --- painting: pure functions mask -> mask; places are in pixels from the upper left corner -------


def with_stroke(
    mask: Mask, points: Sequence[Point], size: float, hardness: float = 1.0, *, erase: bool = False
) -> Mask:
    """Paint along a line of points with a round brush.

    Args:
        mask: what there is.
        points: where the brush went, at least one.
        size: diameter in pixels.
        hardness: share of the radius, 0 to 1, that is painted fully; beyond it fades to the edge.
        erase: take away instead.
    """
    painted = np.zeros(mask.levels.shape, np.float32)
    for a, b in zip(points, points[1:] or points, strict=False):
        paint_line(painted, a, b, size, hardness)
    drawn = np.rint(np.clip(painted, 0, 1) * 255).astype(np.uint8)
    return _joined(mask, Image.fromarray(drawn), erase=erase)


def paint_line(
    painted: npt.NDArray[np.float32], a: Point, b: Point, size: float, hardness: float
) -> "Area":
    """Paint a piece of a stroke in place, on shares [H, W]; returns the area it reaches."""
    radius = max(size, 1.0) / 2
    fade = max(1.0, radius * (1.0 - min(max(hardness, 0.0), 1.0)))
    area = _around(a, b, radius + 1, painted.shape)
    distance = _distance(a, b, area)
    np.maximum(painted[area], (radius + 0.5 - distance) / fade, out=painted[area])
    return area


def with_rectangle(mask: Mask, a: Point, b: Point, *, erase: bool = False) -> Mask:
    """Paint the rectangle between two corners."""
    drawn = Image.new("L", _times(mask, 1))
    (left, right), (top, bottom) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    box = (round(left), round(top), round(right) - 1, round(bottom) - 1)
    if box[2] >= box[0] and box[3] >= box[1]:
        ImageDraw.Draw(drawn).rectangle(box, fill=255)
    return _joined(mask, drawn, erase=erase)


def with_lasso(mask: Mask, points: Sequence[Point], *, erase: bool = False) -> Mask:
    """Paint the inside of a closed line; fewer than three points enclose nothing."""
    if len(points) < 3:
        return mask
    large = Image.new("L", _times(mask, _FINE))
    ImageDraw.Draw(large).polygon([(x * _FINE, y * _FINE) for x, y in points], fill=255)
    return _joined(mask, large.resize(_times(mask, 1), Image.Resampling.BOX), erase=erase)


def with_fill(mask: Mask, place: Point, *, erase: bool = False) -> Mask:
    """Paint the area of like levels around a place, up to where the mask changes."""
    height, width = mask.levels.shape
    x, y = int(place[0]), int(place[1])
    if not (0 <= x < width and 0 <= y < height):
        return mask
    if mask.hole[y, x] != erase:  # it is so already
        return mask
    area = _connected(mask.hole == erase, (y, x))
    return Mask(np.where(area, 0 if erase else 255, mask.levels).astype(np.uint8))


def fitted(mask: Mask, side: int) -> Mask:
    """The mask scaled to a square of this side."""
    if mask.levels.shape == (side, side):
        return mask
    scaled = Image.fromarray(mask.levels).resize((side, side), Image.Resampling.BOX)
    return Mask(np.asarray(scaled))


def inverted(mask: Mask) -> Mask:
    """What was kept is to be made anew, and the reverse."""
    return Mask(255 - mask.levels)


def grown(mask: Mask, pixels: int) -> Mask:
    """The mask so many pixels wider in all directions; negative makes it smaller."""
    picture = Image.fromarray(mask.levels)
    widen = ImageFilter.MaxFilter(3) if pixels > 0 else ImageFilter.MinFilter(3)
    for _ in range(abs(pixels)):
        picture = picture.filter(widen)
    return Mask(np.asarray(picture))


def preset(name: Preset, side: int, share: float = 0.5, seed: int = 0) -> Mask:
    """A mask for experiments.

    Args:
        name: ``centre`` a square of this share of the area; ``left half``; ``random dots`` single
            pixels of this share; ``grid`` all pixels but every other row and column; ``strokes``
            random brush strokes until this share is covered.
        side: of the picture.
        share: of the area, 0 to 1, where the name says so.
        seed: of dots and strokes.
    """
    levels = np.zeros((side, side), np.uint8)
    random = np.random.default_rng(seed)
    if name == "centre":
        edge = round(side * share**0.5)
        first = (side - edge) // 2
        levels[first : first + edge, first : first + edge] = 255
    elif name == "left half":
        levels[:, : side // 2] = 255
    elif name == "random dots":
        levels[random.random((side, side)) < share] = 255
    elif name == "grid":
        levels[:] = 255
        levels[::2, ::2] = 0
    else:
        return _strokes(side, share, random)
    return Mask(levels)


def _strokes(side: int, share: float, random: np.random.Generator) -> Mask:
    mask = Mask.empty(side)
    while mask.share < share:
        start, turn = random.uniform(0, side, 2), random.uniform(0, 2 * np.pi)
        points = [start]
        for _ in range(5):
            turn += random.uniform(-1, 1)
            step = np.array([np.cos(turn), np.sin(turn)]) * side * 0.08
            points.append(points[-1] + step)
        mask = with_stroke(mask, [(float(x), float(y)) for x, y in points], side * 0.08)
    return mask


def _connected(area: npt.NDArray[np.bool_], pixel: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """What of an area hangs together, edge to edge, with a pixel (row, column) of it: bool [H, W].

    Whole runs of pixels are taken at once, across and down in turn, until none is added: what
    people paint has few turns.
    """
    runs = _runs(area), _runs(area.T).T
    found = np.zeros_like(area)
    found[pixel] = True
    before = 0
    while (count := int(np.count_nonzero(found))) > before:
        before = count
        for numbers in runs:
            reached = np.zeros(area.size + 1, np.bool_)
            reached[numbers[found]] = True
            found = reached[numbers]
    return found


def _runs(area: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """The number, from 1, of the run of like pixels of its row that each pixel is in: [H, W]."""
    begins = np.ones_like(area)
    begins[:, 1:] = area[:, 1:] != area[:, :-1]
    return begins.cumsum(dtype=np.intp).reshape(area.shape)


Area = tuple[slice, slice]


def _around(a: Point, b: Point, reach: float, shape: tuple[int, ...]) -> Area:
    """The rows and columns within reach of the line from a to b."""

    def span(first: float, second: float, size: int) -> slice:
        low, high = sorted((first, second))
        begin = min(max(0, int(low - reach)), size)
        return slice(begin, max(begin, min(size, int(high + reach) + 1)))

    height, width = shape
    return span(a[1], b[1], height), span(a[0], b[0], width)


def _distance(a: Point, b: Point, area: Area) -> npt.NDArray[np.float32]:
    """From the middle of each pixel of an area to the line from a to b, in pixels."""
    y, x = np.ogrid[area]
    x, y = x + 0.5 - a[0], y + 0.5 - a[1]
    across, down = b[0] - a[0], b[1] - a[1]
    length = across**2 + down**2
    t = np.clip((x * across + y * down) / length, 0, 1) if length else 0.0
    distance: npt.NDArray[np.float32] = np.hypot(x - t * across, y - t * down).astype(np.float32)
    return distance


def _times(mask: Mask, factor: int) -> tuple[int, int]:
    height, width = mask.levels.shape
    return width * factor, height * factor


def _joined(mask: Mask, drawn: Image.Image, *, erase: bool) -> Mask:
    before = Image.fromarray(mask.levels)
    if erase:
        return Mask(np.asarray(ImageChops.darker(before, ImageChops.invert(drawn))))
    return Mask(np.asarray(ImageChops.lighter(before, drawn)))
