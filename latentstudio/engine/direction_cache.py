"""What searches for directions have found, kept in the user's cache by model and by method."""

import hashlib
from pathlib import Path

from latentstudio.core.direction import Direction
from latentstudio.core.direction_file import ENDING, read_directions, write_directions
from latentstudio.core.errors import StudioError
from latentstudio.core.files import make_folder
from latentstudio.core.recents import cache_folder
from latentstudio.models.generator import Generator

Directions = tuple[Direction, ...]


def cache_file(generator: Generator, how: str) -> Path:
    """Where what was found in a model in some way is kept; ``how`` is part of a file name."""
    key = hashlib.sha256(generator.info.model_id.encode()).hexdigest()[:32]
    return cache_folder() / "directions" / f"{key}-{how}{ENDING}"


def cached(file: Path, generator: Generator) -> Directions:
    """What was found before; nothing where the file is not there or not whole."""
    try:
        return read_directions(file, generator.info) if file.is_file() else ()
    except StudioError:
        return ()


def keep(file: Path, found: Directions) -> None:
    """Write to the cache; a home that cannot be written only costs the time again."""
    try:
        make_folder(file.parent)
        write_directions(file, found)
    except StudioError:
        return
