"""``latentstudio directions``: finds directions of a model, as a file or inside the model's own."""

import argparse
import time
from collections.abc import Generator as Steps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentstudio.commands.answer import Answer, table
from latentstudio.commands.arguments import UsageError, add_device, whole
from latentstudio.commands.drawing import finish, open_drawer
from latentstudio.core.bundle import read_card
from latentstudio.core.bundle_edit import write_directions_into
from latentstudio.core.direction import Direction
from latentstudio.core.direction_file import ENDING, write_directions
from latentstudio.resources import find_model

if TYPE_CHECKING:
    from latentstudio.engine.messages import Step
    from latentstudio.models.generator import Generator

METHODS = ("pca", "sefa", "attributes")
_COUNT, _MOST, _MOST_SAMPLES = 40, 80, 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument(
        "--method", choices=METHODS, required=True,
        help="pca: principal components; sefa: in closed form, from the weights; "
        "attributes: learned from what a referee reads",
    )  # fmt: skip
    parser.add_argument(
        "--count", metavar="N", type=whole(1, _MOST),
        help=f"of components ({_COUNT}); attributes are as many as are found",
    )  # fmt: skip
    parser.add_argument(
        "--samples", metavar="N", type=whole(200, _MOST_SAMPLES),
        help="faces to measure (pca 20,000, or 4,000 drawn ones; attributes 8,000)",
    )  # fmt: skip
    parser.add_argument("--referee", metavar="NAME", help="who reads attributes")
    parser.add_argument("--out", metavar="FILE", type=_out, help=f"ends in {ENDING}")
    parser.add_argument(
        "--into", action="store_true",
        help="store them in the model's own file, in the place of those of the same kind; "
        "its model id stays",
    )  # fmt: skip
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Find directions, then write them: to a file, into the model, or both."""
    if not options.out and not options.into:
        raise UsageError("Nowhere to write", "neither --out nor --into is given", "Give one.")
    begun = time.monotonic()
    path = find_model(options.model)
    drawer = open_drawer(str(path), options.device, options.precision, batches=True)
    found = finish(_steps(drawer.generator, options), unit="step")
    files = []
    if options.out:
        write_directions(options.out, found)
        files.append(options.out)
    if options.into:
        group = found[0].group
        kept = [d for d in read_card(path).directions if d.group != group]
        together = (*found, *kept) if group == "attributes" else (*kept, *found)
        write_directions_into(path, together)
        files.append(path)
    data = {
        **drawer.facts,
        "method": options.method,
        "files": [str(file) for file in files],
        "directions": [_facts(direction) for direction in found],
        "seconds": round(time.monotonic() - begun, 3),
    }
    heading = f"{len(found)} directions in {' and '.join(data['files'])}"
    return Answer(data, [heading, *_lines(found)])


def _steps(
    generator: "Generator", options: argparse.Namespace
) -> "Steps[Step, None, tuple[Direction, ...]]":
    """The job of a method, with the options that it takes.

    Raises:
        UsageError: an option that the method does not take.
    """
    from latentstudio.engine import attributes, discover

    takes = {"pca": ("count", "samples"), "sefa": ("count",), "attributes": ("samples", "referee")}
    given = {name: getattr(options, name) for name in ("count", "samples", "referee")}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in takes[options.method]:
            detail = f"--method {options.method} does not take it"
            raise UsageError(f"Nothing to do with --{name}", detail, "Leave it out.")
    jobs: dict[str, Any] = {
        "pca": discover.components,
        "sefa": discover.sefa,
        "attributes": attributes.attributes,
    }
    steps: Steps[Step, None, tuple[Direction, ...]] = jobs[options.method](generator, **given)
    return steps


def _facts(direction: Direction) -> dict[str, Any]:
    return {
        "name": direction.name,
        "group": direction.group,
        "space": direction.vector.space,
        "scale": direction.scale,
        "mean": direction.mean,
        "accuracy": direction.accuracy,
        "eigenvalue": direction.eigenvalue,
        "found": direction.found,
    }


def _lines(found: tuple[Direction, ...]) -> list[str]:
    """The directions as a table with the numbers that they have."""
    rows = [("name", "scale", "accuracy", "eigenvalue")]
    for direction in found:
        accuracy = "" if direction.accuracy is None else f"{direction.accuracy:.3f}"
        eigenvalue = "" if direction.eigenvalue is None else f"{direction.eigenvalue:.4g}"
        rows.append((direction.name, f"{direction.scale:.3g}", accuracy, eigenvalue))
    return table(rows)


def _out(text: str) -> Path:
    if not text.endswith(ENDING):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in {ENDING}")
    return Path(text)
