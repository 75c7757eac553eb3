"""The cache is filled once, goes on after a kill, and cannot be written through."""

import functools
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from latentstudio.data.folder import Arrays, Job
from trainers.data import cache
from trainers.data.avatars import Avatars
from trainers.data.dataset import open_data

SPEC = "avatars:dylan"


@dataclass
class Counting:
    """Grey pictures, numbered; notes which were made, and may be killed at one."""

    size: int | None = None
    made: list[int] = field(default_factory=list)
    deadly: int = -1
    name = "counting"
    classes = ()
    factors = ()
    licence = ""
    attributions = ()

    def identity(self) -> dict[str, Any]:
        return {"spec": "counting"}

    def job(self, first: int, count: int) -> Job:
        return functools.partial(self.make, first, count)

    def make(self, first: int, count: int, resolution: int) -> Arrays:
        if self.deadly in range(first, first + count):
            raise KeyboardInterrupt
        self.made.append(first)
        numbers = np.arange(first, first + count, dtype=np.uint8)
        shape = (count, resolution, resolution, 3)
        return {
            "images": np.broadcast_to(numbers[:, None, None, None], shape).copy(),
            "labels": numbers.astype(np.int64),
        }


def die(*_: object) -> None:
    os._exit(1)


def linger(_: int) -> None:
    os.write(1, b"started\n")
    time.sleep(30)
    os.write(1, b"survived\n")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SHARD", 4)


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    folder = cache.cache_folder(Counting(), 8, tmp_path)
    killed = Counting(deadly=9)
    with pytest.raises(KeyboardInterrupt):
        cache.fill(folder, killed, 8, range(5), workers=0)
    assert killed.made == [0, 4]
    later = Counting()
    seen: list[tuple[int, int]] = []
    cache.fill(folder, later, 8, range(5), 0, lambda done, total: seen.append((done, total)))
    assert later.made == [8, 12, 16]
    assert seen == [(12, 20), (16, 20), (20, 20)]
    images = np.concatenate(cache.open_shards(folder, range(5), "images"))
    assert images[:, 0, 0, 0].tolist() == list(range(20))
    cache.fill(folder, again := Counting(), 8, range(5), 0)
    assert again.made == []


def test_a_shard_without_pictures_is_made_again(tmp_path: Path) -> None:
    folder = cache.cache_folder(Counting(), 8, tmp_path)
    cache.fill(folder, Counting(), 8, range(2), 0)
    next(folder.glob("000001.images.npy")).unlink()
    cache.fill(folder, again := Counting(), 8, range(2), 0)
    assert again.made == [4]


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    folder = cache.cache_folder(Counting(), 8, tmp_path)
    old, new = folder / ".000000.images.old.npy", folder / ".000000.images.new.npy"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    cache.fill(folder, Counting(), 8, range(1), 0)
    assert not old.exists()
    assert new.exists()


def test_the_last_shard_of_a_finite_source_is_short(tmp_path: Path) -> None:
    source = Counting(size=6)
    folder = cache.cache_folder(source, 8, tmp_path)
    cache.fill(folder, source, 8, range(2), 0)
    assert [len(part) for part in cache.open_shards(folder, range(2), "labels")] == [4, 2]


def test_the_cache_is_read_only(tmp_path: Path) -> None:
    data = open_data(SPEC, 16, 4, workers=0, cache_root=tmp_path)
    assert not data._shards[0].flags.writeable
    batch = data.images([0, 1])
    before = batch.copy()
    batch[:] = 0
    assert np.array_equal(data.images([0, 1]), before)


def test_another_resolution_is_another_folder(tmp_path: Path) -> None:
    faces = Avatars(("dylan",))
    assert cache.cache_folder(faces, 16, tmp_path) != cache.cache_folder(faces, 32, tmp_path)
    assert cache.cache_folder(faces, 16, tmp_path) == cache.cache_folder(faces, 16, tmp_path)


def test_a_damaged_shard_says_what_to_delete(tmp_path: Path) -> None:
    folder = cache.cache_folder(Counting(), 8, tmp_path)
    cache.fill(folder, Counting(), 8, range(1), 0)
    (folder / "000000.images.npy").write_bytes(b"nothing")
    with pytest.raises(StudioError, match="Delete the folder"):
        cache.open_shards(folder, range(1), "images")


def test_ranks_begin_with_shards_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = []
    monkeypatch.setattr(cache, "fill", lambda *args: orders.append(args[3]))
    monkeypatch.setattr(cache, "open_shards", lambda *_: [])
    for rank in (0, 1):
        open_data(SPEC, 16, 16, rank=rank, world=2, cache_root=tmp_path)
    assert orders == [[0, 2, 1, 3], [1, 3, 0, 2]]


def test_processes_draw_what_one_process_draws(tmp_path: Path) -> None:
    one = open_data(SPEC, 16, 8, workers=0, cache_root=tmp_path / "one")
    two = open_data(SPEC, 16, 8, workers=2, cache_root=tmp_path / "two")
    assert np.array_equal(one.images(range(8)), two.images(range(8)))


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(StudioError, match="Start again"):
        list(cache.run_jobs(die, [(1,), (2,)], workers=2))


def test_processes_end_when_their_parent_is_killed() -> None:
    code = (
        "from tests.trainers.data.test_cache import linger\n"
        "from trainers.data.cache import run_jobs\n"
        "list(run_jobs(linger, [(1,), (2,)], workers=2))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout as output:
        assert output.readline() == "started\n"
        parent.kill()
        assert "survived" not in output.read()  # ends when the last process has closed it


def test_drawing_processes_start_without_torch() -> None:
    code = "import sys, trainers.data.write; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
