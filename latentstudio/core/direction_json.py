"""Directions as JSON records beside their vectors: in sessions, in files, in bundles."""

from collections.abc import Callable
from typing import Any

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Space, Vector
from latentstudio.core.recipe_json import SPAN, Load, Store, span_json
from latentstudio.core.untrusted import InputError, Reader, choice, number, optional, record, text

_NAME, _LINE = 200, 1000

_FIELDS: dict[str, Reader[Any]] = {
    "name": text(_NAME),
    "space": choice("w", "w+"),
    "array": lambda value, where: value,
    "mean": number(-1e6, 1e6),
    "scale": number(1e-12, 1e6),
    "group": choice("attributes", "components", "mine"),
    "found": text(_LINE),
    "accuracy": optional(number(0, 1)),
    "eigenvalue": optional(number(-1e12, 1e12)),
    "span": optional(SPAN),
    "model_id": text(128),
    "told_by": lambda value, where: value,
}


def direction_json(direction: Direction, store: Store) -> dict[str, Any]:
    """The JSON object of a direction; its vector is what ``store`` makes of it."""
    return {
        "name": direction.name,
        "space": direction.vector.space,
        "array": store(direction.vector),
        "mean": float(direction.mean),
        "scale": float(direction.scale),
        "group": direction.group,
        "found": direction.found,
        "accuracy": direction.accuracy,
        "eigenvalue": direction.eigenvalue,
        "span": span_json(direction.span),
        "model_id": direction.model_id,
        "told_by": None if direction.told_by is None else store(direction.told_by),
    }


def check_fits(direction: Direction, dim: int, layers: int, model: str) -> None:
    """Refuse a direction that is none of a model's style space.

    Args:
        direction: of any origin.
        dim: length of a style of the model.
        layers: its style layers.
        model: its name, for the sentence.

    Raises:
        InputError: its vector has another shape.
    """
    shape, wanted = direction.vector.array.shape, (layers, dim)
    if shape[-1:] != wanted[-1:] or (len(shape) == 2 and shape != wanted):
        raise InputError(
            f"the direction {direction.name} has {' x '.join(map(str, shape))} numbers, "
            f"a style of {model} has {f'{layers} x {dim}' if len(shape) == 2 else dim}",
            "Choose directions that were found in this model.",
        )


def direction_reader(load: Load) -> Reader[Direction]:
    """Reads what ``direction_json`` writes; ``load`` gives the vector of what ``store`` made."""

    def made(
        name: str, space: Space, array: object, told_by: object = None, **rest: Any
    ) -> Direction:
        vector: Vector = load(space, array, f"the direction {name}")
        if not vector.array.any():
            raise InputError(f"the direction {name} leads nowhere: its vector is 0")
        if told_by is None:
            return Direction(name, vector, **rest)
        normal: Vector = load(space, told_by, f"what tells the direction {name}")
        if normal.array.shape != vector.array.shape or not (normal.array * vector.array).sum() > 0:
            raise InputError(f"what tells the direction {name} does not rise along it")
        return Direction(name, vector, told_by=normal, **rest)

    make: Callable[..., Direction] = made
    return record(make, _FIELDS, required=("name", "space", "array"))
