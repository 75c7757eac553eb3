"""Picture files of any kind are read as the eye sees them, and what is lost of them is said."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from latentstudio.core.errors import StudioError
from latentstudio.core.origin import png_with
from latentstudio.core.photo import look_at, photo_of
from tests.core.test_crop import scene

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PLAIN = Image.fromarray(scene(30, 20))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_every_kind_of_picture_is_read_as_the_eye_sees_it() -> None:
    plain = Image.fromarray(scene(30, 20))
    grey = np.linspace(0, 65535, 600).reshape(20, 30).astype(np.uint16)
    assert photo_of(encoded(Image.fromarray(grey))).pixels[-1, -1].tolist() == [255] * 3
    assert photo_of(encoded(plain.convert("CMYK"), "JPEG")).size == (30, 20)
    clear = plain.convert("RGBA")
    clear.putalpha(0)
    assert (photo_of(encoded(clear)).pixels == 255).all()
    exif = Image.Exif()
    exif[274] = 6  # lay on its side
    assert photo_of(encoded(plain, "JPEG", exif=exif)).size == (20, 30)
    moving = encoded(plain, "GIF", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    assert photo_of(moving).pixels.max() > 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Could not read"),
        (b"GIF89a" + b"\0" * 40, "Could not read"),
        (encoded(Image.fromarray(scene(90, 90)))[:300], "Could not read"),
        (encoded(Image.new("RGB", (40, 3))), "too small"),
    ],
)
def test_what_is_no_picture_is_said(data: bytes, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        photo_of(data, "x.png")


def lying() -> Image.Exif:
    """EXIF of a camera that lay on its side."""
    exif = Image.Exif()
    exif[274], exif[271] = 6, "Maker"
    return exif


def test_broken_exif_of_webp_is_said() -> None:
    data = encoded(PLAIN, "WEBP", exif=lying())
    start = data.index(b"EXIF")
    cut = data[:start] + b"EXIF" + struct.pack("<I", 6) + data[start + 8 : start + 14]
    with pytest.raises(StudioError, match="Could not read"):
        photo_of(cut[:4] + struct.pack("<I", len(cut) - 8) + cut[8:], "x.webp")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_profile_and_exif_go_into_the_file_that_is_written(kind: str) -> None:
    photo = photo_of(encoded(PLAIN, kind, exif=lying(), icc_profile=SRGB))
    assert photo.size == (20, 30)
    with Image.open(io.BytesIO(png_with(photo.pixels, photo.origin))) as back:
        assert back.info["icc_profile"] == SRGB
        assert dict(back.getexif()) == {271: "Maker"}
        assert np.array_equal(np.asarray(back), photo.pixels)


def test_transparent_parts_are_kept_upright_and_opaque_ones_are_none() -> None:
    rgba = np.dstack([scene(30, 20), np.full((20, 30), 255, np.uint8)])
    assert photo_of(encoded(Image.fromarray(rgba))).origin.rgba is None
    rgba[:, :15, 3] = 128
    found = photo_of(encoded(Image.fromarray(rgba), exif=lying())).origin
    assert found.rgba is not None
    assert np.array_equal(found.rgba, np.rot90(rgba, -1))
    assert found.notes == ("Its transparent parts are white.",)
    assert found.lost == ()


def deep_png() -> bytes:
    """A PNG of 16 bits a channel, RGB, 8 x 8, all black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(8 * 6)) * 8)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


MOVING = encoded(PLAIN, "GIF", save_all=True, append_images=[Image.new("RGB", (30, 20))])
DEEP = encoded(Image.fromarray(np.zeros((20, 30), np.uint16)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encoded(PLAIN), ""),
        (encoded(PLAIN, "JPEG", icc_profile=SRGB), ""),
        (MOVING, "Of its images the first is taken."),
        (DEEP, "Of its 16 or more bits a channel 8 are kept."),
        (deep_png(), "Of its 16 or more bits a channel 8 are kept."),
        (
            encoded(PLAIN.convert("CMYK"), "TIFF", icc_profile=SRGB[:16] + b"CMYK" + SRGB[20:]),
            "Its CMYK colours become RGB. Its colour profile is left out.",
        ),
    ],
)
def test_what_a_picture_loses_is_told(data: bytes, words: str) -> None:
    assert " ".join(photo_of(data).origin.lost) == words
    assert " ".join(look_at(data, "x").notes) == words


def test_a_look_tells_the_size_upright() -> None:
    assert look_at(encoded(PLAIN, "JPEG", exif=lying()), "x").size == (20, 30)


def test_exif_that_cannot_be_written_is_left_out_and_said() -> None:
    maker = struct.pack(">HHII", 271, 5, 1, 26)  # a fraction where text belongs
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + maker + bytes(4) + struct.pack(">II", 1, 2)
    origin = photo_of(encoded(PLAIN, "JPEG", exif=exif)).origin
    assert origin.exif == b""
    assert origin.lost == ("Its damaged EXIF is left out.",)
