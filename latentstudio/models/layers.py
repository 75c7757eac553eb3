"""The blocks that several families share: strided convolutions, their initial values, folding."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAK = 0.2
"""Slope of the leaky rectifier in every discriminator (Radford et al. 2015, section 3)."""


class StemConv2d(nn.Conv2d):
    """A 4x4 convolution of stride 2 and padding 1, computed on 2x2 cells of pixels.

    The same function and the same weights [out, in, 4, 4] as the plain convolution. A picture has
    so few channels that the backward pass of the plain form starves a CPU: cells laid out as
    channels make it seven times faster there.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 4, 2, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Map [B, in, H, W] to [B, out, H/2, W/2]."""
        weight = self.weight  # read once: spectral norm computes it at each reading
        out, channels = weight.shape[:2]
        # Kernel row 2a+i of the plain form meets pixel row i of cell row a, and likewise columns.
        cells = weight.reshape(out, channels, 2, 2, 2, 2).permute(0, 1, 3, 5, 2, 4)
        padded = F.pixel_unshuffle(F.pad(images, (1, 1, 1, 1)), 2)
        padded = padded.contiguous(memory_format=torch.channels_last)
        return F.conv2d(padded, cells.reshape(out, channels * 4, 2, 2), self.bias)


def gaussian(*size: int, std: float = 1.0) -> Tensor:
    """Independent normal numbers; on the meta device a tensor of the size alone.

    A network whose weights are read from a file is made there first, and torch loads a second of
    itself to compute numbers that do not exist.
    """
    values = torch.empty(*size)
    return values if values.is_meta else values.normal_().mul_(std)


@torch.no_grad()
def follow(running: Tensor, found: Tensor, share: float) -> None:
    """Move a running mean in place by a share towards what was found, unless that is not finite."""
    running.lerp_(torch.where(found.isfinite(), found, running), share)


def upsampling(in_channels: int, out_channels: int) -> nn.Sequential:
    """Double the side: fractionally strided 4x4 convolution, batch norm, rectifier."""
    return nn.Sequential(
        nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def downsampling(in_channels: int, out_channels: int, batch_norm: bool) -> nn.Sequential:
    """Halve the side: strided 4x4 convolution, batch norm if asked for, leaky rectifier."""
    conv = nn.Conv2d(in_channels, out_channels, 4, 2, 1, bias=not batch_norm)
    norm: list[nn.Module] = [nn.BatchNorm2d(out_channels)] if batch_norm else []
    return nn.Sequential(conv, *norm, nn.LeakyReLU(LEAK))


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Draw N(0, 0.02) weights and N(1, 0.02) gains (Radford et al. 2015, section 3), in place."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, 0.02, generator=generator)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02, generator=generator)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


@torch.no_grad()
def initialise_orthogonally(module: nn.Module, generator: torch.Generator) -> None:
    """Draw weights whose rows, or columns where those are fewer, are orthonormal, in place.

    Saxe et al. 2014; every matrix and kernel of a BigGAN begins so (Brock et al. 2019, section 3).
    Biases begin at 0; other vectors are left alone.
    """
    for name, parameter in module.named_parameters():
        if parameter.ndim > 1:
            nn.init.orthogonal_(parameter, generator=generator)
        elif name.endswith("bias"):
            parameter.zero_()


def block_outputs(network: nn.Module | None, *inputs: Tensor | None) -> list[Tensor]:
    """What the ``blocks`` of a network put out on the way through it, first to last."""
    seen: list[Tensor] = []
    if network is None:
        return seen

    def keep(block: nn.Module, given: object, output: Tensor) -> None:
        seen.append(output)

    blocks = network.get_submodule("blocks").children()
    hooks = [block.register_forward_hook(keep) for block in blocks]
    try:
        network(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def fold_norms(network: nn.Module) -> nn.Module:
    """Join each batch norm with the convolution before it, in place; only for evaluation."""
    for block in network.modules():
        if isinstance(block, nn.Sequential) and len(block) > 1:
            conv, norm = block[0], block[1]
            if isinstance(norm, nn.BatchNorm2d):
                assert isinstance(conv, nn.Conv2d | nn.ConvTranspose2d)
                block[0], block[1] = fold_batch_norm(conv, norm), nn.Identity()
    return network


def fold_batch_norm(
    conv: nn.Conv2d | nn.ConvTranspose2d, norm: nn.BatchNorm2d
) -> nn.Conv2d | nn.ConvTranspose2d:
    """The convolution that does what ``norm(conv(x))`` does in evaluation mode.

    Batch norm with fixed moments is a scale and a shift for each channel, so it can live in the
    weights; computed in float64, the result differs by rounding only.
    """
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    shift = norm.bias.double() - norm.running_mean.double() * scale
    transposed = isinstance(conv, nn.ConvTranspose2d)
    weight = conv.weight.double() * scale.reshape((1, -1, 1, 1) if transposed else (-1, 1, 1, 1))
    bias = shift if conv.bias is None else shift + conv.bias.double() * scale
    stride, padding = conv.stride[0], int(conv.padding[0])
    folded = type(conv)(conv.in_channels, conv.out_channels, conv.kernel_size[0], stride, padding)
    folded.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return folded
