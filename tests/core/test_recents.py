"""Recent models and fresh seeds: small things that must never stand in the way."""

import errno
from pathlib import Path

import pytest

from latentstudio.core import recents
from latentstudio.core.errors import StudioError
from latentstudio.core.latent import SEEDS
from latentstudio.core.random import fresh_seed, seeds_around
from latentstudio.core.recents import LIMIT, read_recents, remember


def model(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"")
    return path.resolve()


def test_the_newest_is_first_and_none_is_twice(tmp_path: Path) -> None:
    a, b = model(tmp_path, "a"), model(tmp_path, "b")
    for path in (a, b, a):
        remember(path, tmp_path / "state")
    assert read_recents(tmp_path / "state") == [a, b]


def test_the_list_is_short_and_leaves_out_what_is_gone(tmp_path: Path) -> None:
    paths = [model(tmp_path, f"{i:02d}") for i in range(LIMIT + 3)]
    for path in paths:
        remember(path, tmp_path)
    assert read_recents(tmp_path) == paths[: -LIMIT - 1 : -1]
    paths[-1].unlink()
    assert read_recents(tmp_path)[0] == paths[-2]


@pytest.mark.parametrize("written", [b"", b"{", b"[1, null]", b'{"a": 1}', b"\xff\xfe"])
def test_a_broken_list_counts_as_empty(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "recent.json").write_bytes(written)
    assert read_recents(tmp_path) == []
    path = model(tmp_path, "a")
    remember(path, tmp_path)
    assert read_recents(tmp_path) == [path]


def test_a_home_that_cannot_be_written_loses_only_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, data: bytes) -> None:
        raise StudioError("Could not write", str(errno.EACCES))

    monkeypatch.setattr(recents, "atomic_write", fail)
    path = model(tmp_path, "a")
    assert list(remember(path, tmp_path / "state")) == [path]
    assert read_recents(tmp_path / "state") == []


def test_seeds_of_chance_are_seeds() -> None:
    assert all(0 <= fresh_seed() < SEEDS for _ in range(100))
    assert seeds_around(5, 8) == seeds_around(5, 8)
    assert len(set(seeds_around(5, 500))) == 500
    assert all(0 <= seed < SEEDS for seed in seeds_around(SEEDS - 1, 50))


def test_work_has_a_list_of_its_own(tmp_path: Path) -> None:
    a, b = model(tmp_path, "a"), model(tmp_path, "b")
    remember(a, tmp_path)
    remember(b, tmp_path, "work")
    assert (read_recents(tmp_path), read_recents(tmp_path, "work")) == ([a], [b])
