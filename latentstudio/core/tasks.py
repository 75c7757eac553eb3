"""What a restoration and a projection are told beside how to search: frozen settings and limits."""

from dataclasses import dataclass

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Space
from latentstudio.core.search import Features, RestoreTask

FACTORS = (2, 4, 8, 16)
NEVER_KEPT: tuple[RestoreTask, ...] = ("denoise", "sensing")
"""What is known here is noisy, or no picture: it is never put back into answers."""
NOISE = (0.0, 100.0)
MISSING = (0.01, 0.99)
LEAST_MEASUREMENTS = 10
_MATRIX_BYTES = 256 * 2**20
_CURVE_POINTS = 6


@dataclass(frozen=True, slots=True)
class Restoring:
    """What is wrong with a picture.

    Attributes:
        kind: of damage.
        factor: side of the squares whose means are known, for ``superres``.
        noise: levels (of 255) of noise that are added first, for ``denoise``.
        missing: share of the pixels that are not known, for ``missing``.
        measurements: how many are known, for ``sensing``.
        keep: put what is known back into the answers.
    """

    kind: RestoreTask = "superres"
    factor: int = 4
    noise: float = 0.0
    missing: float = 0.8
    measurements: int = 500
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Projecting:
    """How a picture is looked for in a model; the attributes are those of the job ``project``."""

    space: Space = "w+"
    steps: int = 200
    starts: int = 16
    prior: float = 0.002
    tune_noise: bool = False
    seed: int = 0
    features: Features = "auto"


def has_styles(info: ModelInfo) -> bool:
    """Whether a model maps its latents to styles, so that one can search in w and w+."""
    return info.style_layers > 1 and not info.classes


def space_in(info: ModelInfo, space: Space) -> Space:
    """The space that was wished for, or z where a model has no other."""
    return space if has_styles(info) else "z"


def factors_of(side: int) -> tuple[int, ...]:
    """By how much a picture of a side can be made smaller."""
    return tuple(factor for factor in FACTORS if side % factor == 0 and side >= 2 * factor)


def most_measurements(side: int) -> int:
    """Random measurements of a picture of a side whose matrix is at most 256 MB."""
    numbers = 3 * side * side
    return max(LEAST_MEASUREMENTS, min(numbers, _MATRIX_BYTES // (4 * numbers)))


def measured(restoring: Restoring, side: int) -> int:
    """How many measurements are taken of a picture of a side."""
    return min(max(restoring.measurements, LEAST_MEASUREMENTS), most_measurements(side))


def curve_counts(most: int) -> tuple[int, ...]:
    """Numbers of measurements for a curve, each about twice the one before; the last is ``most``.

    At least ``LEAST_MEASUREMENTS``, without repeats.
    """
    halved = {max(LEAST_MEASUREMENTS, most // 2**i) for i in range(_CURVE_POINTS)}
    return tuple(sorted(halved))
