"""Pictures that carry their recipe: exact, private, and unharmed by broken ones."""

import errno
import getpass
import io
import os
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core import picture
from latentstudio.core.errors import StudioError
from latentstudio.core.picture import (
    MAX_NOTE_BYTES,
    Drawn,
    PictureNote,
    note_of,
    pixels_of,
    png_bytes,
    read_picture,
    read_pixels,
    write_picture,
)
from latentstudio.core.recipe import Anchor, ModelRef, Recipe, Vector
from latentstudio.core.version import __version__
from tests.core.samples import gradient, random_recipe

NOTE = PictureNote(
    random_recipe(np.random.default_rng(4)), Drawn(2, "bfloat16", "cuda", "2.13.0"), "0.0.9"
)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(added: bytes) -> bytes:
    """A plain picture with a chunk after its header."""
    plain = png_bytes(gradient())
    return plain[:33] + added + plain[33:]


def with_text(text: bytes, flags: bytes = b"\0\0") -> bytes:
    return with_chunk(chunk(b"iTXt", b"latentstudio\0" + flags + b"\0\0" + text))


# --- whole ones -----------------------------------------------------------------------------------


def test_pixels_and_note_come_back(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    write_picture(path, gradient(), NOTE)
    pixels, note = read_picture(path)
    np.testing.assert_array_equal(pixels, gradient())
    assert pixels.dtype == np.uint8
    assert note == NOTE


def test_notes_of_many_recipes_come_back() -> None:
    rng = np.random.default_rng(8)
    for _ in range(50):
        note = PictureNote(random_recipe(rng))
        assert note_of(png_bytes(gradient(1, 1), note)) == note


def test_the_same_picture_is_the_same_bytes() -> None:
    assert png_bytes(gradient(), NOTE) == png_bytes(gradient(), NOTE)


def test_a_picture_without_a_note(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    write_picture(path, gradient())
    assert read_picture(path)[1] is None


def test_a_note_says_which_program_drew() -> None:
    assert note_of(png_bytes(gradient(), PictureNote(Recipe()))).program == __version__


def test_other_programs_see_the_note_as_text() -> None:
    with Image.open(io.BytesIO(png_bytes(gradient(), NOTE))) as image:
        assert '"format_version": 1' in image.text["latentstudio"]


def test_other_notes_of_a_picture_are_passed_over() -> None:
    data = with_chunk(chunk(b"iTXt", b"latentstudio-other\0\0\0\0\0x") + chunk(b"tEXt", b"a\0b"))
    assert note_of(data) is None
    np.testing.assert_array_equal(pixels_of(data), gradient())


def test_a_picture_tells_nothing_about_its_user(tmp_path: Path) -> None:
    recipe = replace(NOTE.recipe, model=ModelRef(f"{tmp_path}/mine.safetensors", "ab"))
    path = tmp_path / "face.png"
    write_picture(path, gradient(), PictureNote(recipe))
    with Image.open(path) as image:
        written = image.text["latentstudio"]
        assert set(image.text) == {"latentstudio"}
    for secret in (str(tmp_path), str(Path.home()) + os.sep, os.getcwd(), tmp_path.name):
        assert secret not in written
    if len(getpass.getuser()) > 3:
        assert getpass.getuser() not in written


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_pictures_of_other_programs_are_read_as_rgb(mode: str) -> None:
    buffer = io.BytesIO()
    image = Image.fromarray(gradient()).convert(mode)
    image.save(buffer, "PNG")
    pixels = pixels_of(buffer.getvalue())
    np.testing.assert_array_equal(pixels, np.asarray(image.convert("RGB")))
    assert note_of(buffer.getvalue()) is None


def test_missing_facts_have_defaults() -> None:
    data = with_text(b'{"format_version": 1, "recipe": {}, "mood": "blue"}')
    assert note_of(data) == PictureNote(Recipe())


# --- broken ones ----------------------------------------------------------------------------------

GOOD = b'{"format_version": 1, "recipe": {}}'
BOMB = zlib.compress(b" " * 50_000_000)
BROKEN_NOTES = {
    "checksum": (with_text(GOOD).replace(b"format_version", b"format_Version"), "checksum"),
    "no text": (with_chunk(chunk(b"iTXt", b"latentstudio\0")), "not laid out as text"),
    "flags": (with_text(GOOD, b"\2\0"), "not laid out as text"),
    "deflate": (with_text(GOOD, b"\1\0"), "compressed text is damaged"),
    "cut": (with_text(zlib.compress(GOOD)[:-6], b"\1\0"), "compressed text is cut short"),
    "bomb": (with_text(BOMB, b"\1\0"), "larger than 512 KB"),
    "long": (with_text(b" " * (MAX_NOTE_BYTES + 1)), "larger than 512 KB"),
    "no json": (with_text(b"seed 5"), "not JSON"),
    "not utf-8": (with_text(b'{"\xff": 1}'), "not JSON"),
    "list": (with_text(b"[1]"), "list of 1, not an object"),
    "no version": (with_text(b'{"recipe": {}}'), "format_version is missing"),
    "version 0": (with_text(b'{"format_version": 0, "recipe": {}}'), "format_version is 0"),
    "no recipe": (with_text(b'{"format_version": 1}'), "note.recipe is missing"),
    "seed": (
        with_text(b'{"format_version": 1, "recipe": {"anchors": [{"seed": -1}]}}'),
        r"note.recipe.anchors\[0\].seed is -1",
    ),
    "drawn": (
        with_text(b'{"format_version": 1, "recipe": {}, "drawn": {"threads": 0}}'),
        "threads is 0",
    ),
    "newer": (with_text(b'{"format_version": 2, "recipe": 5}'), "a newer Latent Studio made it"),
}


@pytest.mark.parametrize("case", BROKEN_NOTES)
def test_a_broken_note_is_named_and_the_picture_still_opens(case: str, tmp_path: Path) -> None:
    data, words = BROKEN_NOTES[case]
    path = tmp_path / "face.png"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=words) as caught:
        read_picture(path)
    assert caught.value.title == "The recipe in face.png is broken"
    assert ("Update" if case == "newer" else "plain picture") in caught.value.hint
    np.testing.assert_array_equal(read_pixels(path), gradient())


def bombed(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", BOMB) + chunk(b"IEND", b"")
    )


WHOLE = png_bytes(gradient(), NOTE)
JPEG = io.BytesIO()
Image.fromarray(gradient()).save(JPEG, "JPEG")
BROKEN_PICTURES = {
    "empty": (b"", "not a PNG picture but an empty file"),
    "jpeg": (JPEG.getvalue(), "not a PNG picture but a JPEG"),
    "page": (b"<!doctype html>", "a web page"),
    "random": (np.random.default_rng(0).bytes(5000), "of an unknown kind"),
    "signature": (WHOLE[:8], "cut short"),
    "header": (WHOLE[:20], "cut short"),
    "half": (WHOLE[: len(WHOLE) // 2], "cut short"),
    "no end": (WHOLE[:-12], "cut short"),
    "no header": (WHOLE[:8] + WHOLE[33:], "cut short"),
    "no pixels": (WHOLE[:33] + WHOLE[-12:], "damaged"),
    "huge": (bombed(2**31 - 1, 2**31 - 1), "pixels are too many"),
    "wide": (bombed(2**20, 2**10), "pixels are too many"),
    "nothing": (bombed(0, 0), "pixels are too many"),
    "wrong data": (bombed(64, 64), "damaged"),
    "long chunk": (WHOLE[:33] + b"\xff\xff\xff\xffIDAT", "cut short"),
}


@pytest.mark.parametrize("case", BROKEN_PICTURES)
def test_a_broken_picture_is_an_error_in_words(case: str, tmp_path: Path) -> None:
    data, words = BROKEN_PICTURES[case]
    path = tmp_path / "face.png"
    path.write_bytes(data)
    with pytest.raises(StudioError, match=words) as caught:
        read_pixels(path)
    assert caught.value.title == "Could not open face.png"
    with pytest.raises(StudioError):
        read_picture(path)


def test_random_damage_ends_in_words_or_in_a_picture() -> None:
    rng = np.random.default_rng(6)
    refused = 0
    for _ in range(300):
        data = bytearray(WHOLE)
        for place in rng.integers(len(data), size=rng.integers(1, 6)):
            data[place] = rng.integers(256)
        for read in (pixels_of, note_of):
            try:
                read(bytes(data))
            except StudioError:
                refused += 1
    assert refused > 200


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="there is no such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(StudioError, match="it is not a file"):
        read_picture(tmp_path)
    with pytest.raises(StudioError, match=r"not a valid one|no such file"):
        read_picture(tmp_path / "a\0b.png")


# --- writing --------------------------------------------------------------------------------------


def test_a_recipe_too_large_for_a_picture_is_refused() -> None:
    rng = np.random.default_rng(0)
    vectors = [Vector("w+", rng.standard_normal((18, 512))) for _ in range(16)]
    recipe = Recipe(anchors=tuple(Anchor(vector) for vector in vectors))
    with pytest.raises(StudioError, match="too large for a picture"):
        png_bytes(gradient(), PictureNote(recipe))


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.broadcast_to(np.uint8(0), (8193, 8192, 3)),
    ],
)
def test_what_is_not_a_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a picture"):
        png_bytes(pixels)


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "full"), (errno.EACCES, "permission")])
def test_a_failed_write_leaves_the_old_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "face.png"
    write_picture(path, gradient(), NOTE)

    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StudioError, match=words):
        write_picture(path, gradient() + 1)
    monkeypatch.undo()
    np.testing.assert_array_equal(read_pixels(path), gradient())
    assert os.listdir(tmp_path) == ["face.png"]


def test_older_notes_are_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(fields: dict) -> dict:
        return {"format_version": 2, "recipe": fields["picture"]}

    monkeypatch.setattr(picture, "FORMAT_VERSION", 2)
    monkeypatch.setattr(picture, "_MIGRATIONS", {1: renamed})
    assert note_of(with_text(b'{"format_version": 1, "picture": {}}')) == PictureNote(Recipe())
