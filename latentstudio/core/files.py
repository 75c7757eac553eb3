"""Atomic writes: a file is either the old one or the new one, whole, also when the disk is full."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from latentstudio.core.errors import StudioError

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space, or save somewhere else."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, or save somewhere else."),
    errno.EACCES: ("no permission to write there", "Choose a folder that you may write to."),
    errno.EPERM: ("no permission to write there", "Choose a folder that you may write to."),
    errno.EROFS: ("the disk is read-only", "Choose a folder that you may write to."),
    errno.ENOENT: ("the folder does not exist", "Make the folder first, or choose another."),
    errno.ENOTDIR: ("a part of the path is a file", "Choose another folder."),
    errno.EISDIR: ("there is a folder of that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
}


def write_error(path: Path, error: OSError) -> StudioError:
    """The sentence for a failed write."""
    why, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), "Try another place."))
    return StudioError(f"Could not write {path.name}", why, f"{hint} The old file is unchanged.")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; on success it replaces ``path``, synced to disk.

    Raises:
        StudioError: no such folder, no permission, disk full; ``path`` is as before.
    """
    path = Path(path)
    temporary = None
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem[:40]}.", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _sync(temporary)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def atomic_write(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` as a whole or not at all; errors as ``atomic_file``."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


def make_folder(path: Path) -> Path:
    """Make an output folder with its parents, or say why not."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file is in the way" if isinstance(error, FileExistsError) else error.strerror
        raise StudioError(
            f"Could not make the folder {path}", reason or str(error), "Choose another folder."
        ) from error
    return path


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
