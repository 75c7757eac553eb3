"""Statistics of real pictures as a file: written whole, read without trust, found by their data."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from latentstudio.core.bundle import METADATA_KEY, read_header
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
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
from latentstudio.metrics.birthday import Twins
from latentstudio.metrics.frechet import Moments
from latentstudio.metrics.real import Marks, Origin, RealStatistics
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.swd import ReducedLevel, ReducedSet
from latentstudio.resources import assets

FORMAT_VERSION = 1
_KIND = "statistics"
_LARGEST = 64 * 2**20  # bytes of tensors
_HINT = "Write them again with latentstudio-train statistics."
_LEVEL = ("slices", "mean", "spread", "quantiles")


def save_statistics(path: Path, real: RealStatistics) -> None:
    """Write statistics, whole or not at all.

    Raises:
        StudioError: the file cannot be written.
    """
    card = {
        "format_version": FORMAT_VERSION,
        "kind": _KIND,
        "origin": asdict(real.origin),
        "factors": list(real.histograms),
        "patches": real.swd.patches,
        "sides": [level.side for level in real.swd.levels],
        "twins": asdict(real.twins),
        "marks": [
            {
                "pictures": size,
                "scores": {name: list(vars(mark).values()) for name, mark in marks.items()},
            }
            for size, marks in real.marks.items()
        ],
    }
    written = {name: tensor.contiguous() for name, tensor in _tensors(real).items()}
    metadata = {METADATA_KEY: json.dumps(card, allow_nan=False)}
    atomic_write(path, save(written, metadata=metadata))


def read_origin(path: Path) -> Origin:
    """Where a file's statistics come from; no tensor is read.

    Raises:
        StudioError: no such file, damaged, of a newer format, or no statistics.
    """
    with explained(f"Could not open the statistics {path.name}", _HINT):
        return _read_card(path)["origin"]  # type: ignore[no-any-return]


def open_statistics(path: Path) -> RealStatistics:
    """Read statistics; errors as ``read_origin``."""
    with explained(f"Could not open the statistics {path.name}", _HINT):
        card = _read_card(path)
        try:
            with safe_open(path, framework="pt", device="cpu") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise InputError(str(error)) from error
        try:
            return _assemble(card, tensors)
        except KeyError as error:
            raise InputError(f"{error.args[0]} is missing in it") from error


def bundled_statistics() -> dict[Path, Origin]:
    """The statistics that come with the studio."""
    files = sorted((assets() / "stats").glob("*.safetensors"))
    return {path: read_origin(path) for path in files}


def check_referee(origin: Origin, referee: Referee) -> None:
    """Refuse statistics of another referee: their numbers mean something else.

    Raises:
        StudioError: they are not those of this one.
    """
    if origin.referee_hash == referee.weights_hash:
        return
    side, wanted = referee.resolution, f"{referee.name} reads {referee.resolution} pixels"
    other = origin.referee if origin.referee != referee.name else f"another {origin.referee}"
    why = (
        f"they are of the referee {other}, not of this {referee.name}"
        if origin.resolution == side
        else f"they are of pictures of {origin.resolution} pixels, and {wanted}"
    )
    raise StudioError(
        f"Cannot compare with the statistics of {origin.data}",
        why,
        f"Write others: latentstudio-train statistics SPEC --resolution {side} "
        f"--referee {referee.name} --out FILE.",
    )


def find_statistics(data: str, referee: Referee) -> Path:
    """The bundled statistics of a data set for a referee.

    Raises:
        StudioError: there are none, or those of another referee or resolution only.
    """
    side = referee.resolution
    known = {path: origin for path, origin in bundled_statistics().items() if origin.data == data}
    for path, origin in known.items():
        if origin.referee_hash == referee.weights_hash:
            return path
    same_side = [origin.referee for origin in known.values() if origin.resolution == side]
    if same_side:
        why = f"those that come with the studio are of the referee {', '.join(same_side)}"
    elif known:
        sides = ", ".join(str(origin.resolution) for origin in known.values())
        why = f"those that come with the studio are of {sides} pixels"
    else:
        why = "none come with the studio"
    raise StudioError(
        f"No statistics of {data or 'this data'} at {side} pixels for the referee {referee.name}",
        why,
        "Give --data a folder or zip of real pictures, or a file that latentstudio-train "
        f"statistics wrote with --resolution {side} --referee {referee.name}.",
    )


# --- tensors -------------------------------------------------------------------------------------


def _tensors(real: RealStatistics) -> dict[str, Tensor]:
    tensors = {
        "mean": real.moments.mean,
        "covariance": real.moments.covariance,
        "features": real.features.half(),
        "training": real.training.half(),
        "spectrum": real.spectrum,
        **{f"histogram.{name}": shares for name, shares in real.histograms.items()},
    }
    if real.class_moments:
        tensors["class_means"] = torch.stack([m.mean for m in real.class_moments]).float()
        covariances = torch.stack([m.covariance for m in real.class_moments])
        tensors["class_covariances"] = covariances.float()
    for level in real.swd.levels:
        for name in _LEVEL:
            tensors[f"swd.{level.side}.{name}"] = getattr(level, name)
    return tensors


def _assemble(card: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> RealStatistics:
    origin: Origin = card["origin"]
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise InputError("it holds numbers that are not finite")
    _check_shapes(card, tensors)
    levels = [
        ReducedLevel(side, *(tensors[f"swd.{side}.{name}"] for name in _LEVEL))
        for side in card["sides"]
    ]
    class_moments = [
        Moments(mean.double(), covariance.double())
        for mean, covariance in zip(
            tensors.get("class_means", ()), tensors.get("class_covariances", ()), strict=True
        )
    ]
    return RealStatistics(
        origin=origin,
        moments=Moments(tensors["mean"].double(), tensors["covariance"].double()),
        features=tensors["features"].float(),
        training=tensors["training"].float(),
        class_moments=tuple(class_moments),
        histograms={name: tensors[f"histogram.{name}"] for name in card["factors"]},
        spectrum=tensors["spectrum"],
        swd=ReducedSet(tuple(levels), card["patches"]),
        twins=card["twins"],
        marks=dict(card["marks"]),
    )


def _check_shapes(card: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Refuse tensors that do not fit each other; InputError, or KeyError for a missing one."""
    origin, (size,) = card["origin"], tensors["mean"].shape or (0,)
    wanted: dict[str, tuple[int | None, ...]] = {
        "mean": (size,),
        "covariance": (size, size),
        "features": (None, size),
        "training": (None, size),
        "spectrum": (origin.resolution // 2,),
    }
    if "class_means" in tensors:
        wanted["class_means"] = (len(origin.classes), size)
        wanted["class_covariances"] = (len(origin.classes), size, size)
    for side in card["sides"]:
        directions = tensors[f"swd.{side}.slices"].shape[-1]
        wanted[f"swd.{side}.slices"] = (3 * 49, directions)
        wanted[f"swd.{side}.quantiles"] = (directions, None)
        wanted |= {f"swd.{side}.{name}": (1, 3, 1, 1) for name in ("mean", "spread")}
    for name, shape in wanted.items():
        given = tensors[name].shape
        if len(given) != len(shape) or any(
            wish not in (None, is_) for is_, wish in zip(given, shape, strict=True)
        ):
            raise InputError(f"the tensor {name} is {list(given)}")


# --- the card ------------------------------------------------------------------------------------


def _read_card(path: Path) -> dict[str, Any]:
    metadata, tensors = read_header(path)
    if sum(entry.end - entry.begin for entry in tensors.values()) > _LARGEST:
        raise InputError(f"it is larger than {_LARGEST // 2**20} MB")
    values = current_version(parse_json(metadata), FORMAT_VERSION, {})
    if values.pop("kind", None) != _KIND:
        raise InputError("it is a model or a referee, not statistics")
    return _CARD(values, "card")


def _as_marks(pictures: int, scores: dict[str, Marks]) -> tuple[int, dict[str, Marks]]:
    return pictures, scores


def _scores(value: object, where: str) -> dict[str, Marks]:
    if not isinstance(value, dict) or len(value) > 1000:
        raise InputError(f"{where} is no table of up to 1000 scores")
    three = items(number(-1e12, 1e12), 3, 3)
    return {text(200)(name, where): Marks(*three(row, where)) for name, row in value.items()}


_ORIGIN: Reader[Origin] = record(
    Origin,
    {
        "data": text(2000),
        "resolution": whole(4, 4096),
        "referee": text(80),
        "referee_hash": text(64),
        "count": whole(2, 10**9),
        "classes": items(text(200), 0, 20_000),
        "pictures": text(2000),
    },
    required=("data", "resolution", "referee", "referee_hash", "count"),
)
_TWINS: Reader[Twins] = record(
    Twins,
    {"features": number(0, 1e12), "pixels": number(0, 1e12)},
    required=("features", "pixels"),
)
_MARKS = record(
    _as_marks,
    {"pictures": whole(1, 10**9), "scores": _scores},
    required=("pictures", "scores"),
)
_FIELDS = {
    "origin": _ORIGIN,
    "factors": items(text(80), 0, 100),
    "patches": whole(1, 10_000),
    "sides": items(whole(16, 4096), 1, 12),
    "twins": _TWINS,
    "marks": items(_MARKS, 0, 20),
}
_CARD: Reader[dict[str, Any]] = record(dict, _FIELDS, required=tuple(_FIELDS), extra=True)
