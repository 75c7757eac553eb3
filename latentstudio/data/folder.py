"""Pictures from a folder or a zip: any kind, centre-cropped; what cannot be read is reported."""

import contextlib
import functools
import hashlib
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from latentstudio.core.errors import StudioError
from latentstudio.core.origin import PICTURE_ERRORS
from latentstudio.core.untrusted import InputError, read_file
from latentstudio.data import layout
from latentstudio.data.factor import Factor

ATTRIBUTION = "ATTRIBUTION.txt"
SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm",
}  # fmt: skip
MAX_FILE_BYTES = 512 * 2**20
_READING = 1  # to be raised when the same files give other pictures
_PROBLEM_LENGTH = 200
_ERRORS = (*PICTURE_ERRORS, zipfile.BadZipFile)

Arrays = dict[str, NDArray[Any]]
Job = Callable[[int], Arrays]
Reader = Callable[[str], bytes]


@dataclass(frozen=True)
class Pictures:
    """The pictures of a folder (with its sub-folders) or a zip, in the order of their names.

    Attributes:
        path: the folder or zip.
        names: of the pictures inside, with slashes.
        stamp: a hash of names, sizes and times of the files.
        described: what ``dataset.json`` says.
        attributions: whom to name, from a file beside the pictures.
    """

    path: Path
    names: tuple[str, ...]
    stamp: str
    described: layout.Layout
    attributions: tuple[str, ...] = ()
    licence: str = ""

    @property
    def name(self) -> str:
        """The spec that opens it."""
        return str(self.path)

    @property
    def size(self) -> int:
        """Picture files, readable or not."""
        return len(self.names)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the class labels."""
        return self.described.classes

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What ``dataset.json`` tells of every picture."""
        return self.described.factors

    def identity(self) -> dict[str, Any]:
        """Everything the pictures depend on; not the place of the folder."""
        return {"files": self.stamp, "reading": _READING}

    def contents(self) -> str:
        """A hash of the names and bytes of all files: the same for a copy, and for a zip of it.

        Reads every file of a folder; a zip knows its sums.
        """
        sums = _sums_of_zip(self.path) if self.path.is_file() else _sums_of_folder(self.path)
        return _hash(sums)

    def job(self, first: int, count: int) -> Job:
        """Reading of ``count`` pictures from ``first`` on; see ``Source``."""
        names = self.names[first : first + count]
        known: Arrays = {}
        labels = self.described.label_rows(names)
        if labels is not None:
            known["labels"] = labels
        if self.factors:
            known["attributes"] = self.described.code_rows(names)
        unlabelled = set(names) - set(self.described.labels or names)
        return functools.partial(_read_files, self.path, names, unlabelled, known)


def open_pictures(path: Path) -> Pictures:
    """List the pictures of a folder or zip.

    Raises:
        StudioError: neither folder nor zip, broken, or without pictures.
    """
    try:
        files = _sums_of_zip(path) if path.is_file() else _times_in_folder(path)
        with _open_reader(path) as read:
            described = layout.parse_layout(read(layout.FILE)) if layout.FILE in files else None
            thanks = read(ATTRIBUTION).decode(errors="replace") if ATTRIBUTION in files else ""
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        hint = "Give a folder of pictures, or a zip of them."
        raise StudioError(f"Could not open {path}", _reason(error), hint) from error
    names = tuple(sorted(name for name in files if _is_picture(name)))
    if not names:
        known = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise StudioError(f"No pictures in {path}", "", f"Known kinds: {known}.")
    lines = tuple(line for line in thanks.splitlines() if line.strip())
    return Pictures(path, names, _hash(files), described or layout.Layout(), lines)


def read_picture(data: bytes, resolution: int) -> NDArray[np.uint8]:
    """Decode, turn upright, put on white, crop the middle square, resize.

    Args:
        data: the bytes of a picture file.
        resolution: side of the result, in pixels.

    Returns:
        uint8 [resolution, resolution, 3].

    Raises:
        InputError: less than half of the resolution.
        OSError: damaged; Pillow has other errors for that, and for absurd sizes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            if min(width, height) < resolution / 2:
                raise InputError(f"too small ({width} x {height})")
            image.draft("RGB", (2 * resolution, 2 * resolution))  # large JPEGs: decode smaller
            upright = _to_rgb(ImageOps.exif_transpose(image))
    width, height = upright.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    square = upright.crop((left, top, left + side, top + side))
    small = square.resize((resolution, resolution), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(small)


def read_square(path: Path, resolution: int) -> NDArray[np.uint8]:
    """``read_picture`` of a file.

    Raises:
        StudioError: no such file, no picture, damaged, too small or too large.
    """
    data = read_file(path, MAX_FILE_BYTES)
    try:
        return read_picture(data, resolution)
    except _ERRORS as error:
        raise StudioError(
            f"Could not read {path.name}", _reason(error), "Give a PNG, JPEG or WebP picture."
        ) from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bit grey
        grey = np.clip(np.asarray(image, np.int64), 0, 65535) / 257
        return Image.fromarray(grey.round().astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise InputError("pixels with floating point")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return image.convert("RGB")


def _read_files(
    path: Path, names: Sequence[str], unlabelled: set[str], known: Arrays, resolution: int
) -> Arrays:
    images = np.zeros((len(names), resolution, resolution, 3), np.uint8)
    problems = [""] * len(names)
    with _open_reader(path) as read:
        for row, name in enumerate(names):
            try:
                images[row] = read_picture(read(name), resolution)
            except _ERRORS as error:
                problems[row] = f"{name}: {_reason(error)}"
            if name in unlabelled:
                problems[row] = problems[row] or f"{name}: no label in {layout.FILE}"
    return {**known, "images": images, "problems": np.array(problems, f"U{_PROBLEM_LENGTH}")}


def _reason(error: BaseException) -> str:
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return "too large"
    if isinstance(error, UnidentifiedImageError):
        return "not a picture"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _is_picture(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and Path(name).suffix.lower() in SUFFIXES


def _hash(files: dict[str, tuple[int, int]]) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def _files_in(path: Path) -> Iterator[tuple[str, Path]]:
    return ((f.relative_to(path).as_posix(), f) for f in path.rglob("*") if f.is_file())


def _times_in_folder(path: Path) -> dict[str, tuple[int, int]]:
    facts = ((name, file.stat()) for name, file in _files_in(path))
    return {name: (fact.st_size, fact.st_mtime_ns) for name, fact in facts}


def _sums_of_folder(path: Path) -> dict[str, tuple[int, int]]:
    return {name: _sum_of_file(file) for name, file in _files_in(path)}


def _sum_of_file(path: Path) -> tuple[int, int]:
    """Size and check sum as a zip has them; of a file that cannot be read, which counts, too."""
    size = total = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(2**20):
                size, total = size + len(chunk), zlib.crc32(chunk, total)
    except OSError:
        return -1, 0
    return size, total


def _sums_of_zip(path: Path) -> dict[str, tuple[int, int]]:
    with zipfile.ZipFile(path) as archive:
        return {i.filename: (i.file_size, i.CRC) for i in archive.infolist() if not i.is_dir()}


@contextlib.contextmanager
def _open_reader(path: Path) -> Iterator[Reader]:
    """A function from a name to the bytes of that file, at most ``MAX_FILE_BYTES``."""
    if path.is_dir():
        yield lambda name: _bounded((path / name).open("rb"))
        return
    with zipfile.ZipFile(path) as archive:
        yield lambda name: _bounded(archive.open(name))


def _bounded(file: Any) -> bytes:
    with file:
        data: bytes = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"larger than {MAX_FILE_BYTES // 2**20} MB")
    return data
