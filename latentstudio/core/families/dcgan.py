"""The config of a DCGAN: what its networks are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from latentstudio.core.model_info import Critic, Prior
from latentstudio.core.untrusted import InputError, Reader, choice, record, whole

Norm = Literal["batch", "spectral", "none"]


@dataclass(frozen=True)
class DcganConfig:
    """A DCGAN generator.

    Attributes:
        resolution: side of the picture: 16, 32, 64 or 128 pixels.
        z_dim: length of z.
        prior: the distribution of z: normal or uniform.
        width: channels of the layer before the picture; doubled at each halving, to 8 times.

    Raises:
        InputError: no network is made by these numbers.
    """

    family: ClassVar[str] = "dcgan"

    resolution: int = 64
    z_dim: int = 100
    prior: Prior = "normal"
    width: int = 64

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        _check_size(self.resolution, self.width)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels from the 4x4 layer to the one before the picture."""
        return _widths(self.resolution, self.width)

    @property
    def capabilities(self) -> Mapping[str, Any]:
        return {
            "family": self.family,
            "resolution": self.resolution,
            "z_dim": self.z_dim,
            "style_dim": self.z_dim,
            "style_layers": 1,
            "layer_resolutions": (4,),
            "prior": self.prior,
            "output_resolutions": (self.resolution,),
        }


@dataclass(frozen=True)
class DcganCriticConfig:
    """A DCGAN discriminator.

    Attributes:
        resolution: side of the pictures it reads.
        width: channels of its first layer; doubled at each halving, to 8 times.
        norm: batch (Radford et al. 2015), spectral (Miyato et al. 2018; already divided out in a
            file) or none.
        critic: how to read its number.

    Raises:
        InputError: no network is made by these numbers.
    """

    resolution: int = 64
    width: int = 64
    norm: Norm = "batch"
    critic: Critic = "logit"

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        _check_size(self.resolution, self.width)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels from the layer after the picture to the 4x4 one."""
        return _widths(self.resolution, self.width)[::-1]


_SIDE = whole(16, 128)
_WIDTH = whole(1, 1024)

GENERATOR_READER: Reader[DcganConfig] = record(
    DcganConfig,
    {
        "resolution": _SIDE,
        "z_dim": whole(1, 4096),
        "prior": choice("normal", "uniform"),
        "width": _WIDTH,
    },
    required=("resolution", "z_dim", "prior", "width"),
)
CRITIC_READER: Reader[DcganCriticConfig] = record(
    DcganCriticConfig,
    {
        "resolution": _SIDE,
        "width": _WIDTH,
        "norm": choice("batch", "spectral", "none"),
        "critic": choice("logit", "hinge", "wasserstein"),
    },
    required=("resolution", "width", "norm", "critic"),
)


def _check_size(resolution: int, width: int) -> None:
    if resolution not in (16, 32, 64, 128):
        raise InputError(f"the resolution is {resolution}, not 16, 32, 64 or 128")
    if not 1 <= width <= 1024:
        raise InputError(f"the width is {width}, not 1 to 1024")


def _widths(resolution: int, width: int) -> tuple[int, ...]:
    layers = resolution.bit_length() - 3  # 64 = 4 * 2^4: four layers before the picture
    return tuple(width * min(8, 2**level) for level in reversed(range(layers)))
