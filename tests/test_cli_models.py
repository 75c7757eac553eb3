"""``models`` and ``inspect``: cards read without torch, and files that are no models."""

import hashlib
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core.bundle import read_card
from latentstudio.core.picture import write_picture
from latentstudio.core.recents import remember
from tests.commands import Run, runner
from tests.fresh import fresh
from tests.shelf import Shelf, make_shelf, write_model


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return make_shelf(tmp_path, monkeypatch)


# --- models --------------------------------------------------------------------------------------


def test_models_are_listed(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    write_model(tmp_path / "mine.safetensors", seed=3)
    remember(tmp_path / "mine.safetensors")
    remember(shelf.path("one"))  # bundled, not listed twice
    found = run("models", "--json").data["models"]
    assert [(m["name"], m["family"], m["resolution"], m["bundled"]) for m in found] == [
        ("one", "dcgan", 32, True),
        ("two", "dcgan", 32, True),
        ("mine", "dcgan", 32, False),
    ]
    assert found[2]["path"] == str(tmp_path / "mine.safetensors")
    assert found[0]["bytes"] == shelf.path("one").stat().st_size
    lines = run("models").out.splitlines()
    assert lines[0].split() == ["name", "family", "pixels", "size", "where"]
    assert lines[1].split() == ["one", "dcgan", "32", "1", "kB", "bundled"]


def test_recent_files_that_are_no_models_are_left_out(
    run: Run, shelf: Shelf, tmp_path: Path
) -> None:
    (tmp_path / "mine.safetensors").write_bytes(b"changed since")
    remember(tmp_path / "mine.safetensors")
    assert [m["name"] for m in run("models", "--json").data["models"]] == shelf.names


def test_without_any_model(run: Run, shelf: Shelf) -> None:
    for name in shelf.names:
        shelf.path(name).unlink()
    assert run("models").out.startswith("No models yet")
    assert run("models", "--json").data == {"models": []}


# --- inspect -------------------------------------------------------------------------------------


def test_inspect_says_what_a_model_is(run: Run, shelf: Shelf) -> None:
    path = shelf.path("one")
    facts = run("inspect", "one", "--json").data
    assert {"family": "dcgan", "resolution": 32, "z_dim": 16, "style_dim": 16, "style_layers": 1,
            "classes": [], "has_noise": False, "parameters": 4, "licence": "CC0-1.0",
            "container": "safetensors", "name": "one"}.items() <= facts.items()  # fmt: skip
    assert facts["model_id"] == read_card(path).model_id
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "nothing in the file can run" in facts["trust"]
    words = run("inspect", str(path)).out
    for told in ("32 x 32", facts["model_id"], facts["sha256"], "kimg: 12", "Drawn faces only."):
        assert told in words


def test_inspect_and_models_need_no_torch(tmp_path: Path) -> None:
    write_model(tmp_path / "mine.safetensors")
    words = ["inspect", str(tmp_path / "mine.safetensors"), "--json"]
    code = (
        "import sys; from latentstudio.cli import main;"
        f"main({words!r}); main(['models', '--json']); print('torch' in sys.modules)"
    )
    card, models, torch = fresh(["-c", code]).stdout.splitlines()
    assert json.loads(card)["family"] == "dcgan"
    assert "models" in json.loads(models)
    assert torch == "False"


@pytest.mark.parametrize(
    ("name", "told"),
    [("onne", "Did you mean one?"), ("xyz", "Known: one, two"), ("gone.pt", "no such file"),
     ("folder/gone", "no such file")],
)  # fmt: skip
def test_an_unknown_model(run: Run, shelf: Shelf, name: str, told: str) -> None:
    assert shelf.names == ["one", "two"]
    ended = run("inspect", name)
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1


def _strange_files(folder: Path) -> None:
    write_picture(folder / "picture.png", np.zeros((4, 4, 3), np.uint8))
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("x", "y")
    (folder / "a.pkl").write_bytes(pickle.dumps([1, 2, 3], protocol=4))
    (folder / "empty.safetensors").touch()
    (folder / "page.safetensors").write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    (folder / "pointer.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 8)
    whole = (folder / "models" / "one.safetensors").read_bytes()
    (folder / "short.safetensors").write_bytes(whole[:-3])
    (folder / "shorter.safetensors").write_bytes(whole[:100])
    (folder / "claims.safetensors").write_bytes(b"\xff" * 7 + b"\x7f{" + b" " * 100)
    (folder / "newer.safetensors").write_bytes(
        whole.replace(rb"\"format_version\": 1", rb"\"format_version\": 9")
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("picture.png", "it is a PNG picture"),
        ("a.zip", "it is a zip archive"),
        ("a.pkl", "a Python pickle"),
        ("empty.safetensors", "it is an empty file"),
        ("page.safetensors", "it is a web page"),
        ("pointer.safetensors", "a pointer to a file that was not downloaded"),
        ("noise.bin", "of an unknown kind"),
        ("short.safetensors", "ends in the middle of its tensors"),
        ("shorter.safetensors", "ends in the middle of its description"),
        ("claims.safetensors", "too large"),
        ("newer.safetensors", "a newer Latent Studio made it"),
        ("models", "it is a folder"),
    ],
)
@pytest.mark.usefixtures("shelf")
def test_what_is_no_model_is_told_what_it_is(
    run: Run, tmp_path: Path, name: str, told: str
) -> None:
    _strange_files(tmp_path)
    ended = run("inspect", tmp_path / name)
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1
