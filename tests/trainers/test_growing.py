from pathlib import Path
from typing import Any

import pytest
import torch

from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError
from latentstudio.models.checkpoint import Bundle, open_bundle
from latentstudio.models.modulation import enlarge
from tests.trainers.pictures import Discs, Listener
from trainers.config import RunConfig, resolve
from trainers.export import Provenance, write_model
from trainers.judge import Judge
from trainers.loop import Training
from trainers.networks import build
from trainers.pictures import Batch
from trainers.run import Run

LARGE: dict[str, Any] = {
    "full": {"resolution": 32, "widths_g": [8, 8, 8, 4], "widths_d": [8, 8, 8, 6]},
    "halving": {"resolution": 32, "widths_g": [8, 8, 8, 4], "widths_d": [8, 8, 8]},
    "two at once": {"resolution": 64, "widths_g": [8, 8, 8, 4, 4], "widths_d": [8, 8, 8, 6]},
}


def config(**model: Any) -> RunConfig:
    return resolve("stylegan-test", {"data": "discs", "model": model})


def bundle(path: Path, **model: Any) -> Bundle:
    """A model file of 16 pixels, trained for two steps, with all its digits."""
    training = Training(config(**model))
    data = Discs()
    for step in range(2):
        training.step([Batch(data.images(range(8 * step, 8 * step + 8)))])
    training.images = 40_000
    about = Provenance(half=False)
    write_model(path, training, Judge(training.config, data), about)
    return open_bundle(path)


@pytest.fixture
def small(tmp_path: Path) -> Bundle:
    return bundle(tmp_path / "small.safetensors")


@pytest.mark.parametrize("name", LARGE)
def test_a_grown_generator_first_draws_the_small_one_enlarged(name: str, small: Bundle) -> None:
    large = Training(config(**LARGE[name]), small).average
    little = Training(config(), small).average
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = little(z)
        while expected.shape[-1] < LARGE[name]["resolution"]:
            expected = enlarge(expected)
        assert torch.equal(large(z), expected)


@pytest.mark.parametrize("larger", [{}, LARGE["full"]])
def test_a_mapping_of_another_rate_stays_the_same_function(
    larger: dict[str, Any], small: Bundle
) -> None:
    rated = build(config(mapping_rate=0.1, **larger).model, "logit", 0, small)[0]
    first = build(config(mapping_rate=0.01, **larger).model, "logit", 0, small)[0]
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(rated.mapping(z), first.mapping(z))
    stored, before = (network.mapping.layers[0].weight for network in (rated, first))
    torch.testing.assert_close(stored, before / 10)


@pytest.mark.parametrize("name", LARGE)
def test_blocks_of_a_grown_critic_are_counted_from_the_verdict(name: str, small: Bundle) -> None:
    wanted = config(**LARGE[name])
    critic = build(wanted.model, "logit", 0, small)[1].state_dict()
    fresh = build(wanted.model, "logit", 0)[1].state_dict()
    new = sum(key.endswith("down.weight") for key in critic) - 2
    copied = {}
    for key, tensor in small.discriminator.items():
        part, _, rest = key.partition(".")
        if part == "blocks":
            number, _, rest = rest.partition(".")
            copied[f"blocks.{int(number) + new}.{rest}"] = tensor
        elif part != "first":
            copied[key] = tensor
    assert len(copied) > 10
    for key, tensor in critic.items():
        assert torch.equal(tensor, copied.get(key, fresh[key])), key


def test_a_run_says_that_it_grows_and_trains(small: Bundle, tmp_path: Path) -> None:
    changes = {"data": "discs", "init": str(small.card.path), "model": LARGE["halving"]}
    wanted = resolve("stylegan-test", {**changes, "kimg": 0.016})
    listener = Listener()
    run = Run(tmp_path / "run", wanted, Discs(32), listener)
    assert listener.notes == [
        "Grown from small: 16 to 32 pixels. What the smaller model lacks begins fresh."
    ]
    before = {k: v.clone() for k, v in run.training.generator.state_dict().items()}
    run.train()
    (export,) = (tmp_path / "run").glob("export-*.safetensors")
    facts = read_card(export).training
    assert (facts["went on from"], facts["kimg before"]) == ("small", 40.0)
    picture = "synthesis.blocks.3.picture.conv.weight"
    assert before[picture].abs().max() == 0
    assert run.training.generator.state_dict()[picture].abs().max() > 0


@pytest.mark.parametrize(
    "model",
    [
        {**LARGE["full"], "widths_g": [8, 8, 4, 4]},
        {**LARGE["full"], "widths_d": [8, 4, 8, 6]},
        {**LARGE["full"], "w_dim": 6},
        {**LARGE["full"], "depth_d": 2},
        {"resolution": 8, "widths_g": [8, 8], "widths_d": [8, 8]},
    ],
)
def test_what_does_not_fit_is_refused(model: dict[str, Any], small: Bundle) -> None:
    with pytest.raises(StudioError, match=r"small cannot begin this run.*fewer resolutions"):
        build(config(**model).model, "logit", 0, small)


def test_only_a_sum_of_pictures_can_grow(tmp_path: Path) -> None:
    path = tmp_path / "residual.safetensors"
    residual = bundle(path, architecture="resnet")
    with pytest.raises(StudioError, match=r"cannot begin this run.*architecture skip"):
        build(config(architecture="resnet", **LARGE["full"]).model, "logit", 0, residual)
