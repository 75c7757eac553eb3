"""Says in words, before anything is written, when the labels of data cannot train a model."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latentstudio.core.errors import StudioError

NEED_CLASSES = ("biggan",)
"""Families that make no network without classes."""

TAKE_CLASSES = ("biggan", "stylegan")
"""Families whose networks can be given classes; the others learn all classes as one."""

_HINT = (
    "Give class numbers in dataset.json, or several drawing styles, as in avatars:micah,dylan; "
    "other families learn without classes."
)


class Labelled(Protocol):
    """What is asked of data here."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    def __len__(self) -> int: ...

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None: ...


def used_classes(family: str, classes: Sequence[str]) -> tuple[str, ...]:
    """The names of classes that networks of a family are given."""
    return tuple(classes) if family in TAKE_CLASSES else ()


def check_classes(
    family: str, classes: Sequence[str], why: str = "the data has no classes"
) -> None:
    """Refuse names of classes that a family cannot be trained on.

    Raises:
        StudioError: the family needs at least two.
    """
    if family in NEED_CLASSES and len(classes) < 2:
        detail = f"the data has only one, {classes[0]}" if classes else why
        raise StudioError(f"The family {family} needs at least two classes", detail, _HINT)


def check_same_classes(before: Sequence[str], now: Sequence[str]) -> None:
    """Refuse to go on with networks that were taught other classes.

    Raises:
        StudioError: the names differ, or their order.
    """
    if list(before) != list(now):
        began, has = (", ".join(names) or "no classes" for names in (before, now))
        raise StudioError(
            "The run has other classes than the data",
            f"it began with {began}; the data now has {has}",
            "Give the data of the beginning back, or train in another folder with another --out.",
        )


def check_labels(family: str, data: Labelled) -> None:
    """Refuse data whose labels a family cannot be trained on.

    Raises:
        StudioError: no labels, or vectors, or only one class where the family needs several; a
            class number without a name.
    """
    labels = data.labels(range(len(data)))
    vectors = labels is not None and labels.ndim > 1
    why = "the labels of the data are lists of numbers" if vectors else "the data has no labels"
    check_classes(family, data.classes, why)
    if not data.classes:
        return
    if labels is None or vectors:
        raise StudioError("The data names classes, but has no class numbers", why, _HINT)
    found = np.unique(labels)
    if found[0] < 0 or found[-1] >= len(data.classes):
        wrong = found[0] if found[0] < 0 else found[-1]
        raise StudioError(
            f"The label {wrong} of the data names no class",
            f"there are {len(data.classes)} classes",
            f"Correct the labels in dataset.json: 0 to {len(data.classes) - 1}.",
        )
    if family in NEED_CLASSES and len(found) < 2:
        check_classes(family, [data.classes[found[0]]])
