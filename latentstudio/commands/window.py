"""``latentstudio [PATH ...]``: the window, or a contact sheet where there is no display."""

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

from latentstudio.commands import COMMANDS
from latentstudio.commands.answer import say
from latentstudio.commands.arguments import UsageError, add_common, add_device
from latentstudio.core.classes import with_sample
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.resources import bundled_models

DESCRIPTION = "Explore, mix and steer the latent space of face generators. Opens the window."
SHEET_FACES = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a model, a .latent session, or a picture"
    )
    parser.add_argument(
        "--print-controls", action="store_true", help="list the names of the window's controls"
    )
    add_device(parser)
    add_common(parser)


def run(options: argparse.Namespace) -> int:
    """Open the window on the paths and stay until it is closed; returns the exit code."""
    for path in options.paths:
        _check(path)
    if options.print_controls:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    display = importlib.import_module("latentstudio.display")
    reason = display.no_display()
    if reason is not None:
        return _without_display(reason, options)
    missing = display.missing_library()
    if missing is not None:
        raise StudioError("Could not open the window", missing)
    app = importlib.import_module("latentstudio.app")
    if options.print_controls:
        sys.stdout.write("\n".join(app.list_controls(options.json)) + "\n")
        return 0
    code: int = app.run(options.paths, options.device, options.precision)
    return code


def _without_display(reason: str, options: argparse.Namespace) -> int:
    """Say so in one line, and show what the engine can: a sheet of 64 faces."""
    from latentstudio.commands.drawing import finish, open_drawer
    from latentstudio.engine import export

    model = next(iter([*options.paths, *bundled_models()]), None)
    if model is None:
        raise StudioError("Nothing to show", reason, "Give the path of a model.")
    say(f"{reason} A contact sheet of {SHEET_FACES} faces is drawn instead.")
    drawer = open_drawer(model, options.device, options.precision)
    recipe = Recipe(ModelRef.of(drawer.info))
    recipes = [with_sample(recipe, drawer.info.classes, seed) for seed in range(SHEET_FACES)]
    path = _writable_folder() / f"{drawer.info.name}-faces.png"
    print(finish(export.sheet(drawer.generator, recipes, path)))
    return 0


def _writable_folder() -> Path:
    """``out`` in the current folder, or a temporary one where that cannot be made."""
    folder = Path.cwd() / "out"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="latentstudio-"))
    return folder if os.access(folder, os.W_OK) else Path(tempfile.mkdtemp(prefix="latentstudio-"))


def _check(path: str) -> None:
    """Refuse what is no file before a window opens; a word alone was meant as a command."""
    if path.startswith("hf://") or Path(path).exists() or path in bundled_models():
        return
    if path in COMMANDS:
        raise UsageError("Wrong usage", "the command comes first", f"Try: latentstudio {path} ...")
    if os.sep in path or "/" in path or Path(path).suffix:
        raise StudioError(f"Could not open {path}", "there is no such file", "Check the name.")
    hint = nearest(path, [*COMMANDS, *bundled_models()])
    raise UsageError(f"Unknown command {path}", "it is no file either", hint)
