import gc
import weakref
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.families import StyleganConfig
from latentstudio.models.bias import add_bias
from latentstudio.models.deviation import MinibatchDeviation
from latentstudio.models.equalized import EqualLinear
from latentstudio.models.generator import Generator
from latentstudio.models.modulation import ModulatedConv2d, blur, enlarge
from latentstudio.models.registry import open_model
from latentstudio.models.stylegan import StyledConv2d, Stylegan, constant_noise
from tests.models.examples import write_example

TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8


@pytest.fixture
def model(tmp_path: Path) -> Generator:
    write_example(tmp_path / "example.safetensors", "stylegan")
    return open_model(str(tmp_path / "example.safetensors"))


def filtered(images: Tensor) -> Tensor:
    """Zeros between the pixels, then the filter [1, 3, 3, 1] both ways, times four."""
    kernel = (TAPS[:, None] * TAPS * 4).expand(images.shape[1], 1, 4, 4)
    return F.conv_transpose2d(images, kernel, stride=2, padding=1, groups=images.shape[1])


def test_enlarging_is_the_published_filter_up_to_the_border() -> None:
    images = torch.randn(2, 3, 5, 5)
    torch.testing.assert_close(enlarge(images), filtered(images))


def test_blurring_keeps_an_even_picture_even() -> None:
    found = blur(torch.ones(1, 2, 9, 9))
    assert found.shape == (1, 2, 8, 8)
    torch.testing.assert_close(found[:, :, 1:-1, 1:-1], torch.ones(1, 2, 6, 6))


@pytest.mark.parametrize("up", [False, True])
def test_styles_on_activations_are_styles_on_weights(up: bool) -> None:
    """Karras et al. 2020, equations 1 and 3, sample by sample."""
    layer = ModulatedConv2d(4, 6, 5, up=up)
    x, w = torch.randn(3, 4, 8, 8), torch.randn(3, 5)
    expected = []
    for features, style in zip(x, layer.affine(w), strict=True):
        weight = layer.weight * style[None, :, None, None]
        weight = weight / weight.square().sum((1, 2, 3), keepdim=True).sqrt()
        if up:
            y = F.conv_transpose2d(features[None], weight.transpose(0, 1), stride=2)
            expected.append(blur(y, 4.0))
        else:
            expected.append(F.conv2d(features[None], weight, padding=1))
    torch.testing.assert_close(layer(x, w), torch.cat(expected), atol=1e-4, rtol=1e-4)


def test_a_layer_kept_ready_gives_the_same(model: Generator) -> None:
    layer = ModulatedConv2d(4, 6, 5, up=True)
    x, w = torch.randn(3, 4, 8, 8), torch.randn(3, 5)
    before = layer(x, w)
    layer.keep_ready(torch.float32)
    torch.testing.assert_close(layer(x, w), before)


@pytest.mark.parametrize(("up", "demodulate"), [(False, True), (True, True), (False, False)])
def test_one_large_picture_in_half_precision_has_its_styles_on_the_weights(
    up: bool, demodulate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = ModulatedConv2d(4, 6, 5, up=up, demodulate=demodulate).requires_grad_(False)
    layer.keep_ready(torch.bfloat16)
    large, small, w = (
        torch.randn(1, 4, 32, 32).bfloat16(),
        torch.randn(1, 4, 2, 2),
        torch.randn(1, 5),
    )
    given: list[Tensor] = []
    convolve = ModulatedConv2d._convolve

    def watched(self: ModulatedConv2d, x: Tensor, kernel: Tensor) -> Tensor:
        given.append(x)
        return convolve(self, x, kernel)

    monkeypatch.setattr(ModulatedConv2d, "_convolve", watched)
    with torch.no_grad():
        found, alike = layer(large, w, 1.4), layer(torch.cat([large, large]), w.repeat(2, 1), 1.4)
        layer(small.bfloat16(), w)
    assert [torch.equal(x[:1], large) for x in given] == [True, False, False]
    assert (found - alike[:1]).abs().max() < 0.02 * alike.abs().max()
    layer(large, w)  # where slopes may be asked for
    assert not torch.equal(given[-1], large)


@pytest.mark.parametrize("pictures", [0, 1, 3])
def test_a_layer_adds_noise_of_its_strength_and_a_bias(pictures: int) -> None:
    """Karras et al. 2020, figure 2: after the convolution, before the rectifier; and backwards."""
    noise = torch.randn(pictures, 1, 8, 8) if pictures else None
    config = StyleganConfig(resolution=8, z_dim=5, w_dim=5, widths=(4, 4))
    layer = StyledConv2d(4, 6, config)
    nn.init.constant_(layer.noise_strength, 0.3)
    nn.init.normal_(layer.bias)
    x, w = torch.randn(3, 4, 8, 8), torch.randn(3, 5)
    found = layer(x, w, noise)
    found.square().sum().backward()
    learned = (layer.bias, layer.noise_strength)
    gradients = [p.grad for p in learned]
    added = layer.bias[:, None, None] + (0 if noise is None else noise * layer.noise_strength)
    expected = F.leaky_relu(layer.conv(x, w) + added, 0.2) * config.gain
    torch.testing.assert_close(found, expected)
    again = torch.autograd.grad(expected.square().sum(), learned, allow_unused=True)
    torch.testing.assert_close(gradients, list(again))


def test_a_bias_by_rows_has_the_slopes_of_a_bias() -> None:
    """And slopes of slopes, which path length regularisation takes."""
    y = torch.randn(2, 6, 3, 4, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(6, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(add_bias(y.clone(), bias), y + bias[:, None, None])

    def both(y: Tensor, bias: Tensor) -> Tensor:
        return add_bias(y.clone(), bias).square()

    assert torch.autograd.gradcheck(both, (y, bias))
    assert torch.autograd.gradgradcheck(both, (y, bias))


def test_a_model_that_was_made_quick_goes_with_its_last_user(tmp_path: Path) -> None:
    """Nothing of torch's keeps its weights."""
    write_example(tmp_path / "example.safetensors", "stylegan")
    model = open_model(str(tmp_path / "example.safetensors"))
    model.make_quick()
    assert isinstance(model, Stylegan)
    weight = weakref.ref(next(model._network.parameters()))
    del model
    gc.collect()
    assert weight() is None


def test_a_torch_without_traces_draws_the_same(
    model: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.no_grad():
        styles = model.map(model.sample_z([1]))
        before = model.synthesize(styles)
        monkeypatch.delattr("torch._C._create_function_from_graph")
        model.make_quick()
        assert torch.equal(model.synthesize(styles), before)


def test_noise_that_stays_is_made_ready_once(
    model: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    ready = StyledConv2d.ready
    coarse = model.to("cpu", "bfloat16")
    coarse.make_quick()
    monkeypatch.setattr(StyledConv2d, "ready", lambda *given: made.append(0) or ready(*given))
    with torch.no_grad():
        styles = coarse.map(coarse.sample_z([1]))
        for strengths in ([0.5] * 5, [0.5] * 5, [0.6] * 5):
            coarse.synthesize(styles, noise_strengths=strengths)
    assert len(made) == 10  # five layers, twice


@pytest.mark.parametrize("most", [0, 1000, 2**20])
def test_half_precision_made_quick_follows_the_noise(
    model: Generator, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Constant noise is made ready once, where it is small, and anew when it changes."""
    monkeypatch.setattr("latentstudio.models.stylegan._READY_BYTES", most)
    plain, quick = (model.to("cpu", "bfloat16") for _ in range(2))
    quick.make_quick()
    with torch.no_grad():
        styles = plain.map(plain.sample_z([1]))
        drawn = []
        for seed, strengths in ((0, ()), (1, ()), (1, [0.5] * 5), (0, ())):
            given = {"noise_seed": seed, "noise_strengths": strengths}
            drawn.append(quick.synthesize(styles, **given))
            assert torch.equal(drawn[-1], plain.synthesize(styles, **given))
    assert not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[1], drawn[2])
    assert torch.equal(drawn[0], drawn[3])


def test_noise_is_by_seed_and_mode(model: Generator) -> None:
    styles = model.map(model.sample_z([1]))
    constant = model.synthesize(styles)
    assert torch.equal(constant, model.synthesize(styles, noise="const", noise_seed=0))
    assert not torch.equal(constant, model.synthesize(styles, noise_seed=1))
    plain = model.synthesize(styles, noise="none")
    assert torch.equal(plain, model.synthesize(styles, noise="none", noise_seed=5))
    first, second = (model.synthesize(styles, noise="random") for _ in range(2))
    assert not torch.equal(first, second)
    assert not torch.equal(constant_noise(0, 1, 8), constant_noise(0, 2, 8))


def test_a_coarse_style_changes_every_size_and_a_fine_one_only_the_picture(
    model: Generator,
) -> None:
    first, second = model.map(model.sample_z([1, 2]))
    for layer, resolution in enumerate(model.info.layer_resolutions):
        mixed = first.clone()
        mixed[layer] = second[layer]
        small = (model.synthesize(s[None], max_resolution=8) for s in (first, mixed))
        changed = not torch.equal(*small)
        # The picture layer of 8 pixels shares its style with the first layer of 16.
        assert changed == (resolution <= 8 or layer == 3)


def test_pictures_stop_early_at_the_next_size(model: Generator) -> None:
    styles = model.map(model.sample_z([1]))
    sizes = {
        asked: model.synthesize(styles, max_resolution=asked).shape[-1] for asked in (4, 8, 9, 99)
    }
    assert sizes == {4: 8, 8: 8, 9: 16, 99: 16}


def test_truncation_spares_the_layers_from_the_cutoff_on(model: Generator) -> None:
    styles = model.map(model.sample_z([1]))
    found = model.truncate(styles, 0.5, cutoff=2)
    assert torch.equal(found[:, 2:], styles[:, 2:])
    assert not torch.equal(found[:, :2], styles[:, :2])


def test_classes_of_a_model_without_any_are_refused(model: Generator) -> None:
    with pytest.raises(StudioError, match="has no classes"):
        model.map(model.sample_z([1]), [0])


def test_a_learning_rate_multiplier_changes_no_function() -> None:
    plain, slow = EqualLinear(4, 3), EqualLinear(4, 3, rate=0.01)
    with torch.no_grad():
        slow.weight.copy_(plain.weight / 0.01)
        plain.bias.fill_(0.3)
        slow.bias.fill_(30.0)
    x = torch.randn(5, 4)
    torch.testing.assert_close(slow(x), plain(x))


def test_deviation_compares_neighbours_and_a_judged_picture_gets_the_mean() -> None:
    layer = MinibatchDeviation(2)
    assert isinstance(layer, nn.Module)
    x = torch.zeros(4, 3, 2, 2)
    x[1] = 2.0  # differs from its neighbour; the other pair is alike
    found = layer(x)[:, 3]
    torch.testing.assert_close(found[:2], torch.ones(2, 2, 2))
    assert found[2:].max() < 1e-3
    layer.eval()
    alone = layer(x[:1])[0, 3]
    torch.testing.assert_close(alone, layer.running.expand(2, 2))
    assert 0 < float(layer.running) < 0.1
