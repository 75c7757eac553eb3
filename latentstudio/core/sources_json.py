"""Sources as JSON records beside their vectors, as sessions keep them."""

from typing import Any

from latentstudio.core.recipe import Anchor, Recipe
from latentstudio.core.recipe_json import Load, Store, encode, recipe_reader
from latentstudio.core.sources import LETTERS, Source, Sources
from latentstudio.core.untrusted import Reader, flag, items, optional, record, text, whole

_NAME = 200


def source_json(source: Source, store: Store) -> dict[str, Any]:
    """The JSON object of a source: its latent is the one anchor of a recipe."""
    face = Recipe(anchors=(Anchor(source.latent),))
    return {"face": encode(face, store), "name": source.name[:_NAME], "locked": source.locked}


def source_reader(load: Load) -> Reader[Source]:
    """A reader of what ``source_json`` writes."""

    def made(face: Recipe, name: str = "", locked: bool = False) -> Source:
        return Source(face.anchors[0].latent, name, locked)

    fields: dict[str, Reader[Any]] = {
        "face": recipe_reader(load),
        "name": text(_NAME),
        "locked": flag,
    }
    return record(made, fields, required=("face",))


def places_reader(rows: int) -> Reader[tuple[int | None, ...]]:
    """A reader of a step's places: rows of the table of sources, null where one is empty."""
    return items(optional(whole(0, rows)), 0, len(LETTERS))


def filled(places: tuple[int | None, ...], table: tuple[Source, ...]) -> Sources:
    """The sources of a step; every place names a row of the table or is empty."""
    return tuple(None if place is None else table[place] for place in places)
