"""``latentstudio inpaint``: fills holes of a picture, or of a folder of them, in several ways."""

import argparse
import functools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from latentstudio.commands.answer import Answer
from latentstudio.commands.batch import Report, Task, add_search, class_of, run_all, tasks_of
from latentstudio.commands.drawing import Drawer, finish
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file
from latentstudio.core.mask import read_mask
from latentstudio.core.picture import write_picture
from latentstudio.core.search import Settings
from latentstudio.data.folder import read_square

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


def write_answers(folder: Path, found: "Sequence[Filled]") -> Report:
    """Write candidates, the best of them as ``result.png``, and their latents.

    Returns:
        What a report says of them.
    """
    import numpy as np

    for place, filled in enumerate(found):
        write_picture(folder / f"candidate{place:02d}.png", filled.pixels)
    write_picture(folder / "result.png", found[0].pixels)
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
    return {"fit": candidates[0]["fit"], "candidates": candidates}


def _fill(drawer: Drawer, task: Task, options: argparse.Namespace) -> Report:
    from latentstudio.engine.inpaint import inpaint

    begun, side = time.monotonic(), drawer.info.resolution
    pixels = read_square(task.picture, side)
    mask = _mask_of(options.mask, task.picture)
    hole = read_mask(mask, side)
    classes = class_of(drawer.info, options.class_name)
    steps = inpaint(
        drawer.generator, pixels, hole, search_settings(options), options.blend, classes
    )
    found = finish(steps, unit="step")
    facts = write_answers(task.folder, found)
    return {
        "mask": mask.name,
        "masked": round(hole.share, 4),
        **facts,
        "seconds": round(time.monotonic() - begun, 3),
    }


def _line(report: Report, options: argparse.Namespace) -> str:
    count = len(report["candidates"])
    return (
        f"{report['picture']}: {report['masked']:.0%} made anew in {count} ways, the best "
        f"{report['fit']:.3f} from what is known, {report['seconds']:.1f} s, in {options.out}"
    )
