"""Judges a generator: draws pictures, scores them, and tells what each number was measured on."""

import time
from collections.abc import Generator as Steps
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.metrics.band_shares import FACES, band_shares, mixed_bands
from latentstudio.metrics.band_shares import pictures as mixed_pictures
from latentstudio.metrics.class_frechet import class_accuracy
from latentstudio.metrics.observe import Observed, Observer
from latentstudio.metrics.ppl import summary
from latentstudio.metrics.real import Marks, RealStatistics
from latentstudio.metrics.referee import Referee, open_referee, random_referee, referee_names
from latentstudio.metrics.samples import latents_of, samples, steps_along_paths
from latentstudio.metrics.scores import (
    METRICS,
    Score,
    as_head_values,
    class_head,
    obstacle,
)
from latentstudio.metrics.separability import separability
from latentstudio.models.generator import Generator

PPL, SEPARABILITY, BANDS = "ppl", "separability", "bands"
_ALONE = {PPL, BANDS}  # they draw pictures of their own
PATHS = 1000
"""Pairs of latents for each path length."""

TRUNCATIONS = (0.5, 0.7, 1.0)
TRUNCATED = 1000
"""Pictures at each truncation for the curve of class accuracy."""

_CLASSES = ("class_fid", "class_accuracy")
_RANDOM = "random"


@dataclass(frozen=True)
class Row:
    """A score with what it needs to be read.

    Attributes:
        name: the score's, with the referee's where the referee has a part in it.
        score: the number.
        seconds: that its metric took, without drawing the samples.
        protocol: what was compared with what, in a sentence.
        marks: floor and yardsticks by name of the score and of its parts; empty without any.
        curve: the number by truncation, where that was measured.
    """

    name: str
    score: Score
    seconds: float
    protocol: str
    marks: Mapping[str, Marks] = field(default_factory=dict)
    curve: Mapping[str, float] = field(default_factory=dict)


def choose_referee(name: str | None, resolution: int) -> Referee:
    """The referee of a name, ``random`` for the control, or the first one of a resolution.

    Raises:
        StudioError: there is none, or it reads pictures of another size.
    """
    if name in (_RANDOM, f"{_RANDOM}{resolution}"):
        return random_referee(resolution)
    if name is not None:
        referee = open_referee(name)
        if referee.resolution != resolution:
            raise StudioError(
                f"{name} cannot judge this model",
                f"it reads pictures of {referee.resolution} pixels, the model draws {resolution}",
                "Leave --referee out, or take --referee random.",
            )
        return referee
    known = [open_referee(each) for each in referee_names()]
    found = next((referee for referee in known if referee.resolution == resolution), None)
    if found is None:
        sides = ", ".join(str(side) for side in sorted({each.resolution for each in known}))
        raise StudioError(
            f"No referee judges pictures of {resolution} pixels",
            f"those that come with the studio read {sides or 'no'} pixels",
            "Take --referee random, with real pictures to compare with as --data.",
        )
    return found


def applies(name: str, info: ModelInfo, real: RealStatistics, referee: Referee) -> bool:
    """Whether a metric makes sense for a model, its data and a referee, however many pictures."""
    if name == PPL:
        return True
    if name == BANDS:
        return len(mixed_bands(info)) > 1
    if name == SEPARABILITY:
        return _read_categories(real, referee) != []
    alien = name in _CLASSES and not _same_classes(info, real)
    return not alien and METRICS[name].lacks(real, referee) is None


def obstacle_of(
    name: str, info: ModelInfo, precision: str, count: int, real: RealStatistics, referee: Referee
) -> StudioError | None:
    """Why a metric cannot be measured on a model; None if it can."""
    if name == PPL:
        if precision == "float32":
            return None
        why = f"the steps along a path are smaller than what {precision} can tell apart"
        return StudioError("Cannot measure ppl", why, "Take --precision float32.")
    if name == BANDS:
        if applies(name, info, real, referee):
            return None
        why = f"{info.name} has no style layers to mix"
        return StudioError(f"Cannot measure {name}", why, "Leave it out.")
    if name == SEPARABILITY:
        if _read_categories(real, referee):
            return None
        why = f"{referee.name} reads no category of {real.origin.data} well enough"
        return StudioError(f"Cannot measure {name}", why, "Leave it out.")
    if name in _CLASSES and not _same_classes(info, real):
        why = (
            f"the classes of {info.name} are not those of {real.origin.data}"
            if info.classes
            else f"{info.name} has no classes"
        )
        return StudioError(f"Cannot measure {name}", why, "Leave it out.")
    return obstacle(name, count, real, referee)


def pictures_of(names: Sequence[str], info: ModelInfo, count: int) -> int:
    """How many pictures an evaluation draws, for a progress bar."""
    total = count if set(names) - _ALONE else 0
    if BANDS in names:
        total += mixed_pictures(info)
    if PPL in names:
        total += 2 * PATHS * len(_paths(info))
    if "class_accuracy" in names and info.has_truncation:
        total += TRUNCATED * len(TRUNCATIONS)
    return total


def evaluate(
    generator: Generator,
    referee: Referee,
    real: RealStatistics,
    names: Sequence[str],
    count: int,
    psi: float = 1.0,
) -> Steps[int, None, list[Row]]:
    """Measure metrics, none of which has an obstacle; yields how many pictures each step drew."""
    seen = None
    if set(names) - _ALONE:
        seen = yield from _draw(generator, referee, real, count, psi)
    rows = []
    for name in names:
        begun = time.monotonic()
        if name == PPL:
            scores = yield from _path_scores(generator, referee, psi)
        elif name == BANDS:
            scores = yield from _band_scores(generator, referee, psi)
        elif name == SEPARABILITY:
            assert seen is not None
            scores = _separability_scores(generator, seen, referee, real)
        else:
            assert seen is not None
            scores = list(METRICS[name].scores(seen, real, referee))
        curve = {}
        if name == "class_accuracy" and generator.info.has_truncation:
            curve = yield from _accuracy_curve(generator, referee, real)
        seconds = time.monotonic() - begun
        rows += [_row(name, score, seconds, referee, real, psi, curve) for score in scores]
        yield 0
    return rows


def _draw(
    generator: Generator, referee: Referee, real: RealStatistics, count: int, psi: float
) -> Steps[int, None, Observed]:
    observer = Observer(referee)
    for images, classes in samples(generator, count, psi):
        observer.add(images, _renumbered(classes, generator.info, real))
        yield len(images)
    return observer.observed()


def _renumbered(classes: Tensor | None, info: ModelInfo, real: RealStatistics) -> Tensor | None:
    """A model's class numbers as those of the real pictures; None where they have others."""
    if classes is None or not _same_classes(info, real):
        return None
    return torch.tensor([real.origin.classes.index(name) for name in info.classes])[classes]


def _same_classes(info: ModelInfo, real: RealStatistics) -> bool:
    return bool(info.classes) and set(info.classes) == set(real.origin.classes)


def _paths(info: ModelInfo) -> list[tuple[Literal["z", "w"], Literal["full", "end"]]]:
    """Which path lengths a model has; without style layers w is z."""
    spaces: tuple[Literal["z", "w"], ...] = ("z", "w") if info.style_layers > 1 else ("z",)
    return [(space, kind) for space in spaces for kind in ("full", "end")]


def _path_scores(
    generator: Generator, referee: Referee, psi: float
) -> Steps[int, None, list[Score]]:
    scores = []
    for space, kind in _paths(generator.info):
        lengths = []
        for part in steps_along_paths(generator, referee.feature_maps, space, kind, PATHS, psi):
            lengths.append(part)
            yield 2 * len(part)
        found = summary(torch.cat(lengths))
        name = f"ppl_{space}" if kind == "full" else f"ppl_{space}_end"
        scores.append(Score(name, found.mean, PATHS, spread=found.spread))
    return scores


def _band_scores(
    generator: Generator, referee: Referee, psi: float
) -> Steps[int, None, list[Score]]:
    table = yield from band_shares(generator, referee, psi=psi)
    parts = {f"{factor}/{band}": v for factor, row in table.items() for band, v in row.items()}
    largest = [max(row.values()) for row in table.values()]
    return [Score(BANDS, sum(largest) / len(largest), FACES, parts=parts)]


def _read_categories(real: RealStatistics, referee: Referee) -> list[str]:
    return [head.name for head in referee.heads if head.values and head.name in real.histograms]


def _separability_scores(
    generator: Generator, seen: Observed, referee: Referee, real: RealStatistics
) -> list[Score]:
    read, names = referee.read_features(seen.features), _read_categories(real, referee)
    scores = []
    for space, latents in latents_of(generator, len(seen)).items():
        found = separability(latents, {name: read[name] for name in names})
        scores.append(Score(f"separability_{space}", found.score, len(seen), parts=found.entropies))
    return scores


def _accuracy_curve(
    generator: Generator, referee: Referee, real: RealStatistics
) -> Steps[int, None, dict[str, float]]:
    head, classes = class_head(real.origin.classes, referee), real.origin.classes
    assert head is not None
    curve = {}
    for psi in TRUNCATIONS:
        seen = yield from _draw(generator, referee, real, TRUNCATED, psi)
        assert seen.classes is not None
        read = referee.read_features(seen.features)[head.name]
        curve[f"{psi:g}"] = class_accuracy(read, as_head_values(seen.classes, classes, head))
    return curve


def _row(
    name: str,
    score: Score,
    seconds: float,
    referee: Referee,
    real: RealStatistics,
    psi: float,
    curve: Mapping[str, float],
) -> Row:
    free = name in METRICS and METRICS[name].network_free
    full = score.name if free else f"{score.name}_{_label(referee)}"
    found = real.marks_of(score.name, score.samples)
    marks = {}
    if found is not None:
        of_size = real.marks[found[0]]
        marks = {key: of_size[key] for key in score.flat() if key in of_size}
    protocol = _protocol(name, score, psi, found[0] if found else None)
    return Row(full, score, seconds, protocol, marks, curve)


def _protocol(name: str, score: Score, psi: float, marked: int | None) -> str:
    if name == PPL:
        return f"{score.samples:,} paths at truncation {psi:g}; mean without the extreme hundredths"
    if name == BANDS:
        return f"{score.samples:,} faces at truncation {psi:g}, mixed a band at a time"
    against = f" against {score.against}" if score.against else ""
    sentence = f"{score.samples:,} generated at truncation {psi:g}{against}"
    if marked is None:
        return sentence
    more = ", more than were generated" if marked > score.samples else ""
    return f"{sentence}; floor and yardsticks of {marked:,} other real ones{more}"


def _label(referee: Referee) -> str:
    """How scores name the referee: ``avatar64`` for the first one of its kind, ``avatar64a``."""
    name = referee.name
    return name[:-1] if name.endswith("a") and name[:-1].endswith(str(referee.resolution)) else name
