"""``latentstudio evaluate``: how good a model's pictures are, beside real ones and coarse ones."""

import argparse
import math
import os
import time
from collections.abc import Generator as Steps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from latentstudio.commands.answer import Answer, say, table
from latentstudio.commands.arguments import UsageError, add_device, number, whole
from latentstudio.commands.drawing import Drawer, finish, open_drawer
from latentstudio.commands.evaluate_directions import NAME as DIRECTIONS
from latentstudio.commands.evaluate_directions import Verdict, choose_judge, judge_directions
from latentstudio.core.bundle import read_card
from latentstudio.core.bundle_edit import COMPARED, write_metrics_into
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.model_info import PSI_RANGE
from latentstudio.core.steps import changed, counted
from latentstudio.engine.messages import Step
from latentstudio.resources import find_model

if TYPE_CHECKING:
    from latentstudio.metrics.evaluation import Row
    from latentstudio.metrics.real import Marks, RealStatistics
    from latentstudio.metrics.referee import Referee

T = TypeVar("T")

NAMES = {
    "fid_avatar": "Frechet distance of the referee's features",
    "kid_avatar": "kernel distance of the referee's features",
    "classifier_score": "certainty and variety of what the referee reads",
    "prdc": "precision, recall, density, coverage",
    "swd": "sliced Wasserstein distance of patches",
    "spectrum": "strength of detail by frequency",
    "histogram": "how often each value of each factor occurs",
    "neighbours": "distance to the nearest training picture",
    "birthday": "near twins among a thousand pictures",
    "class_fid": "Frechet distance of each class",
    "class_accuracy": "pictures that show the class asked for",
    "separability": "how well planes in z and w part what the referee reads",
    "ppl": "perceptual path length in z and w",
    "bands": "what coarse, middle and fine style layers decide",
    "directions": "whether attribute sliders do what they say; only where it is asked for",
}
"""The metrics by the names that a user asks for."""

SAMPLES = 10_000
_MOST = 1_000_000
_STATISTICS = ".safetensors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument(
        "--metrics", metavar="LIST", type=_metrics,
        help="such as fid_avatar,prdc; by default all that apply",
    )  # fmt: skip
    parser.add_argument(
        "--samples", metavar="N", type=whole(1, _MOST), default=SAMPLES,
        help=f"pictures to draw, from seed 0 on ({SAMPLES})",
    )  # fmt: skip
    parser.add_argument(
        "--data", metavar="FOLDER|ZIP|FILE", type=Path,
        help="real pictures to compare with, or statistics of some; "
        "by default those of what a bundled model learned from",
    )  # fmt: skip
    parser.add_argument(
        "--referee", metavar="NAME", help="who judges: a referee, or random for the control"
    )
    low, high = PSI_RANGE
    parser.add_argument(
        "--truncation", metavar="P", type=number(low, high), default=1.0,
        help="pull towards the mean face (1: not at all)",
    )  # fmt: skip
    parser.add_argument(
        "--into", action="store_true",
        help=f"put the scores on the model's card (at least {SAMPLES} samples, truncation 1)",
    )  # fmt: skip
    add_device(parser)
    width = max(map(len, NAMES))
    parser.epilog = "metrics:\n" + "\n".join(f"  {n:{width}}  {t}" for n, t in NAMES.items())


def run(options: argparse.Namespace) -> Answer:
    """Draw pictures, score them, and put floor and yardsticks beside each score."""
    begun = time.monotonic()
    path = find_model(options.model)  # before torch, so that a mistyped name is told at once
    card = path if options.into else None
    if card is not None:
        _check_card(card, options)
    learned_from = str(read_card(path).training.get("data", ""))
    drawer = open_drawer(str(path), options.device, options.precision, batches=True)
    verdict = None
    if options.metrics and DIRECTIONS in options.metrics:
        verdict = _verdict(drawer, options)
        options.metrics.remove(DIRECTIONS)
    if verdict and not options.metrics:
        data = {**drawer.facts, "truncation": 1.0, "seconds": round(time.monotonic() - begun, 2)}
        data |= {"metrics": [verdict.row], DIRECTIONS: verdict.facts}
        return _answer(data, verdict.lines[1:], card)
    data = _scores(drawer, options, learned_from)
    if verdict:
        data["metrics"].append(verdict.row)
        data[DIRECTIONS] = verdict.facts
    data["seconds"] = round(time.monotonic() - begun, 2)
    return _answer(data, [*lines_of(data), *(verdict.lines if verdict else [])], card)


def _check_card(path: Path, options: argparse.Namespace) -> None:
    """What can be told before all is drawn: whether scores of this kind can go onto this card."""
    if options.samples < SAMPLES or options.truncation != 1.0 or options.precision != "float32":
        detail = "what a card says was measured on the whole model"
        hint = "Leave out --samples, --truncation and --precision."
        raise UsageError("No scores for a card", detail, hint)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        hint = "Copy the model to a folder of yours, and give its path."
        raise StudioError(f"Could not write into {path.name}", "no permission to write there", hint)


def _answer(data: dict[str, Any], lines: list[str], card: Path | None) -> Answer:
    """The scores as an answer, after they were put on a card if they are to be."""
    if card is None:
        return Answer(data, lines)
    rows = [row for row in data["metrics"] if math.isfinite(row["value"])]
    scores = {row["name"]: float(f"{row['value']:.4g}") for row in rows}
    compared = {COMPARED: data["data"]} if "data" in data else {}
    try:
        if read_card(card).model_id != data["model_id"]:
            detail = "another model has taken the place of the one that was measured"
            raise StudioError(f"Could not write into {card.name}", detail)
        write_metrics_into(card, scores | compared)
    except StudioError as error:  # the scores took minutes, and are told in any case
        return Answer(data, [*lines, str(error)], failed=True)
    return Answer(data, [*lines, f"{len(scores)} scores are on the card of {card}."])


def _verdict(drawer: Drawer, options: argparse.Namespace) -> Verdict:
    """Whether attribute sliders tell the truth."""
    from latentstudio.metrics.direction_truth import FACES, faces_moved

    judge, count = choose_judge(options.referee, drawer.info), min(FACES, options.samples)
    steps = judge_directions(drawer.generator, judge, count)
    return finish(_counted(steps, faces_moved(drawer.info.directions, judge, count)))


def _scores(drawer: Drawer, options: argparse.Namespace, learned_from: str) -> dict[str, Any]:
    """The metrics that compare with real pictures."""
    from latentstudio.metrics.evaluation import choose_referee, evaluate, pictures_of

    info = drawer.info
    referee = choose_referee(options.referee, info.resolution)
    real = _open_real(options.data, learned_from, referee)
    names = _applicable(options, drawer, real, referee)
    steps = evaluate(drawer.generator, referee, real, names, options.samples, options.truncation)
    rows = finish(_counted(steps, pictures_of(names, info, options.samples)))
    return {
        **drawer.facts,
        "data": real.origin.data,
        "referee": referee.name,
        "referee_hash": referee.weights_hash,
        "truncation": options.truncation,
        "samples": options.samples,
        "metrics": [_facts(row) for row in rows],
    }


def lines_of(data: dict[str, Any]) -> list[str]:
    """The scores as tables: all of them, then what each is the mean of, then what is missing."""
    rows = [("metric", "value", "+-", "floor", "half", "quarter", "pictures", "seconds")]
    parts = [("part", "value", "floor", "half", "quarter")]
    gone = []
    for metric in data["metrics"]:
        spread = "" if metric["spread"] is None else f"{metric['spread']:.2g}"
        sizes = (f"{metric['samples']:,}", f"{metric['seconds']:.1f}")
        rows.append((metric["name"], f"{metric['value']:.5g}", spread, *_shown(metric), *sizes))
        for name, part in metric["parts"].items():
            parts.append((f"{metric['name']} {name}", f"{part['value']:.5g}", *_shown(part)))
        for psi, value in metric["curve"].items():
            parts.append((f"{metric['name']} at truncation {psi}", f"{value:.5g}", "", "", ""))
        gone += [f"Missing {name}: {', '.join(v)}" for name, v in metric["missing"].items()]
    heading = (
        f"{data['model']} at truncation {data['truncation']:g}, compared with {data['data']}, "
        f"judged by {data['referee']}"
    )
    detail = ["", *table(parts)] if len(parts) > 1 else []
    return [heading, *table(rows), *detail, *gone]


def _metrics(text: str) -> list[str]:
    names = []
    for part in text.split(","):
        name = part.strip()
        name = f"{name}_avatar" if f"{name}_avatar" in NAMES else name  # fid and kid will do
        if name not in NAMES:
            raise UsageError(f"Unknown metric {name}", hint=nearest(name, NAMES))
        names.append(name)
    return list(dict.fromkeys(names))


def _open_real(data: Path | None, learned_from: str, referee: "Referee") -> "RealStatistics":
    """What to compare with: given, or bundled for what the model learned from."""
    from latentstudio.data.folder import open_pictures
    from latentstudio.metrics.real import PICTURES
    from latentstudio.metrics.real_file import check_referee, find_statistics, open_statistics
    from latentstudio.metrics.user_data import user_statistics

    if data is None:
        return open_statistics(find_statistics(learned_from, referee))
    data = data.expanduser()
    if not data.exists():
        detail = "there is no such file or folder"
        hint = "Give real pictures, or statistics that latentstudio-train statistics wrote."
        raise StudioError(f"Could not open {data}", detail, hint)
    if data.suffix == _STATISTICS:
        real = open_statistics(data)
        check_referee(real.origin, referee)
        return real
    pictures = open_pictures(data.resolve())
    total = min(2 * PICTURES, pictures.size)
    return finish(_counted(user_statistics(pictures, referee, say), total))


def _applicable(
    options: argparse.Namespace, drawer: Drawer, real: "RealStatistics", referee: "Referee"
) -> list[str]:
    """The metrics asked for, which must all be possible; or those that are, in the end some."""
    from latentstudio.metrics.evaluation import applies, obstacle_of

    if options.metrics:
        wanted = options.metrics
    else:
        known = [name for name in NAMES if name != DIRECTIONS]
        wanted = [name for name in known if applies(name, drawer.info, real, referee)]
    possible = []
    for name in wanted:
        error = obstacle_of(name, drawer.info, drawer.precision, options.samples, real, referee)
        if error is None:
            possible.append(name)
        elif options.metrics or not possible:  # the first of all fails on too few pictures
            raise error
        else:
            say(f"{name} is left out: {error}")
    return possible


def _counted(steps: "Steps[int, None, T]", total: int) -> "Steps[Step, None, T]":
    """Numbers of pictures as steps of a progress bar."""
    return changed(counted(steps), lambda done: Step(done, total))


def _facts(row: "Row") -> dict[str, Any]:
    """A row as the contract has it."""
    score = row.score
    return {
        "name": row.name,
        "value": score.value,
        "spread": score.spread,
        "samples": score.samples,
        "seconds": round(row.seconds, 2),
        "protocol": row.protocol,
        **_marks(row.marks.get(score.name)),
        "parts": {
            name: {"value": value, **_marks(row.marks.get(f"{score.name}/{name}"))}
            for name, value in score.parts.items()
        },
        "missing": {name: list(values) for name, values in score.missing.items()},
        "curve": dict(row.curve),
    }


def _marks(marks: "Marks | None") -> dict[str, Any]:
    if marks is None:
        return {"floor": None, "yardsticks": None}
    return {"floor": marks.floor, "yardsticks": {"half": marks.half, "quarter": marks.quarter}}


def _shown(scored: dict[str, Any]) -> tuple[str, str, str]:
    """Floor and yardsticks of a score or a part, for people."""
    if scored["floor"] is None:
        return ("", "", "")
    half, quarter = scored["yardsticks"]["half"], scored["yardsticks"]["quarter"]
    return (f"{scored['floor']:.4g}", f"{half:.4g}", f"{quarter:.4g}")
