"""Real pictures and their classes, as data sets give them and as networks take them."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional as F


class Batch(NamedTuple):
    """Real pictures uint8 [B, H, W, 3], and their class numbers int64 [B] if there are classes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None


class Pictures(Protocol):
    """What a run needs of its data."""

    @property
    def licence(self) -> str:
        """The licence of what the pictures are made from; empty if unknown."""
        ...

    @property
    def attributions(self) -> tuple[str, ...]:
        """Whom to name, a sentence each."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the class labels; empty without classes."""
        ...

    def __len__(self) -> int: ...

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None:
        """Class numbers int64 [B], or None without labels."""
        ...

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        """Pictures uint8 [B, H, W, 3]."""
        ...


def to_images(batch: NDArray[np.uint8], device: torch.device | str = "cpu") -> Tensor:
    """Pictures uint8 [B, H, W, 3] as float32 [B, 3, H, W] in [-1, 1], channels last in memory."""
    levels = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2)
    return levels.float().div_(127.5).sub_(1)


def class_weights(labels: NDArray[Any] | None, count: int) -> tuple[Tensor, ...]:
    """Labels int64 [B] as class weights float32 ([B, count],); nothing without classes."""
    if labels is None or not count:
        return ()
    return (F.one_hot(torch.from_numpy(labels).long(), count).float(),)
