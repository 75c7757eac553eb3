"""Puts directions and scores into a model file: all other tensors stay, byte for byte."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

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

COMPARED = "compared with"
"""The score that is no number: which pictures the others compare with."""

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
    vectors = {name: vector.array for name, vector in direction_vectors(directions).items()}
    return _rewrite(path, {"directions": direction_records(directions)}, vectors)


def write_metrics_into(path: Path, metrics: Mapping[str, float | str]) -> Card:
    """Put scores on a model's card, whole or not at all; its model id does not change.

    Args:
        path: a model file of the studio.
        metrics: values by name. Those that it had of the same name are gone, and what belongs to
            them (``swd32`` and ``swd_images`` to ``swd``); so are all of them, where they were
            compared with other pictures (``COMPARED``).

    Returns:
        The card as it is read back from the file.

    Raises:
        StudioError: no model, or the disk refuses; the file is as it was.
    """
    before = dict(read_card(path).metrics)
    if COMPARED in metrics and before.get(COMPARED, metrics[COMPARED]) != metrics[COMPARED]:
        before.clear()
    names = "|".join(map(re.escape, metrics))
    old = re.compile(rf"(?:{names})(?:\d+|_images)?")
    kept = {name: value for name, value in before.items() if not old.fullmatch(name)}
    return _rewrite(path, {"metrics": kept | dict(metrics)}, None)


def _rewrite(
    path: Path, changes: Mapping[str, Any], vectors: Mapping[str, npt.NDArray[np.float32]] | None
) -> Card:
    """Write the file anew with a changed card and, where they are given, other directions."""
    with explained(f"Could not write into {path.name}", "Open it again, then try once more."):
        text, tensors = read_header(path)
    values = json.loads(text)  # what a newer card says and this one does not know stays
    metadata = json.dumps({**values, **changes}, ensure_ascii=False, allow_nan=False)
    if vectors is not None:
        tensors = {name: t for name, t in tensors.items() if not name.startswith(DIRECTIONS)}
    with atomic_file(path) as temporary:
        try:
            with path.open("rb") as source, temporary.open("wb") as target:
                _copy(source, target, tensors, vectors or {}, metadata)
            read_card(temporary)  # before it takes the place of one that can be read
        except EOFError as error:
            raise StudioError(
                f"Could not read {path.name}", str(error), "Open it again, then try once more."
            ) from error
    return read_card(path)


def _copy(
    source: BinaryIO,
    target: BinaryIO,
    kept: Mapping[str, TensorEntry],
    vectors: Mapping[str, npt.NDArray[np.float32]],
    metadata: str,
) -> None:
    """Write header and tensors; the widest numbers come first, so that all of them are aligned."""
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
