"""Puts directions into a model file: every other tensor stays as it is, byte for byte."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from latentstudio.core.bundle import (
    DIRECTIONS,
    METADATA_KEY,
    WIDTHS,
    Card,
    TensorEntry,
    direction_records,
    direction_vectors,
    read_card,
    read_header,
)
from latentstudio.core.direction import Direction
from latentstudio.core.direction_json import check_fits
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.core.untrusted import explained

_PART = 2**20


def write_directions_into(path: Path, directions: Sequence[Direction]) -> Card:
    """Give a model file other directions, whole or not at all; its model id does not change.

    Args:
        path: a model file of the studio.
        directions: all that it is to bring; those that it brought before are gone.

    Returns:
        The card as it is read back from the file.

    Raises:
        StudioError: no model, a direction of another shape, or the disk refuses; the file is as it
            was.
    """
    card = read_card(path)
    shape = card.config.capabilities
    with explained(f"Could not write into {path.name}", "Find the directions in this model."):
        for direction in directions:
            check_fits(direction, shape["style_dim"], shape["style_layers"], card.name)
        text, tensors = read_header(path)
    values = json.loads(text)  # what a newer card says and this one does not know stays
    values["directions"] = direction_records(directions)
    metadata = json.dumps(values, ensure_ascii=False, allow_nan=False)
    kept = {name: entry for name, entry in tensors.items() if not name.startswith(DIRECTIONS)}
    with atomic_file(path) as temporary:
        try:
            with path.open("rb") as source, temporary.open("wb") as target:
                _copy(source, target, kept, directions, metadata)
        except EOFError as error:
            raise StudioError(
                f"Could not read {path.name}", str(error), "Open it again, then try once more."
            ) from error
    return read_card(path)


def _copy(
    source: BinaryIO,
    target: BinaryIO,
    kept: Mapping[str, TensorEntry],
    directions: Sequence[Direction],
    metadata: str,
) -> None:
    """Write header and tensors; the widest numbers come first, so that all of them are aligned."""
    vectors = {name: vector.array for name, vector in direction_vectors(directions).items()}
    table = {name: (entry.dtype, entry.shape) for name, entry in kept.items()}
    table |= {name: ("F32", array.shape) for name, array in vectors.items()}
    names = sorted(table, key=lambda name: (-WIDTHS[table[name][0]], name))
    target.write(_header({name: table[name] for name in names}, metadata))
    for name in names:
        if name in vectors:
            target.write(vectors[name].astype("<f4").tobytes())
        else:
            _copy_span(source, target, kept[name])


def _header(table: Mapping[str, tuple[str, tuple[int, ...]]], metadata: str) -> bytes:
    header: dict[str, Any] = {"__metadata__": {METADATA_KEY: metadata}}
    begin = 0
    for name, (dtype, shape) in table.items():
        end = begin + math.prod(shape) * WIDTHS[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _copy_span(source: BinaryIO, target: BinaryIO, entry: TensorEntry) -> None:
    source.seek(entry.begin)
    left = entry.end - entry.begin
    while left:
        part = source.read(min(_PART, left))
        if not part:
            raise EOFError("the file has become shorter")
        target.write(part)
        left -= len(part)
