"""The models that this machine knows: bundled ones and recent files, by name or by their id."""

from dataclasses import dataclass
from pathlib import Path

from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError
from latentstudio.core.recents import read_recents
from latentstudio.core.recipe import ModelRef
from latentstudio.resources import bundled_models


@dataclass(frozen=True)
class Known:
    """A model on the shelf; reading its card needs no network."""

    name: str
    path: Path
    bundled: bool


def known_models() -> list[Known]:
    """Bundled models, the best first, then recent files, newest first."""
    bundled = [Known(name, path, True) for name, path in bundled_models().items()]
    shelf = {known.path.resolve() for known in bundled}
    recent = [path for path in read_recents() if path.resolve() not in shelf]
    return bundled + [Known(path.stem, path, False) for path in recent]


def find(model: ModelRef) -> Known:
    """The known model that a recipe was made with: the same id, or the same name without an id.

    Raises:
        StudioError: none; the hint says how to draw it all the same.
    """
    wanted = model.name or "a model without a name"
    named = None
    for known in known_models():
        if model.model_id and _id_of(known) == model.model_id:
            return known
        if model.name and known.name == model.name:
            named = named or known
    if named is None:
        raise StudioError(
            f"No model to draw with, it was made with {wanted}",
            "that is not among the bundled and the recent models",
            "Give the model's file with --model.",
        )
    if model.model_id:
        raise StudioError(
            f"It was made with another {wanted}",
            f"its id is {model.model_id[:12]}, that of the one here is {_id_of(named)[:12]}",
            f"To draw it all the same add --model {named.name}; it will look different.",
        )
    return named


def _id_of(known: Known) -> str:
    try:
        return read_card(known.path).model_id
    except StudioError:  # a recent file that is no model any more
        return ""
