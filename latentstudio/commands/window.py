"""``latentstudio [PATH ...]``: the window."""

import argparse
import importlib
import os
from pathlib import Path

from latentstudio.commands import COMMANDS
from latentstudio.commands.arguments import UsageError, add_common, add_device
from latentstudio.core.errors import StudioError, nearest
from latentstudio.resources import bundled_models

DESCRIPTION = "Explore, mix and steer the latent space of face generators. Opens the window."


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
    app = importlib.import_module("latentstudio.app")
    code: int = app.run(options.paths, options.device, options.precision)
    return code


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
