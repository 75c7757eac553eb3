"""Recovery files: each running window keeps its work in a file of its own, found after a crash."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write, make_folder, write_error
from latentstudio.core.locks import try_lock
from latentstudio.core.session import Session, load_session, session_bytes

_SUFFIX, _LOCK_SUFFIX = ".latent", ".lock"


class RecoveryFile:
    """The recovery file of one window.

    A lock beside the file says that its window is alive; the system drops it with the process,
    however that ends. The file is replaced as a whole, so the last complete state is always there.

    Args:
        folder: where recovery files are kept; made with the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._claimed: tuple[Path, int] | None = None

    @property
    def path(self) -> Path | None:
        """The file, None before the first write."""
        return self._claimed[0] if self._claimed else None

    def write(self, session: Session) -> None:
        """Replace what the file holds.

        Raises:
            StudioError: the folder cannot be written; the work in the window is untouched.
        """
        data = session_bytes(session)
        if self._claimed and not _lock_path(self._claimed[0]).exists():
            self.release()  # someone emptied the folder: begin again under another name
        self._claimed = self._claimed or self._claim()
        atomic_write(self._claimed[0], data)

    def release(self) -> None:
        """A clean end: nothing to recover. A file that cannot be removed is left behind."""
        if self._claimed:
            _remove(*self._claimed)
        self._claimed = None

    def leave(self) -> None:
        """A clean end with work that was not saved: the file stays for the next start."""
        if self._claimed:
            path, lock = self._claimed
            os.close(lock)
            with contextlib.suppress(OSError):
                _lock_path(path).unlink()
        self._claimed = None

    def _claim(self) -> tuple[Path, int]:
        make_folder(self._folder)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(8)}{_SUFFIX}"
        try:
            lock = _lock(path)
        except OSError as error:
            raise write_error(path, error) from error
        if lock is None:  # a window that was just starting took it for a leftover
            raise StudioError("Autosave waits", "another window is tidying up", "It tries again.")
        return path, lock


@dataclass(frozen=True, slots=True)
class Found:
    """The work of a window that ended without saying so.

    Attributes:
        path: the file.
        modified: when it was last written, in seconds since 1970.
    """

    path: Path
    modified: float

    def load(self) -> Session:
        """The work; errors as ``load_session``."""
        return load_session(self.path)

    def discard(self) -> None:
        """Remove the file; one that cannot be removed is left behind."""
        with contextlib.suppress(OSError):
            lock = _lock(self.path)
            if lock is not None:
                _remove(self.path, lock)


def abandoned(folder: Path) -> list[Found]:
    """The recovery files whose windows are gone, newest first; running windows keep theirs."""
    found = []
    for path in _recovery_paths(folder):
        with contextlib.suppress(OSError):
            lock = _lock(path)
            if lock is None:
                continue
            if path.exists():
                os.close(lock)
                found.append(Found(path, path.stat().st_mtime))
            else:  # its window ended before the first write was complete
                _remove(path, lock)
    return sorted(found, key=lambda one: one.modified, reverse=True)


def _recovery_paths(folder: Path) -> list[Path]:
    """The recovery files that are or were meant to be in a folder, temporary ones left out."""
    names = os.listdir(folder) if folder.is_dir() else []
    files = [folder / name for name in names if not name.startswith(".")]
    ours = {file.with_suffix(_SUFFIX) for file in files if file.suffix in (_SUFFIX, _LOCK_SUFFIX)}
    return sorted(ours)


def _lock_path(path: Path) -> Path:
    return path.with_suffix(_LOCK_SUFFIX)


def _lock(path: Path) -> int | None:
    """Hold the lock beside a recovery file: its handle, or None while another holds it.

    Raises:
        OSError: the folder cannot be written, or its file system has no locks.
    """
    lock = _lock_path(path)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try_lock(handle)
        if os.path.samestat(os.fstat(handle), lock.stat()):  # not removed since it was opened
            return handle
    except (BlockingIOError, PermissionError, FileNotFoundError):
        pass
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _remove(path: Path, lock: int) -> None:
    """Remove a recovery file that we hold, then what a killed write left, then its lock."""
    with contextlib.suppress(OSError):
        for leftover in (path, *path.parent.glob(f".{path.stem}.*")):
            leftover.unlink(missing_ok=True)
    os.close(lock)
    with contextlib.suppress(OSError):
        if not path.exists():
            _lock_path(path).unlink(missing_ok=True)
