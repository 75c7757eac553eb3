"""Drawn faces: options from a seed, a picture from options; all that is known of DiceBear is here.

The face of an index is a pure function of style, pose and index, so that a cluster needs no data
shipped to it and labels can be derived again without drawing.
"""

import functools
import io
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from numpy.typing import NDArray
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.data.factor import Factor
from trainers.data.factors import (
    fingerprint,
    load_table,
    read_factors,
    style_names,
    varying_factors,
)

PREFIX = "avatars:"
_DRAWN_WITH = ("dicebear-core", "dicebear-styles", "resvg-py")
# The outermost group is clipped to the picture, which costs a quarter of the time for nothing.
_FRAME_CLIP = re.compile(r'<g clip-path="url\(#clip-[^"]*"')
_SMALLEST_DRAWING = 128  # pixels: below this thin outlines vanish
_DRAWING = 3  # to be raised when the same tables give other pictures or labels

Options = dict[str, Any]


@dataclass(frozen=True)
class Avatars:
    """An endless set of drawn faces; face ``i`` has style ``i % len(styles)``.

    Attributes:
        styles: names of tables in ``factors/``.
        pose: how much of each style's pose range is used, 0 (all upright, centred, not mirrored)
            to 1.
    """

    styles: tuple[str, ...]
    pose: float = 1.0

    @property
    def name(self) -> str:
        """The spec that makes this set."""
        pose = "" if self.pose == 1 else f"?pose={self.pose:g}"
        return f"{PREFIX}{','.join(self.styles)}{pose}"

    @property
    def size(self) -> None:
        """Endless."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The styles, if there are several; the class of face ``i`` is ``i % len(styles)``."""
        return self.styles if len(self.styles) > 1 else ()

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors that vary in these styles, each with the values that can be drawn."""
        return _factors(self.styles)

    @property
    def licence(self) -> str:
        """Licences of the styles, each named once."""
        names = dict.fromkeys(load_table(style)["licence"]["name"] for style in self.styles)
        return ", ".join(names)

    @property
    def attributions(self) -> tuple[str, ...]:
        """Title, source, creator and licence of each style, in a sentence."""
        return tuple(load_table(style)["attribution"] for style in self.styles)

    def identity(self) -> dict[str, Any]:
        """Everything that the pictures and labels depend on, as JSON data."""
        return {
            "spec": self.name,
            "drawing": _DRAWING,
            "tables": [fingerprint(style) for style in self.styles],
            **{name: metadata.version(name) for name in _DRAWN_WITH},
        }

    def options(self, index: int) -> Options:
        """What face ``index`` is drawn with."""
        return draw_options(self._style(index), index, self.pose)

    def describe(self, index: int) -> dict[str, str | float]:
        """Factor values of face ``index``, without drawing it."""
        return read_factors(load_table(self._style(index)), self.options(index))

    def image(self, index: int, resolution: int) -> NDArray[np.uint8]:
        """Face ``index`` as uint8 [resolution, resolution, 3]."""
        return render(self._style(index), self.options(index), resolution)

    def job(self, first: int, count: int) -> Callable[[int], dict[str, NDArray[Any]]]:
        """Drawing of ``count`` faces from ``first`` on, for another process; see ``Source``."""
        return functools.partial(_draw_faces, self, first, count)

    def _style(self, index: int) -> str:
        return self.styles[index % len(self.styles)]


def parse_avatars(spec: str) -> Avatars:
    """Read ``avatars:STYLE[,STYLE...][?pose=AMOUNT]``.

    Raises:
        StudioError: unknown style or option, or a pose outside 0 to 1.
    """
    names, _, query = spec.removeprefix(PREFIX).partition("?")
    styles = tuple(name.strip() for name in names.split(",") if name.strip())
    if not styles:
        raise StudioError("No drawing style given", spec, f"Known: {', '.join(style_names())}.")
    for style in styles:
        load_table(style)
    key, _, value = query.partition("=")
    if query and key != "pose":
        raise StudioError(f"Unknown option {key!r}", spec, "Known: pose, as in ?pose=0.5.")
    try:
        pose = float(value) if query else 1.0
    except ValueError:
        pose = -1.0
    if not 0 <= pose <= 1:
        raise StudioError("Cannot use this pose", f"{value!r} is not a number from 0 to 1")
    return Avatars(styles, pose)


def draw_options(style: str, index: int, pose: float = 1.0) -> Options:
    """Draw what a face is made of: by the weights of the table, without excluded variants.

    Returns:
        One value per option: ``mouthVariant``, ``skinColor`` (hex), ``rotate`` (degrees), ...;
        a component that is not drawn has no variant.
    """
    table = load_table(style)
    rng = random.Random(f"{style}/{index}")
    options: Options = {}
    for name, component in table["components"].items():
        if not component["chance"]:
            continue
        variants = component["variants"]
        weights = [variant["weight"] for variant in variants.values()]
        chosen = rng.choices(list(variants), weights)[0]
        if rng.uniform(0, 100) < component["chance"]:
            options[f"{name}Variant"] = chosen
    for name, colour in table["colours"].items():
        options[name] = _draw_colour(rng, colour, options)
    return options | _draw_pose(rng, table["pose"], pose)


def render(style: str, options: Options, resolution: int) -> NDArray[np.uint8]:
    """Draw a face at least twice as large and average down.

    Returns:
        uint8 [resolution, resolution, 3].
    """
    factor = max(2, -(-_SMALLEST_DRAWING // resolution))
    side = factor * resolution
    svg = Avatar(_load_style(style), _as_dicebear(style, options)).to_string()
    svg = _FRAME_CLIP.sub("<g", svg, count=1)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, skip_system_fonts=True)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB").reduce(factor))


def _draw_faces(faces: Avatars, first: int, count: int, resolution: int) -> dict[str, NDArray[Any]]:
    indices = range(first, first + count)
    shown = [faces.describe(index) for index in indices]
    codes = [[factor.code(face.get(factor.name)) for factor in faces.factors] for face in shown]
    arrays: dict[str, NDArray[Any]] = {
        "images": np.stack([faces.image(index, resolution) for index in indices]),
        "attributes": np.array(codes, np.float32),
    }
    if faces.classes:
        arrays["labels"] = np.arange(first, first + count) % len(faces.classes)
    return arrays


@functools.cache
def _factors(styles: tuple[str, ...]) -> tuple[Factor, ...]:
    return tuple(varying_factors([load_table(style) for style in styles]))


def _draw_colour(rng: random.Random, colour: Mapping[str, Any], options: Options) -> str:
    if "same_as" in colour:
        return str(options[colour["same_as"]])
    taken = {options[other] for other in colour.get("differs_from", ())}
    allowed = [value for value in colour["values"] if value not in taken]
    return str(rng.choice(allowed))


def _draw_pose(rng: random.Random, ranges: Mapping[str, Any], pose: float) -> Options:
    drawn: Options = {}
    for name, span in ranges.items():
        if isinstance(span, dict):  # whole steps, so that drawn pixels stay square
            step = rng.choice(span["steps"])
            drawn[name] = step if pose > 0 else 0.0
        else:
            low, high = span
            middle, reach = (low + high) / 2, (high - low) / 2
            drawn[name] = round(middle + pose * reach * rng.uniform(-1, 1), 3)
    mirrored = rng.random() < 0.5 and pose > 0
    if mirrored:  # a figure that stands off the middle stays whole
        drawn["translateX"] = -drawn["translateX"]
    return drawn | {"flip": "horizontal" if mirrored else "none"}


def _as_dicebear(style: str, options: Options) -> Options:
    absent = {
        f"{name}Probability": 100 if f"{name}Variant" in options else 0
        for name in load_table(style)["components"]
    }
    return options | absent


@functools.cache
def _load_style(style: str) -> Style:
    text = (resources.files("dicebear_styles") / f"{style}.json").read_text("utf-8")
    return Style(json.loads(text))
