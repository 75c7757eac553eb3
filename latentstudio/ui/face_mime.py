"""Faces on the move: recipes as what is dragged from a tile and dropped on another place."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Recipe
from latentstudio.core.recipe_json import parse_recipe, recipe_text

FORMAT = "application/x-latentstudio-recipe"
"""One recipe a line, each as JSON."""


def mime_of(recipes: Sequence[Recipe]) -> QMimeData:
    """What a drag of faces carries."""
    data = QMimeData()
    data.setData(FORMAT, "\n".join(recipe_text(recipe) for recipe in recipes).encode())
    return data


def carries_faces(data: QMimeData) -> bool:
    """Whether a drag brings faces; their recipes are read when they are dropped."""
    return data.hasFormat(FORMAT)


def recipes_of(data: QMimeData) -> list[Recipe]:
    """The faces of a drag, in their order; what another program made up in our name is none."""
    lines = bytes(data.data(FORMAT).data()).splitlines()
    try:
        return [parse_recipe(line) for line in lines]
    except StudioError:
        return []
