from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.families import FAMILY_READERS, BigganConfig, BigganCriticConfig
from latentstudio.core.untrusted import InputError
from latentstudio.models.biggan import (
    Biggan,
    BigganDiscriminator,
    BigganGenerator,
    ConditionalNorm,
    SelfAttention,
    fold,
)
from latentstudio.models.checkpoint import open_bundle, save_bundle
from latentstudio.models.deviation import ClassDeviation
from latentstudio.models.layers import initialise_orthogonally
from latentstudio.models.resampling import DownConv2d, UpConv2d, repeat_pixels, spread
from tests.models.examples import EXAMPLES, example_card, networks, write_example

CONFIG = EXAMPLES["biggan"][0]
assert isinstance(CONFIG, BigganConfig)


@pytest.fixture
def model(tmp_path: Path) -> Biggan:
    write_example(tmp_path / "example.safetensors", "biggan")
    return Biggan(open_bundle(tmp_path / "example.safetensors"))


# --- layers --------------------------------------------------------------------------------------


def test_a_spread_kernel_is_the_sum_at_four_places() -> None:
    kernel = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    expected = torch.tensor([[1.0, 3.0, 2.0], [4.0, 10.0, 6.0], [3.0, 7.0, 4.0]])
    torch.testing.assert_close(spread(kernel)[0, 0], expected)


def test_an_enlarging_convolution_is_repeating_pixels_then_convolving() -> None:
    layer, x = UpConv2d(3, 5), torch.randn(2, 3, 4, 6)
    with torch.no_grad():
        expected = F.conv2d(repeat_pixels(x), layer.weight, layer.bias, padding=1)
        torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(layer.folded()(x), layer(x), atol=1e-6, rtol=1e-6)
    assert layer(x).shape == (2, 5, 8, 12)


def test_a_shrinking_convolution_is_convolving_then_averaging() -> None:
    layer, x = DownConv2d(3, 5), torch.randn(2, 3, 8, 6)
    with torch.no_grad():
        expected = F.avg_pool2d(F.conv2d(x, layer.weight, layer.bias, padding=1), 2)
        torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(layer.folded()(x), layer(x), atol=1e-6, rtol=1e-6)


def test_a_conditional_norm_gives_each_picture_the_moments_of_its_style() -> None:
    layer, style = ConditionalNorm(3, 4), torch.randn(1, 4)
    y = layer(torch.randn(64, 3, 8, 8) * 5 + 2, style.expand(64, -1))
    with torch.no_grad():
        gain, shift = 1 + layer.gain(style)[0], layer.shift(style)[0]
        torch.testing.assert_close(y.mean((0, 2, 3)), shift, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(y.std((0, 2, 3)), gain.abs(), atol=1e-3, rtol=1e-3)


def test_a_folded_norm_does_the_same_in_one_map() -> None:
    layer = ConditionalNorm(3, 4)
    layer(torch.randn(8, 3, 4, 4) * 3 + 1, torch.randn(8, 4))  # moments that are not 0 and 1
    x, style = torch.randn(2, 3, 4, 4), torch.randn(2, 4)
    torch.testing.assert_close(layer.folded()(x, style), layer.eval()(x, style))


def test_attention_begins_as_nothing_and_adds_what_it_finds() -> None:
    layer, x = SelfAttention(16), torch.randn(2, 16, 4, 4)
    torch.testing.assert_close(layer(x), x)
    with torch.no_grad():
        layer.share.fill_(2.0)
        layer.query.weight.zero_()  # then every place looks everywhere alike
        values = F.max_pool2d(layer.value(x), 2).mean((2, 3), keepdim=True)
        expected = x + 2 * layer.out(values)
        torch.testing.assert_close(layer(x), expected, atol=1e-5, rtol=1e-5)


def test_first_weights_are_orthonormal_and_vectors_are_left_alone() -> None:
    network = BigganGenerator(CONFIG)
    initialise_orthogonally(network, torch.Generator().manual_seed(0))
    for name, weight in network.named_parameters():
        if weight.ndim > 1:
            values = torch.linalg.svdvals(weight.detach().flatten(1))
            torch.testing.assert_close(values, torch.ones_like(values), atol=1e-5, rtol=0)
        elif name.endswith("bias"):
            assert not weight.any()
    assert network.norm.weight.tolist() == [1.0] * 8
    again = BigganGenerator(CONFIG)
    initialise_orthogonally(again, torch.Generator().manual_seed(0))
    assert torch.equal(again.picture.weight, network.picture.weight)


# --- the critic ----------------------------------------------------------------------------------


def test_the_critic_projects_summed_features_on_the_class() -> None:
    critic = networks("biggan")[1].eval()
    assert isinstance(critic, BigganDiscriminator)
    images, classes = torch.rand(2, 3, 16, 16) * 2 - 1, torch.eye(3)
    with torch.no_grad():
        verdicts = torch.stack([critic(images, one.expand(2, -1)) for one in classes])
        critic.embed.weight.zero_()
        alone = critic(images, classes[:2])
        blend = critic(images, torch.full((2, 3), 1 / 3))
    torch.testing.assert_close(alone, blend)  # without an embedding the class says nothing
    assert (verdicts - alone).abs().min() > 1e-4


def test_a_critic_of_two_halvings_ends_at_a_quarter() -> None:
    config = BigganCriticConfig(32, widths=(4, 4, 4, 4), halvings=2, attention=8)
    assert config.resolutions == (16, 8, 8, 8)
    critic = BigganDiscriminator(config)
    sides = [int(block(torch.rand(1, 3, 32, 32)).shape[-1]) for block in critic.blocks[:1]]
    assert sides == [16]
    assert critic(torch.rand(2, 3, 32, 32), torch.eye(2)).shape == (2,)


def test_a_class_is_compared_within_itself_and_a_lone_picture_as_in_evaluation() -> None:
    layer, x = ClassDeviation(), torch.zeros(5, 2, 1, 1)
    x[:, 0, 0, 0] = torch.tensor([0.0, 7.0, 2.0, 7.0, 9.0])  # of classes 0, 1, 0, 1, 2
    layer.running.fill_(0.25)
    found = layer(x, torch.eye(3)[[0, 1, 0, 1, 2]])[:, 2, 0, 0]
    half = 2**0.5 / 2  # the unbiased deviation of 0 and 2 in one of two channels
    torch.testing.assert_close(found[:4], torch.tensor([half, 0, half, 0]), atol=1e-3, rtol=0)
    torch.testing.assert_close(layer.running, torch.tensor(0.25 + 0.01 * (half / 2 - 0.25)))
    assert float(found[4]) == float(layer.running)  # alone in its class
    layer.eval()
    assert layer(x[:1], torch.eye(3)[:1])[0, 2].item() == float(layer.running)


def test_deviation_of_a_batch_of_lone_pictures_leaves_the_mean_as_it_is() -> None:
    layer = ClassDeviation()
    layer.running.fill_(0.25)
    assert layer(torch.randn(3, 2, 4, 4), torch.eye(3))[:, 2].unique().tolist() == [0.25]


def test_a_critic_with_deviation_sees_that_a_class_has_one_face() -> None:
    config = BigganCriticConfig(16, classes=2, widths=(4, 6), halvings=2, attention=0)
    critic = BigganDiscriminator(replace(config, deviation=True))
    assert critic.blocks[-1].conv1.in_channels == 5
    faces, classes = torch.rand(2, 3, 16, 16), torch.eye(2)[[0, 0]]
    with torch.no_grad():
        various, alike = critic(faces, classes), critic(faces[[0, 0]], classes)
        assert float(various[0]) != float(alike[0])
        critic.eval()
        torch.testing.assert_close(critic(faces, classes)[:1], critic(faces[:1], classes[:1]))


# --- styles --------------------------------------------------------------------------------------


def test_styles_are_chunks_of_z_with_the_embedding(model: Biggan) -> None:
    z = model.sample_z([3, 4])
    styles = model.map(z, classes=["class 1", "class 2"])
    assert torch.equal(styles[:, :, :4].flatten(1), z)
    shared = networks("biggan")[0].shared
    assert isinstance(shared, Tensor)
    torch.testing.assert_close(styles[0, :, 4:], shared[1].expand(3, -1))
    torch.testing.assert_close(styles[1, 0, 4:], shared[2])


def test_classes_are_names_numbers_or_weights_and_blend(model: Biggan) -> None:
    z = model.sample_z([3])
    first, second = (model.map(z, [number]) for number in (0, 1))
    assert torch.equal(model.map(z), first)
    assert torch.equal(model.map(z, ["class 1"]), second)
    assert torch.equal(model.map(z, torch.tensor([[0.0, 1.0, 0.0]])), second)
    blend = model.map(z, torch.tensor([[0.25, 0.75, 0.0]]))
    torch.testing.assert_close(blend, torch.lerp(first, second, 0.75))
    ends = [model.synthesize(styles) for styles in (first, blend, second)]
    assert not torch.allclose(ends[0], ends[2], atol=1e-3)
    assert not torch.allclose(ends[1], ends[2], atol=1e-3)
    with pytest.raises(StudioError, match="no class 3"):
        model.map(z, [3])
    with pytest.raises(StudioError, match="Did you mean class 0"):
        model.map(z, ["clas 0"])
    with pytest.raises(StudioError, match="2 weights"):
        model.map(z, torch.ones(1, 2))


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_a_chunk_changes_its_block_and_what_follows(model: Biggan, layer: int) -> None:
    outputs: list[Tensor] = []
    network = model._network
    for part in (network.first, *network.blocks):
        part.register_forward_hook(lambda _m, _a, out: outputs.append(out.clone()))
    styles = model.map(model.sample_z([0]))
    other = styles.clone()
    other[:, layer, :4] += 1
    pictures = [model.synthesize(given) for given in (styles, other)]
    same = [torch.equal(a, b) for a, b in zip(outputs[:3], outputs[3:], strict=True)]
    assert same == [number < layer for number in range(3)]
    assert not torch.equal(*pictures)


def test_truncation_shrinks_z_and_keeps_the_class(model: Biggan) -> None:
    styles = model.map(model.sample_z([0]), [2])
    half = model.truncate(styles, 0.5, cutoff=2)
    assert torch.equal(half[:, :2, :4], styles[:, :2, :4] / 2)
    assert torch.equal(half[:, 2], styles[:, 2])
    assert torch.equal(half[:, :, 4:], styles[:, :, 4:])


def test_the_prior_ends_at_two_deviations(model: Biggan) -> None:
    z = model.sample_z(range(200))
    assert model.info.prior == "truncnormal"
    assert z.abs().max() <= 2
    assert z.abs().max() > 1.9
    assert z.std() == pytest.approx(0.88, abs=0.04)


def test_nothing_of_the_training_form_is_left_when_it_draws(model: Biggan) -> None:
    kinds = {type(layer) for layer in model._network.modules()}
    assert kinds.isdisjoint({ConditionalNorm, UpConv2d})
    critic = fold(networks("biggan")[1])
    assert not any(isinstance(layer, DownConv2d) for layer in critic.modules())
    coarse = model.to("cpu", "bfloat16")
    types = {type(m): p.dtype for m in coarse._network.modules() for p in m.parameters(False)}
    assert types[nn.Conv2d] == torch.bfloat16
    assert types[nn.Linear] == torch.float32


# --- what is refused -----------------------------------------------------------------------------


def test_a_card_that_does_not_name_the_classes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    generator, _ = networks("biggan")
    card = replace(example_card("biggan"), classes=("one", "two"), discriminator=None)
    save_bundle(path, card, generator.state_dict())
    with pytest.raises(StudioError, match="2 names, its networks have 3 classes"):
        Biggan(open_bundle(path))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"resolution": 48}, "not a power of two"),
        ({"widths": (8, 8)}, "2 widths for a resolution of 16, which has 3"),
        ({"classes": 1}, "1 classes"),
        ({"attention": 4}, "attention is at 4 pixels, not at one of 8, 16 or 0"),
    ],
)
def test_a_generator_that_cannot_be_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(CONFIG, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"halvings": 6}, "6 of 5 blocks"),
        ({"resolution": 8, "halvings": 3, "attention": 0}, "less than 2"),
        ({"attention": 64}, "attention is at 64 pixels, not at one of 32, 16, 8, 4 or 0"),
        ({"classes": 0}, "0 classes"),
    ],
)
def test_a_critic_that_cannot_be_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(BigganCriticConfig(), **changes)


def test_configs_are_read_without_trust() -> None:
    generator, critic = FAMILY_READERS["biggan"]
    sizes = {"resolution": 16, "classes": 3, "z_chunk": 4, "shared": 6, "attention": 8}
    assert generator({**sizes, "widths": [16, 12, 8]}, "config") == CONFIG
    with pytest.raises(InputError, match="z_chunk"):
        generator({**sizes, "widths": [16, 12, 8], "z_chunk": 10**9}, "config")
    sizes = {"resolution": 64, "classes": 3, "widths": [8], "halvings": 1, "attention": 0}
    assert not critic({**sizes, "critic": "logit"}, "critic").deviation  # as in files of before
    assert critic({**sizes, "critic": "logit", "deviation": True}, "critic").deviation
    with pytest.raises(InputError, match="halvings is missing"):
        critic({"resolution": 16, "classes": 3, "widths": [8], "attention": 0}, "critic")
