"""The table of metrics: each scores a set of pictures against the statistics of real ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.metrics.birthday import PICTURES, count_twins
from latentstudio.metrics.class_frechet import class_accuracy, class_frechet_distances
from latentstudio.metrics.classifier_score import classifier_score
from latentstudio.metrics.frechet import frechet_distance, moments_of
from latentstudio.metrics.histogram import (
    histogram_of,
    missing_values,
    total_variation,
    value_names,
)
from latentstudio.metrics.kid import kernel_distance
from latentstudio.metrics.neighbours import nearest_training
from latentstudio.metrics.observe import KEPT, Observed
from latentstudio.metrics.prdc import NEIGHBOURS, prdc
from latentstudio.metrics.real import KEPT_FEATURES, RealStatistics
from latentstudio.metrics.referee import Head, Referee
from latentstudio.metrics.spectrum import spectrum_distance


@dataclass(frozen=True)
class Score:
    """One number.

    Attributes:
        name: ``precision`` and the like; unique among all scores.
        value: the number.
        samples: how many pictures it was measured on.
        against: what with, in words; empty where the number stands for itself.
        spread: standard deviation over blocks, splits or classes; None where there are none.
        parts: what it is the mean of, by factor, class or level.
        missing: by factor, values that real pictures show and these hardly do.
    """

    name: str
    value: float
    samples: int
    against: str = ""
    spread: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def flat(self) -> dict[str, float]:
        """The number and its parts, by the names that ``RealStatistics.marks`` has for them."""
        parts = {f"{self.name}/{part}": value for part, value in self.parts.items()}
        return {self.name: self.value, **parts}


@dataclass(frozen=True)
class Metric:
    """How pictures are scored.

    Attributes:
        scores: pictures, real statistics, referee -> scores.
        lacks: what it needs and does not have, in words; None if nothing.
        least: how many pictures at least.
        network_free: whether the referee has no part in it.
    """

    scores: Callable[[Observed, RealStatistics, Referee], Iterator[Score]]
    lacks: Callable[[RealStatistics, Referee], str | None] = lambda real, referee: None
    least: Callable[[RealStatistics], int] = lambda real: NEIGHBOURS + 2
    network_free: bool = False


def obstacle(name: str, samples: int, real: RealStatistics, referee: Referee) -> StudioError | None:
    """Why a metric cannot be measured on so many pictures; None if it can."""
    metric = METRICS[name]
    lack = metric.lacks(real, referee)
    if lack is not None:
        return StudioError(f"Cannot measure {name}", lack, "Leave it out.")
    least = metric.least(real)
    if samples >= least:
        return None
    each = " of each class" if least > _more_than_features(real) else ""
    reason = f", more{each} than {referee.name} has features" if least > NEIGHBOURS + 2 else ""
    return StudioError(
        f"Cannot measure {name} on {samples:,} pictures",
        f"it needs {least:,}{reason}",
        f"Take --samples {least} or more.",
    )


# --- one function a metric -----------------------------------------------------------------------


def _fid(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    found = frechet_distance(moments_of(seen.features), real.moments)
    yield Score("fid", found, len(seen), _all(real))


def _kid(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    features = seen.features[:KEPT_FEATURES]
    found = kernel_distance(features, real.features)
    yield Score("kid", found.mean, len(features), _some(real), found.spread)


def _classifier_score(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    head = _most_varied(real, referee)
    assert head is not None
    found = classifier_score(referee.read_features(seen.features)[head.name])
    parts = {head.name: found.mean}
    yield Score("classifier_score", found.mean, len(seen), "", found.spread, parts)


def _prdc(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    features = seen.features[:KEPT_FEATURES]
    for name, value in vars(prdc(real.features, features)).items():
        yield Score(name, value, len(features), _some(real))


def _swd(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    found = real.swd.distance(seen.images)
    parts = {str(side): value for side, value in found.levels.items()}
    against = f"the quantiles of {min(real.origin.count, KEPT):,} real"
    yield Score("swd", found.mean, len(seen.pictures), against, parts=parts)


def _spectrum(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    mean = seen.spectra.double().mean(0)
    yield Score("spectrum", spectrum_distance(mean, real.spectrum), len(seen), _all(real))


def _histogram(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    read = referee.read_features(seen.features)
    distances, missing = {}, {}
    for head in referee.heads:
        if head.name in real.histograms:
            shares, expected = histogram_of(head, read[head.name]), real.histograms[head.name]
            distances[head.name] = total_variation(shares, expected)
            missing[head.name] = missing_values(expected, shares, value_names(head))
    mean = sum(distances.values()) / len(distances)
    gone = {name: values for name, values in missing.items() if values}
    yield Score("histogram", mean, len(seen), _all(real), parts=distances, missing=gone)


def _neighbours(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    features = seen.features[:KEPT_FEATURES]
    found = nearest_training(features, real.training)
    against = f"{len(real.training):,} training pictures"
    yield Score("neighbours", found.median, len(features), against)
    yield Score("neighbours_closest", found.closest, len(features), against)


def _birthday(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    few = seen.first(PICTURES)
    yield Score("birthday", count_twins(few.features, few.images, real.twins), len(few))


def _class_fid(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    assert seen.classes is not None
    found = class_frechet_distances(seen.features, seen.classes, real.class_moments)
    parts = dict(zip(real.origin.classes, found, strict=True))
    distances = torch.tensor(found, dtype=torch.float64)
    spread = float(distances.std(correction=0))
    yield Score("class_fid", float(distances.mean()), len(seen), _all(real), spread, parts)


def _class_accuracy(seen: Observed, real: RealStatistics, referee: Referee) -> Iterator[Score]:
    head = class_head(real.origin.classes, referee)
    assert head is not None
    assert seen.classes is not None
    read = referee.read_features(seen.features)[head.name]
    asked = as_head_values(seen.classes, real.origin.classes, head)
    parts = {
        name: class_accuracy(read[seen.classes == number], asked[seen.classes == number])
        for number, name in enumerate(real.origin.classes)
    }
    yield Score("class_accuracy", class_accuracy(read, asked), len(seen), parts=parts)


def _all(real: RealStatistics) -> str:
    return f"{real.origin.count:,} real"


def _some(real: RealStatistics) -> str:
    return f"{len(real.features):,} real"


def class_head(classes: Sequence[str], referee: Referee) -> Head | None:
    """The factor whose values the classes are; None if there is none."""
    heads = (head for head in referee.heads if set(classes) <= set(head.values))
    return next(heads, None) if classes else None


def as_head_values(numbers: Tensor, classes: Sequence[str], head: Head) -> Tensor:
    """Class numbers [N] as places among the values of a factor."""
    return torch.tensor([head.values.index(name) for name in classes])[numbers]


def _most_varied(real: RealStatistics, referee: Referee) -> Head | None:
    """The category with the largest entropy in real pictures, of those that are read well."""
    heads = [head for head in referee.heads if head.values and head.name in real.histograms]
    return max(heads, key=lambda head: _entropy(real.histograms[head.name]), default=None)


def _entropy(shares: Tensor) -> float:
    return -float(torch.xlogy(shares, shares).sum())


# --- what they need ------------------------------------------------------------------------------


def _no_factors(real: RealStatistics, referee: Referee) -> str | None:
    if real.histograms:
        return None
    return f"{referee.name} reads no factor of {real.origin.data} well enough"


def _no_category(real: RealStatistics, referee: Referee) -> str | None:
    if _most_varied(real, referee):
        return None
    return f"{referee.name} reads no category of {real.origin.data} well enough"


def _no_classes(real: RealStatistics, referee: Referee) -> str | None:
    return None if real.class_moments else f"{real.origin.data} has no classes"


def _no_class_head(real: RealStatistics, referee: Referee) -> str | None:
    if not real.origin.classes:
        return f"{real.origin.data} has no classes"
    if class_head(real.origin.classes, referee):
        return None
    return f"{referee.name} does not read the classes of {real.origin.data}"


def _more_than_features(real: RealStatistics) -> int:
    return len(real.moments.mean) + 1


def _more_than_features_each(real: RealStatistics) -> int:
    return len(real.origin.classes) * _more_than_features(real)


METRICS: dict[str, Metric] = {
    "fid_avatar": Metric(_fid, least=_more_than_features),
    "kid_avatar": Metric(_kid),
    "classifier_score": Metric(_classifier_score, _no_category),
    "prdc": Metric(_prdc),
    "swd": Metric(_swd, network_free=True),
    "spectrum": Metric(_spectrum, network_free=True),
    "histogram": Metric(_histogram, _no_factors),
    "neighbours": Metric(_neighbours),
    "birthday": Metric(_birthday),
    "class_fid": Metric(_class_fid, _no_classes, _more_than_features_each),
    "class_accuracy": Metric(_class_accuracy, _no_class_head),
}
"""By the name that a user asks for."""
