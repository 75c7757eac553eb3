"""What a referee's file says of itself; read without torch and without trust."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from latentstudio.core.bundle import read_header
from latentstudio.core.untrusted import (
    InputError,
    Reader,
    current_version,
    explained,
    items,
    number,
    parse_json,
    record,
    text,
    whole,
)

FORMAT_VERSION = 1
COARSEST = 4
"""Side of a referee's last feature map, in pixels."""

HINT = "Choose a referee that latentstudio-train wrote."
_KIND = "referee"
_LARGEST = 64 * 2**20  # bytes of weights

T = TypeVar("T")  # a number, or a tensor or array of numbers


@dataclass(frozen=True)
class Head:
    """A factor that a referee reads.

    Attributes:
        name: for example ``mouth`` or ``rotate``.
        values: the vocabulary of a category; empty for a number.
        range: lowest and highest value of a number, in its own unit; (0, 0) for a category.
    """

    name: str
    values: tuple[str, ...] = ()
    range: tuple[float, float] = (0.0, 0.0)

    def to_unit(self, value: T) -> T:
        """A number of the head's own unit on the network's scale: its range becomes -1 to 1."""
        low, high = self.range
        given: Any = value
        return cast(T, (given - low) * (2 / (high - low)) - 1)

    def from_unit(self, value: T) -> T:
        """What ``to_unit`` made, back in the head's own unit."""
        low, high = self.range
        given: Any = value
        return cast(T, (given + 1) * ((high - low) / 2) + low)

    @property
    def outputs(self) -> int:
        """How many numbers of the network this head reads."""
        return len(self.values) or 1


@dataclass(frozen=True)
class RefereeConfig:
    """The network's shape.

    Attributes:
        resolution: side of the pictures, in pixels; 4 times 2 to the number of stages.
        widths: channels of each stage, finest first; a stage halves the side.
        residuals: residual blocks in each stage.
        heads: what it reads.
    """

    resolution: int
    widths: tuple[int, ...]
    residuals: tuple[int, ...]
    heads: tuple[Head, ...] = ()

    def __post_init__(self) -> None:
        """Raise InputError if the parts do not fit each other."""
        if len(self.residuals) != len(self.widths):
            raise InputError("widths and residuals differ in length")
        if self.resolution != COARSEST * 2 ** len(self.widths):
            raise InputError(f"{len(self.widths)} stages do not fit {self.resolution} pixels")
        names = [head.name for head in self.heads]
        if len(set(names)) < len(names):
            raise InputError("two heads have the same name")


@dataclass(frozen=True)
class RefereeCard:
    """What a referee's file says of itself.

    Attributes:
        name: what metrics name it by, for example ``avatar64a``.
        accuracy: on held-out faces, by factor: the share read rightly, or R^2 of a number.
        accuracy_by_style: the same for the faces of one style; only factors that vary in it.
        training: provenance: data, faces, seed and the like.
        licence: of the weights.
        attributions: a sentence for each work learned from.
    """

    name: str
    config: RefereeConfig
    accuracy: Mapping[str, float] = field(default_factory=dict)
    accuracy_by_style: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    training: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    attributions: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The metadata entry of the file."""
        values = {"format_version": FORMAT_VERSION, "kind": _KIND, **asdict(self)}
        return json.dumps(values, ensure_ascii=False, allow_nan=False)


def read_referee_card(path: Path) -> RefereeCard:
    """Read what a referee's file says of itself; no tensor is read.

    Raises:
        StudioError: no such file, damaged, of a newer format, or no referee.
    """
    with explained(f"Could not open the referee {path.name}", HINT):
        metadata, tensors = read_header(path)
        if sum(entry.end - entry.begin for entry in tensors.values()) > _LARGEST:
            raise InputError(f"it is larger than {_LARGEST // 2**20} MB")
        values = current_version(parse_json(metadata), FORMAT_VERSION, {})
        if values.pop("kind", None) != _KIND:
            raise InputError("it is a model, not a referee")
        del values["format_version"]
        return _CARD(values, "card")


def _table_of(value: Reader[Any]) -> Reader[dict[str, Any]]:
    """A reader of an object of whatever names."""

    def read(given: object, where: str) -> dict[str, Any]:
        if not isinstance(given, dict) or len(given) > 200:
            raise InputError(f"{where} is no table of up to 200 entries")
        return {text(80)(key, where): value(item, f"{where}.{key}") for key, item in given.items()}

    return read


def _as_head(name: str, values: tuple[str, ...], range: Sequence[float]) -> Head:
    low, high = range
    if not values and not low < high:
        raise InputError(f"the range of {name} is empty")
    return Head(name, values, (low, high))


_HEAD: Reader[Head] = record(
    _as_head,
    {
        "name": text(80),
        "values": items(text(80), 0, 100),
        "range": items(number(-1e6, 1e6), 2, 2),
    },
    required=("name", "values", "range"),
)
_CONFIG: Reader[RefereeConfig] = record(
    RefereeConfig,
    {
        "resolution": whole(8, 256),
        "widths": items(whole(1, 512), 1, 6),
        "residuals": items(whole(0, 8), 1, 6),
        "heads": items(_HEAD, 0, 100),
    },
    required=("resolution", "widths", "residuals", "heads"),
)
_SCORE = number(-1e6, 1.0)  # R^2 has no lower bound
_CARD: Reader[RefereeCard] = record(
    RefereeCard,
    {
        "name": text(80),
        "config": _CONFIG,
        "accuracy": _table_of(_SCORE),
        "accuracy_by_style": _table_of(_table_of(_SCORE)),
        "training": _table_of(text(2000)),
        "licence": text(2000),
        "attributions": items(text(2000), 0, 100),
    },
    required=("name", "config"),
)
