"""The config of a progressively grown GAN: sizes, and how far it has grown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from latentstudio.core.families.base import check_power_of_two, check_widths
from latentstudio.core.model_info import Critic
from latentstudio.core.untrusted import InputError, Reader, choice, items, number, record, whole


@dataclass(frozen=True)
class ProgressiveConfig:
    """A progressively grown generator (Karras et al. 2018).

    Attributes:
        resolution: side of the picture: a power of two, 8 to 1024 pixels.
        z_dim: length of z.
        widths: channels at 4, 8, ... pixels, one for each resolution.
        stage: side of the pictures that are drawn so far, and enlarged; 0 when all has grown.
        alpha: how far the last resolution of the stage has faded in: 1 is all of it, 0 only the
            one below.

    Raises:
        InputError: no network is made by these numbers.
    """

    family: ClassVar[str] = "progressive"

    resolution: int = 64
    z_dim: int = 512
    widths: tuple[int, ...] = (512, 512, 512, 512, 256)
    stage: int = 0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        _check_size(self.resolution, self.widths, self.stage)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """4, 8, ... up to the side of the picture."""
        return tuple(4 * 2**level for level in range(len(self.widths)))

    @property
    def capabilities(self) -> Mapping[str, Any]:
        return {
            "family": self.family,
            "resolution": self.resolution,
            "z_dim": self.z_dim,
            "style_dim": self.z_dim,
            "style_layers": 1,
            "layer_resolutions": (4,),
            "prior": "normal",
            "has_truncation": False,
            "output_resolutions": self.resolutions[1:],
        }


@dataclass(frozen=True)
class ProgressiveCriticConfig:
    """A progressively grown discriminator (Karras et al. 2018).

    Attributes:
        resolution: side of the pictures it reads.
        widths: channels at 4, 8, ... pixels, one for each resolution.
        group: pictures that minibatch deviation compares; 0 leaves it out.
        critic: how to read its number.
        stage: side that pictures are shrunk to so far; 0 when all has grown.
        alpha: as in the generator.

    Raises:
        InputError: no network is made by these numbers.
    """

    resolution: int = 64
    widths: tuple[int, ...] = (512, 512, 512, 512, 256)
    group: int = 4
    critic: Critic = "logit"
    stage: int = 0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        _check_size(self.resolution, self.widths, self.stage)


def _check_size(resolution: int, widths: tuple[int, ...], stage: int) -> None:
    check_power_of_two(resolution, 8, 1024)
    check_widths(resolution, widths)
    if stage and (stage & (stage - 1) or not 4 <= stage <= resolution):
        raise InputError(f"the stage is {stage}, not a power of two from 4 to {resolution}")


_SIDE = whole(8, 1024)
_WIDTHS = items(whole(1, 4096), 1, 9)
_STAGE = whole(0, 1024)
_ALPHA = number(0, 1)

GENERATOR_READER: Reader[ProgressiveConfig] = record(
    ProgressiveConfig,
    {
        "resolution": _SIDE,
        "z_dim": whole(1, 4096),
        "widths": _WIDTHS,
        "stage": _STAGE,
        "alpha": _ALPHA,
    },
    required=("resolution", "z_dim", "widths"),
)
CRITIC_READER: Reader[ProgressiveCriticConfig] = record(
    ProgressiveCriticConfig,
    {
        "resolution": _SIDE,
        "widths": _WIDTHS,
        "group": whole(0, 1024),
        "critic": choice("logit", "hinge", "wasserstein"),
        "stage": _STAGE,
        "alpha": _ALPHA,
    },
    required=("resolution", "widths", "critic"),
)
