"""DCGAN (Radford et al. 2015): strided convolutions up from z, and down to a critic's number."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latentstudio.core.families import DcganConfig, DcganCriticConfig
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.frozen import Frozen, N
from latentstudio.models.generator import Classes, NoiseMode
from latentstudio.models.layers import (
    LEAK,
    StemConv2d,
    downsampling,
    fold_norms,
    upsampling,
)
from latentstudio.models.traced import is_single, traced


class DcganGenerator(nn.Module):
    """z [B, z_dim] to pictures [B, 3, R, R] in [-1, 1] (Radford et al. 2015, figure 1)."""

    def __init__(self, config: DcganConfig) -> None:
        super().__init__()
        first, *rest = widths = config.widths
        project = nn.ConvTranspose2d(config.z_dim, first, 4, bias=False)
        blocks = [nn.Sequential(project, nn.BatchNorm2d(first), nn.ReLU())]
        blocks += [upsampling(*pair) for pair in zip(widths, rest, strict=False)]
        self.blocks = nn.Sequential(*blocks)
        self.picture = nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1)

    def forward(self, z: Tensor) -> Tensor:
        features = self.blocks(z[:, :, None, None])
        return torch.tanh(self.picture(features).float())


class DcganDiscriminator(nn.Module):
    """Pictures [B, 3, R, R] to the critic's number [B]; no norm on the first and last layer."""

    def __init__(self, config: DcganCriticConfig) -> None:
        super().__init__()
        first, *rest = widths = config.widths
        batch_norm = config.norm == "batch"
        blocks = [nn.Sequential(StemConv2d(3, first), nn.LeakyReLU(LEAK))]
        blocks += [downsampling(*pair, batch_norm) for pair in zip(widths, rest, strict=False)]
        self.blocks = nn.Sequential(*blocks)
        self.verdict = nn.Conv2d(widths[-1], 1, 4)

    def forward(self, images: Tensor) -> Tensor:
        verdict: Tensor = self.verdict(self.blocks(images))
        return verdict.float().flatten()


class Dcgan(Frozen):
    """A DCGAN as a Generator: z is its one style, and the mean style is 0."""

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        super().__init__(bundle, device, precision)
        card = bundle.card
        assert isinstance(card.config, DcganConfig)
        config = card.config
        network = fill(lambda: DcganGenerator(config), bundle.generator, "generator", card.name)
        self._network = self._placed(network)

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Z [B, D] as its own style [B, 1, D].

        Raises:
            StudioError: classes are asked of a model that has none.
        """
        self._class_weights(classes, len(z))  # which refuses any
        return z[:, None]

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        """Scale styles towards 0, the mean of both priors; a cutoff of 0 leaves them alone."""
        return styles if cutoff == 0 else styles * psi

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
        """Draw styles [B, 1, D]: float32 [B, 3, R, R]. The rest is for other families."""
        draw = self._quick if self._quick is not None and is_single(styles) else self._network
        images: Tensor = draw(styles[:, 0].to(self._dtype))
        return images

    def style_weights(self) -> list[Tensor]:
        """The first convolution, batch norm included: [16 C, z_dim]."""
        first = self._network.get_submodule("blocks.0.0").get_parameter("weight")
        return [first.float().flatten(1).T]

    def make_quick(self) -> None:
        """Trace the drawing of one picture."""
        z = self.sample_z([0]).to(self._dtype)
        self._quick = traced(self._network, z)

    def _make_critic(self, config: DcganCriticConfig) -> nn.Module:
        return DcganDiscriminator(config)

    def _placed(self, network: N) -> N:
        fold_norms(network)
        return super()._placed(network)
