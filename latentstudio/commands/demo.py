"""``latentstudio demo``: a full screen for the visitors of a stand."""

import argparse
import importlib
from dataclasses import replace
from pathlib import Path

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import UsageError, add_device, whole
from latentstudio.core.bundle import read_card
from latentstudio.core.demo import IDLE_RANGE, SLIDERS, DemoPlan, line_of, read_plan
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.recents import state_folder
from latentstudio.resources import bundled_models, find_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "What is not given is as the operator chose it in the window (Ctrl+Shift+D). "
        "Hold Esc for a second and a half to leave."
    )
    parser.add_argument("model", metavar="MODEL", nargs="?", help="a bundled name or a path")
    parser.add_argument(
        "--screen", metavar="N", type=whole(1, 64), help="number of the screen, from 1"
    )
    parser.add_argument(
        "--sliders", metavar="LIST", help=f"up to {SLIDERS} directions, such as smile,glasses"
    )
    parser.add_argument("--headline", metavar="TEXT", help="the words above the sliders")
    parser.add_argument(
        "--idle", metavar="SECONDS", type=whole(*IDLE_RANGE),
        help="without a touch until it shows what visitors kept",
    )  # fmt: skip
    parser.add_argument("--folder", metavar="DIR", type=Path, help="where kept faces are written")
    parser.add_argument(
        "--sheet", choices=("none", "pdf"), help="write a printable sheet beside each of them"
    )
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Show the demo until its operator leaves it."""
    plan = plan_of(options, read_plan(state_folder()))
    display = importlib.import_module("latentstudio.display")
    missing = display.no_display() or display.missing_library()
    if missing is not None:
        raise StudioError("Could not open the demo", missing)
    app = importlib.import_module("latentstudio.demo_app")
    written: list[Path] = app.run(plan, options.device, options.precision)
    count = len(written)
    words = f"{count} {'face' if count == 1 else 'faces'} in {plan.folder}" if count else "No face"
    return Answer(
        {"model": plan.model, "files": [str(path) for path in written]}, [f"Kept: {words}."]
    )


def plan_of(options: argparse.Namespace, last: DemoPlan) -> DemoPlan:
    """The plan of a command line: what is given, and the rest as the last time.

    Raises:
        StudioError: no such model, or one that cannot be read.
        UsageError: a slider that the model has no direction for.
    """
    model = options.model or last.model or next(iter(bundled_models()), "")
    if not model:
        raise StudioError("There is no model to show", "none is bundled", "Give the path of one.")
    plan = replace(last, model=model)
    known = [direction.name for direction in read_card(find_model(model)).directions]
    if options.sliders is not None:
        plan = replace(plan, sliders=_sliders(options.sliders, known))
    given = {
        "screen": None if options.screen is None else options.screen - 1,
        "headline": None if options.headline is None else line_of(options.headline),
        "idle": options.idle,
        "folder": None if options.folder is None else str(options.folder),
        "sheet": options.sheet,
    }
    return replace(plan, **{name: value for name, value in given.items() if value is not None})


def _sliders(text: str, known: list[str]) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    by_word = {name.casefold(): name for name in known}
    for name in names:
        if name.casefold() not in by_word:
            hint = nearest(name, known) or "This model brings no directions."
            raise UsageError("Wrong usage", f"--sliders: no direction {name} in this model", hint)
    if len(names) > SLIDERS:
        raise UsageError("Wrong usage", f"--sliders: {len(names)} are more than {SLIDERS}")
    return tuple(by_word[name.casefold()] for name in names)
