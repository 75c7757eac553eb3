"""Masks come from any picture and lie where its photograph lies in the model's frame."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.crop import Crop, frame_of
from latentstudio.core.errors import StudioError
from latentstudio.core.mask import Mask, preset, with_stroke
from latentstudio.core.mask_file import read_mask, write_mask
from latentstudio.core.paste import Picture


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mask.png"


def test_a_mask_survives_its_file_and_is_scaled_to_the_picture(file: Path) -> None:
    mask = with_stroke(Mask.empty(64), [(20, 30)], 25, 0.5)
    write_mask(file, mask)
    same = read_mask(file, 64)
    assert (same.mask, same.change) == (mask, "")
    half = read_mask(file, 32)
    assert half.mask.levels.shape == (32, 32)
    assert half.mask.share == pytest.approx(mask.share, abs=0.03)
    assert (half.size, half.change) == ((64, 64), "scaled")


def test_transparency_counts_where_it_varies(file: Path) -> None:
    alpha = np.zeros((8, 8), np.uint8)
    alpha[2:4] = 255
    white = np.full((8, 8, 3), 255, np.uint8)
    Image.fromarray(np.dstack([white, alpha])).save(file)
    assert read_mask(file, 8).mask.hole.sum() == 16


@pytest.mark.parametrize("mode", ["RGBA", "LA", "RGB", "P", "1"])
def test_where_all_is_opaque_brightness_counts(file: Path, mode: str) -> None:
    Image.fromarray(preset("left half", 16).levels).convert(mode).save(file)
    assert read_mask(file, 16).mask == preset("left half", 16)


def test_sixteen_bits_are_read_on_their_whole_scale(file: Path) -> None:
    grey = np.full((8, 8), 1000, np.uint16)
    grey[:2] = 65535
    Image.fromarray(grey).save(file)
    assert read_mask(file, 8).mask.levels[:, 0].tolist() == [255, 255, *[4] * 6]


def test_a_mask_of_a_camera_stands_upright(file: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # lay on its side: its left is the top
    Image.fromarray(preset("left half", 16).levels).save(file, exif=exif)
    assert read_mask(file, 16).mask.hole[:8].all()


@pytest.mark.parametrize("crop", [Crop(), Crop(0.3, 0.5, 1.8), Crop(0.5, 0.4, 1.4, 20)])
@pytest.mark.parametrize("times", [1, 2])
def test_a_mask_of_the_photographs_shape_is_cropped_as_it_is(
    file: Path, crop: Crop, times: int
) -> None:
    photo = np.zeros((90, 160, 3), np.uint8)
    photo[30:60, 40:90] = 255
    image = Image.fromarray(photo[..., 0])
    image.resize((160 * times, 90 * times), Image.Resampling.NEAREST).save(file)
    found = read_mask(file, 32, (160, 90), crop)
    seen = frame_of(Picture(photo), crop, 32).pixels[..., 0] >= 128
    assert (found.mask.hole != seen).mean() < 0.02
    assert 0.05 < found.mask.share < 0.8
    assert found.change == "cropped as the picture is"


def test_a_mask_of_the_models_size_is_taken_as_it_is(file: Path) -> None:
    write_mask(file, preset("left half", 32))
    for photo in ((160, 90), (90, 90)):
        found = read_mask(file, 32, photo, Crop(0.2, 0.5, 3))
        assert (found.mask, found.change) == (preset("left half", 32), "")


def test_a_mask_of_another_shape_is_squeezed_and_that_is_said(file: Path) -> None:
    Image.new("L", (64, 32), 255).save(file)
    assert read_mask(file, 32, (90, 90)).change == "squeezed into a square"


def claiming(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nothing", "Could not read mask.png"),
        (claiming(16_000, 16_000), "mask.png is too large"),
        (claiming(9_000, 9_000), "mask.png is too large"),
    ],
)
def test_what_is_no_mask_is_refused_in_a_sentence(file: Path, data: bytes, words: str) -> None:
    file.write_bytes(data)
    with pytest.raises(StudioError, match=words):
        read_mask(file, 64)
