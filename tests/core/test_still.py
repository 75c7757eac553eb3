"""Stills: exact at 1x, larger as asked for, sized for paper, with or without the recipe."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.picture import PictureNote, note_of, pixels_of, png_bytes, read_picture
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.core.still import EXACT, Still, slices, still_bytes, write_still
from tests.core.samples import gradient

NOTE = PictureNote(with_seed(Recipe(), 48))


def test_the_plain_form_is_the_exact_picture() -> None:
    assert still_bytes(EXACT, gradient(), NOTE) == png_bytes(gradient(), NOTE)


@pytest.mark.parametrize("scale", [4, 8])
def test_squares_and_smooth_ones(scale: int) -> None:
    pixels = gradient()
    squares = pixels_of(still_bytes(Still(scale, smooth=False), pixels))
    np.testing.assert_array_equal(squares, np.kron(pixels, np.ones((scale, scale, 1), np.uint8)))
    smooth = pixels_of(still_bytes(Still(scale), pixels))
    assert smooth.shape == squares.shape
    wanted = Image.fromarray(pixels).resize(smooth.shape[1::-1], Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(smooth, np.asarray(wanted))


def test_what_is_large_carries_the_recipe_unless_told_not_to(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    write_still(path, Still(4), gradient(), NOTE)
    pixels, note = read_picture(path)
    assert pixels.shape == (96, 128, 3)
    assert note == NOTE
    for still in (Still(1, recipe=False), Still(4, recipe=False)):
        assert note_of(still_bytes(still, gradient(), NOTE)) is None


@pytest.mark.parametrize("scale", [1, 4])
def test_the_width_on_paper_is_in_the_file(scale: int) -> None:
    still = Still(scale, print_mm=50.0)
    data = still_bytes(still, gradient(), NOTE)
    with Image.open(io.BytesIO(data)) as picture:
        across, down = picture.info["dpi"]
    assert across == down == pytest.approx(still.dpi(32 * scale), abs=0.02)
    assert still.per_metre(32 * scale) == 32 * scale * 20
    assert note_of(data) == NOTE
    assert Still().dpi(100) is None


def test_the_sliced_picture_is_the_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (61, 47, 3), np.uint8)
    for size in (1, 700, 10**6):
        monkeypatch.setattr("latentstudio.core.still._SLICE", size)
        pieces = list(slices(pixels, NOTE))
        np.testing.assert_array_equal(pixels_of(b"".join(pieces)), pixels)
        with Image.open(io.BytesIO(b"".join(pieces))) as picture:
            picture.verify()


def test_squares_take_hardly_more_room_than_the_picture() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    small, large = (len(still_bytes(Still(s, smooth=False), pixels)) for s in (1, 4))
    assert large < 3 * small


def test_too_many_pixels_are_refused_in_words() -> None:
    pixels = np.zeros((1100, 1100, 3), np.uint8)
    with pytest.raises(StudioError, match="8800 x 8800 are 77 million pixels"):
        still_bytes(Still(8), pixels)
