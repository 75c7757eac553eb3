"""``latentstudio restore``: whole pictures from small, grey, noisy or holey ones."""

import argparse
import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import number, whole
from latentstudio.commands.batch import (
    Report,
    Task,
    add_search,
    class_of,
    read_known,
    run_all,
    tasks_of,
)
from latentstudio.commands.drawing import Drawer, finish
from latentstudio.commands.inpaint import search_settings, told, write_answers
from latentstudio.core.picture import write_picture
from latentstudio.core.search import RESTORE_TASKS
from latentstudio.core.work import Work

if TYPE_CHECKING:
    from latentstudio.core.search import Rgb

_SMALLEST = 16  # times smaller than the model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument("image", metavar="IMAGE", type=Path, help="a picture, or a folder of them")
    parser.add_argument(
        "--task", choices=RESTORE_TASKS, required=True, help="what is wrong with it"
    )
    parser.add_argument(
        "--factor", metavar="N", type=whole(2, 16), default=4,
        help="superres: a picture of full size is first made so many times smaller (4)",
    )  # fmt: skip
    parser.add_argument(
        "--add-noise", metavar="N", type=number(0, 255), default=0.0,
        help="denoise: first add noise of so many levels of 255, to experiment (0)",
    )  # fmt: skip
    parser.add_argument(
        "--missing", metavar="P", type=number(0, 1), default=0.8,
        help="missing: share of the pixels that are forgotten (0.8)",
    )  # fmt: skip
    parser.add_argument(
        "--measurements", metavar="LIST", type=_counts, default=[500],
        help="sensing: how many random measurements are known; several give a curve (500)",
    )  # fmt: skip
    parser.add_argument(
        "--drawn", action="store_true", help="leave the drawn picture: put nothing known back"
    )
    add_search(parser)


def run(options: argparse.Namespace) -> Answer:
    """Restore one picture, or each of a folder; those that are done already are passed over."""
    work = functools.partial(_restore, options=options)
    tasks = tasks_of(options.image, options.out)
    return run_all(options, tasks, work, functools.partial(_line, options=options))


def _counts(text: str) -> list[int]:
    return [whole(1, 1_000_000)(part.strip()) for part in text.split(",")]


def _restore(drawer: Drawer, task: Task, options: argparse.Namespace) -> Report:
    from latentstudio.engine.restore import restore

    begun, work = time.monotonic(), Work(task="restore", search=search_settings(options))
    steps = restore(
        drawer.generator,
        _read(task.picture, drawer.info.resolution, options.task),
        options.task,
        work.search,
        factor=options.factor,
        noise=options.add_noise,
        missing=options.missing,
        counts=options.measurements,
        keep=not options.drawn,
        classes=class_of(drawer.info, options.class_name),
    )
    found = finish(steps, unit="step")
    write_picture(task.folder / "given.png", found.given)
    facts = write_answers(drawer, task.folder, found.answers, work)
    curve = [{"measurements": count, "difference": round(off, 3)} for count, off in found.curve]
    return {
        "task": options.task,
        **facts,
        **({"curve": curve} if curve else {}),
        "seconds": round(time.monotonic() - begun, 3),
    }


def _read(picture: Path, side: int, task: str) -> "Rgb":
    """A picture at the model's size; a smaller one that is to be enlarged, at its own or below."""
    from PIL import Image, UnidentifiedImageError

    wanted = side
    if task == "superres":
        try:
            with Image.open(picture) as image:
                shortest = min(image.size)
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
            shortest = side  # ``read_known`` says what is wrong
        while wanted > shortest and wanted > side // _SMALLEST:
            wanted //= 2
    return read_known(picture, wanted)[0]


def _line(report: Report, options: argparse.Namespace) -> str:
    count = len(report["candidates"])
    return told(
        f"{report['picture']}: {count} answers to {report['task']}, the best {report['fit']:.3f} "
        f"from what is known, {report['seconds']:.1f} s, in {options.out}",
        report,
    )
