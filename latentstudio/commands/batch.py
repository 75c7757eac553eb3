"""What commands over pictures share: one or a folder of them, done so far, reports, a summary."""

import argparse
import csv
import functools
import hashlib
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
from latentstudio.core.faults import explain
from latentstudio.core.files import atomic_write, make_folder
from latentstudio.core.latent import SEEDS
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.photo import look_at
from latentstudio.core.search import ClassShares, Rgb
from latentstudio.core.untrusted import read_file
from latentstudio.data.folder import MAX_FILE_BYTES, SUFFIXES, read_square

REPORT, SUMMARY = "report.json", "summary.csv"
Report = dict[str, Any]
Inputs = Mapping[str, Path]
"""The files that an answer depends on, by what they are."""

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


def picture_alone(task: Task) -> Inputs:
    """The files that an answer depends on, where that is the picture and nothing else."""
    return {"picture": task.picture}


def run_all(
    options: argparse.Namespace,
    tasks: Sequence[Task],
    work: Callable[[Drawer, Task], Report],
    line: Callable[[Report], str],
    inputs: Callable[[Task], Inputs] = picture_alone,
) -> Answer:
    """Do every task.

    Of a folder, those that were done with the same options and files are passed over. One that
    fails is named, stands in the summary with its reason, and is tried again next time.

    Raises:
        StudioError: the folder of the answers cannot be written to, the model not opened, or the
            one picture that is no folder fails.
    """
    begun, many = time.monotonic(), options.image.is_dir()
    check_out(options.out)  # before minutes of work, not after
    drawer = open_drawer(options.model, options.device, options.precision, batches=True)
    class_of(drawer.info, options.class_name)
    asked = {"model_id": drawer.info.model_id, **_asked(options)}
    do = functools.partial(_report, drawer, asked=asked, work=work, inputs=inputs, again=not many)
    reports = [_or_reason(do, task) if many else do(task) for task in tasks]
    done = [report for report in reports if not report.get("error")]
    failed = len(reports) - len(done)
    if many:
        atomic_write(options.out / SUMMARY, _summary(reports))
    if failed:
        say(f"{failed} of {len(reports)} pictures failed; {options.out / SUMMARY} says why.")
    data = {
        **drawer.facts,
        "folder": str(options.out),
        "pictures": reports,
        "failed": failed,
        "seconds": round(time.monotonic() - begun, 3),
    }
    return Answer(data, [line(report) for report in done], failed=failed > 0)


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
    """The options that the answers depend on, as JSON data."""
    given = {k: v for k, v in vars(options).items() if k not in _NO_OPTIONS}
    found: Report = json.loads(json.dumps(given))
    return found


def _report(
    drawer: Drawer,
    task: Task,
    *,
    asked: Report,
    work: Callable[[Drawer, Task], Report],
    inputs: Callable[[Task], Inputs],
    again: bool,
) -> Report:
    """The report of a task: an earlier one that asked for the same, unless done again, or anew."""
    files = {name: _digest(path) for name, path in inputs(task).items()}
    report = None if again else _done(task, {"options": asked, "files": files})
    if report is None:
        make_folder(task.folder)
        # What is written from now on belongs to no earlier report.
        (task.folder / REPORT).unlink(missing_ok=True)
        report = {
            "picture": task.picture.name,
            "options": asked,
            "files": files,
            **work(drawer, task),
        }
        atomic_write(task.folder / REPORT, json.dumps(report, indent=1).encode())
    if report.get("dropped"):
        say(
            f"{task.picture.name}: {report['dropped']} of {asked['candidates']} candidates were "
            "dropped, for their numbers were no longer finite."
        )
    return report


def _or_reason(do: Callable[[Task], Report], task: Task) -> Report:
    """The report of a task, or why there is none: one bad file does not end a night's work."""
    try:
        return do(task)
    except (StudioError, OSError, MemoryError, RuntimeError, ValueError) as error:
        reason = str(explain(error, f"Could not do {task.picture.name}"))
        say(f"{task.picture.name} failed: {reason}")
        return {"picture": task.picture.name, "error": reason}


def _digest(path: Path) -> str:
    """What a file holds, as sha256: its name and time say little."""
    return hashlib.sha256(read_file(path, MAX_FILE_BYTES)).hexdigest()


def _done(task: Task, asked: Mapping[str, Any]) -> Report | None:
    """The report of an earlier run, if its options and files were the same."""
    file = task.folder / REPORT
    if not file.is_file():
        return None
    try:
        report = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):  # cut off by a crash: do it again
        return None
    if not isinstance(report, dict) or any(report.get(k) != v for k, v in asked.items()):
        return None
    say(f"{task.picture.name} is done already.")
    return report


def _summary(reports: Sequence[Report]) -> bytes:
    """One line a picture, with every plain value of its report; last why it failed, if it did."""
    plain = [
        {k: v for k, v in report.items() if isinstance(v, str | int | float)} for report in reports
    ]
    text = io.StringIO()
    columns = dict.fromkeys(name for row in plain for name in row if name != "error")
    writer = csv.DictWriter(text, [*columns, "error"])
    writer.writeheader()
    writer.writerows(plain)
    return text.getvalue().encode()
