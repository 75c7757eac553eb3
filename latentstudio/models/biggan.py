"""BigGAN (Brock et al. 2019): z in chunks and classes norm the features of every block; its critic.

A style is what one block takes: its chunk of z, joined with the embedding of the class.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.core.families import BigganConfig, BigganCriticConfig
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.deviation import ClassDeviation
from latentstudio.models.frozen import Frozen, N
from latentstudio.models.generator import Classes, NoiseMode
from latentstudio.models.layers import gaussian
from latentstudio.models.resampling import DownConv2d, UpConv2d, repeat_pixels
from latentstudio.models.traced import is_single, traced


class ConditionalNorm(nn.Module):
    """Batch norm with a gain and a shift that a style gives (Brock et al. 2019, appendix B).

    The gain is 1 + a linear map of the style, the shift another; both maps have no bias.
    """

    def __init__(self, channels: int, style_dim: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Linear(style_dim, channels, bias=False)
        self.shift = nn.Linear(style_dim, channels, bias=False)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Norm features [B, C, H, W] by styles [B, D]."""
        return _scaled(self.norm(x), 1 + self.gain(style), self.shift(style))

    def folded(self) -> "FoldedNorm":
        """What it does in evaluation mode, with the moments in the linear map."""
        return FoldedNorm(self)


class FoldedNorm(nn.Module):
    """A conditional norm of fixed moments: one linear map of the style to a scale and a shift."""

    def __init__(self, source: ConditionalNorm) -> None:
        super().__init__()
        norm = source.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        mean, deviation = norm.running_mean.double(), (norm.running_var.double() + norm.eps).sqrt()
        scale = source.gain.weight.double() / deviation[:, None]
        shift = source.shift.weight.double() - mean[:, None] * scale
        weight = torch.cat([scale, shift])
        self.map = nn.Linear(weight.shape[1], len(weight))
        bias = torch.cat([1 / deviation, -mean / deviation])
        self.map.load_state_dict({"weight": weight.float(), "bias": bias.float()})

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.map(style.float()).chunk(2, dim=1)
        return _scaled(x, scale, shift)


class SelfAttention(nn.Module):
    """Adds to every place what it finds at the places that it attends to (Zhang et al. 2019).

    Keys and values are the largest of 2x2 places, as in the authors' code. The share of what is
    added is learned from 0 on.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow, half = max(1, channels // 8), max(1, channels // 2)
        self.query = nn.Conv2d(channels, narrow, 1, bias=False)
        self.key = nn.Conv2d(channels, narrow, 1, bias=False)
        self.value = nn.Conv2d(channels, half, 1, bias=False)
        self.out = nn.Conv2d(half, channels, 1, bias=False)
        self.share = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Map features [B, C, H, W]."""
        query = self.query(x).flatten(2)
        key = F.max_pool2d(self.key(x), 2).flatten(2)
        value = F.max_pool2d(self.value(x), 2).flatten(2)
        looks = torch.softmax(query.transpose(1, 2) @ key, dim=2)
        found = (value @ looks.transpose(1, 2)).reshape(len(x), -1, *x.shape[2:])
        added: Tensor = self.out(found).to(x.dtype)
        return x + self.share.to(x.dtype) * added


class GeneratorBlock(nn.Module):
    """Double the side: norm, rectifier, enlarging convolution; the same again; a shortcut."""

    def __init__(self, channels_in: int, channels_out: int, style_dim: int) -> None:
        super().__init__()
        self.norm1 = ConditionalNorm(channels_in, style_dim)
        self.conv1 = UpConv2d(channels_in, channels_out)
        self.norm2 = ConditionalNorm(channels_out, style_dim)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y = self.conv1(F.relu_(self.norm1(x, style)))
        y = self.conv2(F.relu_(self.norm2(y, style)))
        # A 1x1 convolution before repeating pixels is the same as after it, for a quarter.
        return y + repeat_pixels(self.skip(x))  # type: ignore[no-any-return]


class BigganGenerator(nn.Module):
    """z [B, z_dim] and class weights [B, C] to pictures [B, 3, R, R] in [-1, 1]."""

    def __init__(self, config: BigganConfig) -> None:
        super().__init__()
        widths = config.widths
        style_dim = config.z_chunk + config.shared
        # A bare parameter: neither spectral nor orthogonal regularisation is for the embedding.
        self.shared = nn.Parameter(gaussian(config.classes, config.shared))
        self.first = nn.Linear(config.z_chunk, widths[0] * 16)
        self.blocks = nn.ModuleList(
            GeneratorBlock(*pair, style_dim) for pair in itertools.pairwise(widths)
        )
        places = zip(config.resolutions[1:], widths[1:], strict=True)
        found = [width for side, width in places if side == config.attention]
        self.attention = SelfAttention(found[0]) if found else None
        self.norm = nn.BatchNorm2d(widths[-1])
        self.picture = nn.Conv2d(widths[-1], 3, 3, padding=1)
        self.style_layers = len(widths)
        self._chunk, self._attends_at = config.z_chunk, config.attention
        self._dtype: torch.dtype | None = None

    def forward(self, z: Tensor, classes: Tensor) -> Tensor:
        return self.draw(self.styles(z, classes))

    def styles(self, z: Tensor, classes: Tensor) -> Tensor:
        """For each layer its chunk of z, joined with the class embedding: [B, L, D].

        Class weights [B, C] that sum to one mix embeddings, so classes can be blended.
        """
        chunks = z.reshape(-1, self.style_layers, self._chunk)
        embedded = classes @ self.shared
        return torch.cat([chunks, embedded[:, None].expand(-1, self.style_layers, -1)], dim=2)

    def draw(self, styles: Tensor) -> Tensor:
        """Styles [B, L, D] to pictures; of the first style only the chunk of z is read."""
        x: Tensor = self.first(styles[:, 0, : self._chunk])
        x = x.reshape(len(x), 4, 4, -1).permute(0, 3, 1, 2)  # channels last in memory
        if self._dtype is not None:
            x = x.to(self._dtype)
        for layer, block in enumerate(self.blocks, start=1):
            x = block(x, styles[:, layer])
            if self.attention is not None and x.shape[-1] == self._attends_at:
                x = self.attention(x)
        return torch.tanh(self.picture(F.relu_(self.norm(x))).float())

    def mean_style(self) -> Tensor:
        """The mean over z and classes: 0 joined with the mean embedding, [1, D]."""
        mean = self.shared.mean(0, keepdim=True)
        return torch.cat([mean.new_zeros(1, self._chunk), mean], dim=1)

    def keep_ready(self, dtype: torch.dtype) -> None:
        """Fold what is fixed, and fix the precision of features; for frozen networks."""
        fold(self)
        self._dtype = dtype
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                layer.to(dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]


class DiscriminatorBlock(nn.Module):
    """Two convolutions beside a shortcut; the first block of all gets pictures, so no rectifier.

    Args:
        channels_in: of the features.
        channels_out: of the result, and between the convolutions.
        first: whether it is the first block.
        halves: whether it halves the side.
    """

    def __init__(self, channels_in: int, channels_out: int, *, first: bool, halves: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.conv2: nn.Module = (
            DownConv2d(channels_out, channels_out)
            if halves
            else nn.Conv2d(channels_out, channels_out, 3, padding=1)
        )
        same = channels_in == channels_out and not halves
        self.skip = None if same else nn.Conv2d(channels_in, channels_out, 1)
        self._first, self._halves = first, halves

    def forward(self, x: Tensor) -> Tensor:
        y = x if self._first else F.relu(x)
        y = self.conv2(F.relu_(self.conv1(y)))
        # Averaging before a 1x1 convolution is the same as after it, for a quarter.
        skip = F.avg_pool2d(x, 2) if self._halves else x
        return y + (skip if self.skip is None else self.skip(skip))  # type: ignore[no-any-return]


class BigganDiscriminator(nn.Module):
    """Pictures [B, 3, R, R] and class weights [B, C] to numbers [B]."""

    def __init__(self, config: BigganCriticConfig) -> None:
        super().__init__()
        inputs = [3, *config.widths[:-1]]
        inputs[-1] += config.deviation
        pairs = zip(inputs, config.widths, strict=True)
        self.blocks = nn.ModuleList(
            DiscriminatorBlock(*pair, first=block == 0, halves=block < config.halvings)
            for block, pair in enumerate(pairs)
        )
        places = zip(config.resolutions, config.widths, strict=True)
        found = [(block, at[1]) for block, at in enumerate(places) if at[0] == config.attention]
        self._attends_after, width = found[0] if found else (-1, 0)
        self.attention = SelfAttention(width) if found else None
        self.deviation = ClassDeviation() if config.deviation else None
        self.verdict = nn.Linear(config.widths[-1], 1)
        self.embed = nn.Linear(config.classes, config.widths[-1], bias=False)

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        x = images
        for number, block in enumerate(self.blocks):
            if self.deviation is not None and number == len(self.blocks) - 1:
                x = self.deviation(x, classes)
            x = block(x)
            if self.attention is not None and number == self._attends_after:
                x = self.attention(x)
        features = F.relu(x).sum((2, 3))
        # Projection (Miyato and Koyama 2018, equation 3).
        matches: Tensor = (self.embed(classes.to(features.dtype)) * features).float().sum(1)
        verdict: Tensor = self.verdict(features).float()[:, 0]
        return verdict + matches


class Biggan(Frozen):
    """A BigGAN as a Generator: one style for the first layer and one for each block.

    A style is a chunk of z joined with the class embedding. The mean style of a class is 0 joined
    with its embedding, so truncation draws every class towards its own mean face.
    """

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        super().__init__(bundle, device, precision)
        card = bundle.card
        assert isinstance(card.config, BigganConfig)
        config = card.config
        _check_names(card.name, len(card.classes), config.classes)
        self._chunk = config.z_chunk
        network = fill(lambda: BigganGenerator(config), bundle.generator, "generator", card.name)
        network.keep_ready(self._dtype)
        self._network = network.to(self._device).requires_grad_(False)

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Z [B, z_dim] and classes to styles [B, L, D]; without classes, the first one.

        Raises:
            StudioError: there is no such class.
        """
        weights = self._class_weights(classes, len(z))
        assert weights is not None  # there are classes in every BigGAN
        return self._network.styles(z, weights)

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        """Scale the z part of the styles of layers < ``cutoff`` by psi; classes stay.

        The mean of z is 0, so this is mean + psi (style - mean), with the mean of the class
        (Brock et al. 2019, section 3.1, where z is drawn anew instead).
        """
        if psi == 1.0:
            return styles
        scale = torch.ones_like(styles[0])
        scale[:cutoff, : self._chunk] = psi
        return styles * scale

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
        """Draw styles [B, L, D]: float32 [B, 3, R, R]. The rest is for other families."""
        if self._quick is not None and is_single(styles):
            return self._quick(styles)
        return self._network.draw(styles)

    def style_weights(self) -> list[Tensor]:
        """The first layer, which reads its chunk of z alone, and both norms of each block."""
        first = self._network.first.weight.float()
        found = [F.pad(first, (0, self.info.style_dim - self._chunk))]
        for block in self._network.blocks:
            norms = (block.get_submodule(name) for name in ("norm1.map", "norm2.map"))
            found.append(torch.cat([norm.get_parameter("weight").float() for norm in norms]))
        return found

    def make_quick(self) -> None:
        """Trace the drawing of one picture."""
        styles = self.map(self.sample_z([0]))
        self._quick = traced(self._network.draw, styles)

    def _make_critic(self, config: BigganCriticConfig) -> nn.Module:
        card = self._bundle.card
        _check_names(card.name, len(card.classes), config.classes)
        return BigganDiscriminator(config)

    def _placed(self, network: N) -> N:
        fold(network)
        return super()._placed(network)


def fold(network: nn.Module) -> nn.Module:
    """Replace each layer that can do with less when nothing changes any more, in place."""
    for name, layer in list(network.named_modules()):
        if isinstance(layer, ConditionalNorm | UpConv2d | DownConv2d):
            network.set_submodule(name, layer.folded())
    return network.eval()


def _scaled(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Features [B, C, H, W] times a scale plus a shift for each picture and channel [B, C]."""
    scale, shift = (part.to(x.dtype)[:, :, None, None] for part in (scale, shift))
    return torch.addcmul(shift, x, scale)


def _check_names(name: str, names: int, classes: int) -> None:
    if names != classes:
        raise StudioError(
            f"{name} does not name its classes",
            f"its card has {names} names, its networks have {classes} classes",
            "Download the file again, or export it again.",
        )
