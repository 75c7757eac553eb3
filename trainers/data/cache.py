"""Pictures kept ready as memory-mapped shards, made once by several processes, resumable.

A cache folder is named by a hash of everything its pictures depend on. It holds shards of
``SHARD`` pictures, each an ``.npy`` file per array that appears whole or not at all, so a killed
run goes on where it stopped and several ranks can fill one folder together.
"""

import concurrent.futures
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import platformdirs
from numpy.typing import NDArray

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file, atomic_write, make_folder
from latentstudio.data.factor import Factor
from latentstudio.data.folder import Job

SHARD = 512  # pictures: 6 MB at 64 pixels
_FORMAT = 1
_LAST = "images"  # written last, so that its presence means the shard is whole
_ABANDONED = 3600.0  # seconds after which a temporary file belongs to no living process

T = TypeVar("T")

Progress = Callable[[int, int], None]


class Source(Protocol):
    """Where pictures come from: drawn, or read from files."""

    @property
    def name(self) -> str:
        """The spec that opens it."""

    @property
    def size(self) -> int | None:
        """Pictures in it; None if endless."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the class labels; empty without classes."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is known of every picture; empty for plain pictures."""

    @property
    def licence(self) -> str:
        """Licence names; empty if unknown."""

    @property
    def attributions(self) -> tuple[str, ...]:
        """Whom to name, a sentence each."""

    def identity(self) -> dict[str, Any]:
        """Everything the pictures depend on, as JSON data."""

    def job(self, first: int, count: int) -> Job:
        """A picklable call that makes ``count`` pictures from ``first`` on at a resolution.

        It returns arrays of ``count`` rows: ``images`` uint8 [count, H, W, 3], perhaps
        ``attributes`` float32 [count, factors] (see ``Factor.code``), ``labels`` (int64 [count] or
        float32 [count, n]) and ``problems`` (text; where not empty there is no picture).
        """


def cache_folder(source: Source, resolution: int, root: Path | None = None) -> Path:
    """The folder of these pictures; made, with a ``source.json`` that says what they are.

    Args:
        source: what the pictures are drawn or read from.
        resolution: side of the pictures, in pixels.
        root: the user's cache folder by default.
    """
    identity = {"format": _FORMAT, "shard": SHARD, "resolution": resolution, **source.identity()}
    text = json.dumps(identity, indent=1, sort_keys=True)
    root = root or Path(platformdirs.user_cache_dir("latentstudio")) / "pictures"
    folder = make_folder(root / hashlib.sha256(text.encode()).hexdigest()[:20])
    if not (folder / "source.json").exists():
        atomic_write(folder / "source.json", text.encode())
    return folder


def fill(
    folder: Path,
    source: Source,
    resolution: int,
    numbers: Iterable[int],
    workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Make the shards that are missing.

    Args:
        folder: from ``cache_folder``.
        source: what to draw or read.
        resolution: side of the pictures, in pixels.
        numbers: shards, most wanted first.
        workers: processes; by default one per usable core; 0 or 1 works in this process.
        progress: called with pictures done and pictures in all.

    Raises:
        StudioError: the disk is full, or a process was killed; a later call goes on.
    """
    _remove_abandoned(folder)
    counts = {number: _shard_size(source, number) for number in numbers}
    missing = [n for n in counts if not _path(folder, n, _LAST).exists()]
    jobs = [(folder, n, source.job(n * SHARD, counts[n]), resolution) for n in missing]
    total = sum(counts.values())
    done = total - sum(counts[n] for n in missing)
    for number, _ in zip(missing, run_jobs(_make_shard, jobs, workers), strict=True):
        done += counts[number]
        if progress:
            progress(done, total)


def run_jobs(
    work: Callable[..., T], jobs: Sequence[tuple[Any, ...]], workers: int | None = None
) -> Iterator[T]:
    """Yield ``work(*job)`` for every job, in order, from ``workers`` fresh processes.

    Raises:
        StudioError: a process was killed or could not start.
    """
    workers = min(usable_cores() if workers is None else workers, len(jobs))
    if workers <= 1:
        yield from (work(*job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")  # fork does not go with threads
    pool = concurrent.futures.ProcessPoolExecutor(workers, context, initializer=_begin_process)
    try:
        futures = deque(pool.submit(work, *job) for job in jobs)
        while futures:
            yield futures.popleft().result()
    except BrokenProcessPool as error:
        raise StudioError(
            "A process that prepares pictures stopped",
            "it was killed or could not start",
            "Start again to go on from here; close other programs if memory is short.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def usable_cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def open_shards(folder: Path, numbers: Iterable[int], array: str) -> list[NDArray[Any]]:
    """One array of several shards, memory-mapped, read-only; empty if the source has none.

    Raises:
        StudioError: a file is damaged.
    """
    paths = [_path(folder, number, array) for number in numbers]
    try:
        return [np.load(path, mmap_mode="r") for path in paths if path.exists()]
    except (ValueError, OSError) as error:
        hint = f"Delete the folder {folder} and start again."
        raise StudioError("The picture cache is damaged", str(error), hint) from error


def _make_shard(folder: Path, number: int, job: Job, resolution: int) -> None:
    if _path(folder, number, _LAST).exists():  # another rank was faster
        return
    arrays = job(resolution)
    for name in sorted(arrays, key=lambda name: name == _LAST):
        with atomic_file(_path(folder, number, name)) as temporary, temporary.open("wb") as file:
            np.save(file, arrays[name], allow_pickle=False)


def _shard_size(source: Source, number: int) -> int:
    return SHARD if source.size is None else min(SHARD, source.size - number * SHARD)


def _path(folder: Path, number: int, array: str) -> Path:
    return folder / f"{number:06d}.{array}.npy"


def _remove_abandoned(folder: Path) -> None:
    """Delete what killed runs left behind."""
    for path in folder.glob(".*"):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            path.unlink(missing_ok=True)


def _begin_process() -> None:
    """Ctrl-C reaches the whole group, but the parent alone answers it; with it all processes end.

    A worker holds both ends of its queue, so nothing else would tell it that the parent was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
