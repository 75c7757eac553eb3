"""Progressive growing (Karras et al. 2018): both networks begin at 4 pixels and gain layers."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.families import ProgressiveConfig, ProgressiveCriticConfig
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.deviation import MinibatchDeviation
from latentstudio.models.equalized import (
    ROOT_TWO,
    EqualConv2d,
    EqualLinear,
    assigned,
    pixel_norm,
    rectify,
    with_plain_layers,
)
from latentstudio.models.frozen import Frozen, N
from latentstudio.models.generator import Classes, NoiseMode
from latentstudio.models.traced import Pass, is_single, traced


class EnlargingConv2d(EqualConv2d):
    """Pixels doubled, then a 3x3 convolution: less than half the work as a transposed one.

    Each pixel of the result sees only two by two different pixels, so four of its nine products
    are enough: a 4x4 kernel of stride 2 that sums neighbouring weights.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, 1, 1, ROOT_TWO)

    def scaled(self) -> tuple[Tensor, Tensor]:
        """Kernel [in, out, 4, 4] of the transposed convolution, and bias [out]."""
        weight, bias = super().scaled()
        return _overlaid(weight.flip(2, 3)).transpose(0, 1), bias

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, in, H, W] to [B, out, 2 H, 2 W]."""
        return F.conv_transpose2d(x, *self.scaled(), stride=2, padding=1)

    def plain(self) -> nn.Module:
        weight, bias = self.scaled()
        with torch.device("meta"):
            layer = nn.ConvTranspose2d(weight.shape[0], weight.shape[1], 4, 2, 1)
        return assigned(layer, weight, bias)


class ShrinkingConv2d(EqualConv2d):
    """A 3x3 convolution, then the mean of two by two pixels: as one strided 4x4 convolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, 2, 1, ROOT_TWO)

    def scaled(self) -> tuple[Tensor, Tensor]:
        """Kernel [out, in, 4, 4] of the strided convolution, and bias [out]."""
        weight, bias = super().scaled()
        return _overlaid(weight) / 4, bias


def _overlaid(weight: Tensor) -> Tensor:
    """Sum of a kernel [..., 3, 3] and its copies one pixel right, down, and both: [..., 4, 4]."""
    padded = F.pad(weight, (1, 1, 1, 1))
    rows = padded[..., 1:, :] + padded[..., :-1, :]
    return rows[..., 1:] + rows[..., :-1]


class Growing(nn.Module):
    """What both networks know of their growth.

    Attributes:
        resolution: side of the picture when all has grown.
        stage: side so far: the layers above are not used.
        alpha: how far the last resolution of the stage has faded in: 1 is all of it, 0 only the
            one below.
    """

    def __init__(self, config: ProgressiveConfig | ProgressiveCriticConfig) -> None:
        super().__init__()
        self.resolution = config.resolution
        self.stage, self.alpha = config.stage or config.resolution, config.alpha

    def grow(self, stage: int, alpha: float) -> None:
        """Go on at a stage; nothing else changes."""
        self.stage, self.alpha = stage, alpha


class ProgressiveGenerator(Growing):
    """z [B, z_dim] to pictures: of the stage's side in training, enlarged in evaluation."""

    def __init__(self, config: ProgressiveConfig) -> None:
        super().__init__(config)
        first, *rest = widths = config.widths
        self.project = EqualLinear(config.z_dim, first * 16, gain=ROOT_TWO)
        self.conv = EqualConv2d(first, first, 3, 1, 1, ROOT_TWO)
        self.blocks = nn.ModuleList(
            GeneratorBlock(a, b) for a, b in zip(widths, rest, strict=False)
        )
        self.pictures = nn.ModuleList(EqualConv2d(width, 3, 1) for width in widths)

    def forward(self, z: Tensor) -> Tensor:
        """Pictures [B, 3, S, S] of the stage's side S in training; else of the full side."""
        images = self.draw(z, self.stage)
        return images if self.training else enlarged(images, self.resolution)

    def draw(self, z: Tensor, side: int) -> Tensor:
        """Pictures float32 [B, 3, side, side]; ``side`` is at most that of the stage."""
        *_, small, large = [None, *self.features(z, side)]
        assert large is not None
        level = _level(side)
        images = self._picture(level, large)
        if small is None or side < self.stage or self.alpha == 1.0:
            return images
        return torch.lerp(enlarged(self._picture(level - 1, small), side), images, self.alpha)

    def features(self, z: Tensor, side: int) -> list[Tensor]:
        """What the picture layers take at 4, 8, ... ``side`` pixels: [B, C, R, R] each."""
        x = self.project(pixel_norm(z.float()).to(z.dtype)).view(len(z), -1, 4, 4)
        x = pixel_norm(rectify(x.contiguous(memory_format=torch.channels_last)))
        found = [pixel_norm(rectify(self.conv(x)))]
        for block in self.blocks[: _level(side)]:
            found.append(block(found[-1]))
        return found

    def _picture(self, level: int, x: Tensor) -> Tensor:
        images: Tensor = self.pictures[level](x)
        return images.float()


class GeneratorBlock(nn.Module):
    """Double the side, then two convolutions with pixel norm (table 2)."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.up = EnlargingConv2d(channels_in, channels)
        self.conv = EqualConv2d(channels, channels, 3, 1, 1, ROOT_TWO)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, in, H, W] to [B, out, 2 H, 2 W]."""
        x = pixel_norm(rectify(self.up(x)))
        return pixel_norm(rectify(self.conv(x)))


class ProgressiveDiscriminator(Growing):
    """Pictures [B, 3, S, S], shrunk to the stage's side if they are larger, to numbers [B]."""

    def __init__(self, config: ProgressiveCriticConfig) -> None:
        super().__init__(config)
        first, *rest = widths = config.widths
        self.features = nn.ModuleList(EqualConv2d(3, width, 1, gain=ROOT_TWO) for width in widths)
        # As in the generator, block 0 is the one between 4 and 8 pixels.
        self.blocks = nn.ModuleList(
            DiscriminatorBlock(b, a) for a, b in zip(widths, rest, strict=False)
        )
        self.deviation = MinibatchDeviation(config.group) if config.group else None
        self.conv = EqualConv2d(first + bool(config.group), first, 3, 1, 1, ROOT_TWO)
        self.hidden = EqualLinear(first * 16, first, gain=ROOT_TWO)
        self.verdict = EqualLinear(first, 1)

    def forward(self, images: Tensor) -> Tensor:
        images = shrunk(images, self.stage)
        level = _level(self.stage)
        x = rectify(self.features[level](images))
        if level:
            x = self.blocks[level - 1](x)
            if self.alpha != 1.0:
                small = shrunk(images, self.stage // 2)
                x = torch.lerp(rectify(self.features[level - 1](small)), x, self.alpha)
            for number in reversed(range(level - 1)):
                x = self.blocks[number](x)
        if self.deviation is not None:
            x = self.deviation(x)
        x = rectify(self.conv(x))
        verdict: Tensor = self.verdict(rectify(self.hidden(x.flatten(1))))
        return verdict.float()[:, 0]


class DiscriminatorBlock(nn.Module):
    """Two convolutions, the second of which halves the side (table 2)."""

    def __init__(self, channels: int, channels_out: int) -> None:
        super().__init__()
        self.conv = EqualConv2d(channels, channels, 3, 1, 1, ROOT_TWO)
        self.down = ShrinkingConv2d(channels, channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, in, H, W] to [B, out, H / 2, W / 2]."""
        return rectify(self.down(rectify(self.conv(x))))


class Progressive(Frozen):
    """A progressively grown GAN as a Generator: z is its one style; its length does not matter."""

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        super().__init__(bundle, device, precision)
        card = bundle.card
        assert isinstance(card.config, ProgressiveConfig)
        config = card.config
        network = fill(
            lambda: ProgressiveGenerator(config), bundle.generator, "generator", card.name
        )
        self._network = self._placed(network)

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Z [B, D] as its own style [B, 1, D].

        Raises:
            StudioError: classes are asked of a model that has none.
        """
        self._class_weights(classes, len(z))  # which refuses any
        return z[:, None]

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        """Leave styles as they are: only their direction counts, so there is no mean to go to."""
        return styles

    def synthesize(
        self,
        styles: Tensor,
        noise: NoiseMode = "const",
        psi: float = 1.0,
        max_resolution: int | None = None,
        *,
        noise_seed: int = 0,
        noise_strengths: Sequence[float] = (),
    ) -> Tensor:
        """Draw styles [B, 1, D]: float32 [B, 3, R, R], or smaller for ``max_resolution``.

        The rest is for other families.
        """
        fitting = [side for side in self.info.output_resolutions if side >= (max_resolution or 0)]
        side = fitting[0] if fitting and max_resolution else self.info.resolution
        z = styles[:, 0].to(self._dtype)
        if self._quick is not None and is_single(styles) and side == self.info.resolution:
            return self._quick(z)
        return enlarged(self._network.draw(z, min(side, self._network.stage)), side)

    def style_weights(self) -> list[Tensor]:
        """The first layer: [16 C, z_dim]."""
        return [self._network.project.scaled().float()]

    def make_quick(self) -> None:
        """Trace the drawing of one picture of the full size."""
        network, side = self._network, self.info.resolution
        draw: Pass = lambda z: enlarged(network.draw(z, min(side, network.stage)), side)  # noqa: E731
        self._quick = traced(draw, self.sample_z([0]).to(self._dtype))

    def _make_critic(self, config: ProgressiveCriticConfig) -> nn.Module:
        return ProgressiveDiscriminator(config)

    def _placed(self, network: N) -> N:
        with_plain_layers(network)
        return super()._placed(network)


def shrunk(images: Tensor, side: int) -> Tensor:
    """Mean over square groups of pixels, down to [B, 3, side, side] from ``side`` times 2^n."""
    factor = images.shape[-1] // side
    return images if factor <= 1 else F.avg_pool2d(images, factor)


def enlarged(images: Tensor, side: int) -> Tensor:
    """Pixels repeated up to [B, 3, side, side], a multiple of the side there is."""
    factor = side // images.shape[-1]
    return images if factor <= 1 else F.interpolate(images, scale_factor=factor, mode="nearest")


def faded(images: Tensor, alpha: float) -> Tensor:
    """Real pictures as sharp as the generator's of the same alpha (Karras et al. 2018, 2)."""
    if alpha == 1.0:
        return images
    side = images.shape[-1]
    return torch.lerp(enlarged(shrunk(images, side // 2), side), images, alpha)


def _level(side: int) -> int:
    return side.bit_length() - 3  # 4 pixels are level 0
