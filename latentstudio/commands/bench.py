"""``latentstudio bench``: how fast this machine starts, draws and follows a slider."""

import argparse
from collections.abc import Mapping
from typing import Any

from latentstudio.commands.answer import Answer, say, table
from latentstudio.commands.arguments import add_device, whole
from latentstudio.core.errors import StudioError
from latentstudio.resources import bundled_models

# What people read: a label, a key of the result, a unit.
_ROWS = (
    ("Window on screen", "startup_window_s", "s"),
    ("First picture", "startup_first_image_s", "s"),
    ("Bare import of torch", "import_torch_s", "s"),
    ("Longest stall while starting", "startup_gap_ms_max", "ms"),
    ("Network alone", "forward_ms", "ms"),
    ("Recipe to pixels", "frame_ms", "ms"),
    ("Slider to paint", "slider_to_paint_ms", "ms"),
    ("Pictures a second", "fps", ""),
    ("Last positions not shown", "dropped_last", ""),
    ("Longest stall later", "event_loop_gap_ms_max", "ms"),
    ("Work in a picture", "gflop_per_image", "GFLOP"),
    ("Large convolution", "conv_peak_gflops", "GFLOP/s"),
    ("Share of that reached", "peak_fraction", ""),
    ("Memory at most", "peak_rss_mb", "MB"),
)
_SEARCH_ROWS = (
    ("Inpainting: first answers", "first_candidate_s", "s"),
    ("Inpainting: all answers", "seconds", "s"),
    ("Steps a second", "steps_per_s", ""),
    ("Longest stall meanwhile", "event_loop_gap_ms_max", "ms"),
    ("Memory at most", "peak_rss_mb", "MB"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model", metavar="MODEL", nargs="?", help="the best bundled one if left out"
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=whole(1, 1024),
        help="to draw with (one where that is quick, else every core)",
    )
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Measure in fresh processes; takes about half a minute."""
    from latentstudio import benchmark

    model = options.model or next(iter(bundled_models()), None)
    if model is None:
        raise StudioError("Nothing to measure", "no model is bundled", "Give the path of a model.")
    say(f"Measuring {model}: about half a minute, best with nothing else running.")
    result = benchmark.run(model, options.device, options.precision, options.threads)
    return Answer(result, lines_of(result))


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """The result as a table; medians with the 95th percentile beside them."""
    heading = "{model} on {device}, {precision}, {threads} threads, torch {torch}"
    rows = [(label, _value(result.get(key)), unit) for label, key, unit in _ROWS]
    search = result["inpaint"]
    rows += [(label, _value(search.get(key)), unit) for label, key, unit in _SEARCH_ROWS]
    return [heading.format_map(result), *table(rows)]


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{value['p50']:g} (95%: {value['p95']:g})"
    return "not measured" if value is None else f"{value:g}"
