"""Progressive growing as data: phases, and which stage a number of images shown belongs to."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from trainers.part import NotNegative, Part


class Phase(Part):
    """One resolution of a run: it fades in, then it settles (Karras et al. 2018, section 2)."""

    resolution: Annotated[int, Field(ge=4, le=1024)]
    fade_kimg: NotNegative = 0.0
    stable_kimg: NotNegative = 0.0
    batch: Annotated[int, Field(ge=2)]

    @property
    def images(self) -> float:
        return 1000 * (self.fade_kimg + self.stable_kimg)

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not self.images:
            raise ValueError("a phase needs fade_kimg, stable_kimg or both")
        return self


@dataclass(frozen=True)
class Stage:
    """What is trained at one moment.

    Attributes:
        resolution: side of the pictures.
        alpha: how far this resolution has faded in: 1 is all of it, 0 only the one below.
        batch: pictures in a batch.
    """

    resolution: int
    alpha: float
    batch: int

    @property
    def settled(self) -> int:
        """The resolution that has faded in to the end."""
        return self.resolution if self.alpha == 1 else self.resolution // 2


class Span(NamedTuple):
    """A phase as it fits into a run: a typical moment of it, and how many images it lasts."""

    moment: float
    images: float


def stage_at(phases: Sequence[Phase], images: float) -> Stage:
    """The stage after so many images shown; the last phase has no end.

    A phase begins with alpha 0, which draws what the one before drew, enlarged.
    """
    begun = 0.0
    for phase in phases[:-1]:
        if images < begun + phase.images:
            return _within(phase, images - begun)
        begun += phase.images
    return _within(phases[-1], images - begun)


def spans(phases: Sequence[Phase], images: float) -> list[Span]:
    """The phases of a run of so many images; those it does not come to are left out."""
    found, begun = [], 0.0
    for number, phase in enumerate(phases):
        last = number == len(phases) - 1
        lasts = images - begun if last else min(phase.images, images - begun)
        if lasts <= 0:
            break
        found.append(Span(begun + min(1000 * phase.fade_kimg, lasts / 2), lasts))
        begun += phase.images
    return found


def _within(phase: Phase, shown: float) -> Stage:
    fade = 1000 * phase.fade_kimg
    alpha = min(1.0, shown / fade) if fade else 1.0
    return Stage(phase.resolution, alpha, phase.batch)


def check_phases(phases: Sequence[Phase], resolution: int) -> None:
    """Refuse phases that do not lead to a resolution.

    Raises:
        ValueError: the first one fades in from nothing, one does not double the one before, or
            the last one has another resolution.
    """
    if phases[0].resolution == 4 and phases[0].fade_kimg:
        raise ValueError("4 pixels have nothing below to fade in from: its fade_kimg must be 0")
    for below, phase in itertools.pairwise(phases):
        if phase.resolution != 2 * below.resolution:
            raise ValueError(
                f"a phase of {below.resolution} pixels is followed by one of {2 * below.resolution}"
            )
    if phases[-1].resolution != resolution:
        raise ValueError(f"the last phase must have the model's resolution of {resolution}")
