"""The protocol that every family of generators fulfils; everything else is written against it."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from torch import Tensor

from latentstudio.core.model_info import ModelInfo

NoiseMode = Literal["const", "random", "none"]
Classes = Sequence[int] | Sequence[str] | Tensor


@runtime_checkable
class Generator(Protocol):
    """A frozen network that turns latents into pictures; differentiable in its inputs.

    B is the batch, L ``info.style_layers``, D ``info.style_dim``.
    """

    @property
    def info(self) -> ModelInfo: ...

    @property
    def device(self) -> str:
        """Where it draws: ``cpu``, ``cuda`` or ``mps``."""
        ...

    @property
    def precision(self) -> str:
        """What it draws with: ``float32``, ``bfloat16`` or ``float16``."""
        ...

    @property
    def critic_real(self) -> tuple[float, float]:
        """Mean and spread of the critic's number on real faces; (0, 1) where nobody measured."""
        ...

    def sample_z(self, seeds: Sequence[int]) -> Tensor:
        """Latents of integer seeds (0 to 2^32-1): float32 [B, z_dim] on the model's device."""
        ...

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """Map z [B, z_dim] to styles [B, L, D]. Classes: ints or names [B], or weights [B, C]."""
        ...

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        """Pull styles towards the mean style: mean + psi (style - mean), for layers < cutoff."""
        ...

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
        """Draw styles [B, L, D]: float32 pictures [B, 3, H, W], nominal range [-1, 1].

        ``max_resolution`` lets families with an output per resolution stop early;
        ``noise_seed`` seeds the constant noise; ``noise_strengths`` are factors, one for each of
        ``info.noise_resolutions``, all 1 where it is empty; ``psi`` is read by BigGAN's
        statistics only.
        """
        ...

    def discriminate(self, images: Tensor, classes: Classes | None = None) -> Tensor | None:
        """The critic's number [B] for pictures [B, 3, H, W], or None without a critic."""
        ...

    def critic_features(self, images: Tensor, classes: Classes | None = None) -> list[Tensor]:
        """Features [B, C, H, W] of pictures on the way through the critic, finest first.

        Empty without a critic.
        """
        ...

    def style_weights(self) -> list[Tensor]:
        """For each style layer the weights that its style meets first: float32 [out, D] each.

        What they do not change, the picture does not show; closed-form directions are their
        singular vectors (Shen and Zhou 2021, section 3.2).
        """
        ...

    def make_quick(self) -> None:
        """Take a moment to draw single pictures faster from then on; the pictures stay the same."""
        ...

    def to(self, device: str, precision: str = "float32") -> "Generator":
        """A generator on another device or in another precision; the tensors are new."""
        ...


@runtime_checkable
class TakesNoise(Protocol):
    """A generator that also draws with noise that is given."""

    def synthesize_with(self, styles: Tensor, noises: Sequence[Tensor]) -> Tensor:
        """Draw styles with noise [1 or B, 1, S, S] for each of ``info.noise_resolutions``."""
        ...
