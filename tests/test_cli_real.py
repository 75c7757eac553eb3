"""The commands from end to end on a real, small network, each in a process of its own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latentstudio.core.bundle import Card
from latentstudio.core.families import DcganConfig
from latentstudio.core.picture import read_picture
from latentstudio.models.checkpoint import save_bundle
from latentstudio.models.dcgan import DcganGenerator
from latentstudio.models.layers import initialise
from tests.fresh import fresh


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = DcganConfig(resolution=32, z_dim=16, width=16)
    network = DcganGenerator(config)
    initialise(network, torch.Generator().manual_seed(0))
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    save_bundle(path, Card("small", "dcgan", config), network.state_dict())
    return path


def run(*words: object) -> dict[str, Any]:
    """The JSON answer of a command in a fresh process."""
    ended = fresh(["-m", "latentstudio", *map(str, words), "--json"])
    assert (ended.returncode, ended.stderr) == (0, "")
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_model_is_inspected_drawn_and_drawn_again(model: Path, tmp_path: Path) -> None:
    card = run("inspect", model)
    drawn = run("generate", model, "--seeds", "3,7", "--out", tmp_path / "a", "--latents")
    assert drawn["model_id"] == card["model_id"]
    with np.load(tmp_path / "a" / "latents.npz") as latents:
        assert latents["w"].shape == (2, card["style_layers"], card["style_dim"])
    first = tmp_path / "a" / "seed0003.png"
    again = tmp_path / "again.png"
    run("render", first, "--model", model, "--out", again)
    assert not np.array_equal(*(read_picture(Path(file))[0] for file in drawn["files"]))
    assert again.read_bytes() == first.read_bytes()


def test_a_failure_is_an_exit_code_and_one_line(model: Path, tmp_path: Path) -> None:
    ended = fresh(
        ["-m", "latentstudio", "generate", str(model), "--seeds", "1", "--class", "smile",
         "--out", str(tmp_path)]
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == ("error: Unknown class smile - small has no classes. Leave it out.\n")
