"""Layers with an equalised learning rate: weights of unit variance, scaled where they are used."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.models.layers import LEAK, gaussian

ROOT_TWO = 2**0.5


class EqualLinear(nn.Module):
    """A fully connected layer (Karras et al. 2018, section 4.1): x W^T / sqrt(in) + b.

    Args:
        features_in: length of the input.
        features_out: length of the output.
        rate: learning-rate multiplier: weights are stored larger by its inverse and used smaller
            (Karras et al. 2019, appendix C).
        bias: the value that every bias begins with.
        gain: of the result; a rectifier that follows is homogeneous, so its gain can be had here.
    """

    def __init__(
        self,
        features_in: int,
        features_out: int,
        rate: float = 1.0,
        bias: float = 0.0,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(gaussian(features_out, features_in, std=1 / rate))
        self.bias = nn.Parameter(torch.full((features_out,), bias / rate))
        self._scale, self._rate = gain * rate / math.sqrt(features_in), gain * rate

    def scaled(self) -> Tensor:
        """The weight [out, in] as it is used."""
        return self.weight * self._scale

    def forward(self, x: Tensor) -> Tensor:
        """Map [..., in] to [..., out]."""
        return F.linear(x, self.scaled(), self.bias * self._rate)


class EqualConv2d(nn.Module):
    """A convolution (Karras et al. 2018, section 4.1): gain (W / sqrt(in k^2) x + b), b from 0."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(gaussian(channels_out, channels_in, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        self._scale, self._gain = gain / math.sqrt(channels_in * kernel**2), gain
        self._stride, self._padding = stride, padding

    def scaled(self) -> tuple[Tensor, Tensor]:
        """Weight [out, in, k, k] and bias [out] as they are used."""
        return self.weight * self._scale, self.bias * self._gain

    @torch.no_grad()
    def set_scaled(self, weight: Tensor, bias: Tensor) -> None:
        """Store the weight and the bias that ``scaled`` is to give."""
        self.weight.copy_(weight / self._scale)
        self.bias.copy_(bias / self._gain)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, in, H, W] to [B, out, H', W']."""
        return F.conv2d(x, *self.scaled(), self._stride, self._padding)

    def plain(self) -> nn.Module:
        """The same convolution as a plain layer, scaled once; for frozen networks."""
        weight, bias = self.scaled()
        out, channels, kernel, _ = weight.shape
        with torch.device("meta"):
            layer = nn.Conv2d(channels, out, kernel, self._stride, self._padding)
        return assigned(layer, weight, bias)


def assigned(layer: nn.Conv2d | nn.ConvTranspose2d, weight: Tensor, bias: Tensor) -> nn.Module:
    """The layer with these weights, frozen."""
    layer.weight, layer.bias = (nn.Parameter(part, requires_grad=False) for part in (weight, bias))
    return layer


def with_plain_layers(network: nn.Module) -> None:
    """Put plain convolutions in the place of equalised ones; for frozen networks."""
    for parent in network.modules():
        for name, layer in parent.named_children():
            if isinstance(layer, EqualConv2d):
                setattr(parent, name, layer.plain())


def pixel_norm(x: Tensor) -> Tensor:
    """Divide by the root mean square over channels [B, C, ...] (Karras et al. 2018, 4.2)."""
    return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)


def rectify(x: Tensor) -> Tensor:
    """Leaky rectifier in place; layers before it bring the gain ROOT_TWO that keeps variance."""
    return F.leaky_relu_(x, LEAK)
