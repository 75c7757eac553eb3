"""The ``dataset.json`` layout of NVIDIA's dataset tool, with one key more: ``attributes``.

``labels`` is a list of [name, label] or null; a label is a class number or a list of floats.
``attributes`` holds ``names``, ``kinds``, ``ranges`` (words of a category, or lowest and highest
number), ``units``, ``classes`` (names of the class numbers) and ``values``: a list of
[name, [value, ...]], in which a category may also be ``hidden`` or ``unclear``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from latentstudio.core.untrusted import InputError, explained, parse_json
from latentstudio.data.factor import Factor

FILE = "dataset.json"
MAX_CLASSES = 10_000

Label = int | tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """What ``dataset.json`` says.

    Attributes:
        labels: by picture name: all class numbers, or all vectors of one length; None without.
        classes: names of the class numbers; empty for plain pictures and vectors.
        factors: what ``codes`` tells, in order.
        codes: by picture name, one number per factor (see ``Factor.code``).
    """

    labels: Mapping[str, Label] | None = None
    classes: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    codes: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def label_rows(self, names: Sequence[str]) -> NDArray[Any] | None:
        """Labels of these pictures, int64 [B] or float32 [B, n]; zeros where there is none."""
        if self.labels is None:
            return None
        example = next(iter(self.labels.values()))
        nothing: Label = 0 if isinstance(example, int) else (0.0,) * len(example)
        dtype = np.int64 if isinstance(example, int) else np.float32
        return np.array([self.labels.get(name, nothing) for name in names], dtype)

    def code_rows(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Factor codes float32 [B, factors]; hidden or 0 where a picture has none."""
        nothing = tuple(factor.code(None) for factor in self.factors)
        return np.array([self.codes.get(name, nothing) for name in names], np.float32)


def format_layout(
    names: Sequence[str],
    labels: Sequence[Any] | None,
    classes: Sequence[str],
    factors: Sequence[Factor],
    codes: Sequence[Sequence[float]],
) -> str:
    """The text of ``dataset.json``.

    Args:
        names: of the pictures.
        labels: class numbers or lists of floats, one per name; None for null.
        classes: names of the class numbers.
        factors: what is known of the pictures; without any there is no key ``attributes``.
        codes: one row per name, one number per factor.
    """
    content: dict[str, Any] = {
        "labels": None if labels is None else list(zip(names, labels, strict=True))
    }
    if factors:
        content["attributes"] = {
            "names": [factor.name for factor in factors],
            "kinds": [factor.kind for factor in factors],
            "ranges": [factor.values or factor.range for factor in factors],
            "units": [factor.unit for factor in factors],
            "classes": list(classes),
            "values": [
                (name, [factor.value(code) for factor, code in zip(factors, row, strict=True)])
                for name, row in zip(names, codes, strict=True)
            ],
        }
    return json.dumps(content)


def parse_layout(data: bytes) -> Layout:
    """Read ``dataset.json``.

    Raises:
        StudioError: it is no JSON, or its labels or attributes make no sense.
    """
    with explained(f"Could not read {FILE}", "Write it again with the tool that made it."):
        content = parse_json(data)
        if not isinstance(content, dict):
            raise InputError("it is not an object")
        labels = _read_labels(content.get("labels"))
        try:
            classes, factors, codes = _read_attributes(content.get("attributes") or {})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"its attributes make no sense ({error})") from error
        classes = _used_classes(labels or {}, classes)
    return Layout(labels, classes, factors, codes)


def _used_classes(labels: Mapping[str, Label], named: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the classes up to the last one in use; made up where the file has none."""
    numbers = {name: label for name, label in labels.items() if isinstance(label, int)}
    if not numbers:
        return ()
    last = max(numbers, key=numbers.__getitem__)
    # Without names a slip of the pen would make thousands of classes that no picture is of.
    most = len(named) or len(numbers)
    if numbers[last] >= most:
        raise InputError(
            f"the label {numbers[last]} of {last} is out of range: with {most} "
            f"{'classes named' if named else 'pictures labelled'} it can be 0 to {most - 1}",
            "Correct the label, or name a class for each number.",
        )
    return (named or tuple(f"class {i}" for i in range(most)))[: numbers[last] + 1]


def _read_labels(listed: object) -> dict[str, Label] | None:
    if not listed:
        return None
    if not isinstance(listed, list):
        raise InputError("its labels are not a list")
    labels: dict[str, Label] = {}
    for entry in listed:
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)):
            raise InputError("a label is not a pair of name and label")
        labels[entry[0]] = _read_label(*entry)
    kinds = {None if isinstance(label, int) else len(label) for label in labels.values()}
    if len(kinds) > 1:
        raise InputError("its labels are not all of one kind and length")
    return labels


def _read_label(name: str, label: object) -> Label:
    if isinstance(label, int) and not isinstance(label, bool) and 0 <= label < MAX_CLASSES:
        return label
    if isinstance(label, list) and label and all(_is_number(value) for value in label):
        return tuple(float(value) for value in label)
    raise InputError(f"the label of {name} is neither a class number nor a list of numbers")


def _is_number(value: object) -> bool:
    is_real = isinstance(value, int | float) and not isinstance(value, bool)
    return is_real and abs(cast(float, value)) < 3e38 and math.isfinite(cast(float, value))


def _read_attributes(
    table: Mapping[str, Any],
) -> tuple[tuple[str, ...], tuple[Factor, ...], dict[str, tuple[float, ...]]]:
    names = table.get("names", [])
    rows = zip(names, table.get("kinds", []), table.get("ranges", []), strict=True)
    units = table.get("units") or [""] * len(names)
    factors = tuple(
        Factor(str(name), "category", values=tuple(str(word) for word in span))
        if kind == "category"
        else Factor(str(name), "number", range=(float(span[0]), float(span[1])), unit=str(unit))
        for (name, kind, span), unit in zip(rows, units, strict=True)
    )
    codes = {
        str(name): tuple(factor.code(value) for factor, value in zip(factors, values, strict=True))
        for name, values in table.get("values", [])
    }
    return tuple(str(name) for name in table.get("classes", [])), factors, codes
