"""Only the hole of a picture shows what is drawn."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.mask import preset
from latentstudio.core.paste import SEAMS, Paste, Picture, Seam
from latentstudio.core.recipe import Anchor, Recipe, Seed
from latentstudio.engine.blend import BORDER
from latentstudio.engine.render import draw, to_rgb
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info())
PHOTO = Picture(np.random.default_rng(2).integers(0, 256, (32, 32, 3)).astype(np.uint8))
MASK = preset("centre", 32, 0.25)
RECIPE = Recipe(anchors=(Anchor(Seed(5)),))


@pytest.mark.parametrize("seam", SEAMS)
def test_outside_of_the_hole_no_byte_changes(seam: Seam) -> None:
    pasted = replace(RECIPE, paste=Paste(MASK, PHOTO, seam))
    pixels = to_rgb(draw(FAKE, pasted).pixels)
    wide = MASK.hole.copy()
    if seam == "feather":
        reach = round(32 * BORDER) + 1
        wide[8 - reach : 24 + reach, 8 - reach : 24 + reach] = True
    assert np.array_equal(pixels[~wide], PHOTO.pixels[~wide])
    assert (pixels[MASK.hole] != PHOTO.pixels[MASK.hole]).any(1).mean() > 0.9


def test_without_its_photo_the_whole_face_is_seen() -> None:
    alone = draw(FAKE, RECIPE).pixels
    assert np.array_equal(draw(FAKE, replace(RECIPE, paste=Paste(MASK))).pixels, alone)


def test_a_face_stands_for_its_pixels() -> None:
    beneath = Recipe(anchors=(Anchor(Seed(8)),))
    known = Picture(to_rgb(draw(FAKE, beneath).pixels))
    kept = draw(FAKE, replace(RECIPE, paste=Paste(MASK, known, "none", beneath))).pixels
    again = draw(FAKE, replace(RECIPE, paste=Paste(MASK, None, "none", beneath))).pixels
    assert np.array_equal(kept, again)


def test_a_preview_is_set_into_a_smaller_picture() -> None:
    pasted = replace(RECIPE, paste=Paste(MASK, PHOTO, "none"))
    small = to_rgb(draw(FAKE, pasted, 16).pixels)
    known = np.asarray(Image.fromarray(PHOTO.pixels).resize((16, 16), Image.Resampling.BOX))
    assert small.shape == (16, 16, 3)
    assert np.array_equal(small[0], known[0])
