"""Write any data as an uncompressed zip of PNGs in the ``dataset.json`` layout."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.data.folder import ATTRIBUTION, Arrays, Job
from latentstudio.data.layout import FILE, format_layout
from trainers.data.cache import Progress, Source, run_jobs, usable_cores
from trainers.data.dataset import choose_rows, no_pictures, open_source

_LARGEST_JOB = 256  # pictures


@dataclass(frozen=True)
class Written:
    """What a data set that was written holds.

    Attributes:
        count: pictures.
        licence: names of the licences; empty if unknown.
        attributions: whom to name; also in the zip, as ``ATTRIBUTION.txt``.
        problems: ``NAME: REASON`` for every file that was skipped.
    """

    count: int
    licence: str
    attributions: tuple[str, ...]
    problems: tuple[str, ...]


def write_dataset(
    spec: str,
    count: int | None,
    resolution: int,
    out: Path,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Written:
    """Draw or read pictures into a zip; the same pictures give the same bytes.

    A script that calls this needs ``if __name__ == "__main__":`` or ``workers=0``.

    Args:
        spec: see ``open_source``.
        count: pictures; by default all, or 20,000 drawn faces.
        resolution: side of the pictures, in pixels.
        out: the zip; appears whole or not at all.
        progress: called with pictures done and in all.
        workers: processes; by default one per usable core; 0 or 1 works in this process.

    Raises:
        StudioError: unknown spec, no zip, nothing to read, or the disk refuses.
    """
    if out.suffix.lower() != ".zip":
        hint = f"Name it {out.with_suffix('.zip').name}."
        raise StudioError(f"Cannot write {out.name}", "a data set is a zip", hint)
    source = open_source(spec)
    rows = choose_rows(source, resolution, 0, count)
    workers = usable_cores() if workers is None else workers
    size = min(_LARGEST_JOB, -(-len(rows) // (4 * max(workers, 1))))
    spans = [(first, min(size, rows.stop - first)) for first in range(0, rows.stop, size)]
    jobs = [(source.job(*span), resolution) for span in spans]
    archive = _Archive()
    with atomic_file(out) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for (first, length), (pngs, arrays) in zip(
            spans, run_jobs(_encode, jobs, workers), strict=True
        ):
            archive.add(file, pngs, arrays)
            if progress:
                progress(first + length, len(rows))
        if not archive.names:
            raise no_pictures(archive.problems)
        archive.finish(file, source)
    return Written(len(archive.names), source.licence, source.attributions, tuple(archive.problems))


class _Archive:
    """What has gone into a zip so far."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.problems: list[str] = []
        self._labels: list[int | list[float]] = []
        self._codes: list[list[float]] = []

    def add(self, file: zipfile.ZipFile, pngs: list[bytes], arrays: Arrays) -> None:
        """Write pictures; an empty one is a problem instead."""
        for row, png in enumerate(pngs):
            if not png:
                self.problems.append(str(arrays["problems"][row]))
                continue
            number = len(self.names)
            self.names.append(f"{number // 1000:05d}/img{number:08d}.png")
            _put(file, self.names[-1], png)
            if "labels" in arrays:
                self._labels.append(arrays["labels"][row].tolist())
            if "attributes" in arrays:
                self._codes.append(arrays["attributes"][row].tolist())

    def finish(self, file: zipfile.ZipFile, source: Source) -> None:
        """Write what is known of the pictures."""
        text = format_layout(
            self.names, self._labels or None, source.classes, source.factors, self._codes
        )
        _put(file, FILE, text.encode())
        if source.attributions:
            _put(file, ATTRIBUTION, "".join(f"{line}\n" for line in source.attributions).encode())


def _encode(job: Job, resolution: int) -> tuple[list[bytes], Arrays]:
    """Make pictures in a process of their own: PNGs (empty for a problem), other arrays."""
    arrays = job(resolution)
    images = arrays.pop("images")
    problems = arrays.get("problems", [""] * len(images))
    pairs = zip(images, problems, strict=True)
    return [b"" if problem else _png(image) for image, problem in pairs], arrays


def _png(image: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add an uncompressed member without a time, so that equal data give equal zips."""
    file.writestr(zipfile.ZipInfo(name), data)
