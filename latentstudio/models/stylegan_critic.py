"""The critic of StyleGAN2 (Karras et al. 2020): residual blocks that halve a picture; a number."""

from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.families import StyleganCriticConfig
from latentstudio.models.deviation import MinibatchDeviation
from latentstudio.models.equalized import (
    ROOT_TWO,
    EqualConv2d,
    EqualLinear,
    rectify,
)


class DiscriminatorBlock(nn.Module):
    """Halve the side: one or two convolutions beside a 1x1 one on the averaged pixels."""

    def __init__(self, channels_in: int, channels_out: int, depth: int) -> None:
        super().__init__()
        wide = depth == 2
        self.conv = EqualConv2d(channels_in, channels_in, 3, 1, 1, ROOT_TWO) if wide else None
        # The gains of the rectifier and of the sum of two variances in one.
        self.down = EqualConv2d(channels_in, channels_out, 4, stride=2, padding=1)
        self.skip = EqualConv2d(channels_in, channels_out, 1, gain=0.5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.conv is None else rectify(self.conv(x))
        skip: Tensor = self.skip(F.avg_pool2d(x, 2))
        return rectify(self.down(y)) + skip


class StyleganDiscriminator(nn.Module):
    """Pictures [B, 3, R, R], and class weights [B, C] if there are classes, to numbers [B]."""

    def __init__(self, config: StyleganCriticConfig) -> None:
        super().__init__()
        *_, first = widths = config.widths
        self.first: nn.Module = (
            EqualConv2d(3, first, 4, 2, 1, ROOT_TWO)
            if config.halves_first
            else EqualConv2d(3, first, 1, gain=ROOT_TWO)
        )
        pairs = zip(widths[:0:-1], widths[-2::-1], strict=True)
        self.blocks = nn.ModuleList(DiscriminatorBlock(*pair, config.depth) for pair in pairs)
        last = widths[0]
        self.deviation = MinibatchDeviation(config.group) if config.group else None
        self.conv = EqualConv2d(last + bool(config.group), last, 3, 1, 1, ROOT_TWO)
        self.features = EqualLinear(last * 16, last, gain=ROOT_TWO)
        self.verdict = EqualLinear(last, 1)
        self.embed = EqualLinear(config.classes, last) if config.classes else None

    def forward(self, images: Tensor, classes: Tensor | None = None) -> Tensor:
        x = rectify(self.first(images))
        for block in self.blocks:
            x = block(x)
        if self.deviation is not None:
            x = self.deviation(x)
        x = rectify(self.conv(x))
        features = rectify(self.features(x.flatten(1)))
        verdict: Tensor = self.verdict(features).float()[:, 0]
        if self.embed is not None:
            # Projection (Miyato and Koyama 2018, equation 3).
            assert classes is not None
            verdict = verdict + (self.embed(classes) * features).float().sum(1)
        return verdict
