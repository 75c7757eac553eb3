"""``latentstudio journey``: the clip of a session's keyframes, or of a journey written as JSON."""

import argparse
import time
from dataclasses import replace
from pathlib import Path

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import add_device, whole
from latentstudio.commands.drawing import Drawer, finish, open_drawer
from latentstudio.commands.library import find
from latentstudio.core.errors import StudioError
from latentstudio.core.journey import MAX_FPS, Journey
from latentstudio.core.journey_json import parse_journey
from latentstudio.core.recipe import ModelRef
from latentstudio.core.session import MAX_FILE_BYTES, parse_session
from latentstudio.core.still import SCALES
from latentstudio.core.untrusted import kind_of, read_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="SESSION.latent|JOURNEY.json", type=Path, help="where its keyframes are"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True,
        help="ends in .mp4, .gif or .webp; without an ending a folder of frames",
    )  # fmt: skip
    parser.add_argument("--scale", type=int, choices=SCALES, default=1, help="times as large (1)")
    parser.add_argument("--pixelated", action="store_true", help="scale to squares, not smoothly")
    parser.add_argument(
        "--fps", metavar="N", type=whole(1, MAX_FPS), help="frames a second (the journey's own)"
    )
    parser.add_argument(
        "--model", metavar="MODEL", help="draw with this model, whichever it was made with"
    )
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw the frames one by one into the clip."""
    begun = time.monotonic()
    made = read_journey(options.source)
    if not made.keyframes:
        raise StudioError(
            f"{options.source.name} has no journey",
            "it has no keyframes",
            "Insert some in the Animate workspace (I), and save it again.",
        )
    made.check()  # before a model is opened
    drawer = open_drawer(
        options.model or str(find(made.model).path), options.device, options.precision
    )
    from latentstudio.engine.clip import journey

    if options.model:
        made = _for_model(made, drawer)
    fps = options.fps or made.fps
    steps = journey(
        drawer.generator, made, options.out, fps, options.scale, smooth=not options.pixelated
    )
    out = finish(steps, unit="frame")
    frames, side = replace(made, fps=fps).frames, drawer.info.resolution * options.scale
    data = {
        **drawer.facts,
        "file": str(out),
        "keyframes": len(made.keyframes),
        "frames": frames,
        "fps": fps,
        "loop": made.loops,
        "width": side,
        "height": side,
        "seconds": round(time.monotonic() - begun, 3),
    }
    return Answer(data, [f"{out}: {frames} frames, {frames / fps:.1f} s, {side} x {side}"])


def read_journey(path: Path) -> Journey:
    """The journey of a session or of a JSON text.

    Raises:
        StudioError: no such file, or neither of them.
    """
    data = read_file(path, MAX_FILE_BYTES)
    if data.startswith(b"PK"):
        return parse_session(data, path.name).state.journey
    if data.lstrip()[:1] not in (b"{", b"["):
        detail = f"it is {kind_of(data)}, and no session or journey"
        raise StudioError(f"Could not read {path.name}", detail, "Choose another file.")
    return parse_journey(data, path.name)


def _for_model(journey: Journey, drawer: Drawer) -> Journey:
    """Its keyframes as if they had been made with the open model."""
    model = ModelRef.of(drawer.info)
    keyframes = (replace(k, recipe=replace(k.recipe, model=model)) for k in journey.keyframes)
    return replace(journey, keyframes=tuple(keyframes))
