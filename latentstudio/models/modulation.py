"""Convolutions that a style modulates, and the filters that double a picture's side.

Styles scale activations, not weights (Karras et al. 2020, section 2.2 and appendix B: the same
function): one convolution serves the whole batch, and the weights can be kept ready in any
precision. One large picture in half precision is the exception: it has fewer weights than pixels.
"""

import functools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.models.autocast import without_autocast
from latentstudio.models.equalized import EqualLinear
from latentstudio.models.layers import gaussian


class ModulatedConv2d(nn.Module):
    """A convolution whose input channels are scaled by a style (section 2.2).

    Args:
        channels_in: of the features.
        channels_out: of the result.
        w_dim: length of w.
        kernel: side of the kernel.
        up: double the side: fractionally strided, then blurred by [1, 3, 3, 1].
        demodulate: divide each output channel by the deviation that the style gives it (eq. 3).
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        w_dim: int,
        kernel: int = 3,
        *,
        up: bool = False,
        demodulate: bool = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(gaussian(channels_out, channels_in, kernel, kernel))
        self.affine = EqualLinear(w_dim, channels_in, bias=1.0)
        self._scale = 1 / math.sqrt(channels_in * kernel**2)
        self._up, self._demodulate = up, demodulate
        self._ready: tuple[Tensor, Tensor] | None = None

    def keep_ready(self, dtype: torch.dtype) -> None:
        """Keep the scaled weight in a precision, once for all pictures; for frozen networks."""
        kernel, energy = self._prepare()
        self._ready = kernel.to(dtype).contiguous(memory_format=torch.channels_last), energy

    def forward(self, x: Tensor, w: Tensor, gain: float = 1.0) -> Tensor:
        """Features [B, in, H, W] and w [B, w_dim] to [B, out, H', W'], times ``gain``."""
        # The sums behind styles and demodulation need float32.
        with without_autocast(x.device):
            style = self.affine(w.float())
            kernel, energy = self._ready or self._prepare()
            if self._demodulate:
                scale_out = torch.rsqrt(style.square() @ energy + 1e-8) * gain
        if _is_one_large(x, kernel):
            kernel = kernel * self._over_inputs(style[0].to(x.dtype))
            if self._demodulate:
                kernel = kernel * self._over_outputs(scale_out[0].to(x.dtype))
            return self._convolve(x, kernel)
        y = self._convolve(x * style.to(x.dtype)[:, :, None, None], kernel.to(x.dtype))
        if not self._demodulate:
            return y
        scale = scale_out.to(y.dtype)[:, :, None, None]
        return y * scale if torch.is_grad_enabled() else y.mul_(scale)

    def _over_inputs(self, scale: Tensor) -> Tensor:
        return scale[:, None, None, None] if self._up else scale[:, None, None]

    def _over_outputs(self, scale: Tensor) -> Tensor:
        return scale[:, None, None] if self._up else scale[:, None, None, None]

    def _prepare(self) -> tuple[Tensor, Tensor]:
        """The scaled weight as its convolution takes it, and its energy: [in, out]."""
        scaled = self.weight * self._scale
        energy = scaled.square().sum((2, 3)).T
        return scaled.transpose(0, 1) if self._up else scaled, energy

    def _convolve(self, x: Tensor, kernel: Tensor) -> Tensor:
        if not self._up:
            return F.conv2d(x, kernel, padding=kernel.shape[-1] // 2)
        # A quarter of the multiplications of enlarging first; the blur is cheap beside them.
        return blur(F.conv_transpose2d(x, kernel, stride=2), gain=4.0)


def _is_one_large(x: Tensor, kernel: Tensor) -> bool:
    """Whether a style had better scale the weight: there is one picture, and more of it.

    Only where half precision may, which rounds either way: a picture in float32 keeps its bytes.
    """
    alone = len(x) == 1 and not torch.is_grad_enabled()
    return alone and x.dtype == kernel.dtype != torch.float32 and x.numel() > kernel.numel()


def blur(x: Tensor, gain: float = 1.0) -> Tensor:
    """Low-pass each channel by [1, 3, 3, 1] both ways: [B, C, H, W] to [B, C, H - 1, W - 1]."""
    channels = x.shape[1]
    kernel = _blur_kernel(x.dtype, x.device, gain).expand(channels, 1, 4, 4)
    return F.conv2d(x, kernel, padding=1, groups=channels)


@functools.lru_cache(maxsize=32)
def _blur_kernel(dtype: torch.dtype, device: torch.device, gain: float) -> Tensor:
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    return (taps[:, None] * taps * gain).to(device, dtype)


def enlarge(images: Tensor) -> Tensor:
    """Double the side by the filter [1, 3, 3, 1], zero outside the picture.

    Bilinear interpolation is that filter except at the border, where it repeats pixels; a frame of
    zeros that is cut off again makes it the same there, too.
    """
    framed = F.pad(images, (1, 1, 1, 1))
    large = F.interpolate(framed, scale_factor=2, mode="bilinear", align_corners=False)
    return large[:, :, 2:-2, 2:-2]
