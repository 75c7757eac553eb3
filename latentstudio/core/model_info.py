"""ModelInfo: what a network can do, as plain data that panels ask instead of asking for types."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from latentstudio.core.direction import Direction

Prior = Literal["normal", "uniform", "truncnormal"]
Critic = Literal["logit", "hinge", "wasserstein"]

PSI_RANGE = (-1.0, 2.0)
_SCALED_RANGE = (0.02, 1.0)  # of a truncated normal: nothing beyond its whole prior was learned


@dataclass(frozen=True)
class ModelInfo:
    """The capabilities and identity of a generator.

    Attributes:
        name: what the user calls it, for example ``avatars-dcgan``.
        family: key of the FAMILIES table: dcgan, progressive, stylegan, biggan.
        resolution: side of the square picture in pixels.
        z_dim: length of the latent z.
        style_dim: length of one style vector.
        style_layers: how many style vectors a picture takes; 1 where the family has no layers.
        layer_resolutions: for each style layer, the resolution it acts at.
        classes: class names, empty for an unconditional model.
        prior: the distribution that z was trained with.
        noise_resolutions: side of each noise input of synthesis, in the order of
            ``Noise.layers``; empty where there are none.
        has_truncation: whether pulling a style to the mean style does anything (not where z is
            normalised to a sphere).
        output_resolutions: the resolutions at which synthesis can stop early, the full one last.
        critic: how to read the discriminator's number; None when the file brings none.
        parameters: number of the generator's weights.
        model_id: sha256 over config and generator tensors; what recipes and sessions refer to.
        licence: SPDX name or sentence of the weights' licence.
        directions: attributes and others that the model's file brings.
    """

    name: str
    family: str
    resolution: int
    z_dim: int
    style_dim: int
    style_layers: int = 1
    layer_resolutions: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    prior: Prior = "normal"
    noise_resolutions: tuple[int, ...] = ()
    has_truncation: bool = True
    output_resolutions: tuple[int, ...] = ()
    critic: Critic | None = None
    parameters: int = 0
    model_id: str = ""
    licence: str = ""
    directions: "tuple[Direction, ...]" = ()

    @property
    def psi_range(self) -> tuple[float, float]:
        """The lowest and highest truncation psi that mean something to the model."""
        return _SCALED_RANGE if self.prior == "truncnormal" else PSI_RANGE

    @property
    def has_noise(self) -> bool:
        """Whether synthesis takes per-layer noise."""
        return bool(self.noise_resolutions)
