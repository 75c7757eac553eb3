from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from latentstudio.core.errors import StudioError
from tests.trainers.pictures import Discs, tiny_config
from trainers.config import RunConfig, resolve
from trainers.loop import Training
from trainers.pictures import Batch, to_images
from trainers.precision import wants_bfloat16
from trainers.rates import FLOOR, learning_rate_factor
from trainers.spectral import plain

DATA = Discs()


def batches(config: RunConfig, number: int) -> list[Batch]:
    """What the step of this number is shown."""
    wanted = config.batch * config.d_steps
    images = DATA.images(np.arange(number * wanted, (number + 1) * wanted))
    return [Batch(part) for part in np.split(images, config.d_steps)]


def steps(training: Training, count: int) -> list[dict[str, float]]:
    return [training.step(batches(training.config, i)) for i in range(count)]


def weights(training: Training) -> list[torch.Tensor]:
    return list(training.average.state_dict().values())


RECIPES: dict[str, dict[str, Any]] = {
    "fast": {},
    "paper": {"model": {"norm_d": "batch"}, "regularizers": []},
    "spectral hinge": {"model": {"norm_d": "spectral"}, "loss": {"kind": "hinge"}},
    "two critic steps": {"d_steps": 2, "model": {"prior": "uniform"}},
    "bfloat16": {"precision": "bfloat16"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_trains_and_goes_on_from_its_state(name: str) -> None:
    config = tiny_config(**RECIPES[name])
    whole, first, second = Training(config), Training(config), Training(config)
    facts = steps(whole, 4)
    assert all(np.isfinite(list(fact.values())).all() for fact in facts)
    steps(first, 2)
    second.load_state(first.state())
    for i in (2, 3):
        second.step(batches(config, i))
    assert second.images == whole.images == 4 * config.batch * config.d_steps
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(second), strict=True))


def test_the_regularizer_is_lazy_and_reported() -> None:
    config = tiny_config(regularizers=[{"kind": "r1", "gamma": 2.0, "every": 3}])
    facts = steps(Training(config), 6)
    assert ["r1" in fact for fact in facts] == [True, False, False, True, False, False]


def test_the_critic_learns_to_tell_noise_from_discs() -> None:
    facts = steps(Training(tiny_config(optimizer={"lr_g": 1e-7})), 60)
    assert facts[-1]["d_real"] - facts[-1]["d_fake"] > 1
    assert facts[-1]["loss_d"] < facts[0]["loss_d"]


def test_seeds_decide() -> None:
    a, b, c = (Training(tiny_config(seed=seed)) for seed in (1, 1, 2))
    same = [torch.equal(x, y) for x, y in zip(weights(a), weights(b), strict=True)]
    other = [torch.equal(x, y) for x, y in zip(weights(a), weights(c), strict=True)]
    assert all(same)
    assert not all(other)
    state = torch.random.get_rng_state()
    steps(Training(tiny_config(model={"norm_d": "spectral"})), 1)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_number_that_is_not_finite_skips_the_phase() -> None:
    training = Training(tiny_config())
    steps(training, 1)
    before = [tensor.clone() for tensor in training.generator.parameters()]
    _poison(training.discriminator)
    facts = steps(training, 1)[0]
    assert np.isnan(facts["gradient_d"])
    assert np.isnan(facts["gradient_g"])
    assert training.skipped >= 2
    after = training.generator.parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    with pytest.raises(StudioError, match=r"come apart.*Lower the learning rates"):
        steps(training, 5)


def test_a_finite_phase_ends_the_streak() -> None:
    training = Training(tiny_config(regularizers=[]))
    good = {k: v.clone() for k, v in training.discriminator.state_dict().items()}
    for _ in range(4):
        _poison(training.discriminator)
        steps(training, 1)
        training.discriminator.load_state_dict(good)
        steps(training, 1)
    assert training.skipped == 8


def _poison(network: nn.Module) -> None:
    with torch.no_grad():
        next(network.parameters()).fill_(torch.nan)


def test_spectral_norm_is_divided_out_on_export() -> None:
    training = Training(tiny_config(model={"norm_d": "spectral"}))
    steps(training, 3)
    critic = plain(training.discriminator)
    images = to_images(DATA.images(range(4)))
    training.discriminator.eval()
    torch.testing.assert_close(critic(images), training.discriminator(images))
    assert not any("parametrizations" in name for name in critic.state_dict())
    verdict = critic.verdict.weight
    assert float(torch.linalg.matrix_norm(verdict.flatten(1), 2).detach()) == pytest.approx(
        1, abs=0.2
    )


def test_learning_rates_fall_in_a_line_to_the_floor() -> None:
    assert learning_rate_factor(0.3, 0.6) == 1
    assert learning_rate_factor(0.8, 0.6) == pytest.approx((1 + FLOOR) / 2)
    assert learning_rate_factor(1.0, 0.6) == pytest.approx(FLOOR)
    assert learning_rate_factor(1.0, 1.0) == 1


def test_pictures_become_images() -> None:
    image = np.zeros((1, 2, 2, 3), np.uint8)
    image[0, 1, 0] = (255, 0, 51)
    found = to_images(image)
    assert found.shape == (1, 3, 2, 2)
    assert found.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(found[0, :, 1, 0], torch.tensor([1.0, -1.0, -0.6]))


def test_precision_by_name() -> None:
    layer = torch.nn.Linear(2, 2)

    def forward() -> torch.Tensor:
        result: torch.Tensor = layer(torch.zeros(1, 2))
        return result

    cpu = torch.device("cpu")
    assert wants_bfloat16("bfloat16", forward, cpu)
    assert not wants_bfloat16("float32", forward, cpu)
    assert wants_bfloat16("auto", forward, cpu) in (True, False)


def test_a_run_goes_on_in_the_precision_it_began_with() -> None:
    first, second = Training(tiny_config()), Training(tiny_config())
    first.bfloat16 = True
    second.load_state(first.state())
    assert second.bfloat16


STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "mixing and path length": {
        "style_mixing": 0.9,
        "regularizers": [{"kind": "path_length", "every": 2}, {"kind": "r1", "every": 2}],
    },
    "resnet, two convolutions, clamped": {
        "model": {"architecture": "resnet", "depth_d": 2, "clamp": 256.0, "group": 0}
    },
    "orig, relativistic with r1 and r2": {
        "model": {"architecture": "orig", "widths_d": [8, 8]},
        "loss": {"kind": "relativistic"},
        "regularizers": [{"kind": "r1", "every": 1}, {"kind": "r2", "every": 1}],
    },
    "wasserstein": {
        "loss": {"kind": "wasserstein"},
        "regularizers": [{"kind": "gradient_penalty"}],
    },
    "augmented": {"augment": ["color", "translation", "cutout"]},
    "bfloat16": {"precision": "bfloat16", "regularizers": [{"kind": "path_length", "every": 1}]},
}


@pytest.mark.parametrize("name", STYLES)
def test_a_stylegan_trains_and_goes_on_from_its_state(name: str) -> None:
    config = resolve("stylegan-test", {"data": "discs", **STYLES[name]})
    whole, first, second = Training(config), Training(config), Training(config)
    facts = steps(whole, 4)
    assert all(np.isfinite(list(fact.values())).all() for fact in facts)
    steps(first, 2)
    second.load_state(first.state())
    for i in (2, 3):
        second.step(batches(config, i))
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(second), strict=True))


def test_noise_joins_when_it_is_due() -> None:
    def strengths(training: Training) -> list[float]:
        named = training.generator.named_parameters()
        return [value.item() for name, value in named if name.endswith("noise_strength")]

    first = resolve("stylegan-test", {"data": "discs"})
    noisy = Training(first)
    steps(noisy, 2)
    assert any(strengths(noisy))
    config = resolve("stylegan-test", {"data": "discs", "noise_from": 0.016})  # two batches of 8
    training = Training(config)
    steps(training, 2)
    assert not any(strengths(training))
    training.step(batches(config, 2))
    assert any(strengths(training))


def test_path_lengths_are_compared_with_their_running_mean() -> None:
    penalties = [{"kind": "path_length", "every": 1, "decay": 0.5}]
    training = Training(resolve("stylegan-test", {"data": "discs", "regularizers": penalties}))
    assert float(training.path_mean) == 0
    facts = steps(training, 1)[0]
    assert float(training.path_mean) > 0
    assert facts["path_length"] > 0


@pytest.mark.parametrize("penalties", [[], [{"kind": "r1", "every": 1}]])
def test_a_batch_in_parts_has_the_gradients_of_the_whole(penalties: list[Any]) -> None:
    def trained(parts: int) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
        # Without statistics of the batch; such small steps that the phases do not meet.
        changes = {
            "accumulate": parts,
            "model": {"group": 0},
            "style_mixing": 0.0,
            "regularizers": penalties,
            "optimizer": {"lr_g": 1e-12, "lr_d": 1e-12},
        }
        training = Training(resolve("stylegan-test", {"data": "discs", **changes}))
        facts = steps(training, 1)[0]
        networks = {"g": training.generator, "d": training.discriminator}
        gradients = {
            f"{part}.{name}": weight.grad
            for part, network in networks.items()
            for name, weight in network.named_parameters()
            if weight.grad is not None and "noise" not in name  # it is drawn for each part
        }
        return gradients, facts

    whole, facts = trained(1)
    for parts in (2, 4):
        found, said = trained(parts)
        assert found.keys() == whole.keys()
        assert len(whole) > 20
        for name, gradient in whole.items():
            torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-4)
        assert said.keys() == facts.keys()
        for name in facts.keys() - {"gradient_g"}:
            assert said[name] == pytest.approx(facts[name], rel=1e-4, abs=1e-6)
