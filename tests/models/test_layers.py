import pytest
import torch
from torch import nn

from latentstudio.models.equalized import pixel_norm
from latentstudio.models.layers import StemConv2d, fold_norms, follow, initialise, upsampling


def test_the_stem_is_the_plain_convolution() -> None:
    torch.manual_seed(0)
    stem, plain = StemConv2d(3, 8), nn.Conv2d(3, 8, 4, 2, 1)
    plain.load_state_dict(stem.state_dict())
    images = torch.randn(2, 3, 16, 16, requires_grad=True)
    torch.testing.assert_close(stem(images), plain(images))
    gradients = [
        torch.autograd.grad(layer(images).square().sum(), [images, layer.weight])
        for layer in (stem, plain)
    ]
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("conv", [nn.Conv2d(4, 6, 4, 2, 1), nn.ConvTranspose2d(4, 6, 4, 2, 1)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_folded_norm_does_what_it_did(conv: nn.Conv2d, bias: bool) -> None:
    torch.manual_seed(0)
    fresh = type(conv)(4, 6, 4, 2, 1, bias=bias)
    block = nn.Sequential(fresh, nn.BatchNorm2d(6), nn.ReLU())
    for _ in range(5):
        block(torch.randn(8, 4, 8, 8) * 3 + 1)
    block.eval()
    features = torch.randn(2, 4, 8, 8)
    expected = block(features)
    fold_norms(block)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in block.modules())
    torch.testing.assert_close(block(features), expected, atol=1e-5, rtol=1e-5)


def test_pixel_norm_divides_by_the_root_mean_square_over_channels() -> None:
    x = torch.tensor([3.0, 4.0]).reshape(1, 2, 1, 1) * torch.tensor([1.0, -10.0])
    rms = 12.5**0.5
    expected = torch.tensor([[3 / rms, -3 / rms], [4 / rms, -4 / rms]]).reshape(1, 2, 1, 2)
    torch.testing.assert_close(pixel_norm(x), expected)
    z = torch.randn(5, 64)
    torch.testing.assert_close(pixel_norm(z).square().mean(1), torch.ones(5))
    assert torch.equal(pixel_norm(torch.zeros(1, 4)), torch.zeros(1, 4))


def test_a_running_mean_passes_over_what_is_not_finite() -> None:
    running = torch.tensor(2.0)
    for found in (torch.nan, torch.inf, -torch.inf):
        follow(running, torch.tensor(found), 0.5)
    assert float(running) == 2
    follow(running, torch.tensor(4.0), 0.5)
    assert float(running) == 3


def test_initial_values_are_the_papers_and_repeatable() -> None:
    blocks = [upsampling(64, 32) for _ in range(2)]
    for block in blocks:
        initialise(block, torch.Generator().manual_seed(3))
    conv, norm = blocks[0][0], blocks[0][1]
    assert isinstance(conv, nn.ConvTranspose2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert abs(float(conv.weight.detach().std()) - 0.02) < 0.001
    assert abs(float(norm.weight.detach().mean()) - 1) < 0.02
    assert torch.equal(norm.bias, torch.zeros(32))
    assert all(
        torch.equal(a, b)
        for a, b in zip(blocks[0].parameters(), blocks[1].parameters(), strict=True)
    )
