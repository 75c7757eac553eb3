"""The plan of a demo: what its operator chooses before it starts, remembered for the next time."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write, make_folder
from latentstudio.core.untrusted import (
    InputError,
    choice,
    items,
    parse_json,
    read_file,
    record,
    text,
    whole,
)

Sheet = Literal["none", "pdf", "printer"]
SHEETS: tuple[Sheet, ...] = ("none", "pdf", "printer")

SLIDERS = 4
HEADLINE = "This face does not exist."
HEADLINE_LENGTH = 60
IDLE_RANGE = (3, 3600)
_FIRST = ("Smile", "Glasses", "Hair length", "Tilt", "Skin tone", "Facial hair")
_FILE, _MAX_BYTES, _LONG = "demo.json", 64 * 2**10, 4096


@dataclass(frozen=True)
class DemoPlan:
    """What an operator chooses.

    Attributes:
        model: bundled name or path; empty for the best bundled one.
        sliders: names of at most four directions; empty for the studio's choice.
        headline: at most ``HEADLINE_LENGTH`` characters.
        screen: number of the screen, from 0; one that is not there is the first.
        idle: seconds without a touch until it shows itself.
        folder: where kept faces are written; empty where they hang on the wall only.
        sheet: what is printed of a kept face: nothing, a PDF beside its picture, or on paper.
        printer: the name of the printer.
    """

    model: str = ""
    sliders: tuple[str, ...] = ()
    headline: str = HEADLINE
    screen: int = 0
    idle: int = 60
    folder: str = ""
    sheet: Sheet = "none"
    printer: str = ""


_PLAN = record(
    DemoPlan,
    {
        "model": text(_LONG),
        "sliders": items(text(200), 0, SLIDERS),
        "headline": text(HEADLINE_LENGTH),
        "screen": whole(0, 63),
        "idle": whole(*IDLE_RANGE),
        "folder": text(_LONG),
        "sheet": choice(*SHEETS),
        "printer": text(200),
    },
    extra=True,
)


def default_folder() -> Path:
    """Where kept faces go until the operator says otherwise."""
    return platformdirs.user_pictures_path() / "Latent Studio demo"


def read_plan(folder: Path) -> DemoPlan:
    """The plan of the last time; the default one where there is none that can be read."""
    try:
        return _PLAN(parse_json(read_file(folder / _FILE, _MAX_BYTES)), "plan")
    except (StudioError, InputError):
        return DemoPlan(folder=str(default_folder()))


def remember_plan(folder: Path, plan: DemoPlan) -> None:
    """Keep a plan for the next time; a home that cannot be written loses only that."""
    try:
        make_folder(folder)
        atomic_write(folder / _FILE, json.dumps(asdict(plan)).encode())
    except StudioError:
        return


def line_of(headline: str) -> str:
    """A headline as one line of at most ``HEADLINE_LENGTH`` characters."""
    plain = "".join(c if c.isprintable() else " " for c in headline)
    return " ".join(plain.split())[:HEADLINE_LENGTH]


def chosen_sliders(wanted: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """At most four of the known names: the wanted ones, or the studio's choice of them.

    Case does not matter; names that are not known are passed over.
    """
    by_word = {name.casefold(): name for name in known}
    found = [by_word[name.casefold()] for name in wanted if name.casefold() in by_word]
    if not wanted or not found:
        found = [*(name for name in _FIRST if name in known), *known]
    return tuple(dict.fromkeys(found))[:SLIDERS]
