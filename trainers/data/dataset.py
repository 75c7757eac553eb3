"""Open any data for training by its spec; pictures come from the cache, by index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latentstudio.core.errors import StudioError
from trainers.data import cache
from trainers.data.avatars import PREFIX, parse_avatars
from trainers.data.factors import Factor, load_table

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Dataset:
    """Pictures by index, with what is known of them; nothing is held in memory.

    Attributes:
        name: the spec in its canonical form.
        factors: what ``attributes`` tells of every picture; empty for plain pictures.
        classes: names of the class labels; empty without classes.
        attributions: title, creator, licence and source of what the pictures are made from.
    """

    name: str
    resolution: int
    factors: tuple[Factor, ...]
    classes: tuple[str, ...]
    attributions: tuple[str, ...]
    _images: Sequence[NDArray[np.uint8]]
    _columns: Sequence[NDArray[np.float32]]
    _labels: NDArray[Any] | None
    _rows: NDArray[np.int64]  # place in the shards of each picture

    def __len__(self) -> int:
        return len(self._rows)

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        """Pictures as uint8 [B, H, W, 3]; indices wrap around at the end."""
        rows = self._find(indices)
        batch = np.empty((len(rows), self.resolution, self.resolution, 3), np.uint8)
        for place, row in enumerate(rows):
            batch[place] = self._images[row // cache.SHARD][row % cache.SHARD]
        return batch

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None:
        """Class numbers int64 [B] or label vectors float32 [B, n]; None without labels."""
        return None if self._labels is None else self._labels[self._find(indices)]

    def attributes(self, indices: ArrayLike) -> dict[str, NDArray[Any]]:
        """Factors of the pictures.

        Returns:
            By name: a category as int64 [B] into ``Factor.values`` (-1 hidden or not in the
            style, -2 unclear), a number as float32 [B].
        """
        if not self.factors:
            return {}
        rows = self._find(indices)
        table = np.array([self._columns[r // cache.SHARD][r % cache.SHARD] for r in rows])
        table = table.reshape(len(rows), len(self.factors))
        return {
            factor.name: table[:, i].astype(np.int64) if factor.kind == "category" else table[:, i]
            for i, factor in enumerate(self.factors)
        }

    def _find(self, indices: ArrayLike) -> NDArray[np.int64]:
        wanted = np.atleast_1d(np.asarray(indices, np.int64))
        return self._rows[wanted % len(self._rows)]


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

    Args:
        spec: a folder of pictures, a folder or zip in the ``dataset.json`` layout, or
            ``avatars:STYLE[,STYLE...][?pose=0..1]``.
        resolution: side of the pictures, in pixels.
        count: pictures to make ready; for drawn faces 20,000 by default, else all.
        start: first face of a drawn set; another range makes a set of other faces (held out).
        rank: this process's place among those that fill the same cache.
        world: how many those are.
        workers: drawing processes; by default one per usable core.
        progress: called with pictures done and in all while the cache is filled.
        cache_root: another folder than the user's cache.

    Raises:
        StudioError: unknown spec or style; no picture can be read.
    """
    if not spec.startswith(PREFIX):
        raise StudioError("Unknown data", spec, "Known: avatars:STYLE[,STYLE...].")
    faces = parse_avatars(spec)
    count = count or 20_000
    folder = cache.cache_folder(faces, resolution, cache_root)
    numbers = range(start // cache.SHARD, (start + count - 1) // cache.SHARD + 1)
    # Each rank begins with its own shards, then takes what is still missing.
    order = [*numbers[rank::world], *(n for n in numbers if n % world != rank % world)]
    spans = [(n, cache.SHARD) for n in dict.fromkeys([*order, *numbers])]
    cache.fill(folder, faces, resolution, spans, workers, progress)
    rows = np.arange(start, start + count)
    labels = rows % len(faces.styles)
    return Dataset(
        name=str(faces),
        resolution=resolution,
        factors=faces.factors(),
        classes=faces.styles if len(faces.styles) > 1 else (),
        attributions=tuple(load_table(style)["attribution"] for style in faces.styles),
        _images=[cache.open_shard(folder, n, "images") for n in numbers],
        _columns=[cache.open_shard(folder, n, "attributes") for n in numbers],
        _labels=None if len(faces.styles) == 1 else _at(labels, rows, numbers),
        _rows=rows - numbers[0] * cache.SHARD,
    )


def _at(labels: NDArray[Any], rows: NDArray[np.int64], numbers: range) -> NDArray[Any]:
    """Labels laid out by place in the shards."""
    placed = np.zeros(len(numbers) * cache.SHARD, labels.dtype)
    placed[rows - numbers[0] * cache.SHARD] = labels
    return placed
