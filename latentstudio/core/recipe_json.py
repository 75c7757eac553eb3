"""Recipes as JSON: one table of fields, strict about what it reads, exact in what it writes."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from latentstudio.core.latent import SEEDS, Array
from latentstudio.core.paste_json import (
    Images,
    InlineImages,
    StoreImage,
    inline_image,
    paste_json,
    paste_reader,
)
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Noise,
    Recipe,
    Seed,
    Space,
    Span,
    Truncation,
    Vector,
)
from latentstudio.core.untrusted import (
    InputError,
    Reader,
    choice,
    explained,
    flag,
    items,
    number,
    optional,
    pair,
    parse_json,
    record,
    text,
    whole,
)

MAX_ARRAY_BYTES = 512 * 1024
MAX_ANCHORS = 1024
MAX_MOVES = 256
MAX_LAYERS = 256  # more than any network has
MAX_NUMBER = 1e6  # in a vector: far more than any latent has, far less than sums overflow at
MAX_TEXT = 8 * 2**20  # a recipe on standard input or in a file of its own
_DIGEST = 64
_NAME = 200  # characters of a model's or a class's name

Store = Callable[[Vector], object]
Load = Callable[[Space, object, str], Vector]

_BROKEN = "The recipe cannot be read"
_HINT = "Check the text, or make the recipe again in the window."

_SEED = whole(0, SEEDS - 1)
_WEIGHT = number(-1e6, 1e6)
_SPACE = choice("z", "w", "w+")
_MODEL = record(ModelRef, {"name": text(_NAME), "model_id": text(128)})
_TRUNCATION = record(
    Truncation,
    {
        "psi": number(-10, 10),  # wider than any slider
        "cutoff": optional(whole(0, 1000)),
        "resample": flag,
    },
)
_SHARES = items(_WEIGHT, 0, MAX_LAYERS)
_NOISE = record(
    Noise,
    {
        "mode": choice("const", "random", "none"),
        "seed": _SEED,
        "strength": number(-100, 100),
        "layers": items(number(-100, 100), 0, MAX_LAYERS),
    },
)
_LAYER = whole(0, MAX_LAYERS)
SPAN = record(Span, {"first": _LAYER, "last": _LAYER, "soft": _LAYER}, required=("first", "last"))
_INLINE = record(
    lambda shape, float32: (shape, float32),
    {
        "shape": items(whole(1, MAX_ARRAY_BYTES), 1, 2),
        "float32": text(MAX_ARRAY_BYTES * 4 // 3 + 4),
    },
    required=("shape", "float32"),
)


def encode(
    recipe: Recipe, store: Store | None = None, store_image: StoreImage | None = None
) -> dict[str, Any]:
    """The JSON object of a recipe; every field is written out, none is a path.

    Args:
        recipe: what to write.
        store: keeps a vector somewhere and gives the JSON value that stands for it; without one
            the numbers are written inline as base64.
        store_image: the same for the pictures and masks of a paste.

    Raises:
        StudioError: the recipe holds what ``decode`` would refuse, for example a psi of NaN.
    """
    cutoff = recipe.truncation.cutoff
    data = {
        # A name is for people; a model that someone named by its path keeps the path to himself.
        "model": {
            "name": recipe.model.name.replace("\\", "/").rsplit("/", 1)[-1],
            "model_id": recipe.model.model_id,
        },
        "anchors": [_anchor_json(anchor, store or inline) for anchor in recipe.anchors],
        "blend": recipe.blend,
        "truncation": {
            "psi": float(recipe.truncation.psi),
            "cutoff": None if cutoff is None else int(cutoff),
            "resample": bool(recipe.truncation.resample),
        },
        "classes": [[name, float(weight)] for name, weight in recipe.classes],
        "noise": {
            "mode": recipe.noise.mode,
            "seed": int(recipe.noise.seed),
            "strength": float(recipe.noise.strength),
            "layers": [float(factor) for factor in recipe.noise.layers],
        },
        "moves": [move_json(move, store or inline) for move in recipe.moves],
        "paste": None,
    }
    _check(data, recipe)
    if recipe.paste is not None:  # whose pixels need no check: they are as the window drew them
        face = recipe.paste.face
        beneath = None if face is None else encode(face, store, store_image)
        data["paste"] = paste_json(recipe.paste, store_image or inline_image, beneath)
    return data


def _check(data: dict[str, Any], recipe: Recipe) -> None:
    # What cannot be read back is refused now, while the work is still on the screen.
    vectors = iter(recipe.vectors)
    decode(data, lambda space, value, where: _checked(next(vectors), where))


def decode(data: object, load: Load | None = None) -> Recipe:
    """The recipe of a JSON object; missing fields have their defaults.

    Args:
        data: a parsed JSON value from anywhere.
        load: the vector that a JSON value of ``store`` stands for; raises ``InputError``.

    Raises:
        StudioError: an unknown field, a wrong type, a number that is out of range or not finite.
    """
    with explained(_BROKEN, _HINT):
        return recipe_reader(load)(data, "recipe")


def recipe_reader(load: Load | None = None, images: Images | None = None) -> Reader[Recipe]:
    """The reader behind ``decode``, for files that hold recipes among other things."""
    fields = _fields(load)
    face = record(Recipe, {**fields, "paste": _nothing})
    paste = paste_reader(images or InlineImages(), face)
    return record(Recipe, {**fields, "paste": optional(paste)})


def _nothing(value: object, where: str) -> None:
    if value is not None:
        raise InputError(f"{where} is a picture in a picture, which a recipe cannot hold")


def _fields(load: Load | None) -> dict[str, Reader[Any]]:
    """The readers of everything but a paste."""
    return {
        "model": _MODEL,
        "anchors": items(_anchor_reader(load or from_inline), 1, MAX_ANCHORS),
        "blend": choice("z", "w"),
        "truncation": _TRUNCATION,
        "classes": items(pair(text(_NAME), _WEIGHT), 0, MAX_ANCHORS),
        "noise": _NOISE,
        "moves": items(_move_reader(load or from_inline), 0, MAX_MOVES),
    }


def recipe_text(recipe: Recipe) -> str:
    """A recipe as JSON text with its arrays inline; errors as ``encode``."""
    return json.dumps(encode(recipe))


def parse_recipe(data: bytes | str) -> Recipe:
    """The recipe of a JSON text such as ``{"anchors": [{"seed": 5}]}``; errors as ``decode``."""
    with explained(_BROKEN, _HINT):
        if len(data) > MAX_TEXT:
            raise InputError(f"the text is longer than {MAX_TEXT // 2**20} MB")
        parsed = parse_json(data)
    return decode(parsed)


def inline(vector: Vector) -> dict[str, Any]:
    """A vector as ``{"shape": [...], "float32": base64 of its little-endian numbers}``."""
    numbers = vector.array.astype("<f4").tobytes()
    return {"shape": list(vector.array.shape), "float32": base64.b64encode(numbers).decode()}


def from_inline(space: Space, value: object, where: str) -> Vector:
    """The vector of ``inline``; anything else is ``InputError``."""
    shape, encoded = _INLINE(value, where)
    try:
        numbers = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where}.float32 is not base64") from error
    return make_vector(space, shape, numbers, where)


def make_vector(space: Space, shape: tuple[int, ...], numbers: bytes, where: str) -> Vector:
    """A vector from the bytes of its little-endian float32 numbers, checked.

    Raises:
        InputError: more than 512 KB, a count that is not the shape's, wrong axes, NaN or infinity,
            numbers that no picture can be computed from.
    """
    if not 0 < 4 * int(np.prod(shape, dtype=np.float64)) == len(numbers) <= MAX_ARRAY_BYTES:
        raise InputError(
            f"{where} has {len(numbers)} bytes, which is not what its shape {shape} needs"
        )
    array: Array = np.frombuffer(numbers, "<f4").reshape(shape).astype(np.float32)
    if (most := float(np.abs(array).max())) > MAX_NUMBER and np.isfinite(most):
        raise InputError(f"{where} has numbers up to {most:.1g}, far beyond any latent")
    try:
        return Vector(space, array)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def _anchor_json(anchor: Anchor, store: Store) -> dict[str, Any]:
    latent = anchor.latent
    shares: dict[str, Any] = {"weight": float(anchor.weight)}
    if anchor.layers:
        shares["layers"] = [float(share) for share in anchor.layers]
    if isinstance(latent, Seed):
        return {"seed": int(latent.value), **shares}
    return {"space": latent.space, "array": store(latent), **shares}


def move_json(move: Move, store: Store) -> dict[str, Any]:
    """The JSON object of a move; its vector is what ``store`` makes of it."""
    return {
        "name": move.name,
        "space": move.vector.space,
        "array": store(move.vector),
        "amount": float(move.amount),
        "span": span_json(move.span),
        "along": move.along,
    }


def span_json(span: Span | None) -> dict[str, int] | None:
    """The JSON object of a span of layers, or null."""
    if span is None:
        return None
    return {"first": int(span.first), "last": int(span.last), "soft": int(span.soft)}


def _move_reader(load: Load) -> Reader[Move]:
    given = record(
        lambda space, array, **rest: (space, array, rest),
        {
            "name": text(_NAME),
            "space": choice("w", "w+"),
            "array": lambda value, where: value,
            "amount": number(-1e4, 1e4),
            "span": optional(SPAN),
            "along": text(_DIGEST),
        },
        required=("name", "space", "array", "amount"),
    )

    def read(value: object, where: str) -> Move:
        space, array, rest = given(value, where)
        return Move(vector=load(space, array, f"{where}.array"), **rest)

    return read


def _anchor_reader(load: Load) -> Reader[Anchor]:
    def vector(value: object, where: str) -> Anchor:
        space, array, weight, layers = given(value, where)
        return Anchor(load(space, array, f"{where}.array"), weight, layers)

    shares: dict[str, Reader[Any]] = {"weight": _WEIGHT, "layers": _SHARES}
    given = record(
        lambda space, array, weight=1.0, layers=(): (space, array, weight, layers),
        {"space": _SPACE, "array": lambda value, where: value, **shares},
        required=("space", "array"),
    )
    seed = record(
        lambda seed, weight=1.0, layers=(): Anchor(Seed(seed), weight, layers),
        {"seed": _SEED, **shares},
        required=("seed",),
    )

    def read(value: object, where: str) -> Anchor:
        reader = vector if isinstance(value, dict) and "array" in value else seed
        return reader(value, where)

    return read


def _checked(vector: Vector, where: str) -> Vector:
    if not 0 < vector.array.nbytes <= MAX_ARRAY_BYTES:
        raise InputError(f"{where} has {vector.array.size} numbers, more than a latent can have")
    return vector
