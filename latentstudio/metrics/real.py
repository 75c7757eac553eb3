"""What the real pictures of a data set look like to a referee: what metrics compare with."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from latentstudio.metrics.birthday import Twins
from latentstudio.metrics.frechet import Moments
from latentstudio.metrics.swd import ReducedSet

PICTURES = 10_000
"""Real pictures in statistics, where there are so many."""

KEPT_FEATURES = 5000
"""So many of their features are kept, for metrics of neighbourhoods."""

TRAINING = 2500
"""So many features of training pictures are kept, where others are compared with them."""


@dataclass(frozen=True)
class Origin:
    """Where statistics come from.

    Attributes:
        data: the spec of drawn faces, or the name of a folder or zip.
        resolution: side of the pictures, in pixels.
        referee: its name.
        referee_hash: its ``weights_hash``; numbers of two referees have nothing in common.
        count: real pictures; as many others gave the floor.
        classes: names of the classes of the data; empty without classes.
        pictures: which ones they are, in words.
    """

    data: str
    resolution: int
    referee: str
    referee_hash: str
    count: int
    classes: tuple[str, ...] = ()
    pictures: str = ""


@dataclass(frozen=True)
class Marks:
    """A score of pictures of known worth, in the place of the generated ones.

    Attributes:
        floor: other real pictures.
        half, quarter: the same, shrunk to a half or a quarter and enlarged again.
    """

    floor: float
    half: float
    quarter: float


@dataclass(frozen=True)
class RealStatistics:
    """Real pictures by all that the metrics ask of them.

    Attributes:
        origin: where they come from.
        moments: of the features of all.
        features: of the first ones: float32 [N, D].
        training: features that a generator's pictures must not be too near to: float32 [M, D].
        class_moments: of each class, in the order of ``origin.classes``.
        histograms: by factor, of those that the referee reads well and that vary: [V].
        spectrum: the mean log power: [R / 2].
        swd: quantiles of projected patches.
        twins: how near the nearest ten pairs of a thousand are.
        marks: by number of pictures and name of a score (see ``scores.Score``).
    """

    origin: Origin
    moments: Moments
    features: Tensor
    training: Tensor
    class_moments: tuple[Moments, ...]
    histograms: Mapping[str, Tensor]
    spectrum: Tensor
    swd: ReducedSet
    twins: Twins
    marks: Mapping[int, Mapping[str, Marks]]

    def marks_of(self, score: str, samples: int) -> tuple[int, Marks] | None:
        """Floor and yardsticks of a score, and of how many pictures they are.

        Of as many as ``samples`` or fewer; of more only where there is no other; None where the
        score was not measured on real pictures.
        """
        sizes = sorted(size for size, marks in self.marks.items() if score in marks)
        if not sizes:
            return None
        size = max((size for size in sizes if size <= samples), default=sizes[0])
        return size, self.marks[size][score]
