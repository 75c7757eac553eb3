from pathlib import Path

import pytest
import torch

from latentstudio.core.errors import StudioError
from trainers.checkpoint import BEST, NEWEST, PREVIOUS, load_snapshot, read_snapshot, save_snapshot


def save(folder: Path, number: int, best: bool = False) -> None:
    save_snapshot(folder, {"number": number, "weights": torch.full((3,), number)}, best=best)


def test_two_rotate_and_the_best_stays(tmp_path: Path) -> None:
    for number in range(4):
        save(tmp_path, number, best=number == 1)
    numbers = {name: read_snapshot(tmp_path / name)["number"] for name in (NEWEST, PREVIOUS, BEST)}
    assert numbers == {NEWEST: 3, PREVIOUS: 2, BEST: 1}
    assert len(list(tmp_path.iterdir())) == 3


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert load_snapshot(tmp_path) is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", b"\x80\x04nonsense"])
def test_a_damaged_one_falls_back_to_the_one_before(tmp_path: Path, damage: bytes) -> None:
    save(tmp_path, 1)
    save(tmp_path, 2)
    (tmp_path / NEWEST).write_bytes(damage)
    found = load_snapshot(tmp_path)
    assert found is not None
    assert found["number"] == 1
    (tmp_path / PREVIOUS).write_bytes(damage)
    with pytest.raises(StudioError, match=r"snapshot.pt cannot be read.*Delete it"):
        load_snapshot(tmp_path)


def test_a_kill_between_the_renames_leaves_the_one_before(tmp_path: Path) -> None:
    save(tmp_path, 1)
    (tmp_path / NEWEST).replace(tmp_path / PREVIOUS)
    found = load_snapshot(tmp_path)
    assert found is not None
    assert found["number"] == 1


def test_nothing_in_a_snapshot_can_run(tmp_path: Path) -> None:
    torch.save({"format": 1, "path": Path("/")}, tmp_path / NEWEST)
    with pytest.raises(StudioError, match="cannot be read"):
        load_snapshot(tmp_path)


def test_other_formats_and_missing_files(tmp_path: Path) -> None:
    torch.save({"format": 99}, tmp_path / NEWEST)
    with pytest.raises(StudioError, match="another format"):
        load_snapshot(tmp_path)
    with pytest.raises(StudioError, match="has no snapshot-best"):
        read_snapshot(tmp_path / BEST)
