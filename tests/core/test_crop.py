"""Any picture goes into the model's frame, and what was made anew goes back into it."""

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.crop import Crop, frame_of, held, pasted_back, prepare, shrunk, square_of
from latentstudio.core.mask import Mask, preset
from latentstudio.core.origin import Origin
from latentstudio.core.paste import Picture

RANDOM = np.random.default_rng(3)


def scene(width: int, height: int) -> np.ndarray:
    """A smooth picture in which every place has its own colour."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    channels = (255 * x / width, 255 * y / height, 255 * (x + y) / (width + height))
    return np.stack(channels, 2).astype(np.uint8)


def test_a_picture_of_the_models_size_keeps_its_bytes() -> None:
    pixels = RANDOM.integers(0, 256, (32, 32, 3)).astype(np.uint8)
    assert np.array_equal(frame_of(Picture(pixels), Crop(), 32).pixels, pixels)


@pytest.mark.parametrize("crop", [Crop(), Crop(0, 1, 2), Crop(0.3, 0.5, 1, 30), Crop(1, 1, 9, -90)])
@pytest.mark.parametrize("size", [(300, 200), (120, 500), (40, 40)])
def test_a_crop_lies_inside_the_picture(size: tuple[int, int], crop: Crop) -> None:
    for x, y in square_of(size, crop).corners():
        assert -1e-9 <= x <= size[0] + 1e-9
        assert -1e-9 <= y <= size[1] + 1e-9
    assert held(size, held(size, crop)) == held(size, crop)


def test_the_frame_shows_the_place_that_was_chosen() -> None:
    photo = Picture(scene(400, 300))
    frame = frame_of(photo, Crop(0.25, 0.5, 3), 50).pixels.astype(int)
    assert np.abs(frame[25, 25] - photo.pixels[150, 100]).max() <= 2
    turned = frame_of(photo, Crop(0.5, 0.5, 2, 90), 50).pixels.astype(int)
    corner = square_of(photo.size, Crop(0.5, 0.5, 2, 90)).corners()[0]
    x, y = int(corner[0]) - 1, int(corner[1])
    assert np.abs(turned[0, 0] - photo.pixels[y, x]).max() <= 4


def test_once_a_large_photograph_is_prepared_no_crop_of_it_looks_at_all_pixels_again() -> None:
    photo = Picture(RANDOM.integers(0, 256, (1501, 2003, 3)).astype(np.uint8))
    prepare(photo)
    before = shrunk.cache_info().misses
    for side in (16, 32, 64):
        for crop in (Crop(), Crop(0.9, 0.2, 1.3), Crop(0.4, 0.5, 3), Crop(0.5, 0.5, 1, 20)):
            frame_of(photo, crop, side)
    assert shrunk.cache_info().misses == before
    assert shrunk(photo, 2).shape == (751, 1002, 3)
    means = photo.pixels[:1500, :2002].reshape(750, 2, 1001, 2, 3).mean((1, 3))
    assert np.abs(shrunk(photo, 2)[:750, :1001] - means).max() <= 0.5


@pytest.mark.parametrize("zoom", [1.0, 1.5, 4.0, 9.0])
def test_a_crop_of_a_large_photograph_is_as_good_as_one_from_all_its_pixels(zoom: float) -> None:
    coarse = Image.fromarray(RANDOM.integers(0, 256, (90, 120, 3)).astype(np.uint8))
    photo = Picture(np.asarray(coarse.resize((1200, 900), Image.Resampling.BICUBIC)))
    crop = Crop(0.83, 0.41, zoom)
    square = square_of(photo.size, crop)
    half = square.side / 2
    box = (square.x - half, square.y - half, square.x + half, square.y + half)
    whole = Image.fromarray(photo.pixels).resize((48, 48), Image.Resampling.LANCZOS, box=box)
    off = np.abs(frame_of(photo, crop, 48).pixels.astype(int) - np.asarray(whole))
    assert off.max() <= (1 if square.side < 6 * 48 else 6)
    assert off.mean() < 1


def test_fine_stripes_of_a_photograph_are_averaged_in_a_turned_crop() -> None:
    stripes = np.zeros((1600, 1600, 3), np.uint8)
    stripes[:, ::2] = 255
    frame = frame_of(Picture(stripes), Crop(0.5, 0.5, 1.1, 20), 32).pixels.astype(int)
    assert np.abs(frame - 128).max() <= 2


@pytest.mark.parametrize("crop", [Crop(), Crop(0.4, 0.6, 1.7), Crop(0.5, 0.5, 1.5, 20)])
def test_what_was_made_anew_goes_back_and_nothing_else_changes(crop: Crop) -> None:
    photo = Picture(RANDOM.integers(0, 256, (210, 290, 3)).astype(np.uint8))
    frame = frame_of(photo, crop, 64).pixels
    mask = preset("centre", 64, 0.2)
    result = frame.copy()
    result[mask.hole] = (255, 0, 0)
    whole = pasted_back(photo, crop, frame, result, mask)
    square = square_of(photo.size, crop)
    assert whole[int(square.y), int(square.x)].tolist() == [255, 0, 0]
    y, x = np.mgrid[:210, :290] + 0.5
    cos, sin = np.cos(square.angle), np.sin(square.angle)
    across = abs(cos * (x - square.x) + sin * (y - square.y))
    down = abs(-sin * (x - square.x) + cos * (y - square.y))
    hole = square.side * (0.2**0.5 / 2 + 2 / 64)
    outside = (across > hole) | (down > hole)
    assert np.array_equal(whole[outside], photo.pixels[outside])
    assert (whole[~outside] != photo.pixels[~outside]).any(-1).mean() > 0.7
    assert np.array_equal(pasted_back(photo, crop, frame, frame, Mask.empty(64)), photo.pixels)


@pytest.mark.parametrize("crop", [Crop(), Crop(0.5, 0.5, 1.5, 20)])
def test_transparent_parts_stay_so_and_what_was_made_anew_covers_them(crop: Crop) -> None:
    rgba = RANDOM.integers(0, 256, (64, 64, 4)).astype(np.uint8)
    rgba[20:40, 20:40, 3] = 0
    photo = Picture(scene(64, 64), "me.png", Origin(rgba))
    frame = frame_of(photo, crop, 64).pixels
    mask = preset("centre", 64, 0.1)
    result = np.where(mask.hole[..., None], np.uint8(255), frame)
    whole = pasted_back(photo, crop, frame, result, mask)
    assert whole.shape == (64, 64, 4)
    assert whole[32, 32].tolist() == [255] * 4
    hole = (whole != rgba).any(2)
    assert 0.02 < hole.mean() < 0.2
    assert not hole[:20].any()
    assert np.array_equal(pasted_back(photo, crop, frame, frame, Mask.empty(64)), rgba)


def test_no_colour_that_nobody_saw_is_mixed_into_an_edge() -> None:
    black = np.zeros((120, 120, 4), np.uint8)  # which is transparent
    photo = Picture(np.full((120, 120, 3), 255, np.uint8), "me.png", Origin(black))
    frame = frame_of(photo, Crop(), 16).pixels
    mask = preset("centre", 16, 0.3)
    result = np.where(mask.hole[..., None], np.uint8(200), frame)
    whole = pasted_back(photo, Crop(), frame, result, mask)
    edge = (whole[..., 3] > 0) & (whole[..., 3] < 255)
    assert edge.any()
    assert whole[edge][:, :3].min() > 190  # bicubic sampling swings a little
