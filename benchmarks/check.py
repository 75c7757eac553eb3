"""Holds what `latentstudio bench` measures against the budgets that the window must keep."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from latentstudio import benchmark, open_model

Result = dict[str, Any]

# What is held, how it is read from the result, and its upper bound on two cores.
BUDGETS: tuple[tuple[str, Callable[[Result], float], float], ...] = (
    ("last positions not shown", lambda r: r["dropped_last"], 0),
    ("frame over forward, p50 (ms)", lambda r: r["frame_ms"]["p50"] - r["forward_ms"]["p50"], 2),
    ("event-loop gap (ms)", lambda r: r["event_loop_gap_ms_max"], 50),
    ("gap during start (ms)", lambda r: r["startup_gap_ms_max"], 300),
    ("window on screen (s)", lambda r: r["startup_window_s"], 1.0),
    (
        "first picture over importing torch (s)",
        lambda r: r["startup_first_image_s"] - r["import_torch_s"],
        1.2,
    ),
    ("memory (MB)", lambda r: r["peak_rss_mb"] or 0, 700),
    ("gap while a search runs (ms)", lambda r: r["inpaint"]["event_loop_gap_ms_max"], 100),
    ("memory with a search (MB)", lambda r: r["inpaint"]["peak_rss_mb"] or 0, 1500),
)

# The p95 of slider to paint, by the model's side.
SLIDER_MS = {64: 20.0, 128: 25.0}

# Of a search for sixteen answers: seconds until the first are there, and until all are done.
SEARCH_S = {64: (1.0, 15.0), 128: (2.0, 45.0)}


def check(result: Result, side: int) -> list[tuple[str, float, float, bool]]:
    """Name, measured, bound and whether it holds, for every budget; of a model so large."""
    slider = next(bound for most, bound in SLIDER_MS.items() if side <= most)
    first, whole = next(bounds for most, bounds in SEARCH_S.items() if side <= most)
    by_side = (
        ("slider to paint, p95 (ms)", lambda r: r["slider_to_paint_ms"]["p95"], slider),
        ("first answers of a search (s)", lambda r: r["inpaint"]["first_candidate_s"], first),
        ("a whole search (s)", lambda r: r["inpaint"]["seconds"], whole),
    )
    lines = []
    for name, read, bound in (*BUDGETS, *by_side):
        value = round(read(result), 3)
        lines.append((name, value, bound, value <= bound))
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="avatars-dcgan")
    parser.add_argument("--json", action="store_true", help="print the whole result, too")
    options = parser.parse_args()
    result = benchmark.run(options.model)
    lines = check(result, open_model(options.model).info.resolution)
    for name, value, bound, holds in lines:
        print(f"{'ok  ' if holds else 'OVER'}  {name:40} {value:10g}   at most {bound:g}")
    if options.json:
        print(json.dumps(result))
    return 0 if all(holds for *_, holds in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
