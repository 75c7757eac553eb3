"""Latents as tables: every column has a name, and numbers come back as they were."""

import csv
import errno
import os
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.gallery import Kept
from latentstudio.core.latents_table import Row, write_latents
from latentstudio.core.recipe import Anchor, Recipe, Seed, with_seed

RNG = np.random.default_rng(1)
Z = RNG.standard_normal((2, 4)).astype(np.float32)
W = RNG.standard_normal((2, 1, 3)).astype(np.float32).repeat(2, 1)
BLEND = Recipe(anchors=(Anchor(Seed(1)), Anchor(Seed(2))), blend="w")
ROWS = [
    Row(Kept(with_seed(Recipe(), 48), 1, True, 'Grin, "orange"\u00fc'), Z[0], W[0]),
    Row(Kept(BLEND, -1), None, W[1]),
]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_spreadsheet_has_named_columns(tmp_path: Path) -> None:
    path = tmp_path / "latents.csv"
    write_latents(path, ROWS)
    first, second = table(path)
    assert list(first) == [
        *("name", "seed", "note", "starred", "mark"),
        *(f"z_{i:03d}" for i in range(4)),
        *(f"w_{i:03d}" for i in range(3)),
    ]
    assert [first[k] for k in ("name", "seed", "note", "starred", "mark")] == [
        "Seed 48", "48", 'Grin, "orange"\u00fc', "1", "1",
    ]  # fmt: skip
    assert (second["seed"], second["z_000"], second["mark"]) == ("", "", "-1")
    np.testing.assert_array_equal(np.float32([first[f"z_{i:03d}"] for i in range(4)]), Z[0])
    np.testing.assert_array_equal(np.float32([second[f"w_{i:03d}"] for i in range(3)]), W[1, 0])


def test_layers_that_differ_have_columns_of_their_own(tmp_path: Path) -> None:
    mixed = W[0].copy()
    mixed[1] += 1
    write_latents(tmp_path / "a.csv", [Row(ROWS[0].kept, Z[0], mixed), ROWS[1]])
    first, second = table(tmp_path / "a.csv")
    assert "w_000" not in first
    assert float(first["w01_002"]) == pytest.approx(float(mixed[1, 2]))
    assert second["w00_001"] == second["w01_001"]


def test_programs_read_arrays_without_pickle(tmp_path: Path) -> None:
    path = tmp_path / "latents.npz"
    write_latents(path, ROWS)
    with np.load(path, allow_pickle=False) as data:
        assert list(data["name"]) == ["Seed 48", "Near seed 1"]
        assert list(data["seed"]) == [48, -1]
        assert list(data["note"]) == ['Grin, "orange"\u00fc', ""]
        assert list(data["starred"]) == [True, False]
        assert list(data["mark"]) == [1, -1]
        np.testing.assert_array_equal(data["z"][0], Z[0])
        assert np.isnan(data["z"][1]).all()
        np.testing.assert_array_equal(data["w"], W)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"\.npz or \.csv"):
        write_latents(tmp_path / "latents.xlsx", ROWS)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", ["npz", "csv"])
def test_a_full_disk_leaves_the_old_file(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"latents.{ending}"
    path.write_bytes(b"old")

    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StudioError, match="disk is full"):
        write_latents(path, ROWS)
    assert path.read_bytes() == b"old"
    assert len(os.listdir(tmp_path)) == 1
