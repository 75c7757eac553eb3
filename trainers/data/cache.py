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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import platformdirs
from numpy.typing import NDArray

from latentstudio.core.files import atomic_file, atomic_write, make_folder

SHARD = 512  # pictures: 6 MB at 64 pixels
FORMAT = 1
_LAST = "images"  # written last, so that its presence means the shard is whole


class Source(Protocol):
    """What a cache is filled from; picklable, since other processes draw."""

    def identity(self) -> dict[str, Any]:
        """Everything the pictures depend on, as JSON data."""

    def draw(self, first: int, count: int, resolution: int) -> dict[str, NDArray[Any]]:
        """Arrays of ``count`` rows, among them ``images`` uint8 [count, H, W, 3]."""


def cache_folder(source: Source, resolution: int, root: Path | None = None) -> Path:
    """The folder of these pictures; made, with a ``source.json`` that says what they are.

    Args:
        source: what the pictures are drawn or read from.
        resolution: side of the pictures, in pixels.
        root: the user's cache folder by default.
    """
    identity = {"format": FORMAT, "shard": SHARD, "resolution": resolution, **source.identity()}
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
    spans: Sequence[tuple[int, int]],
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draw the shards that are missing.

    Args:
        folder: from ``cache_folder``.
        source: what to draw from.
        resolution: side of the pictures, in pixels.
        spans: (shard number, pictures in it).
        workers: processes; by default one per usable core; 0 or 1 draws in this process.
        progress: called with pictures done and pictures in all.
    """
    missing = [(n, count) for n, count in spans if not shard_path(folder, n, _LAST).exists()]
    total = done = sum(count for _, count in spans)
    done -= sum(count for _, count in missing)
    workers = min(usable_cores() if workers is None else workers, len(missing))
    jobs = [(folder, source, resolution, number, count) for number, count in missing]
    for job, _ in zip(jobs, run_jobs(_draw_shard, jobs, workers), strict=True):
        done += job[-1]
        if progress:
            progress(done, total)


def run_jobs(
    work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], workers: int
) -> Iterator[Any]:
    """Yield ``work(*job)`` in order, in ``workers`` fresh processes (none for 0 or 1)."""
    if workers <= 1:
        yield from (work(*job) for job in jobs)
        return
    context = multiprocessing.get_context("spawn")  # fork does not go with threads
    with concurrent.futures.ProcessPoolExecutor(workers, context) as pool:
        futures = [pool.submit(work, *job) for job in jobs]
        try:
            yield from (future.result() for future in futures)
        finally:
            for future in futures:
                future.cancel()


def usable_cores() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shard_path(folder: Path, number: int, array: str) -> Path:
    """The file of one array of one shard."""
    return folder / f"{number:06d}.{array}.npy"


def open_shard(folder: Path, number: int, array: str) -> NDArray[Any]:
    """One array of a shard, memory-mapped, read-only."""
    mapped: NDArray[Any] = np.load(shard_path(folder, number, array), mmap_mode="r")
    return mapped


def _draw_shard(folder: Path, source: Source, resolution: int, number: int, count: int) -> None:
    path = shard_path(folder, number, _LAST)
    if path.exists():  # another rank was faster
        return
    arrays = source.draw(number * SHARD, count, resolution)
    for name in sorted(arrays, key=lambda name: name == _LAST):
        with atomic_file(shard_path(folder, number, name)) as temporary, temporary.open("wb") as f:
            np.save(f, arrays[name])
