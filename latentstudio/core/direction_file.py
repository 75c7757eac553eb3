"""Files of directions: ``NAME.directions.safetensors`` written and read, others' files imported."""

import json
from collections.abc import Sequence
from pathlib import Path

from latentstudio.core.bundle import (
    MAX_DIRECTIONS,
    METADATA_KEY,
    direction_records,
    direction_vectors,
    read_header,
    vectors_of,
)
from latentstudio.core.direction import Direction
from latentstudio.core.direction_import import read_npy, read_npz
from latentstudio.core.direction_json import check_fits, direction_reader
from latentstudio.core.files import atomic_write
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.untrusted import (
    InputError,
    current_version,
    explained,
    items,
    parse_json,
    record,
)

FORMAT_VERSION = 1
ENDING = ".directions.safetensors"
MAX_BYTES = 64 * 2**20
_KIND = "directions"
_HINT = "Choose a file of directions: .directions.safetensors, .npz of GANSpace, or .npy."


def write_directions(path: Path, directions: Sequence[Direction]) -> None:
    """Write directions as a file of their own, whole or not at all.

    Raises:
        StudioError: the disk refuses, or there are more than 500.
    """
    from safetensors.numpy import save

    with explained(f"Could not write {path.name}", "Write fewer directions into one file."):
        if not 0 < len(directions) <= MAX_DIRECTIONS:
            raise InputError(f"a file holds 1 to {MAX_DIRECTIONS} directions")
    card = {
        "format_version": FORMAT_VERSION,
        "kind": _KIND,
        "directions": direction_records(directions),
    }
    arrays = {name: vector.array for name, vector in direction_vectors(directions).items()}
    text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    atomic_write(path, save(arrays, {METADATA_KEY: text}))


def read_directions(path: Path, info: ModelInfo) -> tuple[Direction, ...]:
    """The directions of a file for a model; nothing in the file is run.

    Reads what ``write_directions`` wrote, the components of GANSpace (Härkönen et al. 2020) as
    ``.npz``, and plain arrays as ``.npy``: boundaries of InterFaceGAN (Shen et al. 2020), rows of
    directions as SeFa (Shen and Zhou 2021) has them. Where a file does not say how faces spread,
    mean and scale are left at 0 and 1, and ``unmeasured`` tells so.

    Args:
        path: the file.
        info: the model that they are for.

    Raises:
        StudioError: no such file, of another kind, damaged, too large, or of a model whose styles
            have another shape.
    """
    with explained(f"Could not open {path.name}", _HINT):
        if path.suffix == ".npz":
            found = read_npz(path, info)
        elif path.suffix == ".npy":
            found = read_npy(path, info)
        elif path.suffix == ".safetensors":
            found = _read_own(path)
        else:
            raise InputError(f"files that end in {path.suffix or 'nothing'} are not read")
        if not found:
            raise InputError("there is no direction in it")
        for direction in found:
            check_fits(direction, info.style_dim, info.style_layers, info.name)
    return found


def unmeasured(direction: Direction) -> bool:
    """Whether nobody has measured yet how faces spread along it."""
    return direction.mean == 0.0 and direction.scale == 1.0


def _read_own(path: Path) -> tuple[Direction, ...]:
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise InputError(f"it is larger than {MAX_BYTES // 2**20} MB")
    text, tensors = read_header(path)
    values = current_version(parse_json(text), FORMAT_VERSION, {})
    if values.get("kind") != _KIND:
        raise InputError("it is a model or a referee, not a file of directions")
    rows = items(direction_reader(vectors_of(path, tensors)), 0, MAX_DIRECTIONS)
    read = record(lambda directions: directions, {"directions": rows}, ("directions",), extra=True)
    found: tuple[Direction, ...] = read(values, _KIND)
    return found
