"""Any picture is read upright, on white, square; what cannot be read is named and skipped."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.untrusted import InputError
from latentstudio.data import folder
from latentstudio.data.folder import open_pictures, read_picture
from trainers.data.dataset import Dataset, open_data

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(size: tuple[int, int] = (32, 32)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def opened(path: Path, root: Path, count: int | None = None) -> Dataset:
    return open_data(str(path), 16, count, workers=0, cache_root=root)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises a size that it does not hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_colours_and_orientation_stay() -> None:
    picture = read_picture(encoded(halves()), 16)
    assert picture.shape == (16, 16, 3)
    assert picture[2, 8].tolist() == list(RED)
    assert picture[13, 8].tolist() == list(BLUE)


def test_the_middle_is_cropped() -> None:
    wide = Image.new("RGB", (96, 32), BLUE)
    wide.paste(RED, (32, 0, 64, 32))
    assert (read_picture(encoded(wide), 16) == RED).all()


def test_transparent_pictures_lie_on_white() -> None:
    clear = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    assert (read_picture(encoded(clear), 16) == 255).all()
    half = Image.new("LA", (32, 32), (0, 128))
    assert abs(int(read_picture(encoded(half), 16)[8, 8, 0]) - 127) <= 1


def test_grey_palette_and_transparent_palette() -> None:
    assert read_picture(encoded(Image.new("L", (32, 32), 77)), 16)[4, 4].tolist() == [77] * 3
    assert read_picture(encoded(halves().quantize(4)), 16)[2, 2].tolist() == list(RED)
    palette = Image.new("P", (32, 32), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert (read_picture(encoded(palette, transparency=1), 16) == 255).all()
    assert (read_picture(encoded(Image.new("1", (32, 32), 1)), 16) == 255).all()


def test_sixteen_bit_grey() -> None:
    deep = Image.fromarray(np.full((32, 32), 30000, np.uint16))
    assert read_picture(encoded(deep), 16)[4, 4].tolist() == [117] * 3
    assert read_picture(encoded(deep, "TIFF"), 16)[4, 4].tolist() == [117] * 3


def test_cmyk_jpeg() -> None:
    picture = read_picture(encoded(Image.new("CMYK", (32, 32), (0, 0, 0, 0)), "JPEG"), 16)
    assert (picture > 250).all()


def test_exif_rotation_is_undone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    picture = read_picture(encoded(halves(), "JPEG", exif=exif, quality=95), 16)
    assert picture[2, 8, 2] > 200 > picture[2, 8, 0] + 150
    assert picture[13, 8, 0] > 200


def test_large_jpegs_are_right_too() -> None:
    picture = read_picture(encoded(halves((1000, 1000)), "JPEG"), 16)
    assert picture[2, 8, 0] > 240
    assert picture[13, 8, 2] > 240


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (encoded(halves((7, 40))), "too small"),
        (png_claiming(10_000, 9_500), "exceeds limit"),
        (png_claiming(40_000, 40_000), "exceeds limit"),
        (encoded(Image.new("F", (32, 32)), "TIFF"), "floating point"),
    ],
)
def test_refused_pictures(data: bytes, told: str) -> None:
    with pytest.raises(folder._ERRORS, match=told):
        read_picture(data, 16)


def test_bad_files_are_named_and_skipped(tmp_path: Path) -> None:
    source = tmp_path / "faces"
    (source / "deep" / "er").mkdir(parents=True)
    good = encoded(halves())
    for name in ("a.png", "deep/er/z.PNG"):
        (source / name).write_bytes(good)
    (source / "b.png").write_bytes(good[: len(good) // 2])
    (source / "c.jpg").write_bytes(b"<html>not a picture</html>")
    (source / "d.png").write_bytes(encoded(halves((4, 4))))
    (source / "e.png").write_bytes(b"")
    (source / "f.png").write_bytes(png_claiming(40_000, 40_000))
    (source / ".hidden.png").write_bytes(good)
    (source / "notes.txt").write_text("nothing")
    data = opened(source, tmp_path / "cache")
    assert len(data) == 2
    assert (data.images([0, 1])[:, 2, 2] == RED).all()
    told = dict(problem.split(": ", 1) for problem in data.problems)
    assert told.keys() == {"b.png", "c.jpg", "d.png", "e.png", "f.png"}
    assert told["c.jpg"] == told["e.png"] == "not a picture"
    assert told["d.png"] == "too small (4 x 4)"
    assert told["f.png"] == "too large"
    assert (data.labels([0]), data.attributes([0]), data.factors) == (None, {}, ())


def test_nothing_left_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "faces"
    source.mkdir()
    with pytest.raises(StudioError, match="No pictures in"):
        opened(source, tmp_path)
    (source / "a.png").write_bytes(b"broken")
    with pytest.raises(StudioError, match=r"a\.png: not a picture"):
        opened(source, tmp_path)


def test_a_changed_folder_is_read_again(tmp_path: Path) -> None:
    source = tmp_path / "faces"
    source.mkdir()
    (source / "a.png").write_bytes(encoded(halves()))
    assert len(opened(source, tmp_path / "cache")) == 1
    (source / "b.png").write_bytes(encoded(Image.new("RGB", (32, 32), BLUE)))
    assert len(opened(source, tmp_path / "cache")) == 2
    assert len(opened(source, tmp_path / "cache", count=1)) == 1


def test_a_zip_with_a_damaged_member(tmp_path: Path) -> None:
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one/a.png", encoded(halves()))
        archive.writestr("one/b.png", encoded(halves((64, 64))))
        archive.writestr("__MACOSX/one/._a.png", b"junk")
    data = path.read_bytes()
    place = data.index(encoded(halves((64, 64)))) + 60
    path.write_bytes(data[:place] + b"\0\0\0\0" + data[place + 4 :])
    pictures = opened(path, tmp_path / "cache")
    assert len(pictures) == 1
    assert pictures.problems[0].startswith("one/b.png: Bad CRC-32")


def test_neither_folder_nor_zip(tmp_path: Path) -> None:
    path = tmp_path / "faces.zip"
    path.write_bytes(b"not a zip")
    with pytest.raises(StudioError, match="Could not open"):
        open_pictures(path)


def labelled(tmp_path: Path, content: object) -> Path:
    source = tmp_path / "faces"
    source.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (source / name).write_bytes(encoded(halves()))
    text = content if isinstance(content, str) else json.dumps(content)
    (source / "dataset.json").write_text(text)
    return source


def test_class_numbers(tmp_path: Path) -> None:
    source = labelled(tmp_path, {"labels": [["a.png", 1], ["c.png", 0]]})
    data = opened(source, tmp_path / "cache")
    labels = data.labels([0, 1])
    assert labels is not None
    assert labels.tolist() == [1, 0]
    assert data.classes == ("class 0", "class 1")
    assert data.problems == ("b.png: no label in dataset.json",)


@pytest.mark.parametrize(
    ("names", "label", "words"),
    [
        (["round", "long", "wide"], 7, "with 3 classes named it can be 0 to 2"),
        ([], 9999, "with 3 pictures labelled it can be 0 to 2"),
    ],
)
def test_a_label_out_of_range_is_named_with_its_file(
    names: list[str], label: int, words: str, tmp_path: Path
) -> None:
    labels = [["a.png", 0], ["b.png", label], ["c.png", 1]]
    attributes = {"classes": names, "names": [], "kinds": []}
    source = labelled(tmp_path, {"labels": labels, "attributes": attributes})
    with pytest.raises(StudioError, match=f"the label {label} of b.png is out of range: {words}"):
        open_pictures(source)


def test_label_vectors(tmp_path: Path) -> None:
    rows = [["a.png", [0.5, 1]], ["b.png", [0, 0]], ["c.png", [1, 2]]]
    data = opened(labelled(tmp_path, {"labels": rows}), tmp_path / "cache")
    labels = data.labels([2])
    assert labels is not None
    assert labels.dtype == np.float32
    assert labels.tolist() == [[1, 2]]
    assert data.classes == ()


def test_no_labels(tmp_path: Path) -> None:
    data = opened(labelled(tmp_path, {"labels": None}), tmp_path / "cache")
    assert data.labels([0]) is None
    assert len(data) == 3


@pytest.mark.parametrize(
    "content",
    [
        "{",
        [],
        {"labels": {"a.png": 1}},
        {"labels": [["a.png"]]},
        {"labels": [["a.png", -1]]},
        {"labels": [["a.png", True]]},
        {"labels": [["a.png", 1], ["b.png", [1.0]]]},
        {"labels": [["a.png", [1.0]], ["b.png", [1.0, 2.0]]]},
        {"labels": [["a.png", [10**400]]]},
        {"labels": None, "attributes": {"names": ["mouth"], "kinds": []}},
        {"labels": None, "attributes": 3},
        {
            "labels": None,
            "attributes": {
                "names": ["mouth"],
                "kinds": ["category"],
                "ranges": [["smile"]],
                "values": [["a.png", ["frown"]]],
            },
        },
    ],
)
def test_a_broken_dataset_json_is_explained(tmp_path: Path, content: object) -> None:
    with pytest.raises(StudioError, match=r"Could not read dataset\.json"):
        open_pictures(labelled(tmp_path, content))


def test_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(halves()))
    monkeypatch.setattr(folder, "MAX_FILE_BYTES", 20)
    with pytest.raises(InputError, match="larger than"):
        folder._bounded(path.open("rb"))
