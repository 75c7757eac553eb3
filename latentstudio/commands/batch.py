"""What commands over pictures share: one or a folder of them, done so far, reports, a summary."""

import argparse
import csv
import io
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentstudio.commands.answer import Answer, say
from latentstudio.commands.arguments import add_device, number, whole
from latentstudio.commands.drawing import Drawer, open_drawer
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.files import atomic_write, make_folder
from latentstudio.core.latent import SEEDS
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.photo import look_at
from latentstudio.core.search import ClassShares, Rgb
from latentstudio.core.untrusted import read_file
from latentstudio.data.folder import MAX_FILE_BYTES, SUFFIXES, read_square

REPORT, SUMMARY = "report.json", "summary.csv"
Report = dict[str, Any]

_NO_OPTIONS = {"json", "debug", "image", "mask", "out", "model"}


@dataclass(frozen=True)
class Task:
    """A picture, and the folder of its answers."""

    picture: Path
    folder: Path


def add_search(parser: argparse.ArgumentParser, spaces: Sequence[str] = ("z", "w", "w+")) -> None:
    """The options of every search for several answers."""
    parser.add_argument(
        "--candidates", metavar="N", type=whole(1, 256), default=16, help="answers (16)"
    )
    parser.add_argument(
        "--steps", metavar="N", type=whole(1, 100_000), default=150, help="of the search (150)"
    )
    parser.add_argument(
        "--prior", metavar="L", type=number(0, 1000), default=0.02,
        help="weight of what the discriminator says: more is more likely faces, worse fits (0.02)",
    )  # fmt: skip
    add_place(parser, spaces)


def add_place(parser: argparse.ArgumentParser, spaces: Sequence[str] = ("z", "w", "w+")) -> None:
    """Where to search, and how it ends on the disk."""
    parser.add_argument("--space", choices=spaces, default="z", help="where to search (z)")
    parser.add_argument(
        "--class", dest="class_name", metavar="NAME",
        help="of models with classes; without it all are tried",
    )  # fmt: skip
    parser.add_argument(
        "--seed", metavar="N", type=whole(0, SEEDS - 1), default=0, help="of the search (0)"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="a folder")
    add_device(parser)


def run_all(
    options: argparse.Namespace,
    tasks: Sequence[Task],
    work: Callable[[Drawer, Task], Report],
    line: Callable[[Report], str],
) -> Answer:
    """Do every task; of a folder, those that were done with the same options are passed over.

    Raises:
        StudioError: the folder of the answers cannot be written to, the model not opened.
    """
    begun = time.monotonic()
    check_out(options.out)  # before minutes of work, not after
    drawer = open_drawer(options.model, options.device, options.precision, batches=True)
    class_of(drawer.info, options.class_name)
    reports = []
    for task in tasks:
        asked = {"model_id": drawer.info.model_id, **_asked(options)}
        report = _done(task, asked) if options.image.is_dir() else None
        if report is None:
            make_folder(task.folder)
            report = {"picture": task.picture.name, "options": asked, **work(drawer, task)}
            atomic_write(task.folder / REPORT, json.dumps(report, indent=1).encode())
        reports.append(report)
    if options.image.is_dir():
        atomic_write(options.out / SUMMARY, _summary(reports))
    data = {
        **drawer.facts,
        "folder": str(options.out),
        "pictures": reports,
        "seconds": round(time.monotonic() - begun, 3),
    }
    return Answer(data, [line(report) for report in reports])


def tasks_of(image: Path, out: Path) -> list[Task]:
    """Everything there is to do.

    Raises:
        StudioError: a folder without pictures.
    """
    if not image.is_dir():
        return [Task(image, out)]
    names = sorted(p for p in image.iterdir() if p.suffix.lower() in SUFFIXES)
    if not names:
        raise StudioError(f"No pictures in {image}", "", "Give a picture or a folder of them.")
    stems = [path.stem for path in names]
    return [Task(p, out / (p.stem if stems.count(p.stem) == 1 else p.name)) for p in names]


def read_known(picture: Path, side: int) -> tuple[Rgb, tuple[int, int]]:
    """The middle square of a picture, [side, side, 3], and the size of the whole, upright.

    What of it is not seen is said. Errors as ``read_square``.
    """
    pixels = read_square(picture, side)
    look = look_at(read_file(picture, MAX_FILE_BYTES), picture.name)
    if look.notes:
        say(f"{picture.name} was simplified. {' '.join(look.notes)}")
    return pixels, look.size


def check_out(folder: Path) -> None:
    """Make the folder of the answers.

    Raises:
        StudioError: it cannot be made, or not be written to.
    """
    make_folder(folder)
    if not os.access(folder, os.W_OK):
        raise StudioError(
            f"Cannot write to {folder}", "no permission", "Choose a folder that you may write to."
        )


def class_of(info: ModelInfo, name: str | None) -> ClassShares:
    """A class by its name, as shares.

    Raises:
        StudioError: the model does not have it.
    """
    if name is None:
        return ()
    if name not in info.classes:
        why = f"{info.name} has {len(info.classes) or 'no'} classes"
        raise StudioError(
            f"Unknown class {name}", why, nearest(name, info.classes) or "Leave it out."
        )
    return ((name, 1.0),)


def _asked(options: argparse.Namespace) -> Report:
    """What the answers depend on, as JSON data."""
    given = {k: v for k, v in vars(options).items() if k not in _NO_OPTIONS}
    mask = getattr(options, "mask", None)
    found: Report = json.loads(json.dumps({**given, **({"mask": mask.name} if mask else {})}))
    return found


def _done(task: Task, asked: Mapping[str, Any]) -> Report | None:
    """The report of an earlier run, if it was asked for the same."""
    file = task.folder / REPORT
    if not file.is_file():
        return None
    try:
        report = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):  # cut off by a crash: do it again
        return None
    if not isinstance(report, dict) or report.get("options") != asked:
        return None
    say(f"{task.picture.name} is done already.")
    return report


def _summary(reports: Sequence[Report]) -> bytes:
    """One line a picture, with every plain value of its report."""
    plain = [
        {k: v for k, v in report.items() if isinstance(v, str | int | float)} for report in reports
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(k for row in plain for k in row)))
    writer.writeheader()
    writer.writerows(plain)
    return text.getvalue().encode()
