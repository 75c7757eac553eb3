"""The part of ``latentstudio evaluate`` that asks whether attribute sliders tell the truth."""

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latentstudio.commands.answer import table
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Generator as Steps
    from collections.abc import Sequence

    from latentstudio.metrics.direction_truth import Share, Truth
    from latentstudio.metrics.referee import Referee
    from latentstudio.models.generator import Generator

NAME = "directions"
BEST = 5
"""So many attributes must keep the bounds."""

_SECOND = "b"  # how the names of referees end that no direction is learned with


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a model's attribute sliders: a row of scores, a table, lines."""

    row: dict[str, Any]
    facts: dict[str, Any]
    lines: list[str]


def choose_judge(name: str | None, info: ModelInfo) -> "Referee":
    """The referee of a name; else the second one of the model's resolution, else the first.

    Raises:
        StudioError: there is none, or the model brings no attributes that it reads.
    """
    from latentstudio.metrics.direction_truth import judged
    from latentstudio.metrics.evaluation import choose_referee
    from latentstudio.metrics.referee import referee_names

    second = next((n for n in referee_names() if n.endswith(f"{info.resolution}{_SECOND}")), None)
    judge = choose_referee(name or second, info.resolution)
    if not info.directions:
        raise StudioError(
            f"{info.name} brings no attribute directions",
            "there is nothing to judge",
            f"Run latentstudio directions {info.name} --method attributes --into.",
        )
    if not judged(info.directions, judge):
        raise StudioError(
            f"{judge.name} cannot judge the directions of {info.name}",
            "it reads none of their attributes",
            "Take another --referee.",
        )
    return judge


def judge_directions(
    generator: "Generator", judge: "Referee", count: int
) -> "Steps[int, None, Verdict]":
    """Move so many new faces along every attribute; yields how many each step drew."""
    from latentstudio.metrics.direction_truth import direction_truth

    begun = time.monotonic()
    truths = yield from direction_truth(generator, generator.info.directions, judge, count)
    told = sorted(
        (truth for truth in truths if not math.isnan(truth.value)),
        key=lambda truth: (not truth.holds, not truth.keeps, truth.bound - truth.value),
    )
    best = told[:BEST]
    accuracy = {d.name: d.accuracy for d in generator.info.directions}
    own = any(judge.name in d.found for d in generator.info.directions)
    facts = {
        "judge": judge.name,
        "judge_hash": judge.weights_hash,
        "judged_itself": own,
        "note": f"{judge.name} judges what was learned with {judge.name} itself" if own else "",
        "faces": count,
        "best": [truth.name for truth in best],
        "best_hold": len(best) == BEST and all(truth.holds and truth.keeps for truth in best),
        "attributes": [_facts(truth, accuracy.get(truth.name)) for truth in truths],
    }
    row = {
        "name": f"{NAME}_{judge.name}",
        "value": min((truth.value for truth in best), default=0.0),
        "spread": None,
        "samples": count,
        "seconds": round(time.monotonic() - begun, 2),
        "protocol": f"{count:,} new faces moved to -2 and +2 standard deviations (ordered: five "
        "positions); the worst of the five best attributes",
        "floor": None,
        "yardsticks": None,
        "parts": {t.name: {"value": t.value, "floor": None, "yardsticks": None} for t in told},
        "missing": {},
        "curve": {},
    }
    return Verdict(row, facts, _lines(truths, facts))


def _facts(truth: "Truth", accuracy: float | None) -> dict[str, Any]:
    value = truth.value
    worst = truth.worst_other
    return {
        "name": truth.name,
        "kind": truth.kind,
        "accuracy": accuracy,
        "value": None if math.isnan(value) else value,
        "bound": truth.bound,
        "holds": truth.holds,
        "keeps": truth.keeps,
        **{name: _share(share) for name, share in truth.shares.items()},
        "locked": {name: _share(share) for name, share in truth.locked.items()},
        "worst_other": {"name": worst[0], **_share(worst[1])} if worst else None,
        "others": {name: _share(share) for name, share in truth.others.items()},
    }


def _share(share: "Share") -> dict[str, Any]:
    low, high = share.interval
    value = share.value if share.faces else None
    return {"value": value, "low": round(low, 4), "high": round(high, 4), "faces": share.faces}


def _lines(truths: "Sequence[Truth]", facts: dict[str, Any]) -> list[str]:
    rows = [("attribute", "+2 or follows", "-2", "locked: changes most", "holds", "keeps")]
    for truth in truths:
        first = truth.shares.get("follow") or truth.shares["up"]
        down, worst = truth.shares.get("down"), truth.worst_other
        rows.append(
            (
                truth.name,
                _words(first),
                _words(down) if down else "",
                f"{worst[0]} {_words(worst[1])}" if worst else "",
                "yes" if truth.holds else "no",
                "yes" if truth.keeps else "no",
            )
        )
    note = [f"Note: {facts['note']}."] if facts["note"] else []
    heading = f"Attribute sliders on {facts['faces']:,} new faces, judged by {facts['judge']}"
    return ["", heading, *table(rows), *note]


def _words(share: "Share") -> str:
    """``97 % (95-99)``: a share and the interval of 95 %."""
    if not share.faces:
        return "no faces"
    low, high = share.interval
    return f"{100 * share.value:.0f} % ({100 * low:.0f}-{100 * high:.0f})"
