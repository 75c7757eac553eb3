"""``latentstudio inpaint``: fills holes of a picture, or of a folder of them, in several ways."""

import argparse
import functools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from latentstudio.commands.answer import Answer, say
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
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.core.mask import Mask
from latentstudio.core.mask_file import read_mask
from latentstudio.core.paste import Paste, Picture
from latentstudio.core.picture import PictureNote, note_text, write_picture
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.search import Settings, dropped
from latentstudio.core.work import Work, answer

if TYPE_CHECKING:
    from latentstudio.engine.inpaint import Filled

LATENTS = "latents.npz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument("image", metavar="IMAGE", type=Path, help="a picture, or a folder of them")
    parser.add_argument(
        "--mask", metavar="MASK", type=Path, required=True,
        help="a picture, white to be made anew; or a folder of masks with the pictures' names",
    )  # fmt: skip
    parser.add_argument(
        "--blend", choices=("poisson", "feather", "none"), default="poisson",
        help="how the seam is treated (poisson)",
    )  # fmt: skip
    parser.add_argument(
        "--include-photo", action="store_true",
        help="let the answers carry the picture they were set into, to be edited again",
    )  # fmt: skip
    add_search(parser)


def run(options: argparse.Namespace) -> Answer:
    """Fill one picture, or each of a folder; those that are done already are passed over."""
    tasks = tasks_of(options.image, options.out)
    work = functools.partial(_fill, options=options)
    line = functools.partial(_line, options=options)
    return run_all(options, tasks, work, line, functools.partial(_inputs, options=options))


def _inputs(task: Task, options: argparse.Namespace) -> dict[str, Path]:
    return {"picture": task.picture, "mask": _mask_of(options.mask, task.picture)}


def _mask_of(mask: Path, picture: Path) -> Path:
    if not mask.is_dir():
        return mask
    fitting = sorted(path for path in mask.iterdir() if path.stem == picture.stem)
    if not fitting:
        raise StudioError(
            f"No mask for {picture.name}",
            f"{mask} has none of that name",
            f"Add {picture.stem}.png, or give one mask for all.",
        )
    return fitting[0]


def search_settings(options: argparse.Namespace) -> Settings:
    """How to search, by the options of ``add_search``."""
    return Settings(
        space=options.space,
        candidates=options.candidates,
        steps=options.steps,
        realism=options.prior,
        seed=options.seed,
    )


def write_answers(
    drawer: Drawer, folder: Path, found: "Sequence[Filled]", work: Work, *, photo: bool = False
) -> Report:
    """Write candidates, the best of them as ``result.png``, and their latents.

    Each picture carries its recipe, and where asked for the photo that it was set into.

    Returns:
        What a report says of them.
    """
    import numpy as np

    model, side = ModelRef.of(drawer.info), drawer.info.resolution

    def write(name: str, filled: "Filled") -> None:
        recipe = answer(model, filled, work, side)
        note = PictureNote(recipe, drawer.drawn, photo=photo)
        write_picture(folder / name, filled.pixels, note)

    for place, filled in enumerate(found):
        write(f"candidate{place:02d}.png", filled)
    write("result.png", found[0])
    space = found[0].latent.space.replace("+", "_plus")
    latents = {space: np.stack([filled.latent.array for filled in found])}
    with atomic_file(folder / LATENTS) as temporary:
        np.savez(temporary, allow_pickle=False, **latents)
    candidates = [
        {
            "fit": round(filled.fit, 5),
            "doubt": round(filled.doubt, 4),
            **({"classes": dict(filled.classes)} if filled.classes else {}),
        }
        for filled in found
    ]
    return {
        "fit": candidates[0]["fit"],
        "dropped": work.search.candidates - len(found),
        "candidates": candidates,
    }


def told(line: str, report: Report) -> str:
    """A line for people, with what was dropped."""
    lost = dropped(report.get("dropped", 0))  # reports of earlier versions do not say
    return f"{line}; {lost}" if lost else line


def _fill(drawer: Drawer, task: Task, options: argparse.Namespace) -> Report:
    from latentstudio.engine.inpaint import inpaint

    begun, side = time.monotonic(), drawer.info.resolution
    pixels, size = read_known(task.picture, side)
    mask = _mask_of(options.mask, task.picture)
    hole = _hole(mask, side, size)
    classes = class_of(drawer.info, options.class_name)
    picture = Picture(pixels, task.picture.name)
    work = Work(picture, mask=hole, search=search_settings(options), blend=options.blend)
    recipe = Recipe(ModelRef.of(drawer.info), paste=Paste(hole, picture, options.blend))
    # One that is too large for a picture is told before the search, not after.
    note_text(PictureNote(recipe, photo=options.include_photo))
    steps = inpaint(drawer.generator, pixels, hole, work.search, work.blend, classes)
    found = finish(steps, unit="step")
    facts = write_answers(drawer, task.folder, found, work, photo=options.include_photo)
    return {
        "mask": mask.name,
        "masked": round(hole.share, 4),
        **facts,
        "seconds": round(time.monotonic() - begun, 3),
    }


def _hole(path: Path, side: int, photo: tuple[int, int]) -> Mask:
    """The mask of a picture of a size; what had to become of it is said."""
    found = read_mask(path, side, photo)
    if found.change:
        width, height = found.size
        frame = f"from {width} x {height} to {side} x {side} pixels, the model's frame"
        say(f"{path.name} was {found.change}, {frame}.")
    return found.mask


def _line(report: Report, options: argparse.Namespace) -> str:
    count = len(report["candidates"])
    return told(
        f"{report['picture']}: {report['masked']:.0%} made anew in {count} ways, the best "
        f"{report['fit']:.3f} from what is known, {report['seconds']:.1f} s, in {options.out}",
        report,
    )
