"""Reads what others wrote: bounded files, strict JSON, checks that say what is wrong where."""

import contextlib
import json
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from latentstudio.core.errors import StudioError, nearest

T = TypeVar("T")
U = TypeVar("U")

# A reader turns a JSON value into what it stands for; the string says where the value was found.
Reader = Callable[[object, str], T]
Migration = Callable[[dict[str, Any]], dict[str, Any]]

MAX_VALUES = 2_000_000
_HIDDEN = {"Cc", "Cs"}  # the Unicode categories of control characters and lone surrogates
_KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"RIFF", "a WebP picture or a sound"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a zip archive"),
    (b"version https://git-lfs", "a pointer to a file that was not downloaded"),
    (b"<", "a web page"),
)


class InputError(ValueError):
    """Something in a file is not what it must be; ``explained`` makes it a StudioError."""

    def __init__(self, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.hint = hint


@contextlib.contextmanager
def explained(title: str, hint: str) -> Iterator[None]:
    """Turn an InputError of the block into a StudioError; its own hint goes before this one."""
    try:
        yield
    except InputError as error:
        raise StudioError(title, str(error), error.hint or hint) from error


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes.

    Raises:
        StudioError: no such file, a folder or a device, no permission, too large.
    """
    title, hint = f"Could not open {path.name}", "Choose another file."
    too_large = StudioError(title, f"it is larger than {limit // 2**20} MB", hint)
    try:
        if not path.is_file():
            why = "it is not a file" if path.exists() else "there is no such file"
            raise StudioError(title, why, hint)
        size = path.stat().st_size
        if size > limit:  # before it costs memory
            raise too_large
        with path.open("rb") as file:
            data = file.read(size + 1)
    except OSError as error:
        raise StudioError(title, error.strerror or str(error), hint) from error
    except ValueError as error:  # a name with a null character
        raise StudioError(title, "its name is not a valid one", hint) from error
    if len(data) > limit:  # it has grown since
        raise too_large
    return data


def kind_of(data: bytes) -> str:
    """What a file is by its first bytes, for a sentence: ``a PNG picture``, ``an empty file``."""
    if not data:
        return "an empty file"
    return next((kind for magic, kind in _KINDS if data.startswith(magic)), "of an unknown kind")


def parse_json(data: bytes | str) -> object:
    """JSON without NaN and infinities; anything that is not JSON is ``InputError``.

    So is what holds more than two million values: each of them costs far more memory than text.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if sum(raw.count(mark) for mark in b",[{") > MAX_VALUES:
        raise InputError("the text holds far too many values")
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("the text is not JSON") from error


def current_version(
    data: object, newest: int, migrations: Mapping[int, Migration]
) -> dict[str, Any]:
    """The object of ``data``, brought to the newest ``format_version`` by its migrations.

    Args:
        data: a JSON value with a ``format_version`` from 1.
        newest: the version that this program writes.
        migrations: for each older version, a function that makes it the next one.
    """
    if not isinstance(data, dict):
        raise InputError(f"the text is {_shown(data)}, not an object")
    version = whole(1, 10**6)(data.get("format_version"), "format_version")
    if version > newest:
        raise InputError(
            f"a newer Latent Studio made it (format {version}, this one reads up to {newest})",
            "Update Latent Studio, then open it again.",
        )
    for step in range(version, newest):
        data = migrations[step](data)
    return data


# --- readers: each makes or is a function (value, where) -> what it stands for -------------------


def number(low: float, high: float) -> Reader[float]:
    """A finite number from low to high."""

    def read(value: object, where: str) -> float:
        given = isinstance(value, int | float) and not isinstance(value, bool)
        if not given or not low <= value <= high:  # type: ignore[operator]  # a number by now
            raise InputError(f"{where} is {_shown(value)}, not a number from {low:g} to {high:g}")
        return float(value)  # type: ignore[arg-type]

    return read


def whole(low: int, high: int) -> Reader[int]:
    """A whole number from low to high."""

    def read(value: object, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise InputError(f"{where} is {_shown(value)}, not a whole number from {low} to {high}")
        return value

    return read


def text(longest: int) -> Reader[str]:
    """A string that can be shown in one line: no control characters, no halves of characters."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or len(value) > longest:
            raise InputError(
                f"{where} is {_shown(value)}, not a text of up to {longest} characters"
            )
        if not value.isprintable() and not _HIDDEN.isdisjoint(map(unicodedata.category, value)):
            raise InputError(f"{where} holds characters that cannot be shown")
        return value

    return read


def choice(*names: str) -> Reader[Any]:
    """One of a few names."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in names:
            raise InputError(f"{where} is {_shown(value)}, not one of {', '.join(names)}")
        return value

    return read


def flag(value: object, where: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InputError(f"{where} is {_shown(value)}, not true or false")
    return value


def optional(reader: Reader[T]) -> Reader[T | None]:
    """What ``reader`` reads, or null."""
    return lambda value, where: None if value is None else reader(value, where)


def items(reader: Reader[T], least: int, most: int) -> Reader[tuple[T, ...]]:
    """A list of ``least`` to ``most`` values."""

    def read(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise InputError(f"{where} is {_shown(value)}, not a list of {least} to {most} values")
        return tuple(reader(item, f"{where}[{i}]") for i, item in enumerate(value))

    return read


def pair(first: Reader[T], second: Reader[U]) -> Reader[tuple[T, U]]:
    """A list of exactly two values."""

    def read(value: object, where: str) -> tuple[T, U]:
        if not isinstance(value, list) or len(value) != 2:
            raise InputError(f"{where} is {_shown(value)}, not a list of two values")
        return first(value[0], f"{where}[0]"), second(value[1], f"{where}[1]")

    return read


def record(
    kind: Callable[..., T],
    fields: Mapping[str, Reader[Any]],
    required: Collection[str] = (),
    extra: bool = False,
) -> Reader[T]:
    """An object whose fields become the keyword arguments of ``kind``.

    Args:
        kind: what to make; it has a default for every field that is not required.
        fields: for each field, its reader.
        required: the fields that must be there.
        extra: pass over fields that are not in the table instead of refusing them.
    """

    def read(value: object, where: str) -> T:
        if not isinstance(value, dict):
            raise InputError(f"{where} is {_shown(value)}, not an object")
        for name in value:
            if name not in fields and not extra:
                detail = f"{where} has a field {_shown(name)}, which is not known"
                raise InputError(detail, nearest(name, fields))
        for name in required:
            if name not in value:
                raise InputError(f"{where}.{name} is missing")
        present = [name for name in fields if name in value]
        return kind(**{name: fields[name](value[name], f"{where}.{name}") for name in present})

    return read


def _shown(value: object) -> str:
    """A value of a file in a sentence, at most a few words long."""
    if value is None or isinstance(value, dict | list):
        names = {dict: "an object", list: f"a list of {len(value or ())}", type(None): "missing"}
        return names[type(value)]
    if isinstance(value, int) and abs(value) > 10**18:
        return "a huge number"  # the text of an int may itself be too long to make
    shown = ascii(value)
    return shown if len(shown) <= 40 else f"{shown[:36]}..."


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
