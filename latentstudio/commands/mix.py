"""``latentstudio mix``: the style-mixing matrix, rows with the styles of columns."""

import argparse
import re
import time
from pathlib import Path

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import add_device, add_picture, seeds
from latentstudio.commands.drawing import finish, open_drawer, recipe_of
from latentstudio.commands.stills import add_still, still_of
from latentstudio.core.errors import StudioError
from latentstudio.core.mixing import bands, mixes
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Seed

BANDS = ("coarse", "middle", "fine")
MAX_CELLS = 4096


def styles(text: str) -> str:
    """``coarse``, ``middle``, ``fine``, or layers such as ``0-3``; several with commas."""
    for part in text.split(","):
        span = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", part)
        if part in BANDS or (span and int(span[1]) <= int(span[2] or span[1])):
            continue
        raise argparse.ArgumentTypeError(f"{part!r} is none of {', '.join(BANDS)} and no 0-3")
    return text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument(
        "--rows", metavar="LIST", type=seeds, required=True, help="seeds that give the rest: 1,2,3"
    )
    parser.add_argument(
        "--cols", metavar="LIST", type=seeds, required=True, help="seeds that give the styles: 4,5"
    )
    parser.add_argument(
        "--styles", metavar="LAYERS", type=styles, default="coarse",
        help="coarse, middle, fine or layers such as 0-3, from the columns (coarse)",
    )  # fmt: skip
    add_picture(parser)
    add_still(parser, captions=True)
    parser.add_argument("--out", metavar="FILE", type=_png, required=True, help="a .png")
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw every row's face with the chosen styles of every column's, sources on the borders."""
    begun = time.monotonic()
    drawer = open_drawer(options.model, options.device, options.precision)
    chosen = layers_of(drawer.info, options.styles)
    _check_size(len(options.rows) * len(options.cols))
    from latentstudio.engine import mixing

    recipe = recipe_of(drawer.info, options)
    rows, columns = [[Seed(s) for s in given] for given in (options.rows, options.cols)]
    names = [[f"Seed {s}" for s in given] for given in (options.rows, options.cols)]
    grid = mixing.grid(
        drawer.generator, recipe, rows, columns, chosen, options.out,
        captions=(names[0], names[1]) if options.captions else ((), ()), still=still_of(options),
    )  # fmt: skip
    out = finish(grid)
    data = {
        **drawer.facts,
        "file": str(out),
        "rows": options.rows,
        "cols": options.cols,
        "layers": list(chosen),
        "seconds": round(time.monotonic() - begun, 3),
    }
    size = f"{_count(rows, 'row')}, {_count(columns, 'column')}"
    words = f"{size}, layers {_listed(chosen)} from the columns"
    return Answer(data, [f"{out}: {words}"])


def layers_of(info: ModelInfo, text: str) -> tuple[int, ...]:
    """The style layers of ``styles`` in a model.

    Raises:
        StudioError: the model has one style layer, or none of those asked for.
    """
    reason = mixes(info)
    if reason:
        raise StudioError(
            f"{info.name} cannot mix styles", reason, "Blend its faces with interpolate instead."
        )
    found: set[int] = set()
    named = {band.key: band.layers for band in bands(info)}
    for part in text.split(","):
        if part in named:
            found |= set(named[part])
        else:
            first, _, last = part.partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    beyond = [layer for layer in found if layer >= info.style_layers]
    if beyond or not found:
        most = info.style_layers - 1
        sides = ", ".join(f"{b.key} {len(b.layers)}" for b in bands(info))
        raise StudioError(
            f"{info.name} has no styles {text}",
            f"its style layers are 0-{most} ({sides})",
            f"Choose among them, such as 0-{most // 2}.",
        )
    return tuple(sorted(found))


def _check_size(cells: int) -> None:
    if cells > MAX_CELLS:
        raise StudioError(
            f"{cells:,} cells are too many for one picture",
            f"the most is {MAX_CELLS:,}",
            "Give fewer rows or columns.",
        )


def _png(text: str) -> Path:
    if Path(text).suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png")
    return Path(text)


def _listed(layers: tuple[int, ...]) -> str:
    return ", ".join(map(str, layers))


def _count(found: list[Seed], name: str) -> str:
    return f"{len(found)} {name}{'' if len(found) == 1 else 's'}"
