"""Open any data for training by its spec; pictures come from the cache, by index."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latentstudio.core.errors import StudioError, nearest
from latentstudio.data.factor import Factor
from latentstudio.data.folder import open_pictures
from trainers.data import cache
from trainers.data.avatars import PREFIX, parse_avatars
from trainers.data.cache import Progress, Source
from trainers.data.factors import style_names

ENDLESS_COUNT = 20_000  # faces made ready where nobody says how many
MAX_RESOLUTION = 1024


@dataclass(frozen=True)
class Dataset:
    """Pictures by index, with what is known of them; the pictures stay on disk.

    An index beyond the end begins again at the front.

    Attributes:
        name: the spec.
        resolution: side of the pictures, in pixels.
        factors: what ``attributes`` tells of every picture; empty for plain pictures.
        classes: names of the class labels; empty without classes.
        licence: names of the licences of what the pictures are made from; empty if unknown.
        attributions: whom to name, a sentence each.
        problems: ``NAME: REASON`` for every file that was skipped.
    """

    name: str
    resolution: int
    factors: tuple[Factor, ...]
    classes: tuple[str, ...]
    licence: str
    attributions: tuple[str, ...]
    problems: tuple[str, ...]
    _shards: Sequence[NDArray[np.uint8]]
    _codes: NDArray[np.float32] | None
    _labels: NDArray[Any] | None
    _rows: NDArray[np.int64]  # place in the shards of each picture

    def __len__(self) -> int:
        return len(self._rows)

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        """Pictures as uint8 [B, H, W, 3]."""
        rows = self._find(indices)
        batch = np.empty((len(rows), self.resolution, self.resolution, 3), np.uint8)
        for place, row in enumerate(rows):
            batch[place] = self._shards[row // cache.SHARD][row % cache.SHARD]
        return batch

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None:
        """Class numbers int64 [B] or label vectors float32 [B, n]; None without labels."""
        return None if self._labels is None else self._labels[self._find(indices)]

    def attributes(self, indices: ArrayLike) -> dict[str, NDArray[Any]]:
        """Factors of the pictures, by name.

        A category is int64 [B], places in ``Factor.values``, -1 hidden or not in the style, -2
        unclear; a number is float32 [B].
        """
        if self._codes is None:
            return {}
        codes = self._codes[self._find(indices)]
        return {
            factor.name: codes[:, i].astype(np.int64) if factor.kind == "category" else codes[:, i]
            for i, factor in enumerate(self.factors)
        }

    def _find(self, indices: ArrayLike) -> NDArray[np.int64]:
        wanted = np.atleast_1d(np.asarray(indices, np.int64))
        return self._rows[wanted % len(self._rows)]


def open_source(spec: str) -> Source:
    """Find out what a spec means, without drawing or reading pictures.

    Args:
        spec: a folder of pictures, a folder or zip in the ``dataset.json`` layout, or
            ``avatars:STYLE[,STYLE...][?pose=0..1]``.

    Raises:
        StudioError: unknown spec or style; a folder or zip that cannot be read.
    """
    if spec.startswith(PREFIX):
        return parse_avatars(spec)
    path = Path(spec).expanduser()
    if path.exists():
        return open_pictures(path.resolve())
    known = [PREFIX + style for style in style_names()]
    wanted = PREFIX + spec.partition(":")[2] if ":" in spec else PREFIX + spec
    is_path = bool(path.suffix) or len(path.parts) > 1
    hint = "" if is_path else nearest(wanted, known)
    general = f"Give a folder, a zip, or {PREFIX}STYLE."
    raise StudioError(
        f"No such data: {spec}", "there is no such file", f"{hint} {general}" if hint else general
    )


def open_data(
    spec: str,
    resolution: int,
    count: int | None = None,
    *,
    start: int = 0,
    rank: int = 0,
    world: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    cache_root: Path | None = None,
) -> Dataset:
    """Open data by its spec; what is not in the cache yet is drawn or read first.

    A script that calls this needs ``if __name__ == "__main__":``: the workers import it.

    Args:
        spec: see ``open_source``.
        resolution: side of the pictures, in pixels.
        count: pictures to make ready; for drawn faces 20,000 by default, else all.
        start: first picture; for drawn faces, another range makes other faces (held out).
        rank: place among the processes that fill the same cache, each beginning with its share.
        world: how many those are.
        workers: processes; by default one per usable core; 0 or 1 works in this process.
        progress: called with pictures done and in all while the cache is filled.
        cache_root: another folder than the user's cache.

    Raises:
        StudioError: unknown spec or style; no picture can be read; the disk is full.
    """
    source = open_source(spec)
    rows = choose_rows(source, resolution, start, count)
    numbers = range(rows.start // cache.SHARD, (rows.stop - 1) // cache.SHARD + 1)
    folder = cache.cache_folder(source, resolution, cache_root)
    own_first = sorted(numbers, key=lambda number: number % world != rank)
    cache.fill(folder, source, resolution, own_first, workers, progress)

    def column(array: str) -> NDArray[Any] | None:
        parts = cache.open_shards(folder, numbers, array)
        return np.concatenate(parts) if parts else None

    places = np.arange(rows.start, rows.stop) - numbers.start * cache.SHARD
    told = column("problems")
    problems = () if told is None else tuple(str(text) for text in told[places] if text)
    readable = places if told is None else places[told[places] == ""]
    if not len(readable):
        raise no_pictures(problems)
    return Dataset(
        name=source.name,
        resolution=resolution,
        factors=source.factors,
        classes=source.classes,
        licence=source.licence,
        attributions=source.attributions,
        problems=problems,
        _shards=cache.open_shards(folder, numbers, "images"),
        _codes=column("attributes"),
        _labels=column("labels"),
        _rows=readable,
    )


def choose_rows(source: Source, resolution: int, start: int, count: int | None) -> range:
    """The pictures of a source that are asked for.

    Raises:
        StudioError: a size or a number that makes no sense.
    """
    if not 4 <= resolution <= MAX_RESOLUTION:
        raise StudioError(
            f"Cannot make pictures of {resolution} pixels", "", f"Choose 4 to {MAX_RESOLUTION}."
        )
    count = count if count is not None else source.size or ENDLESS_COUNT
    stop = start + count if source.size is None else min(start + count, source.size)
    if start < 0 or stop <= start:
        raise StudioError("No pictures asked for", f"{count} from number {start} on")
    return range(start, stop)


def no_pictures(problems: Sequence[str]) -> StudioError:
    """The error for data of which nothing can be read."""
    listed = "; ".join(problems[:3]) + ("; ..." if len(problems) > 3 else "")
    return StudioError("No picture could be read", listed, "Choose other pictures.")
