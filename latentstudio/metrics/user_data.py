"""Statistics of the user's own pictures: made once for a folder or zip and a referee, then kept."""

import contextlib
import dataclasses
import hashlib
import json
import random
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import platformdirs
import torch
from torch import Tensor

from latentstudio.core.files import atomic_write, make_folder
from latentstudio.data.folder import Pictures
from latentstudio.metrics.gather import gather
from latentstudio.metrics.observe import from_levels
from latentstudio.metrics.real import PICTURES, Origin, RealStatistics
from latentstudio.metrics.real_file import FORMAT_VERSION, open_statistics, save_statistics
from latentstudio.metrics.referee import Referee

_BATCH = 64
_KEY, _KIND = 20, ".safetensors"  # characters of the name before it


def user_statistics(
    pictures: Pictures,
    referee: Referee,
    report: Callable[[str], None],
    most: int = PICTURES,
    root: Path | None = None,
) -> Generator[int, None, RealStatistics]:
    """The statistics of a folder or zip of pictures, from the user's cache where they are there.

    They are found again by the names and bytes of the files, wherever these lie, zipped or not.

    One half of the pictures, at random, is compared with, the other half measures the floor.

    Args:
        pictures: from ``open_pictures``.
        referee: who looks; the pictures are cropped and resized to what it reads.
        report: is told of each picture that cannot be read.
        most: pictures in a half.
        root: another folder than the user's cache.

    Yields:
        How many pictures each step has looked at, ``2 * most`` or all in the end.

    Raises:
        StudioError: too few pictures that can be read.
    """
    folder = _cache_folder(root)
    note = folder / f"{_key(pictures, referee, most, pictures.stamp)}.txt"
    file = _noted(note)
    if file is None:
        file = folder / f"{_key(pictures, referee, most, pictures.contents())}{_KIND}"
        if file.exists():  # of a copy of these pictures
            atomic_write(note, file.stem.encode())
    if file.exists():
        known = open_statistics(file)
        origin = dataclasses.replace(known.origin, data=pictures.path.name)
        return dataclasses.replace(known, origin=origin)
    names = list(pictures.names)
    random.Random(0).shuffle(names)
    half = min(most, len(names) // 2)
    origin = Origin(
        data=pictures.path.name,
        resolution=referee.resolution,
        referee=referee.name,
        referee_hash=referee.weights_hash,
        count=half,
        classes=pictures.classes,
        pictures="one half at random; the other measured the floor",
    )
    reference, others = (
        _batches(dataclasses.replace(pictures, names=tuple(part)), referee.resolution, report)
        for part in (names[:half], names[half : 2 * half])
    )
    real = yield from gather(referee, origin, reference, others, factors=referee.trusted)
    save_statistics(file, real)
    atomic_write(note, file.stem.encode())
    return real


def _batches(
    pictures: Pictures, resolution: int, report: Callable[[str], None]
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Pictures that can be read, in their order, with their classes."""
    for first in range(0, pictures.size, _BATCH):
        arrays = pictures.job(first, _BATCH)(resolution)
        problems = arrays["problems"].tolist()
        for problem in filter(None, problems):
            report(f"skipped {problem}")
        good = [row for row, problem in enumerate(problems) if not problem]
        if good:
            levels = torch.from_numpy(arrays["images"][good]).permute(0, 3, 1, 2)
            labels = torch.from_numpy(arrays["labels"][good]) if pictures.classes else None
            yield from_levels(levels), labels


def _noted(note: Path) -> Path | None:
    """The statistics that were found for files of these sizes and times: no byte is read again."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        file = note.with_name(f"{note.read_text(encoding='ascii')[:_KEY]}{_KIND}")
        return file if file.exists() else None
    return None


def _key(pictures: Pictures, referee: Referee, most: int, files: str) -> str:
    """A name that changes with the pictures, the referee and the way they are looked at."""
    facts = {
        "format": FORMAT_VERSION,
        "resolution": referee.resolution,
        "referee": referee.weights_hash,
        "most": most,
        **pictures.identity(),
        "files": files,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:_KEY]


def _cache_folder(root: Path | None) -> Path:
    folder = root or Path(platformdirs.user_cache_dir("latentstudio")) / "statistics"
    return make_folder(folder)
