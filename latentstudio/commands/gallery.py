"""``latentstudio gallery``: the kept faces of a session, as pictures, a sheet or a table."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from latentstudio.commands.answer import Answer, say
from latentstudio.commands.arguments import add_device
from latentstudio.commands.drawing import Drawer, finish, open_drawer
from latentstudio.commands.library import find
from latentstudio.commands.stills import add_still, still_of
from latentstudio.core.errors import StudioError
from latentstudio.core.files import make_folder
from latentstudio.core.gallery import Kept, caption_of
from latentstudio.core.latents_table import ENDINGS
from latentstudio.core.recipe import ModelRef
from latentstudio.core.session import load_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("session", metavar="SESSION", type=Path, help="a .latent file")
    parser.add_argument(
        "--out", metavar="DIR|FILE", type=Path, required=True,
        help="a folder for single pictures, sheet.png, or latents.npz or .csv",
    )  # fmt: skip
    parser.add_argument("--starred", action="store_true", help="only the favourites")
    add_still(parser, captions=True)
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw the kept faces of one model in a session, or write where they are."""
    begun = time.monotonic()
    model, faces = read_gallery(options.session, starred=options.starred)
    drawer = open_drawer(str(find(model).path), options.device, options.precision)
    files = write(drawer, faces, options)
    data = {
        **drawer.facts,
        "faces": len(faces),
        "files": [str(path) for path in files],
        "seconds": round(time.monotonic() - begun, 3),
    }
    count = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
    return Answer(data, [f"{count} of {drawer.info.name} in {options.out}"])


def read_gallery(path: Path, *, starred: bool = False) -> tuple[ModelRef, list[Kept]]:
    """The kept faces of the session's model; those of others are told and left out.

    Raises:
        StudioError: no session, or no such face in it.
    """
    state = load_session(path).state
    wanted = [kept for kept in state.gallery if kept.starred or not starred]
    known = [kept.recipe.model for kept in wanted]
    model = state.recipe.model if state.recipe.model in known or not known else known[0]
    faces = [kept for kept in wanted if kept.recipe.model == model]
    if not faces:
        what = "no favourite" if starred and state.gallery else "no face"
        hint = "Keep faces in the window (K), and save the session again."
        raise StudioError(f"{path.name} has nothing to draw", f"{what} is kept in it", hint)
    if len(faces) < len(wanted):
        say(f"Left out: {len(wanted) - len(faces)} of other models.")
    return model, faces


def write(drawer: Drawer, faces: Sequence[Kept], options: argparse.Namespace) -> list[Path]:
    """Write the faces as the name of the output asks for."""
    from latentstudio.engine import export
    from latentstudio.engine.latents import latents

    out, still = options.out, still_of(options)
    ending = out.suffix.lower()
    if ending in ENDINGS:
        return [finish(latents(drawer.generator, faces, out), "face")]
    recipes = [kept.recipe for kept in faces]
    if ending == ".png":
        captions = [caption_of(kept) for kept in faces] if options.captions else []
        sheet = export.sheet(drawer.generator, recipes, out, captions=captions, still=still)
        return [finish(sheet)]
    if ending:
        raise StudioError(
            f"Could not write {out.name}",
            "a gallery becomes pictures, a sheet or a table",
            "Give a folder, or a name that ends in .png, .npz or .csv.",
        )
    named = [(f"face{number:03d}", recipe) for number, recipe in enumerate(recipes, start=1)]
    return finish(export.pictures(drawer.generator, named, make_folder(out), still))
