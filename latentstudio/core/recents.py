"""Recent files: short lists of models and of work in the user's state folder, newest first."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import platformdirs

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write, make_folder

LIMIT = 12
Kind = Literal["models", "work"]
"""What a list is of: models, or sessions and pictures."""


def state_folder() -> Path:
    """Where the studio keeps what belongs to the user but to no session."""
    return platformdirs.user_state_path("latentstudio", appauthor=False)


def cache_folder() -> Path:
    """Where the studio keeps what it can always compute again."""
    return platformdirs.user_cache_path("latentstudio", appauthor=False)


def read_recents(folder: Path | None = None, kind: Kind = "models") -> list[Path]:
    """Files opened before that still exist, newest first; unreadable lists count as empty."""
    try:
        data = json.loads(_list_file(folder, kind).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    names = data if isinstance(data, list) else []
    return [Path(name) for name in names[:LIMIT] if isinstance(name, str) and Path(name).is_file()]


def remember(path: Path, folder: Path | None = None, kind: Kind = "models") -> Sequence[Path]:
    """Put a file first in its list; a home that cannot be written loses only the list."""
    path = path.resolve()
    files = [path, *(other for other in read_recents(folder, kind) if other != path)][:LIMIT]
    target = _list_file(folder, kind)
    try:
        make_folder(target.parent)
        atomic_write(target, json.dumps([str(file) for file in files]).encode())
    except StudioError:
        return files
    return files


def _list_file(folder: Path | None, kind: Kind) -> Path:
    return (folder or state_folder()) / ("recent.json" if kind == "models" else "recent-work.json")
