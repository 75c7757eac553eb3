import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from latentstudio.core.errors import StudioError
from latentstudio.models.deviation import MinibatchDeviation
from tests.trainers.pictures import Discs, tiny_config
from trainers.config import RunConfig, resolve
from trainers.facts import PATIENCE
from trainers.loop import Look, Training
from trainers.pictures import Batch, to_images
from trainers.precision import wants_bfloat16
from trainers.rates import FLOOR, learning_rate_factor, main_share
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


def test_each_network_moves_by_its_own_learning_rate() -> None:
    # Adam's first step is the rate times g / (|g| + eps): the rate itself where g is not tiny.
    rates = {"lr_g": 1e-3, "lr_d": 4e-3}
    training = Training(tiny_config(optimizer=rates, regularizers=[]))
    pair = {1e-3: training.generator, 4e-3: training.discriminator}
    before = {rate: _flat(part) for rate, part in pair.items()}
    steps(training, 1)
    for rate, part in pair.items():
        moves = (_flat(part) - before[rate]).abs()
        assert float(moves.max()) == pytest.approx(rate, rel=1e-3)
        assert float(moves.median()) == pytest.approx(rate, rel=1e-2)


def _flat(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_discriminator_steps_k_times_for_each_step_of_the_generator(count: int) -> None:
    training = Training(tiny_config(d_steps=count, regularizers=[]))

    def steps_of(optimizer: torch.optim.Optimizer) -> set[float]:
        return {float(state["step"]) for state in optimizer.state.values()}

    steps(training, 2)
    assert steps_of(training.optimizer_d) == {2.0 * count}
    assert steps_of(training.optimizer_g) == {2.0}
    assert training.images == 2 * count * training.config.batch


def test_every_step_of_the_discriminator_sees_its_own_pictures_and_latents() -> None:
    training, seen = Training(tiny_config(d_steps=3, regularizers=[])), list[torch.Tensor]()
    training.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    steps(training, 1)
    of_discriminator = [judged.detach().chunk(2) for judged in seen if len(judged) == 16]
    assert len(of_discriminator) == 3
    for first, second in itertools.combinations(of_discriminator, 2):
        assert not torch.equal(first[0], second[0])  # real
        assert not torch.equal(first[1], second[1])  # fake


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


def test_a_whole_step_ends_the_streak() -> None:
    training = Training(tiny_config(regularizers=[]))
    good = {k: v.clone() for k, v in training.discriminator.state_dict().items()}
    for _ in range(4):
        _poison(training.discriminator)
        steps(training, 1)
        training.discriminator.load_state_dict(good)
        steps(training, 1)
    assert training.skipped == 8


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "dcgan": ("discriminator", {}),
    "progressive": ("generator", {"regularizers": [{"kind": "r1", "every": 1}]}),
    "stylegan": ("generator", {"regularizers": [{"kind": "r1", "every": 1}]}),
    "biggan": ("discriminator", {"regularizers": [{"kind": "orthogonal", "every": 1}]}),
}


@pytest.mark.parametrize("family", BROKEN)
def test_whole_regularizers_do_not_hide_a_broken_loss(family: str) -> None:
    broken, changes = BROKEN[family]
    config = resolve(f"{family}-test", {"data": "discs", **changes})
    classes = ("odd", "even") if family == "biggan" else ()
    training = Training(config, classes=classes)
    _poison(getattr(training, broken))
    data = Discs(classes=classes)

    def step(number: int) -> None:
        count = training.stage.batch
        rows = np.arange(number * count, (number + 1) * count)
        training.step([Batch(data.images(rows), data.labels(rows))])

    for number in range(PATIENCE - 1):
        step(number)
    with pytest.raises(StudioError, match=f"come apart - {PATIENCE} steps in a row"):
        step(PATIENCE)


def test_infinite_pictures_leave_no_trace_in_running_means() -> None:
    penalties = [{"kind": "path_length", "every": 1}]
    training = Training(resolve("stylegan-test", {"data": "discs", "regularizers": penalties}))
    steps(training, 1)
    mean = float(training.path_mean)
    deviation = training.discriminator.deviation
    assert isinstance(deviation, MinibatchDeviation)
    picture = next(weight for weight in training.generator.parameters() if weight.ndim == 4)
    with torch.no_grad():
        before = picture.clone()
        picture.fill_(torch.inf)
    steps(training, 1)
    assert training.skipped
    with torch.no_grad():
        picture.copy_(before)
    assert float(training.path_mean) == mean
    assert deviation.running.isfinite()
    facts = training.step(batches(training.config, 1))
    assert np.isfinite(list(facts.values())).all()
    assert float(training.path_mean) != mean


@pytest.mark.parametrize(("batch", "accumulate"), [(6, 1), (8, 4), (8, 1)])
@pytest.mark.parametrize("family", ["progressive", "stylegan"])
def test_groups_never_hold_both_real_and_fake(family: str, batch: int, accumulate: int) -> None:
    changes = {"batch": batch, "accumulate": accumulate, "schedule": [], "regularizers": []}
    training = Training(resolve(f"{family}-test", {"data": "discs", **changes}))
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(batch // accumulate, 3, 16, 16, generator=generator)
    one, other = (
        training._verdicts(Look(real, fake, ()))[0] for fake in (real * 0, real.flip(0) * 2)
    )
    assert torch.equal(one, other)


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


def test_lazy_regularizers_slow_adam_by_their_share() -> None:
    lazy = [{"kind": "r1", "every": 16}, {"kind": "orthogonal", "every": 4}]
    changes: dict[str, Any] = {"lr_g": 0.01, "lr_d": 0.02, "beta1": 0.0, "beta2": 0.99}
    for on in (False, True):
        config = tiny_config(regularizers=lazy, optimizer={**changes, "lazy": on})
        training = Training(config)
        steps(training, 1)  # which sets the rates
        parts = (training.optimizer_g, 0.01, 4), (training.optimizer_d, 0.02, 16)
        for optimizer, rate, period in parts:
            share = period / (period + 1) if on else 1.0
            group = optimizer.param_groups[0]
            assert group["lr"] == pytest.approx(rate * share)
            assert group["betas"] == (0.0, pytest.approx(0.99**share))
    assert main_share([]) == 1
    assert main_share([1]) == 0.5
    assert main_share([4, 4]) == pytest.approx(2 / 3)


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
