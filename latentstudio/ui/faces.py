"""Pictures in memory: frames as QImages, and a bounded store of those already drawn."""

from collections import OrderedDict
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from latentstudio.core.recipe import Recipe

THUMBNAIL_SIDE = 192
T = TypeVar("T")


def image_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """A QImage over uint8 [H, W, 4] pixels (B, G, R, 255); it borrows the array's memory."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    image.pixels = pixels  # type: ignore[attr-defined]  # keeps the borrowed memory alive
    return image


def thumbnail_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """A QImage of its own, at most 192 pixels wide."""
    return in_small(image_of(pixels))


def in_small(image: QImage) -> QImage:
    """A copy of at most 192 pixels wide."""
    if image.width() <= THUMBNAIL_SIDE:
        return image.copy()
    return image.scaledToWidth(THUMBNAIL_SIDE, Qt.TransformationMode.SmoothTransformation)


class Store(Generic[T]):
    """The most recently used pictures by recipe, bounded by bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._items: OrderedDict[Recipe, tuple[T, int]] = OrderedDict()

    def get(self, recipe: Recipe) -> T | None:
        item = self._items.get(recipe)
        if item is None:
            return None
        self._items.move_to_end(recipe)
        return item[0]

    def put(self, recipe: Recipe, value: T, nbytes: int) -> None:
        old = self._items.pop(recipe, None)
        self._bytes += nbytes - (old[1] if old else 0)
        self._items[recipe] = (value, nbytes)
        while self._bytes > self._limit and len(self._items) > 1:
            _, (_, dropped) = self._items.popitem(last=False)
            self._bytes -= dropped

    def __len__(self) -> int:
        return len(self._items)
