"""Directions that other projects wrote as numpy arrays: checked by shape, never run."""

import math
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.archive import Archive
from latentstudio.core.direction import Direction
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Vector
from latentstudio.core.untrusted import InputError, kind_of, read_file

Array = npt.NDArray[np.float64]

MAX_FILE_BYTES = 256 * 2**20
MAX_ARRAY_BYTES = 64 * 2**20
MAX_ROWS = 500
MAX_NUMBER = 1e30  # the squares of such numbers can still be summed
_MAGIC = b"\x93NUMPY"
_LENGTHS = {b"\x01\x00": 2, b"\x02\x00": 4}  # version -> bytes of the number that is the header's
# The header as numpy writes it, in Python 2 with an L behind numbers; it is matched, not evaluated.
_HEADER = re.compile(
    rb"\{'descr': (?P<dtype>.+?), 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,9}L?, ?){0,8}(?:\d{1,9}L?)?)\), \}\s*"
)
_NUMBERS = re.compile(rb"'([<>|=]?(?:f[248]|[iu][1248]))'")
_BOUNDARY = re.compile(r"(?P<name>.+?)(?P<w>_w)?_boundary")


def read_npz(path: Path, info: ModelInfo) -> tuple[Direction, ...]:
    """The components of a GANSpace file: ``lat_comp`` [k, 1, D], ``lat_mean``, ``lat_stdev`` [k].

    Its sliders move by component times deviation; what a component does to activations
    (``act_comp``) is not read.

    Raises:
        InputError: another kind of file, or components of another space.
    """
    archive = Archive(read_file(path, MAX_FILE_BYTES), "a file of GANSpace")
    steps = _member(archive, "lat_comp")
    if steps.ndim < 2 or not 0 < len(steps) <= MAX_ROWS:
        raise InputError(f"its lat_comp has the shape {steps.shape}, not components by numbers")
    steps = steps.reshape(len(steps), -1)
    _check_length(steps.shape[1], info)
    mean = _member(archive, "lat_mean").ravel() if "lat_mean.npy" in archive else None
    spread = _member(archive, "lat_stdev").ravel() if "lat_stdev.npy" in archive else None
    shares = _member(archive, "var_ratio").ravel() if "var_ratio.npy" in archive else None
    if spread is not None and np.all(spread == 1) and _maps(info):
        raise InputError(
            f"its components are of z, and {info.name} is steered in w",
            "Choose components of w; GANSpace names such files ..._w.npz.",
        )
    rows = range(len(steps))
    for part in (spread, shares):
        if part is not None and len(part) != len(steps):
            raise InputError("its arrays do not belong together: they differ in length")
    if mean is not None and len(mean) != steps.shape[1]:
        raise InputError("its mean has another length than its components")
    return tuple(
        _component(
            steps[i],
            i,
            path,
            mean,
            None if spread is None else float(spread[i]),
            None if shares is None else float(shares[i]),
        )
        for i in rows
    )


def _component(
    step: Array,
    number: int,
    path: Path,
    mean: Array | None,
    spread: float | None,
    share: float | None,
) -> Direction:
    unit, length = _unit(step, f"component {number + 1}")
    facts: dict[str, Any] = {}
    if spread is not None and spread > 0:
        facts["scale"] = spread * length
        facts["mean"] = 0.0 if mean is None else float(mean @ unit)
    return Direction(
        f"Component {number + 1}",
        Vector("w", unit.astype(np.float32)),
        group="components",
        found=f"GANSpace, from {path.name}",
        eigenvalue=share,
        **facts,
    )


def read_npy(path: Path, info: ModelInfo) -> tuple[Direction, ...]:
    """The directions of a plain array.

    [D] and [1, D] are one direction; [L, D] is one with a row for each style layer; [k, D] and
    [k, 1, D] are k of them, [k, L, D] k with rows for each layer.

    Raises:
        InputError: a pickle, another shape, or a boundary in z for a model that is steered in w.
    """
    array = parse_array(read_file(path, MAX_FILE_BYTES), path.name)
    boundary = _BOUNDARY.fullmatch(path.stem)
    if boundary and not boundary["w"] and _maps(info):
        raise InputError(
            f"it is a boundary in z, and {info.name} is steered in w",
            "Choose a boundary in w; InterFaceGAN names such files ..._w_boundary.npy.",
        )
    if not 1 <= array.ndim <= 3 or not array.size:
        raise InputError(f"its shape {array.shape} is not that of directions")
    _check_length(array.shape[-1], info)
    rows = _rows(array, info)
    if len(rows) > MAX_ROWS:
        raise InputError(f"it holds {len(rows)} directions, more than {MAX_ROWS}")
    name = boundary["name"] if boundary else path.stem
    found = f"from {path.name}"
    many = len(rows) > 1
    return tuple(
        Direction(f"{_words(name)} {i + 1}" if many else _words(name), _vector(row), found=found)
        for i, row in enumerate(rows)
    )


def parse_array(data: bytes, name: str) -> Array:
    """A .npy file's array of numbers as float64; its header is read, nothing is unpickled.

    Raises:
        InputError: another kind of file, objects or text in it, NaN or huge numbers, or a size
            that is not its header's.
    """
    if data[:1] == b"\x80":
        raise InputError(f"{name} is a Python pickle, which could run code")
    if not data.startswith(_MAGIC):
        raise InputError(f"{name} is not a numpy array but {kind_of(data)}")
    if (size := _LENGTHS.get(data[6:8])) is None:
        raise InputError(f"{name} is of a version of numpy's format that is not read")
    start = 8 + size + int.from_bytes(data[8 : 8 + size], "little")
    header, numbers = _HEADER.fullmatch(data[8 + size : start]), data[start:]
    if header is None:
        raise InputError(f"{name} is damaged")
    if (plain := _NUMBERS.fullmatch(header["dtype"])) is None:
        raise InputError(f"{name} does not hold plain numbers")
    dtype = np.dtype(plain[1].decode())
    shape = tuple(int(side) for side in re.findall(rb"\d+", header["shape"]))
    if max(len(numbers), math.prod(side or 1 for side in shape)) > MAX_ARRAY_BYTES:
        raise InputError(f"{name} is larger than {MAX_ARRAY_BYTES // 2**20} MB")
    if math.prod(shape) * dtype.itemsize != len(numbers):
        raise InputError(f"{name} is cut short, or longer than it says")
    order: Literal["F", "C"] = "F" if header["fortran"] == b"True" else "C"
    array = np.frombuffer(numbers, dtype).reshape(shape, order=order)
    result = array.astype(np.float64)
    if not (np.abs(result) < MAX_NUMBER).all():
        raise InputError(f"{name} holds numbers that are not finite, or far beyond any direction")
    return result


def _member(archive: Archive, name: str) -> Array:
    return parse_array(archive.read(f"{name}.npy", MAX_ARRAY_BYTES), name)


def _rows(array: Array, info: ModelInfo) -> list[Array]:
    """The single directions in an array: [D] or [L, D] each."""
    layers = info.style_layers
    if array.ndim == 1:
        return [array]
    if array.ndim == 3:
        if array.shape[1] not in (1, layers):
            raise InputError(
                f"its directions have {array.shape[1]} layers, {info.name} has {layers}"
            )
        return [row[0] if array.shape[1] == 1 else row for row in array]
    if 1 < layers == len(array):
        return [array]
    return list(array)


def _vector(row: Array) -> Vector:
    unit, _ = _unit(row, "a direction")
    return Vector("w" if row.ndim == 1 else "w+", unit.astype(np.float32))


def _unit(step: Array, what: str) -> tuple[Array, float]:
    """A step of unit length, in the root mean square of its layers, and the length it had."""
    length = float(np.linalg.norm(step)) / (len(step) ** 0.5 if step.ndim == 2 else 1)
    if not length > 1e-12:
        raise InputError(f"{what} leads nowhere: all its numbers are 0")
    return step / length, length


def _maps(info: ModelInfo) -> bool:
    """Whether styles are not z: a mapping network lies between."""
    return info.style_layers > 1


def _check_length(given: int, info: ModelInfo) -> None:
    if given != info.style_dim:
        raise InputError(
            f"its directions have {given} numbers, a style of {info.name} has {info.style_dim}",
            "Choose directions that were found in this model.",
        )


def _words(name: str) -> str:
    """A file name for people: ``stylegan_ffhq_age`` as ``Stylegan ffhq age``."""
    words = re.sub(r"[\W_]+", " ", name).strip()[:60]
    return words[:1].upper() + words[1:] or "Direction"
