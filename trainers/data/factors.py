"""The factor tables: what every variant of a drawing style shows, as data in ``factors/*.json``.

A table names, for each component and colour of a style, how often a variant is drawn (``weight``,
0 with the reason in ``excluded``) and which named factors it decides; later components override
earlier ones. ``rules`` then say what hides what: where the ``drawn`` options and the ``read``
factors of a rule all hold, its ``set`` replaces factors, often by ``hidden`` or ``unclear``, which
are labels that nobody should learn or judge from.
"""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from latentstudio.core.errors import StudioError, nearest
from latentstudio.data.factor import Factor

_VOCABULARY = "vocabulary.json"
_NOT_FACTORS = {"weight", "excluded"}


@functools.cache
def vocabulary() -> dict[str, Factor]:
    """All factors of all styles by name, in a fixed order."""
    return {
        name: Factor(
            name,
            entry["kind"],
            tuple(entry.get("values", ())),
            tuple(entry.get("range", (0.0, 0.0))),
            entry.get("unit", ""),
            entry.get("meaning", ""),
        )
        for name, entry in json.loads((_folder() / _VOCABULARY).read_text("utf-8")).items()
    }


@functools.cache
def style_names() -> tuple[str, ...]:
    """The styles that have a table."""
    files = (entry.name for entry in _folder().iterdir())
    return tuple(
        sorted(name[:-5] for name in files if name.endswith(".json") and name != _VOCABULARY)
    )


@functools.cache
def load_table(style: str) -> Mapping[str, Any]:
    """The table of a style; not to be changed.

    Raises:
        StudioError: there is no such table.
    """
    if style not in style_names():
        raise StudioError(f"Unknown drawing style {style!r}", "", nearest(style, style_names()))
    table: Mapping[str, Any] = json.loads((_folder() / f"{style}.json").read_text("utf-8"))
    return table


@functools.cache
def fingerprint(style: str) -> str:
    """A hash of all that the labels of a style are made from."""
    files = (f"{style}.json", _VOCABULARY)
    return hashlib.sha256(b"".join((_folder() / name).read_bytes() for name in files)).hexdigest()


def varying_factors(tables: Sequence[Mapping[str, Any]]) -> list[Factor]:
    """The factors that faces of these styles differ in, each with the values that can occur."""
    seen: dict[str, set[str]] = {}
    for table in tables:
        for name, values in _possible_values(table).items():
            seen.setdefault(name, set()).update(values)
    narrowed = (
        replace(factor, values=tuple(v for v in factor.values if v in seen.get(name, ())))
        for name, factor in vocabulary().items()
    )
    return [factor for factor in narrowed if factor.kind == "number" or len(factor.values) > 1]


def read_factors(table: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str | float]:
    """What a face drawn with these options shows, by factor name.

    Args:
        table: from ``load_table``.
        options: from ``trainers.data.avatars.draw_options``.
    """
    shown: dict[str, str | float] = {"style": table["style"], **table["constant"]}
    for name, component in table["components"].items():
        variant = options.get(f"{name}Variant")
        decided = component.get("absent", {}) if variant is None else component["variants"][variant]
        shown.update({k: v for k, v in decided.items() if k not in _NOT_FACTORS})
    for name, colour in table["colours"].items():
        if "factor" in colour and name in options:
            shown[colour["factor"]] = colour["values"][options[name]]
    for rule in table["rules"]:
        if _holds(rule, options, shown):
            shown.update(rule["set"])
    return shown | _read_pose(table, options)


def _possible_values(table: Mapping[str, Any]) -> dict[str, set[str]]:
    possible = {name: {value} for name, value in table["constant"].items()}
    decided = [rule["set"] for rule in table["rules"]]
    for component in table["components"].values():
        decided += [v for v in component["variants"].values() if v["weight"]]
        decided += [component["absent"]] if component.get("absent") else []
    for row in decided:
        for name in row.keys() - _NOT_FACTORS:
            possible.setdefault(name, set()).add(row[name])
    for colour in table["colours"].values():
        if "factor" in colour:
            possible.setdefault(colour["factor"], set()).update(colour["values"].values())
    sides = {"front"} if table["facing"] == "front" else {"left", "right"}
    return possible | {"style": {table["style"]}, "facing": sides, "mirror": {"no", "yes"}}


def _holds(
    rule: Mapping[str, Any], options: Mapping[str, Any], shown: Mapping[str, str | float]
) -> bool:
    drawn, read = rule.get("drawn", {}), rule.get("read", {})
    return all(
        options.get(key if key.endswith("Color") else f"{key}Variant") in accepted
        for key, accepted in drawn.items()
    ) and all(shown.get(factor) in accepted for factor, accepted in read.items())


def _read_pose(table: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str | float]:
    mirrored = options["flip"] == "horizontal"
    sides = {"left": "right", "right": "left", "front": "front"}
    facing = table["facing"]
    return {
        "facing": sides[facing] if mirrored else facing,
        "mirror": "yes" if mirrored else "no",
        "rotate": options["rotate"],
        "scale": options["scale"],
        "shift_x": options["translateX"],
        "shift_y": options["translateY"],
    }


def _folder() -> Traversable:
    return resources.files("trainers.data") / "factors"
