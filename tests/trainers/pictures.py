"""Pictures in memory, for trainings that take a moment."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainers.config import RunConfig, resolve
from trainers.facts import Facts


@dataclass(frozen=True)
class Discs:
    """Discs of random colours and sizes on dark ground; fulfils ``trainers.loop.Pictures``."""

    resolution: int = 16
    count: int = 128
    licence: str = "CC0-1.0"
    attributions: tuple[str, ...] = ("Nobody.",)
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.count

    def labels(self, indices: ArrayLike) -> NDArray[np.int64] | None:
        return np.asarray(indices) % len(self.classes) if self.classes else None

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        return np.stack([self._image(int(index)) for index in np.asarray(indices)])

    def _image(self, index: int) -> NDArray[np.uint8]:
        random = np.random.default_rng(index)
        y, x = np.mgrid[: self.resolution, : self.resolution] - self.resolution / 2
        inside = (x**2 + y**2 < (self.resolution * random.uniform(0.2, 0.45)) ** 2)[..., None]
        return np.where(inside, random.integers(100, 256, 3), 20).astype(np.uint8)


class Listener:
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.steps: list[Facts] = []
        self.notes: list[str] = []

    def step(self, images: int, facts: Facts) -> None:
        self.steps.append(facts)

    def note(self, text: str) -> None:
        self.notes.append(text)


def tiny_config(**changes: Any) -> RunConfig:
    """The test preset with changes on top."""
    return resolve("dcgan-test", {"data": "discs", **changes})
