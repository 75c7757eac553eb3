"""Data opens by its spec; an index always means the same picture."""

from pathlib import Path

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from trainers.data import cache
from trainers.data.avatars import Avatars
from trainers.data.dataset import Dataset, open_data


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SHARD", 4)


def drawn(
    root: Path, count: int = 6, spec: str = "avatars:dylan,personas", start: int = 0
) -> Dataset:
    return open_data(spec, 16, count, start=start, workers=0, cache_root=root)


def test_faces_by_index(tmp_path: Path) -> None:
    data = drawn(tmp_path)
    assert len(data) == 6
    assert data.name == "avatars:dylan,personas"
    batch = data.images(np.array([5, 0]))
    assert batch.shape == (2, 16, 16, 3)
    assert batch.dtype == np.uint8
    assert np.array_equal(batch[0], Avatars(("dylan", "personas")).image(5, 16))


def test_a_later_start_is_the_same_set_from_there(tmp_path: Path) -> None:
    data, held_out = drawn(tmp_path, 12), drawn(tmp_path, 4, start=7)
    assert np.array_equal(held_out.images(range(4)), data.images(range(7, 11)))
    labels, later = data.labels(range(7, 11)), held_out.labels(range(4))
    assert labels is not None
    assert later is not None
    assert np.array_equal(labels, later)


def test_indices_wrap_around(tmp_path: Path) -> None:
    data = drawn(tmp_path)
    assert np.array_equal(data.images([6, -1]), data.images([0, 5]))


def test_labels_are_the_styles(tmp_path: Path) -> None:
    data = drawn(tmp_path)
    labels = data.labels([0, 1, 5])
    assert labels is not None
    assert [data.classes[label] for label in labels] == ["dylan", "personas", "personas"]
    assert drawn(tmp_path, spec="avatars:dylan").labels([0]) is None
    assert drawn(tmp_path, spec="avatars:dylan").classes == ()


def test_attributes_are_what_was_drawn(tmp_path: Path) -> None:
    data = drawn(tmp_path)
    faces = Avatars(("dylan", "personas"))
    table = data.attributes(range(6))
    assert table["mouth"].dtype == np.int64
    assert table["rotate"].dtype == np.float32
    for factor in data.factors:
        values = [factor.value(code) for code in table[factor.name]]
        for index, value in enumerate(values):
            told = faces.describe(index).get(factor.name, "hidden")
            assert value == pytest.approx(told) if factor.kind == "number" else value == told


def test_attributions(tmp_path: Path) -> None:
    data = drawn(tmp_path)
    assert data.licence == "CC BY 4.0"
    assert len(data.attributions) == 2
    assert "Draftbit" in data.attributions[1]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("personas", "avatars:personas"),
        ("avatar:toonhead", "avatars:toon-head"),
        ("/no/such/folder", "Give a folder"),
    ],
)
def test_unknown_specs(spec: str, told: str) -> None:
    with pytest.raises(StudioError, match=told):
        open_data(spec, 16)


@pytest.mark.parametrize(("resolution", "count", "start"), [(2, 4, 0), (16, 0, 0), (16, 4, -1)])
def test_sizes_that_make_no_sense(resolution: int, count: int, start: int) -> None:
    with pytest.raises(StudioError):
        open_data("avatars:dylan", resolution, count, start=start)
