"""Training on another device than the processor, for which the meta device stands in.

It holds shapes and no numbers, so a tensor left behind on the processor raises, and so does a
number that is read anywhere but in ``read``.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainers.pictures import Discs, Listener
from trainers.__main__ import main
from trainers.config import RunConfig, resolve
from trainers.judge import Judge, draw_grid
from trainers.loop import Training
from trainers.pictures import Batch
from trainers.run import Run, read_config

STYLES = {
    "style_mixing": 0.9,
    "augment": ["color", "translation", "cutout"],
    "regularizers": [{"kind": "path_length", "every": 1}, {"kind": "r1", "every": 1}],
}
WASSERSTEIN = {"loss": {"kind": "wasserstein"}, "regularizers": [{"kind": "gradient_penalty"}]}
RECIPES: dict[str, tuple[str, dict[str, Any]]] = {
    "dcgan": ("dcgan-test", {"regularizers": [{"kind": "r2", "every": 1}]}),
    "dcgan, spectral": ("dcgan-test", {"model": {"norm_d": "spectral"}, "d_steps": 2}),
    "progressive": ("progressive-test", WASSERSTEIN),
    "stylegan": ("stylegan-test", STYLES),
    "biggan": ("biggan-test", {"accumulate": 2, "regularizers": [{"kind": "orthogonal"}]}),
    "biggan, deviation": ("biggan-test", {"model": {"deviation": True}}),
}


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number of a step is 0: the meta device has none."""
    monkeypatch.setattr("trainers.loop.read", lambda scalars: [0.0 for _ in scalars])


def recipe(name: str) -> tuple[RunConfig, Discs]:
    preset, changes = RECIPES[name]
    config = resolve(preset, {"data": "discs", **changes})
    classes = ("a", "b", "c") if config.model.family == "biggan" else ()
    return config, Discs(config.model.resolution, classes=classes)


def step(training: Training, data: Discs) -> dict[str, float]:
    steps = training.config.d_steps
    parts = np.split(np.arange(training.stage.batch * steps), steps)
    return training.step([Batch(data.images(part), data.labels(part)) for part in parts])


def tensors(state: Any) -> list[torch.Tensor]:
    """All tensors of a state, the step counts of Adam left out, which may stay behind."""
    if isinstance(state, torch.Tensor):
        return [state]
    if isinstance(state, list | tuple):
        state = dict(enumerate(state))
    if not isinstance(state, dict):
        return []
    return [tensor for key in state if key != "step" for tensor in tensors(state[key])]


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("name", RECIPES)
def test_a_whole_step_stays_on_the_device(name: str) -> None:
    config, data = recipe(name)
    training = Training(config, classes=data.classes, device="meta")
    here = Training(config, classes=data.classes)
    for moment in (0, 300):  # a progressive GAN is fading in
        training.enter(moment)
        here.enter(moment)
        assert step(training, data).keys() == step(here, data).keys()
    assert all(tensor.is_meta for tensor in tensors(training.state()))


@pytest.mark.parametrize("name", RECIPES)
def test_snapshots_are_judged_and_drawn_on_the_device(name: str) -> None:
    config, data = recipe(name)
    training = Training(config, classes=data.classes, device="meta")
    training.average.eval()
    assert draw_grid(training).is_meta
    judge = Judge(config, data, training.device)
    assert judge.verdicts(training.discriminator.eval()).is_meta
    assert all(images.is_meta for images in judge.batches(training.average))


@pytest.mark.filterwarnings("ignore:.*which is a no-op")  # there is nothing to copy a number to
def test_a_state_goes_on_on_another_device() -> None:
    config, data = recipe("stylegan")
    here, there = Training(config), Training(config, device="meta")
    step(here, data)
    there.load_state(here.state())
    assert (there.images, there.steps) == (here.images, here.steps)
    assert tensors(there.state())
    assert all(tensor.is_meta for tensor in tensors(there.state()))


def test_a_run_is_told_its_device(tmp_path: Path) -> None:
    config, data = recipe("dcgan")
    run = Run(tmp_path, config, data, Listener(), "meta")
    assert run.training.device == run.judge.device == torch.device("meta")
    assert read_config(tmp_path) == config


@pytest.fixture
def without_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.models.device._works", lambda name: False)


@pytest.mark.usefixtures("without_cards")
def test_a_run_goes_on_with_another_choice_of_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    faces, run = str(tmp_path / "faces.zip"), str(tmp_path / "run")
    drawn = ["data", "avatars:dylan", "--count", "16", "--resolution", "16", "--out", faces]
    assert main(drawn) == 0
    begin = ["dcgan-test", "--data", faces, "--out", run]
    assert main([*begin, "--kimg", "0.008", "--device", "cpu"]) == 0
    assert main([*begin, "--kimg", "0.016"]) == 0
    assert "Going on" in capsys.readouterr().err
    assert main([*begin, "--kimg", "0.024", "--device", "cuda"]) == 1
    assert "Cannot compute on cuda" in capsys.readouterr().err
    model = str(tmp_path / "tiny.safetensors")
    assert main(["export", run, "--out", model, "--device", "mps"]) == 1
    assert "Cannot compute on mps" in capsys.readouterr().err
    assert main([*begin, "--device", "gpu"]) == 2
