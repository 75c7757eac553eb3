from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from latentstudio.core.bundle import Card
from latentstudio.core.families import ProgressiveConfig, ProgressiveCriticConfig
from latentstudio.core.untrusted import InputError
from latentstudio.models.checkpoint import save_bundle
from latentstudio.models.equalized import ROOT_TWO
from latentstudio.models.progressive import (
    EnlargingConv2d,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    ShrinkingConv2d,
    enlarged,
    faded,
    shrunk,
)
from latentstudio.models.registry import open_model

WIDTHS = (8, 8, 6)


def generator(**growth: Any) -> ProgressiveGenerator:
    """The same weights at every stage."""
    torch.manual_seed(0)
    return ProgressiveGenerator(ProgressiveConfig(16, 12, WIDTHS, **growth))


def critic(**growth: Any) -> ProgressiveDiscriminator:
    torch.manual_seed(1)
    return ProgressiveDiscriminator(ProgressiveCriticConfig(16, WIDTHS, group=0, **growth))


def latents() -> torch.Tensor:
    return torch.randn(4, 12, generator=torch.Generator().manual_seed(2))


def pictures(side: int = 16) -> torch.Tensor:
    return torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(3)) * 2 - 1


@pytest.mark.parametrize("side", [1, 4, 7])
def test_enlarging_and_convolving_are_one_step(side: int) -> None:
    torch.manual_seed(0)
    layer = EnlargingConv2d(5, 3).double()
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(2, 5, side, side, dtype=torch.float64)
    scale = ROOT_TWO / (5 * 9) ** 0.5
    large = functional.interpolate(x, scale_factor=2, mode="nearest")
    expected = functional.conv2d(large, layer.weight * scale, layer.bias * ROOT_TWO, padding=1)
    torch.testing.assert_close(layer(x), expected)
    torch.testing.assert_close(layer.plain()(x), expected)


@pytest.mark.parametrize("side", [2, 4, 10])
def test_convolving_and_shrinking_are_one_step(side: int) -> None:
    torch.manual_seed(0)
    layer = ShrinkingConv2d(5, 3).double()
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(2, 5, side, side, dtype=torch.float64)
    scale = ROOT_TWO / (5 * 9) ** 0.5
    large = functional.conv2d(x, layer.weight * scale, layer.bias * ROOT_TWO, padding=1)
    expected = functional.avg_pool2d(large, 2)
    torch.testing.assert_close(layer(x), expected)
    torch.testing.assert_close(layer.plain()(x), expected)


@pytest.mark.parametrize("stage", [8, 16])
def test_alpha_0_is_the_stage_below_enlarged(stage: int) -> None:
    begun = generator(stage=stage, alpha=0.0)(latents())
    below = generator(stage=stage // 2)(latents())
    assert begun.shape == (4, 3, stage, stage)
    assert torch.equal(begun, enlarged(below, stage))


@pytest.mark.parametrize("stage", [8, 16])
def test_pictures_are_mixed_in_the_share_of_alpha(stage: int) -> None:
    old, half, new = (generator(stage=stage, alpha=alpha)(latents()) for alpha in (0.0, 0.25, 1.0))
    torch.testing.assert_close(half, 0.75 * old + 0.25 * new)
    assert not torch.allclose(old, new)


@pytest.mark.parametrize("stage", [8, 16])
def test_a_critic_of_alpha_0_is_the_stage_below_on_shrunk_pictures(stage: int) -> None:
    images = pictures(stage)
    begun = critic(stage=stage, alpha=0.0)(images)
    torch.testing.assert_close(begun, critic(stage=stage // 2)(shrunk(images, stage // 2)))
    assert not torch.allclose(begun, critic(stage=stage)(images))


def test_larger_pictures_are_shrunk_to_the_stage() -> None:
    small = critic(stage=4)
    assert torch.equal(small(pictures()), small(functional.avg_pool2d(pictures(), 4)))


def test_evaluation_shows_the_stage_enlarged() -> None:
    network = generator(stage=4)
    small = network(latents())
    assert small.shape[-1] == 4
    assert torch.equal(
        network.eval()(latents()), small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    )


def test_layers_above_the_stage_learn_nothing() -> None:
    network, judge = generator(stage=8), critic(stage=8)
    judge(network(latents())).sum().backward()
    for part in (network, judge):
        asleep = {name for name, weight in part.named_parameters() if weight.grad is None}
        assert {name.rpartition(".")[0] for name in asleep} >= {"blocks.1.conv"}
        assert not any(name.startswith("blocks.0") for name in asleep)


def test_growing_takes_effect_at_once() -> None:
    network, judge = generator(), critic()
    network.grow(8, 0.5)
    judge.grow(8, 0.5)
    assert torch.equal(network(latents()), generator(stage=8, alpha=0.5)(latents()))
    assert torch.equal(judge(pictures(8)), critic(stage=8, alpha=0.5)(pictures(8)))


def test_the_length_of_z_does_not_matter() -> None:
    network = generator()
    torch.testing.assert_close(network(latents()), network(3 * latents()), atol=1e-5, rtol=0)


def test_real_pictures_fade_from_boxes() -> None:
    images = torch.tensor([[1.0, 3.0], [5.0, 7.0]]).expand(1, 3, 2, 2)
    assert torch.equal(faded(images, 0.0), torch.full((1, 3, 2, 2), 4.0))
    assert torch.equal(faded(images, 0.5)[0, 0], torch.tensor([[2.5, 3.5], [4.5, 5.5]]))
    assert faded(images, 1.0) is images


def test_a_file_of_a_stage_draws_that_stage(tmp_path: Path) -> None:
    growth: dict[str, Any] = {"stage": 8, "alpha": 0.5}
    network = generator(**growth)
    card = Card(
        name="young", family="progressive", config=ProgressiveConfig(16, 12, WIDTHS, **growth),
        discriminator=None, training={}, metrics={}, licence="CC0-1.0", attributions=(), limits=(),
    )  # fmt: skip
    save_bundle(tmp_path / "young.safetensors", card, network.state_dict())
    model = open_model(str(tmp_path / "young.safetensors"))
    drawn = model.synthesize(model.map(latents()))
    with torch.no_grad():
        torch.testing.assert_close(drawn, enlarged(network(latents()), 16), atol=1e-5, rtol=1e-5)
    small = model.synthesize(model.map(latents()), max_resolution=8)
    assert torch.equal(enlarged(small, 16), drawn)


@pytest.mark.parametrize(
    "wrong",
    [{"resolution": 24}, {"widths": (8, 8)}, {"stage": 12}, {"stage": 32}, {"stage": 2}],
)
def test_numbers_that_make_no_network_are_refused(wrong: dict[str, Any]) -> None:
    numbers: dict[str, Any] = {"resolution": 16, "widths": WIDTHS} | wrong
    with pytest.raises(InputError):
        ProgressiveConfig(**numbers)
    with pytest.raises(InputError):
        ProgressiveCriticConfig(**numbers)
