"""Recovery: what a killed window leaves, and that windows keep out of each other's files."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from latentstudio.core import recovery
from latentstudio.core.document import State
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.core.recovery import Found, RecoveryFile, abandoned
from latentstudio.core.session import Session, load_session

# A window that saves seeds 0, 1, 2, ... until it is killed; it says when the first is safe.
WINDOW = """
import itertools, sys
from pathlib import Path
from latentstudio.core.document import State
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.core.recovery import RecoveryFile
from latentstudio.core.session import Session

file = RecoveryFile(Path(sys.argv[1]))
for seed in itertools.count():
    file.write(Session((("Seed", State(with_seed(Recipe(), seed))),)))
    if seed == 0:
        print(file.path, flush=True)
    if sys.argv[2] == "once":
        sys.stdin.read()
"""


def session(seed: int) -> Session:
    return Session((("Seed", State(with_seed(Recipe(), seed))),))


def start_window(folder: Path, how: str = "once") -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(folder), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def seed_in(found: Found) -> int:
    return found.load().state.recipe.anchors[0].latent.value


def test_nothing_is_made_before_the_first_write(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "recovery"
    file = RecoveryFile(folder)
    assert file.path is None
    assert abandoned(folder) == []
    file.release()
    assert not folder.exists()
    file.write(session(1))
    assert load_session(file.path) == session(1)
    file.release()


def test_a_write_replaces_the_last_one(tmp_path: Path) -> None:
    file = RecoveryFile(tmp_path)
    for seed in (1, 2, 3):
        file.write(session(seed))
    assert load_session(file.path) == session(3)
    file.release()


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    file = RecoveryFile(tmp_path)
    file.write(session(1))
    file.release()
    file.release()
    assert os.listdir(tmp_path) == []


def test_windows_do_not_see_each_others_files_as_abandoned(tmp_path: Path) -> None:
    other, path = start_window(tmp_path)
    mine = RecoveryFile(tmp_path)
    try:
        mine.write(session(7))
        assert mine.path != path
        assert abandoned(tmp_path) == []
        Found(path, 0.0).discard()
        Found(mine.path, 0.0).discard()
        assert load_session(path) == session(0)
        assert load_session(mine.path) == session(7)
    finally:
        kill(other)
    assert [found.path for found in abandoned(tmp_path)] == [path]
    mine.release()


def test_the_work_of_a_killed_window_is_found_and_discarded(tmp_path: Path) -> None:
    process, path = start_window(tmp_path)
    kill(process)
    (found,) = abandoned(tmp_path)
    assert found.path == path
    assert found.modified == path.stat().st_mtime
    assert seed_in(found) == 0
    assert abandoned(tmp_path) == [found]
    found.discard()
    assert os.listdir(tmp_path) == []
    with pytest.raises(StudioError, match="no such file"):
        found.load()
    found.discard()
    assert abandoned(tmp_path) == []


def test_a_kill_at_any_moment_leaves_a_whole_state(tmp_path: Path) -> None:
    for _ in range(4):
        process, _ = start_window(tmp_path, "always")
        kill(process)
    every = abandoned(tmp_path)
    assert len(every) == 4
    assert all(seed_in(found) >= 0 for found in every)
    assert [f.modified for f in every] == sorted((f.modified for f in every), reverse=True)
    for found in every:
        found.discard()
    assert os.listdir(tmp_path) == []


def test_a_lock_without_work_is_tidied_away(tmp_path: Path) -> None:
    (tmp_path / "12-ab.lock").write_bytes(b"")
    (tmp_path / ".12-ab.x1y2.latent").write_bytes(b"half")
    (tmp_path / "notes.txt").write_bytes(b"not ours")
    assert abandoned(tmp_path) == []
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_work_without_a_lock_is_offered(tmp_path: Path) -> None:
    file = RecoveryFile(tmp_path)
    file.write(session(5))
    path = tmp_path / "12-ab.latent"
    path.write_bytes(file.path.read_bytes())
    file.release()
    assert [seed_in(found) for found in abandoned(tmp_path)] == [5]


def test_damaged_work_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "12-ab.latent").write_bytes(b"PK\3\4 and no more")
    (found,) = abandoned(tmp_path)
    with pytest.raises(StudioError, match="damaged or cut short"):
        found.load()


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "full"), (errno.EACCES, "permission")])
def test_a_home_that_cannot_be_written_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    file = RecoveryFile(tmp_path)
    file.write(session(1))

    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StudioError, match=words):
            file.write(session(2))
    assert load_session(file.path) == session(1)
    file.write(session(3))
    assert load_session(file.path) == session(3)
    file.release()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"a file")
    file = RecoveryFile(tmp_path / "home" / "recovery")
    with pytest.raises(StudioError, match="Could not make the folder"):
        file.write(session(1))
    assert abandoned(tmp_path / "home" / "recovery") == []
    file.release()


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        with pytest.raises(StudioError, match="no permission to write there"):
            RecoveryFile(tmp_path).write(session(1))
        assert abandoned(tmp_path) == []


def test_a_file_system_without_locks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    (tmp_path / "12-ab.latent").write_bytes(b"")
    monkeypatch.setattr(recovery, "try_lock", fail)
    with pytest.raises(StudioError, match="No locks available"):
        RecoveryFile(tmp_path).write(session(1))
    assert abandoned(tmp_path) == []


def test_an_emptied_folder_is_claimed_again(tmp_path: Path) -> None:
    file = RecoveryFile(tmp_path)
    file.write(session(1))
    for name in os.listdir(tmp_path):
        (tmp_path / name).unlink()
    file.write(session(2))
    assert abandoned(tmp_path) == []
    assert load_session(file.path) == session(2)
    file.release()
    assert os.listdir(tmp_path) == []


def test_files_are_let_go_again(tmp_path: Path) -> None:
    (tmp_path / "12-ab.latent").write_bytes(b"")
    handle = os.open(tmp_path / "probe", os.O_CREAT)
    os.close(handle)
    for _ in range(5):
        file = RecoveryFile(tmp_path)
        file.write(session(1))
        abandoned(tmp_path)
        file.release()
    again = os.open(tmp_path / "probe", os.O_RDONLY)
    os.close(again)
    assert again == handle
