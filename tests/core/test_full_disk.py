"""A disk that is full and folders that cannot be written: old files stay whole, in words."""

import errno
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from latentstudio.core.direction_file import write_directions
from latentstudio.core.document import State
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.core.gallery import Kept
from latentstudio.core.latents_table import Row, write_latents
from latentstudio.core.picture import PictureNote, read_picture
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.core.recovery import RecoveryFile
from latentstudio.core.session import Session, load_session, save_session
from latentstudio.core.still import Still, write_still
from tests.core.samples import gradient
from tests.core.test_direction_file import OWN
from tests.core.test_kept_session import SESSION
from tests.kill_autosaves import kill_once

SMALL = Session((("Start", State()),))
Write = Callable[[Path], None]


def _latents(path: Path) -> None:
    write_latents(path, [Row(Kept(Recipe()), None, np.ones((8, 64), np.float32))] * 9)


WRITES: dict[str, Write] = {
    "session.latent": lambda path: save_session(path, SESSION),
    "picture.png": lambda path: write_still(path, Still(8), gradient(), PictureNote(Recipe())),
    "latents.csv": _latents,
    "latents.npz": _latents,
    "own.directions.safetensors": lambda path: write_directions(path, OWN),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("most", [0, 1, 700])
def test_a_full_disk_leaves_the_old_file(
    name: str, most: int, full_disk: Callable[[int], None], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(b"old")
    full_disk(most)
    with pytest.raises(StudioError, match=rf"Could not write {name} - .*old file is unchanged"):
        WRITES[name](path)
    full_disk(2**30)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [name]
    WRITES[name](path)
    assert path.stat().st_size > 700


def test_an_autosave_on_a_full_disk_keeps_the_last_one(
    full_disk: Callable[[int], None], tmp_path: Path
) -> None:
    file = RecoveryFile(tmp_path)
    file.write(SMALL)
    full_disk(600)
    for _ in range(3):
        with pytest.raises(StudioError, match="Could not write"):
            file.write(SESSION)
    assert file.path is not None
    assert load_session(file.path) == SMALL
    full_disk(2**30)
    file.write(SESSION)
    assert load_session(file.path) == SESSION
    file.release()
    assert os.listdir(tmp_path) == []


FOLDERS = {
    "none": lambda folder: folder / "no such folder",
    "file": lambda folder: folder / "a file",
}


@pytest.mark.parametrize("kind", FOLDERS)
@pytest.mark.parametrize("name", WRITES)
def test_a_folder_that_is_none_is_said(kind: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(StudioError, match=f"Could not write {name} - (the folder does|a part of)"):
        WRITES[name](FOLDERS[kind](tmp_path) / name)


@pytest.mark.parametrize("call", ["replace", "fsync", "open"])
@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO])
def test_whatever_the_system_refuses_the_old_file_stays(
    call: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "session.latent"
    save_session(path, SMALL)

    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, refuse)
        with pytest.raises(StudioError, match="The old file is unchanged"):
            save_session(path, SESSION)
    assert load_session(path) == SMALL
    assert os.listdir(tmp_path) == ["session.latent"]


# Whoever runs the tests, it writes as somebody who may not.
NOBODY = """
import os, sys
from pathlib import Path
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write

if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
try:
    atomic_write(Path(sys.argv[1]), b"new")
except StudioError as error:
    print(error)
"""


def test_a_read_only_folder_is_said() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "session.latent").write_bytes(b"old")
        folder.chmod(0o555)
        command = [sys.executable, "-c", NOBODY, str(folder / "session.latent")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        folder.chmod(0o755)
        assert "no permission to write there" in done.stdout, done.stderr
        assert (folder / "session.latent").read_bytes() == b"old"
        assert os.listdir(folder) == ["session.latent"]


def test_a_larger_picture_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    write_still(path, Still(4), gradient(), PictureNote(with_seed(Recipe(), 4)))
    atomic_write(tmp_path / "copy.png", path.read_bytes())
    assert read_picture(tmp_path / "copy.png")[0].shape == (96, 128, 3)


def test_killed_in_the_middle_of_an_autosave(tmp_path: Path) -> None:
    chance = random.Random(3)
    deaths = [kill_once(tmp_path, chance.uniform(0.0, 0.1)) for _ in range(4)]
    assert not [death for death in deaths if death.lost]
