"""Statistics of the real pictures of any data: what ``latentstudio evaluate`` compares with."""

from collections.abc import Callable
from pathlib import Path

import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.steps import counted, ended
from latentstudio.data.folder import Pictures
from latentstudio.metrics.gather import Batches, gather
from latentstudio.metrics.real import PICTURES, TRAINING, Origin, RealStatistics
from latentstudio.metrics.real_file import save_statistics
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.user_data import user_statistics
from trainers.data.avatars import Avatars
from trainers.data.cache import Progress
from trainers.data.dataset import Dataset, open_data, open_source
from trainers.pictures import to_images

REFERENCE_START, OTHERS_START = 2**23, 2**24
"""Numbers of drawn faces that no training comes to: to compare with, and for the floor."""

_BATCH = 64


def write_statistics(
    spec: str,
    referee: Referee,
    count: int | None,
    out: Path,
    progress: Progress,
    report: Callable[[str], None],
    *,
    workers: int | None = None,
    cache_root: Path | None = None,
) -> RealStatistics:
    """Look at the real pictures of a data set as a referee does, and write what it sees.

    Drawn faces are compared with by numbers far from those that are trained on, and neighbours are
    sought among the first ones, which are. Files are parted in halves.

    Args:
        spec: see ``open_source``.
        referee: who looks, at its own resolution.
        count: pictures to compare with, and as many for the floor; by default 10,000.
        out: ``NAME.safetensors``.
        progress: called with pictures done and in all.
        report: is told of each picture that cannot be read.
        workers: processes that draw; see ``open_data``.
        cache_root: another folder than the user's cache.

    Raises:
        StudioError: unknown data, too few pictures, or the file cannot be written.
    """
    if out.suffix != ".safetensors":
        hint = f"Name it {out.with_suffix('.safetensors').name}."
        raise StudioError(f"Cannot write {out.name}", "statistics are a safetensors file", hint)
    source, count = open_source(spec), count or PICTURES
    if isinstance(source, Avatars):
        parts = [(REFERENCE_START, count), (OTHERS_START, count), (0, min(count, TRAINING))]
        opened = [
            open_data(spec, referee.resolution, n, start=start, workers=workers,
                      progress=progress, cache_root=cache_root)
            for start, n in parts
        ]  # fmt: skip
        origin = _origin(source, referee, count)
        reference, others, training = (_batches(data) for data in opened)
        total = 2 * count + min(count, TRAINING)
        factors = referee.trusted_in(source.styles)
        steps = gather(referee, origin, reference, others, training, factors)
    else:
        assert isinstance(source, Pictures)
        total = min(2 * count, source.size)
        steps = user_statistics(source, referee, report, count, cache_root)
    real = ended(counted(steps), lambda done: progress(done, total))
    save_statistics(out, real)
    return real


def _origin(faces: Avatars, referee: Referee, count: int) -> Origin:
    return Origin(
        data=faces.name,
        resolution=referee.resolution,
        referee=referee.name,
        referee_hash=referee.weights_hash,
        count=count,
        classes=faces.classes,
        pictures=(
            f"{count:,} faces from number {REFERENCE_START:,} on; floor and yardsticks of as many "
            f"from {OTHERS_START:,} on; neighbours among the first {min(count, TRAINING):,}"
        ),
    )


def _batches(data: Dataset) -> Batches:
    for start in range(0, len(data), _BATCH):
        numbers = range(start, min(start + _BATCH, len(data)))
        labels = data.labels(numbers) if data.classes else None
        classes = None if labels is None else torch.from_numpy(labels)
        yield to_images(data.images(numbers)), classes
