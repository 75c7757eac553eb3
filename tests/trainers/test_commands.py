import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from latentstudio.core.bundle import DRAWN_NOT_REAL, read_card
from latentstudio.models.registry import open_model
from tests.fresh import fresh, loads
from tests.trainers.pictures import Discs
from trainers.__main__ import main
from trainers.checkpoint import read_snapshot

Train = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 80 pictures, and a cache of our own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, image in enumerate(Discs().images(range(80))):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    return folder


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Train:
    """Runs a command line: exit code, standard output, standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_train_go_on_export_open(pictures: Path, tmp_path: Path, train: Train) -> None:
    run, model = tmp_path / "run", tmp_path / "discs.safetensors"
    begin = ("dcgan-test", "--data", pictures, "--out", run, "--set", "snapshots.kimg=0.04")
    code, out, _ = train(*begin, "--kimg", "0.04", "--json")
    assert code == 0
    assert json.loads(out)["kimg"] == 0.04
    code, out, err = train(*begin, "--kimg", "0.08")
    assert code == 0
    assert "Going on after 0.0 thousand images" in err
    code, out, _ = train("export", run, "--out", model, "--limit", "Round only.", "--json")
    assert code == 0
    card = read_card(model)
    assert card.name == "discs"
    assert json.loads(out)["model_id"] == card.model_id
    assert card.limits == ("Round only.",)
    assert card.training["data"] == "pictures"
    assert card.licence.startswith("not stated")
    assert card.metrics["swd_images"] == 64
    assert card.tensors["generator.picture.weight"].dtype == "F16"
    assert str(tmp_path) not in card.to_json()
    assert open_model(str(model)).info.critic == "logit"


def test_drawn_faces_bring_their_licence_and_a_warning(
    pictures: Path, tmp_path: Path, train: Train
) -> None:
    run, model = tmp_path / "run", tmp_path / "faces.safetensors"
    assert train(
        "dcgan-test", "--data", "avatars:personas", "--out", run, "--kimg", "0.008",
        "--set", "data_count=16", "--set", "snapshots.judged_images=16",
    )[0] == 0  # fmt: skip
    assert train(
        "export", run, "--out", model, "--snapshot", "newest", "--float32",
        "--limit", DRAWN_NOT_REAL, "--limit", "Round only.",
    )[0] == 0  # fmt: skip
    card = read_card(model)
    assert card.limits == (DRAWN_NOT_REAL, "Round only.")
    assert "CC BY 4.0" in card.attributions[0]
    assert "CC BY 4.0" in card.licence
    assert {entry.dtype for entry in card.tensors.values()} == {"F32"}


def test_a_dry_run_writes_nothing(
    pictures: Path, tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainers.probe.SECONDS", 0.05)
    words = ("dcgan-test", "--data", pictures, "--out", tmp_path / "run", "--dry-run")
    code, out, _ = train(*words, "--json", "--set", "seed=7")
    facts = json.loads(out)
    assert code == 0
    assert facts["config"]["seed"] == 7
    assert facts["parameters_g"] > facts["parameters_d"] > 1000
    assert facts["images_per_second"] > 0
    assert facts["memory_mb"] > 0
    code, out, _ = train(*words)
    assert "images a second" in out
    assert "norm_d: none" in out
    assert not (tmp_path / "run").exists()


def test_presets_are_listed(train: Train) -> None:
    code, out, _ = train("presets")
    assert code == 0
    assert "dcgan-fast  " in out
    assert set(json.loads(train("presets", "--json")[1])) > {"dcgan-paper", "dcgan-32"}


def test_data_is_written(tmp_path: Path, pictures: Path, train: Train) -> None:
    zipped = tmp_path / "discs.zip"
    code, out, _ = train("data", pictures, "--resolution", "16", "--count", "9", "--out", zipped)
    assert code == 0
    assert "Wrote 9 pictures" in out
    assert zipped.exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dcgan-fats", "--data", "x", "--out", "y"], 1, "Did you mean dcgan-fast?"),
        (["dcgan-test", "--data", "avatars:persona", "--out", "y"], 1, "Did you mean"),
        (["dcgan-test", "--data", "/none", "--out", "y"], 1, "No such data"),
        (["dcgan-test", "--data", "x", "--out", "y", "--set", "bacth=2"], 1, "mean batch?"),
        (["dcgan-test", "--data", "x"], 2, "--out"),
        (["dcgan-test", "--data", "x", "--out", "y", "--ktimg", "3"], 2, "--kimg"),
        (["dcgan-test", "--data", "x", "--out", "y", "--kimg", "many"], 2, "many"),
        (["--kimg", "3"], 2, "comes first"),
        (["export", "/none", "--out", "y"], 1, "holds no run"),
        (["export", "/none"], 2, "--out"),
    ],
)
def test_what_is_wrong_ends_in_one_line(
    words: list[str], code: int, said: str, train: Train, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    found, out, err = train(*words)
    assert found == code
    assert said in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert out == ""


def test_help_comes_without_torch(train: Train) -> None:
    for words in (["--help"], ["dcgan-fast", "--help"], ["export", "--help"], ["--version"]):
        code, out, _ = train(*words)
        assert code == 0
        assert out
    for module in ("torch", "pydantic"):
        assert not loads("import trainers.__main__ as m; m.main(['x', '--help'])", module)
    assert fresh(["-m", "trainers"]).returncode == 2


def test_ctrl_c_keeps_a_snapshot(pictures: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "trainers", "dcgan-test", "--data", str(pictures),
         "--out", str(run), "--kimg", "1000", "--set", "snapshots.kimg=0.016"],
        stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    while not (run / "snapshot.pt").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert read_snapshot(run / "snapshot.pt")["training"]["images"] >= 16


def test_few_pictures_are_said_and_augmenting_offered(
    pictures: Path, tmp_path: Path, train: Train
) -> None:
    begin = ("dcgan-test", "--data", pictures, "--kimg", "0.008")
    _, _, err = train(*begin, "--out", tmp_path / "a")
    assert "Only 80 pictures" in err
    code, _, err = train(*begin, "--out", tmp_path / "b", "--set", "augment=[color,cutout]")
    assert code == 0
    assert "Only 80 pictures" not in err
