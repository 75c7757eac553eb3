"""Atomic writes: whatever fails, the old file is whole and nothing is left lying around."""

import errno
import os
import stat
from pathlib import Path

import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file, atomic_write, make_folder


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_write_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    atomic_write(path, b"old and longer")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.bin"]


def test_others_may_read_what_the_umask_allows(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    before = os.umask(0o022)
    try:
        atomic_write(path, b"x")
    finally:
        os.umask(before)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "permission"), (errno.EIO, "Could not write")],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str, call: str
) -> None:
    path = tmp_path / "a.bin"
    atomic_write(path, b"old")

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    if call == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StudioError, match=words) as caught:
        atomic_write(path, b"new")
    assert "unchanged" in caught.value.hint
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def fail_halfway(path: Path) -> None:
    with atomic_file(path) as temporary:
        temporary.write_bytes(b"half")
        raise ZeroDivisionError


def test_an_error_of_the_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    atomic_write(path, b"old")
    with pytest.raises(ZeroDivisionError):
        fail_halfway(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_the_temporary_file_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "clip.mp4") as temporary:
        assert temporary.suffix == ".mp4"
        assert temporary.parent == tmp_path
        temporary.write_bytes(b"x")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("missing/a.bin", "folder does not exist"),
        ("file/a.bin", "part of the path is a file"),
        ("folder", "Could not write folder"),
        ("a" * 300, "name is too long"),
    ],
)
def test_impossible_places_are_named(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StudioError, match=words):
        atomic_write(tmp_path / place, b"x")


def test_make_folder_makes_parents_and_says_why_not(tmp_path: Path) -> None:
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert make_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StudioError, match="a file is in the way"):
        make_folder(tmp_path / "file")
