"""DCGAN (Radford et al. 2015): strided convolutions up from z, and down to a critic's number."""

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor, nn

from latentstudio.core.errors import StudioError
from latentstudio.core.families import DcganConfig, DcganCriticConfig
from latentstudio.core.model_info import ModelInfo
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.generator import Classes, NoiseMode
from latentstudio.models.layers import (
    LEAK,
    StemConv2d,
    block_outputs,
    downsampling,
    fold_norms,
    upsampling,
)
from latentstudio.models.seeds import seeded_latents
from latentstudio.models.traced import Pass, is_single, traced


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


class Dcgan:
    """A DCGAN as a Generator: z is its one style, and the mean style is 0."""

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        self._bundle = bundle
        self._device = torch.device(device)
        self._dtype: torch.dtype = getattr(torch, precision)
        card = bundle.card
        assert isinstance(card.config, DcganConfig)
        config = card.config
        network = fill(lambda: DcganGenerator(config), bundle.generator, "generator", card.name)
        self._network = self._placed(fold_norms(network))
        self._quick: Pass | None = None

    @property
    def info(self) -> ModelInfo:
        return self._bundle.card.info

    @property
    def device(self) -> str:
        return self._device.type

    @property
    def precision(self) -> str:
        return str(self._dtype).removeprefix("torch.")

    @property
    def critic_real(self) -> tuple[float, float]:
        return self._bundle.critic_real

    def sample_z(self, seeds: Sequence[int]) -> Tensor:
        """Latents of integer seeds: float32 [B, z_dim] on the model's device."""
        return seeded_latents(self.info, seeds, self._device)

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Z [B, D] as its own style [B, 1, D].

        Raises:
            StudioError: classes are asked of a model that has none.
        """
        if classes is not None:
            raise StudioError(
                f"{self.info.name} has no classes",
                "it was trained without labels",
                "Leave the class out, or open a model with classes.",
            )
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

    def discriminate(self, images: Tensor, classes: Classes | None = None) -> Tensor | None:
        """The critic's number [B] for pictures [B, 3, R, R], or None without a critic."""
        if self._critic is None:
            return None
        verdicts: Tensor = self._critic(images.to(self._dtype))
        return verdicts

    def critic_features(self, images: Tensor, classes: Classes | None = None) -> list[Tensor]:
        """What the critic's blocks see in pictures [B, 3, R, R]; nothing without a critic."""
        return block_outputs(self._critic, images.to(self._dtype))

    def style_weights(self) -> list[Tensor]:
        """The first convolution, batch norm included: [16 C, z_dim]."""
        first = self._network.get_submodule("blocks.0.0").get_parameter("weight")
        return [first.float().flatten(1).T]

    def make_quick(self) -> None:
        """Trace the drawing of one picture."""
        z = self.sample_z([0]).to(self._dtype)
        self._quick = traced(self._network, self._network.__call__, z)

    def to(self, device: str, precision: str = "float32") -> "Dcgan":
        """The same model elsewhere; it starts again from the stored weights."""
        return Dcgan(self._bundle, device, precision)

    @cached_property
    def _critic(self) -> nn.Module | None:
        card = self._bundle.card
        config = card.discriminator
        if config is None:
            return None
        assert isinstance(config, DcganCriticConfig)
        network = fill(
            lambda: DcganDiscriminator(config),
            self._bundle.discriminator,
            "discriminator",
            card.name,
        )
        return self._placed(fold_norms(network))

    def _placed(self, network: nn.Module) -> nn.Module:
        # Channels last makes a convolution four times as fast on a CPU.
        moved: nn.Module = network.to(self._device, self._dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return moved.eval().requires_grad_(False)
