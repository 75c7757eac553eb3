"""A data set that was written is what was drawn, in a layout that others read."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.errors import StudioError
from trainers.data import cache
from trainers.data.dataset import open_data
from trainers.data.write import write_dataset

SPEC = "avatars:dylan,personas"


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SHARD", 4)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "faces.zip"
    told = write_dataset(SPEC, 10, 16, out, workers=0)
    assert (told.count, told.licence, told.problems) == (10, "CC BY 4.0", ())
    return out


def test_the_layout_of_nvidias_tool(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        content = json.loads(archive.read("dataset.json"))
        with archive.open("00000/img00000003.png") as file, Image.open(file) as image:
            assert image.size == (16, 16)
        thanks = archive.read("ATTRIBUTION.txt").decode()
    assert content["labels"][:2] == [["00000/img00000000.png", 0], ["00000/img00000001.png", 1]]
    assert "Natalia Spivak" in thanks


def test_attributes_tell_names_kinds_ranges_and_values(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        table = json.loads(archive.read("dataset.json"))["attributes"]
    place = table["names"].index("mouth")
    assert table["kinds"][place] == "category"
    assert "smile" in table["ranges"][place]
    assert table["ranges"][table["names"].index("rotate")] == [-15, 15]
    assert table["classes"] == ["dylan", "personas"]
    name, values = table["values"][4]
    assert name == "00000/img00000004.png"
    assert values[place] in {*table["ranges"][place], "hidden", "unclear"}


def test_what_is_read_back_is_what_was_drawn(written: Path, tmp_path: Path) -> None:
    drawn = open_data(SPEC, 16, 10, workers=0, cache_root=tmp_path)
    back = open_data(str(written), 16, workers=0, cache_root=tmp_path)
    everything = range(10)
    assert np.array_equal(drawn.images(everything), back.images(everything))
    labels, again = drawn.labels(everything), back.labels(everything)
    assert labels is not None
    assert again is not None
    assert np.array_equal(labels, again)
    assert back.classes == drawn.classes
    assert back.attributions == drawn.attributions
    before, after = drawn.attributes(everything), back.attributes(everything)
    assert before.keys() == after.keys()
    for name, column in before.items():
        assert np.array_equal(column, after[name])


def test_one_style_has_no_labels(tmp_path: Path) -> None:
    out = tmp_path / "faces.zip"
    seen: list[tuple[int, int]] = []
    write_dataset("avatars:dylan", 5, 16, out, lambda *n: seen.append(n), workers=0)
    assert seen[-1] == (5, 5)
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("dataset.json"))["labels"] is None


def test_the_same_faces_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_dataset(SPEC, 10, 16, tmp_path / "again.zip", workers=2)
    assert (tmp_path / "again.zip").read_bytes() == written.read_bytes()


def test_a_folder_becomes_a_zip_without_its_bad_files(tmp_path: Path) -> None:
    source = tmp_path / "faces"
    source.mkdir()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(source / "b.png")
    (source / "a.png").write_bytes(b"broken")
    told = write_dataset(str(source), None, 16, tmp_path / "out.zip", workers=0)
    assert told.count == 1
    assert told.problems == ("a.png: not a picture",)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["00000/img00000000.png", "dataset.json"]
        assert json.loads(archive.read("dataset.json")) == {"labels": None}


@pytest.mark.parametrize("name", ["faces", "faces.tar", "nowhere/faces.zip"])
def test_places_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudioError):
        write_dataset("avatars:dylan", 2, 16, tmp_path / name, workers=0)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_the_old_file(tmp_path: Path) -> None:
    out, source = tmp_path / "out.zip", tmp_path / "faces"
    out.write_bytes(b"old")
    source.mkdir()
    (source / "a.png").write_bytes(b"broken")
    with pytest.raises(StudioError, match="No picture could be read"):
        write_dataset(str(source), None, 16, out, workers=0)
    assert out.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"out.zip", "faces"}
