"""Snapshots of a run: the newest, the one before it, and the best; read without trusting them."""

import pickle
from pathlib import Path
from typing import Any

import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file

NEWEST, PREVIOUS, BEST = "snapshot.pt", "snapshot-previous.pt", "snapshot-best.pt"
FORMAT = 1
_ZIP = b"PK\x03\x04"


def save_snapshot(folder: Path, state: dict[str, Any], *, best: bool) -> None:
    """Write a state as the newest snapshot, keep the one before, and copy it if it is the best.

    A kill at any moment leaves at least one whole snapshot, and so does a full disk.

    Raises:
        StudioError: the folder cannot be written; the snapshots are as they were.
    """
    state = {**state, "format": FORMAT}
    if best:
        _write(folder / BEST, state)
    newest = folder / NEWEST
    with atomic_file(newest) as temporary:
        _save(state, temporary)
        if newest.exists():
            newest.replace(folder / PREVIOUS)


def load_snapshot(folder: Path) -> dict[str, Any] | None:
    """The newest readable snapshot of a run folder; None in a folder without any.

    Raises:
        StudioError: there are snapshots, and none can be read.
    """
    paths = [path for name in (NEWEST, PREVIOUS) if (path := folder / name).exists()]
    errors: list[StudioError] = []
    for path in paths:
        try:
            return read_snapshot(path)
        except StudioError as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return None


def read_snapshot(path: Path) -> dict[str, Any]:
    """One snapshot file.

    Raises:
        StudioError: missing, damaged, or of another format.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != _ZIP:  # torch would try older formats, with warnings
                raise ValueError("the file is damaged")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise StudioError(
            f"{path.parent} has no {path.name}", "", "Let the run reach its first snapshot."
        ) from None
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise StudioError(
            f"{path.name} cannot be read",
            str(error).splitlines()[0] if str(error) else "the file is damaged",
            f"Delete it to go on from the one before, or start in another folder: {path}",
        ) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise StudioError(
            f"{path.name} is of another format", "", "Start the training in another folder."
        )
    return state


def _write(path: Path, state: dict[str, Any]) -> None:
    with atomic_file(path) as temporary:
        _save(state, temporary)


def _save(state: dict[str, Any], path: Path) -> None:
    """As ``torch.save``, with the system's own error when the disk is full."""
    try:
        with path.open("wb") as file:
            torch.save(state, file)
    except RuntimeError as error:  # torch says on top of it that its file ends too early
        refused = error.__context__
        if isinstance(refused, OSError):
            raise OSError(refused.errno, refused.strerror) from error
        raise
