"""StyleGAN2 (Karras et al. 2020): z to w, and w to styles of every convolution."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.families import StyleganConfig, StyleganCriticConfig
from latentstudio.models.autocast import feature_type
from latentstudio.models.bias import add_bias
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.equalized import (
    ROOT_TWO,
    EqualLinear,
    pixel_norm,
    rectify,
)
from latentstudio.models.frozen import Frozen
from latentstudio.models.generator import Classes, NoiseMode
from latentstudio.models.layers import gaussian
from latentstudio.models.modulation import ModulatedConv2d, enlarge
from latentstudio.models.noise import constant_noise, noise_sides
from latentstudio.models.stylegan_critic import StyleganDiscriminator
from latentstudio.models.traced import Pass, is_single, traced

Noises = Sequence[Tensor | None]
"""For each convolution but the picture layers, noise [1 or B, 1, R, R], or None for none.

What ``StyledConv2d.ready`` makes of it, [1, C, R, R], does as well.
"""

_READY_BYTES = 8 * 2**20
"""Of one layer: all layers of 1,024 pixels would take 260 MB beside the weights."""


class Mapping(nn.Module):
    """z [B, z_dim], and class weights [B, C] if there are classes, to w [B, w_dim]."""

    def __init__(self, config: StyleganConfig) -> None:
        super().__init__()
        self.embed = EqualLinear(config.classes, config.w_dim) if config.classes else None
        first = config.z_dim + (config.w_dim if config.classes else 0)
        sizes = [first, *[config.w_dim] * config.mapping_layers]
        self.layers = nn.ModuleList(
            EqualLinear(a, b, config.mapping_rate, gain=ROOT_TWO)
            for a, b in itertools.pairwise(sizes)
        )

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        w = pixel_norm(z.float())
        if self.embed is not None:
            assert classes is not None
            w = torch.cat([w, pixel_norm(self.embed(classes.float()))], dim=1)
        for layer in self.layers:
            w = rectify(layer(w))
        return w


class StyledConv2d(nn.Module):
    """Modulated convolution, noise of learned strength, bias, leaky rectifier."""

    def __init__(
        self, channels_in: int, channels_out: int, config: StyleganConfig, *, up: bool = False
    ) -> None:
        super().__init__()
        self.conv = ModulatedConv2d(channels_in, channels_out, config.w_dim, up=up)
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        self._gain, self._clamp = config.gain, config.clamp

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
        # The rectifier is homogeneous, so its gain goes into the factors that are there anyway.
        y: Tensor = self.conv(x, w, self._gain)
        y = rectify(self._offset(y, noise))
        return y if self._clamp is None else y.clamp(-self._clamp, self._clamp)

    def ready(self, noise: Tensor, dtype: torch.dtype) -> Tensor:
        """Noise [B, 1, R, R] of the learned strength, and the bias: [B, C, R, R] in half precision.

        To make it takes longer than to add it, and constant noise is the same in every picture.
        """
        bias, strength = (
            (given * self._gain).to(dtype) for given in (self.bias, self.noise_strength)
        )
        # Laid out as features are: for the reason that ``add_bias`` gives.
        placed = noise.to(dtype, memory_format=torch.channels_last)
        return F.conv2d(placed, strength.expand(len(bias), 1, 1, 1), bias)

    def is_small(self, noise: Tensor) -> bool:
        """Whether noise [B, 1, R, R] that is ready takes little memory."""
        return 2 * noise.numel() * len(self.bias) <= _READY_BYTES

    def _offset(self, y: Tensor, noise: Tensor | None) -> Tensor:
        """Add noise of the learned strength and bias to features [B, C, H, W], in place."""
        if noise is not None and y.dtype != torch.float32:
            return y.add_(noise if noise.shape[1] > 1 else self.ready(noise, y.dtype))
        bias = (self.bias * self._gain).to(y.dtype)
        if noise is None:
            return y.add_(bias[:, None, None]) if y.dtype == torch.float32 else add_bias(y, bias)
        return y.add_(noise * (self.noise_strength * self._gain)).add_(bias[:, None, None])


class ToPicture(nn.Module):
    """Features to a picture: a modulated 1x1 convolution without demodulation, and a bias."""

    def __init__(self, channels: int, config: StyleganConfig) -> None:
        super().__init__()
        self.conv = ModulatedConv2d(channels, 3, config.w_dim, 1, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(3))
        self._clamp = config.clamp

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        picture: Tensor = self.conv(x, w).float() + self.bias[:, None, None]
        return picture if self._clamp is None else picture.clamp(-self._clamp, self._clamp)


class SynthesisBlock(nn.Module):
    """One resolution: an enlarging convolution (not at 4 pixels), another one, a picture."""

    def __init__(self, channels_in: int, channels: int, config: StyleganConfig, last: bool) -> None:
        super().__init__()
        first = channels_in == 0
        self.up = None if first else StyledConv2d(channels_in, channels, config, up=True)
        self.conv = StyledConv2d(channels, channels, config)
        wants_picture = last or config.architecture == "skip"
        self.picture = ToPicture(channels, config) if wants_picture else None
        wants_skip = config.architecture == "resnet" and not first
        self.skip = nn.Conv2d(channels_in, channels, 1, bias=False) if wants_skip else None
        if self.skip is not None:
            self.skip.weight = nn.Parameter(
                gaussian(channels, channels_in, 1, 1, std=channels_in**-0.5)
            )

    def forward(self, x: Tensor, styles: Tensor, noises: Noises) -> Tensor:
        """Features to features; styles [B, 2 or 1, D] of the convolutions, and as many noises."""
        y: Tensor = x if self.up is None else self.up(x, styles[:, 0], noises[0])
        y = self.conv(y, styles[:, -1], noises[-1])
        if self.skip is not None:
            y = (y + enlarge(self.skip(x))) * 0.5**0.5
        return y


class Synthesis(nn.Module):
    """Styles [B, L, D] to pictures [B, 3, R, R].

    The first block takes style 0, block k styles 2k-1 and 2k, and the picture layer of block k
    style 2k+1, as in the published weights.
    """

    def __init__(self, config: StyleganConfig) -> None:
        super().__init__()
        widths = config.widths
        self.constant = nn.Parameter(gaussian(widths[0], 4, 4))
        pairs = zip((0, *widths), widths, strict=False)
        self.blocks = nn.ModuleList(
            SynthesisBlock(a, b, config, level == len(widths) - 1)
            for level, (a, b) in enumerate(pairs)
        )
        self.resolutions = config.resolutions
        self.dtype: torch.dtype | None = None

    def keep_ready(self, dtype: torch.dtype) -> None:
        """Fix the precision of features and convolutions; for frozen networks."""
        self.dtype = dtype
        for layer in self.modules():
            if isinstance(layer, ModulatedConv2d):
                layer.keep_ready(dtype)

    def ready(self, noises: Noises) -> Noises:
        """Noises as every layer adds them, but for large ones, which would fill the memory.

        In float32 as they are: another order of the sums would change the bytes of pictures.
        """
        dtype = self.dtype
        if dtype is None or dtype == torch.float32:
            return noises
        layers = [layer for layer in self.modules() if isinstance(layer, StyledConv2d)]
        pairs = zip(layers, noises, strict=True)
        return [
            layer.ready(noise, dtype) if noise is not None and layer.is_small(noise) else noise
            for layer, noise in pairs
        ]

    def forward(self, styles: Tensor, noises: Noises, resolution: int | None = None) -> Tensor:
        """Draw, or stop early at a smaller ``resolution`` (skip architecture)."""
        x = self.constant.to(self.dtype or feature_type(styles.device, self.constant.dtype))
        x = x.expand(len(styles), -1, -1, -1).contiguous(memory_format=torch.channels_last)
        total: Tensor | None = None
        for level, block in enumerate(self.blocks):
            assert isinstance(block, SynthesisBlock)
            span = slice(max(0, 2 * level - 1), 2 * level + 1)
            x = block(x, styles[:, span], noises[span])
            if block.picture is not None:
                picture = block.picture(x, styles[:, 2 * level + 1])
                total = picture if total is None else enlarge(total) + picture
            if self.resolutions[level] == resolution:
                break
        assert total is not None
        return total


class StyleganGenerator(nn.Module):
    """Mapping and synthesis; where ``noisy``, fresh noise in training, constant in evaluation."""

    def __init__(self, config: StyleganConfig) -> None:
        super().__init__()
        self.mapping = Mapping(config)
        self.synthesis = Synthesis(config)
        self.style_layers = config.style_layers
        self.noisy = True

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        w: Tensor = self.mapping(z, classes)
        return self.draw(w[:, None].expand(-1, self.style_layers, -1))

    def draw(self, styles: Tensor) -> Tensor:
        """Styles [B, L, D] to pictures [B, 3, R, R]."""
        images: Tensor = self.synthesis(styles, self._noises(len(styles), styles.device))
        return images

    def _noises(self, count: int, device: torch.device) -> Noises:
        sides = noise_sides(self.synthesis.resolutions)
        if not self.noisy:
            return [None] * len(sides)
        if not self.training:
            return [constant_noise(0, layer, side).to(device) for layer, side in enumerate(sides)]
        return [torch.randn(count, 1, side, side, device=device) for side in sides]


class Stylegan(Frozen):
    """A StyleGAN2 as a Generator: w of every layer is a style."""

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        super().__init__(bundle, device, precision)
        card = bundle.card
        assert isinstance(card.config, StyleganConfig)
        config = card.config
        network = fill(lambda: StyleganGenerator(config), bundle.generator, "generator", card.name)
        self._network = network.to(self._device)
        self._network.synthesis.keep_ready(self._dtype)
        self._mean = bundle.mean_style(config.w_dim).to(self._device)
        self._quick_map: Pass | None = None
        self._ready: tuple[object, Noises] = (None, ())  # the last noises: as asked for, and ready

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Z [B, z_dim] to w, the same for every layer: [B, L, D].

        Raises:
            StudioError: classes are asked of a model that has none, or an unknown one.
        """
        quick = self._quick_map if is_single(z) else None
        w: Tensor = (quick or self._network.mapping)(*self._inputs(z, classes))
        return w[:, None].repeat(1, self.info.style_layers, 1)

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        """Pull the styles of layers < ``cutoff`` to the mean w (Karras et al. 2019, appendix B)."""
        if psi == 1.0:
            return styles
        pulled = self._mean + psi * (styles - self._mean)
        if cutoff is None:
            return pulled
        return torch.cat([pulled[:, :cutoff], styles[:, cutoff:]], dim=1)

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
        """Draw styles [B, L, D]: float32 [B, 3, R, R], or smaller for ``max_resolution``.

        ``psi`` is for other families.
        """
        stop = self._stop_at(max_resolution)
        if self._quick is not None and is_single(styles) and stop is None and noise != "none":
            return self._quick(styles, *self._ready_ones(noise, noise_seed, noise_strengths))
        noises = self._noises(noise, noise_seed, len(styles), noise_strengths)
        images: Tensor = self._network.synthesis(styles, noises, stop)
        return images

    def synthesize_with(self, styles: Tensor, noises: Sequence[Tensor]) -> Tensor:
        """Draw styles with given noise, [1 or B, 1, S, S] for each of ``noise_resolutions``."""
        images: Tensor = self._network.synthesis(styles, noises)
        return images

    def style_weights(self) -> list[Tensor]:
        """The affine layers that read each w, those of picture layers included."""
        readers: list[list[Tensor]] = [[] for _ in range(self.info.style_layers)]
        for level, block in enumerate(self._network.synthesis.blocks):
            assert isinstance(block, SynthesisBlock)
            up = block.up and block.up.conv
            convs = (up, block.conv.conv, block.picture and block.picture.conv)
            for place, conv in enumerate(convs, start=2 * level - 1):
                if isinstance(conv, ModulatedConv2d):
                    readers[place].append(conv.affine.scaled().float())
        return [torch.cat(parts) for parts in readers]

    def make_quick(self) -> None:
        """Trace the mapping of one z and the drawing of one picture with noise."""
        mapping, synthesis = self._network.mapping, self._network.synthesis
        inputs = self._inputs(self.sample_z([0]))
        self._quick_map = traced(mapping, *inputs)
        styles = self.map(inputs[0])
        noises = self._ready_ones("const", 0, ())
        draw: Pass = lambda styles, *noises: synthesis(styles, noises)  # noqa: E731
        self._quick = traced(draw, styles, *(n for n in noises if n is not None))

    def _inputs(self, z: Tensor, classes: Classes | None = None) -> tuple[Tensor, ...]:
        weights = self._class_weights(classes, len(z))
        return (z,) if weights is None else (z, weights)

    def _noises(self, mode: NoiseMode, seed: int, count: int, strengths: Sequence[float]) -> Noises:
        sides = self.info.noise_resolutions
        if mode == "none":
            return [None] * len(sides)
        if mode == "random":
            noises = [torch.randn(count, 1, side, side) for side in sides]
        else:
            noises = [constant_noise(seed, layer, side) for layer, side in enumerate(sides)]
        if strengths:
            noises = [noise * factor for noise, factor in zip(noises, strengths, strict=True)]
        return [noise.to(self._device) for noise in noises]

    def _ready_ones(self, mode: NoiseMode, seed: int, strengths: Sequence[float]) -> Noises:
        """Noises of one picture as its layers add them; constant ones are made when they change."""
        asked = mode, seed, tuple(strengths)
        if mode == "random" or asked != self._ready[0]:
            self._ready = None, ()  # the last ones go before the next ones come
            noises = self._noises(mode, seed, 1, strengths)
            self._ready = asked, self._network.synthesis.ready(noises)
        return self._ready[1]

    def _stop_at(self, wanted: int | None) -> int | None:
        """The smallest resolution that can be drawn and is not below ``wanted``, if any is."""
        if wanted is None:
            return None
        return next((side for side in self.info.output_resolutions if side >= wanted), None)

    def _make_critic(self, config: StyleganCriticConfig) -> nn.Module:
        return StyleganDiscriminator(config)
