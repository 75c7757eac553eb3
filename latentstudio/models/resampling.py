"""Convolutions that change the side of a picture, at the cost of the smaller side."""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

C = TypeVar("C", nn.Conv2d, nn.ConvTranspose2d)


class UpConv2d(nn.Conv2d):
    """Repeat every pixel twice both ways, then convolve 3x3: [B, in, H, W] to [B, out, 2H, 2W].

    The same function as a fractionally strided 4x4 convolution whose kernel is the 3x3 one spread
    over 2x2 pixels: 16 multiplications for each small pixel instead of 36, and no large copy of
    the input. Both passes take half the time.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv_transpose2d(x, self._kernel(), self.bias, stride=2, padding=1)

    def folded(self) -> nn.ConvTranspose2d:
        """The convolution that does the same with its kernel ready; for frozen networks."""
        conv = nn.ConvTranspose2d(self.in_channels, self.out_channels, 4, 2, 1)
        return _filled(conv, self._kernel(), self.bias)

    def _kernel(self) -> Tensor:
        return spread(self.weight).flip(2, 3).transpose(0, 1)


class DownConv2d(nn.Conv2d):
    """Convolve 3x3, then average 2x2 pixels: [B, in, 2H, 2W] to [B, out, H, W].

    The same function as a 4x4 convolution of stride 2 whose kernel is the mean of the 3x3 one at
    four places: 16 multiplications for each small pixel instead of 36.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self._kernel(), self.bias, stride=2, padding=1)

    def folded(self) -> nn.Conv2d:
        """The convolution that does the same with its kernel ready; for frozen networks."""
        conv = nn.Conv2d(self.in_channels, self.out_channels, 4, 2, 1)
        return _filled(conv, self._kernel(), self.bias)

    def _kernel(self) -> Tensor:
        return spread(self.weight) / 4


def spread(kernel: Tensor) -> Tensor:
    """The sum of a kernel [out, in, k, k] at 2x2 neighbouring places: [out, in, k+1, k+1]."""
    framed = F.pad(kernel, (1, 1, 1, 1))
    rows = framed[:, :, 1:] + framed[:, :, :-1]
    return rows[..., 1:] + rows[..., :-1]


def repeat_pixels(x: Tensor) -> Tensor:
    """Repeat every pixel twice both ways: [B, C, H, W] to [B, C, 2H, 2W]."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _filled(conv: C, kernel: Tensor, bias: Tensor | None) -> C:
    with torch.no_grad():
        conv.weight.copy_(kernel)
        if conv.bias is not None and bias is not None:
            conv.bias.copy_(bias)
    return conv
