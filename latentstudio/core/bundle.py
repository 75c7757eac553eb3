"""The native model file: its card and table of tensors, read without torch and without trust.

A bundle is a safetensors file. ``generator.*`` holds the averaged weights, ``discriminator.*`` the
critic (optional), ``stats.*`` float32 statistics, ``directions.*`` the vectors of found directions;
the metadata entry ``latentstudio`` is the card, a JSON object.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from latentstudio.core.direction import Direction
from latentstudio.core.direction_json import check_fits, direction_json, direction_reader
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.families import FAMILY_READERS, CriticConfig, FamilyConfig
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Space, Vector
from latentstudio.core.recipe_json import MAX_ARRAY_BYTES, Load, make_vector
from latentstudio.core.untrusted import (
    InputError,
    Reader,
    choice,
    current_version,
    explained,
    items,
    kind_of,
    optional,
    parse_json,
    record,
    text,
    whole,
)

FORMAT_VERSION = 1
METADATA_KEY = "latentstudio"
GENERATOR, DISCRIMINATOR, STATS = "generator.", "discriminator.", "stats."
DIRECTIONS = "directions."
MAX_DIRECTIONS = 500

DRAWN_NOT_REAL = (
    "Skin, hair, faces and the like are parameters of drawings, not facts about people."
)
"""A limit that the card of every model of drawn faces names."""

WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8}
"""Bytes of a number, by the names of its type in safetensors files."""

_LARGEST_FILE = 8 * 2**30
_LARGEST_HEADER = 16 * 2**20
_MOMENTS = (".running_mean", ".running_var")
_HINT = "Choose a model file that Latent Studio wrote."


@dataclass(frozen=True)
class TensorEntry:
    """Where a tensor lies: its bytes are ``begin`` to ``end`` of the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class Card:
    """What a model file says of itself.

    Attributes:
        name: what the model is called.
        config: the generator's config.
        discriminator: the discriminator's config; None when the file brings none.
        training: provenance: data, kimg, preset, seed, code version and the like.
        metrics: measured on this very file: name -> value.
        licence: of the weights.
        attributions: a sentence for each work learned from.
        limits: known faults and limits, a sentence each.
        directions: found for this model; their vectors are the tensors ``directions.000`` and on.
        path: the file; None for a card that is not written yet.
        tensors: the file's tensors by name.
    """

    name: str
    family: str
    config: FamilyConfig
    discriminator: CriticConfig | None = None
    classes: tuple[str, ...] = ()
    training: Mapping[str, str | int | float] = field(default_factory=dict)
    metrics: Mapping[str, str | int | float] = field(default_factory=dict)
    licence: str = ""
    attributions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    directions: tuple[Direction, ...] = ()
    path: Path | None = None
    tensors: Mapping[str, TensorEntry] = field(default_factory=dict)

    @cached_property
    def model_id(self) -> str:
        """What recipes refer to; see ``model_id_of``. Reads the generator's bytes.

        Raises:
            StudioError: the file is gone.
        """
        return model_id_of(self)

    @cached_property
    def info(self) -> ModelInfo:
        """The model's capabilities and identity."""
        return model_info(self)

    def to_json(self) -> str:
        """The metadata entry of the file."""
        values = {
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "family": self.family,
            "config": asdict(self.config),  # type: ignore[call-overload]
            "discriminator": self.discriminator and asdict(self.discriminator),  # type: ignore[call-overload]
            "classes": list(self.classes),
            "training": dict(self.training),
            "metrics": dict(self.metrics),
            "licence": self.licence,
            "attributions": list(self.attributions),
            "limits": list(self.limits),
        }
        if self.directions:
            values["directions"] = direction_records(self.directions)
        return json.dumps(values, ensure_ascii=False, allow_nan=False)


def direction_records(directions: Sequence[Direction]) -> list[dict[str, Any]]:
    """What a card says of directions; each record names the tensors of its vectors."""
    names = iter(direction_vectors(directions))
    return [direction_json(direction, lambda vector: next(names)) for direction in directions]


def direction_vectors(directions: Sequence[Direction]) -> dict[str, Vector]:
    """The vectors of directions by the names of their tensors, in the order of their records."""
    found = {}
    for place, direction in enumerate(directions):
        found[f"{DIRECTIONS}{place:03d}"] = direction.vector
        if direction.told_by is not None:
            found[f"{DIRECTIONS}{place:03d}.told_by"] = direction.told_by
    return found


def read_card(path: str | Path) -> Card:
    """Read a model file's card, its table of tensors and its directions; no weights are read.

    Every number in the file is a claim: sizes and offsets are checked against the file.

    Raises:
        StudioError: no such file, not a model, damaged, of an unknown family or a newer format.
    """
    path = Path(path)
    with explained(f"Could not open the model {path.name}", _HINT):
        metadata, tensors = read_header(path)
        values = current_version(parse_json(metadata), FORMAT_VERSION, {})
        return _read_values(values, path, tensors)


def model_info(card: Card) -> ModelInfo:
    """The capabilities and identity of the model behind a card.

    Raises:
        StudioError: the file is gone.
    """
    weights = (
        entry
        for name, entry in card.tensors.items()
        if name.startswith(GENERATOR) and not name.endswith(_MOMENTS)
    )
    return ModelInfo(
        name=card.name,
        classes=card.classes,
        critic=card.discriminator.critic if card.discriminator else None,
        directions=tuple(replace(d, model_id=card.model_id) for d in card.directions),
        parameters=sum(math.prod(entry.shape) for entry in weights),
        model_id=card.model_id,
        licence=card.licence,
        **card.config.capabilities,
    )


def model_id_of(card: Card) -> str:
    """Sha256 over family, config, classes and generator tensors, as lower-case hexadecimal.

    The hashed bytes: a line of JSON {"classes", "config", "family"}, then for each ``generator.*``
    tensor, sorted by name, a line of JSON [name, dtype, shape] and its bytes as they lie in the
    file. JSON has sorted keys, no spaces and only ASCII; lines end in a line feed.

    Raises:
        StudioError: the file is gone.
    """
    digest = hashlib.sha256()
    config = asdict(card.config)  # type: ignore[call-overload]
    digest.update(_line({"family": card.family, "config": config, "classes": list(card.classes)}))
    if card.path is None:
        raise ValueError("a card that is not in a file has no model id")
    try:
        with card.path.open("rb") as file:
            for name in sorted(card.tensors):
                if name.startswith(GENERATOR):
                    entry = card.tensors[name]
                    digest.update(_line([name, entry.dtype, list(entry.shape)]))
                    _hash_span(digest, file, entry.begin, entry.end)
    except OSError as error:
        raise StudioError(
            f"Could not read the model {card.path.name}", error.strerror or str(error), _HINT
        ) from error
    return digest.hexdigest()


def _line(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _hash_span(digest: Any, file: BinaryIO, begin: int, end: int) -> None:
    file.seek(begin)
    while begin < end:
        part = file.read(min(2**20, end - begin))
        if not part:
            raise OSError("the file has become shorter")
        digest.update(part)
        begin += len(part)


# --- the safetensors header ----------------------------------------------------------------------


def read_header(path: Path) -> tuple[str, dict[str, TensorEntry]]:
    """The card's text and the table of tensors of a file that may not be what it says.

    Raises:
        InputError: no safetensors file with a card, or its tensors do not fill it exactly.
    """
    try:
        if not path.is_file():
            raise InputError("it is a folder" if path.is_dir() else "there is no such file")
        size = path.stat().st_size
        with path.open("rb") as file:
            return _parse_header(file, size)
    except OSError as error:
        raise InputError(error.strerror or str(error)) from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError("its name is not a valid one") from error


def _parse_header(file: BinaryIO, size: int) -> tuple[str, dict[str, TensorEntry]]:
    start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    # The length of an honest header may begin as other files do: 128 as a pickle does.
    otherwise = length > _LARGEST_HEADER and _starts_otherwise(start)
    if len(start) < 9 or start[8:] != b"{" or otherwise:
        raise InputError(f"it is {_kind(start + file.read(64))}, not a model")
    if length > _LARGEST_HEADER or size > _LARGEST_FILE:
        raise InputError("its description is too large to be one")
    if 8 + length > size:
        raise InputError("the file ends in the middle of its description", "Download it again.")
    file.seek(8)
    table = parse_json(_decoded(file.read(length)))
    if not isinstance(table, dict):
        raise InputError("its description is not an object")
    metadata = table.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(METADATA_KEY), str):
        raise InputError("it is a safetensors file without a Latent Studio card")
    entries = {name: _ENTRY(value, ascii(name)[:80]) for name, value in table.items()}
    return metadata[METADATA_KEY], _placed(entries, 8 + length, size)


def _placed(
    entries: Mapping[str, tuple[str, tuple[int, ...], tuple[int, ...]]], origin: int, size: int
) -> dict[str, TensorEntry]:
    """Check that the tensors fill the rest of the file, one after the other."""
    result, position = {}, origin
    for name, (dtype, shape, span) in sorted(entries.items(), key=lambda item: item[1][2]):
        begin, end = (origin + offset for offset in span)
        if begin != position or end - begin != math.prod(shape) * WIDTHS[dtype]:
            raise InputError(f"the tensor {ascii(name)[:80]} does not lie where the file says")
        result[name] = TensorEntry(dtype, shape, begin, end)
        position = end
    if position > size:
        raise InputError("the file ends in the middle of its tensors", "Download it again.")
    if position < size:
        raise InputError("the file goes on after its last tensor")
    return result


def _as_entry(
    dtype: str, shape: tuple[int, ...], data_offsets: tuple[int, ...]
) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    return dtype, shape, data_offsets


_ENTRY: Reader[tuple[str, tuple[int, ...], tuple[int, ...]]] = record(
    _as_entry,
    {
        "dtype": choice(*WIDTHS),
        "shape": items(whole(0, 2**31), 0, 8),
        "data_offsets": items(whole(0, _LARGEST_FILE), 2, 2),
    },
    required=("dtype", "shape", "data_offsets"),
)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("its description is not text") from error


def _starts_otherwise(start: bytes) -> bool:
    return start[:2] in (b"PK", b"\x89P") or start[:1] in (b"<", b"\x80")


def _kind(start: bytes) -> str:
    if start[:1] == b"\x80":
        return "a Python pickle, which could run code,"
    if start[:6] == b"\x93NUMPY":
        return "a numpy array"
    return kind_of(start)


# --- the card ------------------------------------------------------------------------------------


def _fact(value: object, where: str) -> str | int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return text(2000)(value, where)


def _facts(value: object, where: str) -> dict[str, str | int | float]:
    if not isinstance(value, dict) or len(value) > 200:
        raise InputError(f"{where} is no table of up to 200 facts")
    return {text(80)(key, where): _fact(item, f"{where}.{key}") for key, item in value.items()}


def _read_values(values: Mapping[str, Any], path: Path, tensors: Mapping[str, TensorEntry]) -> Card:
    family = values.get("family")
    if not isinstance(family, str) or family not in FAMILY_READERS:
        raise InputError(
            f"its family {ascii(family)[:60]} is not known",
            nearest(str(family), FAMILY_READERS),
        )
    config, critic = FAMILY_READERS[family]
    sentences = items(text(2000), 0, 100)
    read = record(
        Card,
        {
            "name": text(200),
            "family": text(80),
            "config": config,
            "discriminator": optional(critic),
            "classes": items(text(200), 0, 20_000),
            "training": _facts,
            "metrics": _facts,
            "licence": text(2000),
            "attributions": sentences,
            "limits": sentences,
            "directions": items(direction_reader(vectors_of(path, tensors)), 0, MAX_DIRECTIONS),
        },
        required=("name", "config"),
        extra=True,
    )
    card = read(values, "card")
    shape = card.config.capabilities
    for direction in card.directions:
        check_fits(direction, shape["style_dim"], shape["style_layers"], card.name)
    return replace(card, path=path, tensors=tensors)


def vectors_of(path: Path, tensors: Mapping[str, TensorEntry]) -> Load:
    """Reads the vectors of directions where a file's table of tensors says they lie."""

    def load(space: Space, value: object, where: str) -> Vector:
        entry = tensors.get(value) if isinstance(value, str) else None
        if entry is None or not str(value).startswith(DIRECTIONS) or entry.dtype != "F32":
            raise InputError(f"{where} names no float32 tensor of the file")
        if entry.end - entry.begin > MAX_ARRAY_BYTES:
            raise InputError(f"{where} has more numbers than a style can have")
        try:
            with path.open("rb") as file:
                file.seek(entry.begin)
                numbers = file.read(entry.end - entry.begin)
        except OSError as error:
            raise InputError(error.strerror or str(error)) from error
        return make_vector(space, entry.shape, numbers, where)

    return load
