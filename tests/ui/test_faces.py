"""Pictures in memory: the bytes of a QImage, and a store that forgets the oldest."""

import numpy as np

from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.ui.faces import THUMBNAIL_SIDE, Store, image_of, thumbnail_of


def pixels(side: int) -> np.ndarray:
    blue_green_red = np.zeros((side, side, 4), np.uint8)
    blue_green_red[..., :] = (10, 20, 30, 255)
    return blue_green_red


def test_image_reads_blue_green_red() -> None:
    color = image_of(pixels(8)).pixelColor(3, 4)
    assert (color.red(), color.green(), color.blue()) == (30, 20, 10)


def test_thumbnail_has_memory_of_its_own_and_a_limit() -> None:
    small = pixels(16)
    image = thumbnail_of(small)
    small[...] = 0
    assert image.pixelColor(0, 0).red() == 30
    assert thumbnail_of(pixels(512)).width() == THUMBNAIL_SIDE


def test_store_forgets_what_was_used_longest_ago() -> None:
    store: Store[str] = Store(limit=30)
    recipes = [with_seed(Recipe(), seed) for seed in range(4)]
    for recipe in recipes[:3]:
        store.put(recipe, str(recipe.anchors), 10)
    assert store.get(recipes[0]) is not None
    store.put(recipes[3], "last", 10)
    assert store.get(recipes[1]) is None
    assert [store.get(recipes[i]) is not None for i in (0, 2, 3)] == [True, True, True]


def test_store_keeps_one_that_is_larger_than_all_the_room() -> None:
    store: Store[str] = Store(limit=5)
    store.put(Recipe(), "large", 100)
    store.put(Recipe(), "larger", 200)
    assert len(store) == 1
    assert store.get(Recipe()) == "larger"
