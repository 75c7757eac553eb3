"""``latentstudio inpaint``: fills holes of a picture, or of a folder of them, in several ways."""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentstudio.commands.answer import Answer, say
from latentstudio.commands.arguments import add_device, number, whole
from latentstudio.commands.drawing import Drawer, finish, open_drawer
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file, atomic_write, make_folder
from latentstudio.core.latent import SEEDS
from latentstudio.core.mask import Mask, read_mask
from latentstudio.core.picture import write_picture
from latentstudio.data.folder import SUFFIXES, read_square

if TYPE_CHECKING:
    from latentstudio.engine.inpaint import Filled

REPORT, LATENTS = "report.json", "latents.npz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument("image", metavar="IMAGE", type=Path, help="a picture, or a folder of them")
    parser.add_argument(
        "--mask", metavar="MASK", type=Path, required=True,
        help="a picture, white to be made anew; or a folder of masks with the pictures' names",
    )  # fmt: skip
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
    parser.add_argument(
        "--blend", choices=("poisson", "feather", "none"), default="poisson",
        help="how the seam is treated (poisson)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", metavar="N", type=whole(0, SEEDS - 1), default=0, help="of the search (0)"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="a folder")
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Fill one picture, or each of a folder; those that are done already are passed over."""
    begun = time.monotonic()
    pairs = list(_pairs(options.image, options.mask, options.out))
    drawer = open_drawer(options.model, options.device, options.precision, batches=True)
    reports = [_report_of(drawer, pair, options) for pair in pairs]
    data = {
        **drawer.facts,
        "folder": str(options.out),
        "pictures": reports,
        "seconds": round(time.monotonic() - begun, 3),
    }
    return Answer(data, [_line(report, options) for report in reports])


def _pairs(image: Path, mask: Path, out: Path) -> Iterator[tuple[Path, Path, Path]]:
    """(picture, mask, folder of the answers) of everything there is to do."""
    if not image.is_dir():
        yield image, mask, out
        return
    names = sorted(p for p in image.iterdir() if p.suffix.lower() in SUFFIXES)
    if not names:
        raise StudioError(f"No pictures in {image}", "", "Give a picture or a folder of them.")
    for picture in names:
        found = mask
        if mask.is_dir():
            fitting = [p for p in mask.iterdir() if p.stem == picture.stem]
            if not fitting:
                raise StudioError(
                    f"No mask for {picture.name}",
                    f"{mask} has none of that name",
                    f"Add {picture.stem}.png, or give one mask for all.",
                )
            found = fitting[0]
        yield picture, found, out / picture.stem


def _report_of(
    drawer: Drawer, pair: tuple[Path, Path, Path], options: argparse.Namespace
) -> dict[str, Any]:
    picture, mask, folder = pair
    done = folder / REPORT
    if options.image.is_dir() and done.is_file():  # a batch goes on where it stopped
        say(f"{picture.name} is done already.")
        report: dict[str, Any] = json.loads(done.read_text("utf-8"))
        return report
    return _fill(drawer, picture, mask, folder, options)


def _fill(
    drawer: Drawer, picture: Path, mask: Path, folder: Path, options: argparse.Namespace
) -> dict[str, Any]:
    import numpy as np

    from latentstudio.engine.inpaint import inpaint
    from latentstudio.engine.search import Settings

    begun, side = time.monotonic(), drawer.info.resolution
    pixels = read_square(picture, side)
    hole = read_mask(mask, side)
    settings = Settings(
        candidates=options.candidates,
        steps=options.steps,
        realism=options.prior,
        seed=options.seed,
    )
    make_folder(folder)
    steps = inpaint(drawer.generator, pixels, hole, settings, options.blend)
    found = finish(steps, unit="step")
    for place, filled in enumerate(found):
        write_picture(folder / f"candidate{place:02d}.png", filled.pixels)
    write_picture(folder / "result.png", found[0].pixels)
    with atomic_file(folder / LATENTS) as temporary:
        np.savez(temporary, z=np.stack([filled.latent.array for filled in found]))
    report = _facts(picture, mask, hole, found, time.monotonic() - begun)
    atomic_write(folder / REPORT, json.dumps(report, indent=1).encode())
    return report


def _facts(
    picture: Path, mask: Path, hole: Mask, found: "list[Filled]", seconds: float
) -> dict[str, Any]:
    return {
        "picture": picture.name,
        "mask": mask.name,
        "masked": round(hole.share, 4),
        "candidates": [
            {"fit": round(filled.fit, 5), "doubt": round(filled.doubt, 4)} for filled in found
        ],
        "seconds": round(seconds, 3),
    }


def _line(report: dict[str, Any], options: argparse.Namespace) -> str:
    best = report["candidates"][0]["fit"]
    count = len(report["candidates"])
    return (
        f"{report['picture']}: {report['masked']:.0%} made anew in {count} ways, the best "
        f"{best:.3f} from what is known, {report['seconds']:.1f} s, in {options.out}"
    )
