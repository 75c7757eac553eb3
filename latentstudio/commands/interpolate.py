"""``latentstudio interpolate``: a clip that walks from seed to seed."""

import argparse
import time
from dataclasses import replace
from pathlib import Path

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import add_device, add_picture, stops, whole
from latentstudio.commands.drawing import Drawer, finish, noise_of, open_drawer, recipe_of
from latentstudio.core.interpolation import MAX_FRAMES, path, stations
from latentstudio.core.pace import Pace
from latentstudio.core.recipe import Recipe

MAX_FPS = 60
_MEASURED = 16  # pictures from one seed to the next that the even speed is measured on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument(
        "--seeds", metavar="LIST", type=stops, required=True, help="where it goes, such as 1,2,3"
    )
    parser.add_argument(
        "--frames", metavar="N", type=whole(2, MAX_FRAMES), default=60, help="in all (60)"
    )
    parser.add_argument(
        "--space", choices=("z", "w"), default="z",
        help="z walks along arcs between latents, w straight between styles (z)",
    )  # fmt: skip
    parser.add_argument("--loop", action="store_true", help="return to the first seed")
    parser.add_argument(
        "--even", action="store_true",
        help="let the picture change evenly: slow where it changes fast (measured first)",
    )  # fmt: skip
    parser.add_argument(
        "--fps", metavar="N", type=whole(1, MAX_FPS), default=30, help="frames a second (30)"
    )
    add_picture(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True,
        help="ends in .mp4, .gif or .webp; without an ending a folder of frames",
    )  # fmt: skip
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw the frames one by one into the clip."""
    begun = time.monotonic()
    drawer = open_drawer(options.model, options.device, options.precision)
    from latentstudio.engine.clip import clip

    common = recipe_of(drawer.info, options)
    pace = _measure(drawer, common, options) if options.even else None
    frames = path(common, options.seeds, options.frames, options.space, options.loop, pace)
    recipes = [replace(frame, noise=noise_of(options, i)) for i, frame in enumerate(frames)]
    steps = clip(drawer.generator, recipes, options.out, options.fps, options.loop)
    out = finish(steps, unit="frame")
    data = {
        **drawer.facts,
        "file": str(out),
        "frames": len(recipes),
        "fps": options.fps,
        "even": options.even,
        "seconds": round(time.monotonic() - begun, 3),
    }
    length = len(recipes) / options.fps
    return Answer(data, [f"{out}: {len(recipes)} frames, {length:.1f} s"])


def _measure(drawer: Drawer, common: Recipe, options: argparse.Namespace) -> Pace:
    """How fast the picture changes along the whole walk."""
    from latentstudio.engine.pace import pace

    fixed = replace(common, noise=noise_of(options, 0))
    recipes = stations(fixed, options.seeds, _MEASURED, options.space, options.loop)
    return finish(pace(drawer.generator, recipes))
