"""``latentstudio render``: the picture of a session, a PNG with its recipe, or a recipe, again."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from latentstudio.commands.answer import Answer, say
from latentstudio.commands.arguments import add_device, whole
from latentstudio.commands.drawing import Drawer, open_drawer
from latentstudio.commands.library import find
from latentstudio.commands.stills import add_still, still_of
from latentstudio.core.errors import StudioError
from latentstudio.core.picture import MAX_FILE_BYTES, Drawn, note_of
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.recipe_json import MAX_TEXT, parse_recipe
from latentstudio.core.session import parse_session
from latentstudio.core.still import write_still
from latentstudio.core.untrusted import kind_of, read_file

MAX_THREADS = 256  # a file may claim more, and starting them would only hang this machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="SESSION|PNG|RECIPE.json|-", help="what to draw; - reads a recipe"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="ends in .png")
    add_still(parser)
    parser.add_argument(
        "--model", metavar="MODEL", help="draw with this model, whichever it was made with"
    )
    parser.add_argument(
        "--threads", metavar="N", type=whole(1, MAX_THREADS),
        help="draw with so many (as the picture was drawn, or as the window does)",
    )  # fmt: skip
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw a recipe as its picture was drawn, on the same device and number of threads."""
    _check_name(options.out)
    recipe, drawn = read_source(options.source)
    source = options.model or str(find(recipe.model).path)
    drawer = _open(source, drawn, options)
    from latentstudio.engine import export

    recipe = _adopt(drawer, recipe)
    still = still_of(options)
    pixels = export.rgb(drawer.generator, recipe)
    write_still(options.out, still, pixels, export.note_of(drawer.generator, recipe))
    height, width = (side * still.scale for side in pixels.shape[:2])
    data = {**drawer.facts, "file": str(options.out), "width": width, "height": height}
    return Answer(data, [f"{options.out}: {width} x {height}, {drawer.info.name}"])


def read_source(source: str) -> tuple[Recipe, Drawn | None]:
    """The recipe in a file or on standard input, and how it was drawn where the file says so.

    Nothing that is named inside is opened.

    Raises:
        StudioError: no such file, or nothing in it that could be drawn.
    """
    if source == "-":
        return parse_recipe(sys.stdin.buffer.read(MAX_TEXT + 1)), None
    path = Path(source)
    data = read_file(path, MAX_FILE_BYTES)
    if data.startswith(b"\x89PNG"):
        note = note_of(data, path.name)
        if note is None:
            detail = "only pictures that the studio wrote do"
            raise StudioError(f"{path.name} carries no recipe", detail, "Give one of those.")
        return note.recipe, note.drawn
    if data.startswith(b"PK"):
        return parse_session(data, path.name).state.recipe, None
    if data[8:9] == b"{":
        hint = f"Try: latentstudio generate {source} --seeds 0-7 --out DIR"
        raise StudioError(f"{path.name} is a model", "a model has no picture of its own", hint)
    if data.lstrip()[:1] not in (b"{", b"["):
        detail = f"it is {kind_of(data)}, and no session, PNG or recipe"
        raise StudioError(f"Could not draw {path.name}", detail, "Choose another file.")
    return parse_recipe(data), None


def _check_name(out: Path) -> None:
    if out.suffix.lower() != ".png":
        raise StudioError(
            f"Could not write {out.name}",
            "only a PNG can carry its recipe",
            "Give a name that ends in .png.",
        )


def _open(source: str, drawn: Drawn | None, options: argparse.Namespace) -> Drawer:
    """The model, ready to draw as ``drawn`` says as far as this machine can."""
    if drawn is None:
        return open_drawer(source, options.device, options.precision, options.threads)
    threads = options.threads or min(drawn.threads, MAX_THREADS)
    device = _device(drawn.device) if options.device == "auto" else options.device
    drawer = open_drawer(source, device, options.precision, threads)
    if (drawer.device, drawer.precision, threads) != (
        drawn.device, drawn.precision, drawn.threads,
    ):  # fmt: skip
        say(
            f"It was drawn on {drawn.device} in {drawn.precision} with {drawn.threads} threads, "
            f"now on {drawer.device} in {drawer.precision} with {threads}: "
            "pixels may differ by a grey level."
        )
    return drawer


def _device(recorded: str) -> str:
    """The device that a picture was drawn on where it works here, else any."""
    from latentstudio.models.device import choose

    try:
        return choose(recorded)
    except StudioError:
        return "auto"


def _adopt(drawer: Drawer, recipe: Recipe) -> Recipe:
    """The recipe for the open model; tells when it was made with another one."""
    model = ModelRef.of(drawer.info)
    made_with = recipe.model
    if made_with.model_id and made_with.model_id != model.model_id:
        say(
            f"warning: it was made with {made_with.name or 'another model'} "
            f"({made_with.model_id[:12]}), not with this {model.name} "
            f"({model.model_id[:12]}): it will look different."
        )
    return replace(recipe, model=model)
