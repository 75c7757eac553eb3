"""The config of a StyleGAN2: sizes and switches that cover published files as well as our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from latentstudio.core.families.base import check_power_of_two, check_widths
from latentstudio.core.model_info import Critic
from latentstudio.core.untrusted import Reader, choice, items, number, optional, record, whole

Architecture = Literal["skip", "resnet", "orig"]


@dataclass(frozen=True)
class StyleganConfig:
    """A StyleGAN2 generator (Karras et al. 2020).

    Attributes:
        resolution: side of the picture: a power of two, 8 to 1024 pixels.
        z_dim: length of z.
        w_dim: length of w.
        classes: number of class labels; 0 for an unconditional model.
        widths: channels at 4, 8, ... pixels, one for each resolution.
        mapping_layers: fully connected layers from z to w.
        mapping_rate: learning-rate multiplier of the mapping, part of how its weights are read.
        architecture: how the picture is gathered: skip (a sum of pictures of all resolutions),
            resnet, or orig (from the last features only); figure 7 of the paper.
        gain: of the leaky rectifier.
        clamp: limit of what a convolution gives out; None for no limit.

    Raises:
        InputError: no network is made by these numbers.
    """

    family: ClassVar[str] = "stylegan"

    resolution: int = 64
    z_dim: int = 512
    w_dim: int = 512
    classes: int = 0
    widths: tuple[int, ...] = (512, 512, 512, 512, 256)
    mapping_layers: int = 8
    mapping_rate: float = 0.01
    architecture: Architecture = "skip"
    gain: float = 2**0.5
    clamp: float | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        check_power_of_two(self.resolution, 8, 1024)
        check_widths(self.resolution, self.widths)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """4, 8, ... up to the side of the picture."""
        return tuple(4 * 2**level for level in range(len(self.widths)))

    @property
    def style_layers(self) -> int:
        """Styles of a picture: one for each convolution, and one for the last picture layer."""
        return 2 * len(self.widths)

    @property
    def capabilities(self) -> Mapping[str, Any]:
        first, *rest = self.resolutions
        return {
            "family": self.family,
            "resolution": self.resolution,
            "z_dim": self.z_dim,
            "style_dim": self.w_dim,
            "style_layers": self.style_layers,
            "layer_resolutions": (first, *(r for side in rest for r in (side, side)), rest[-1]),
            "prior": "normal",
            "noise_resolutions": (first, *(r for side in rest for r in (side, side))),
            "output_resolutions": (
                self.resolutions[1:] if self.architecture == "skip" else self.resolutions[-1:]
            ),
        }


@dataclass(frozen=True)
class StyleganCriticConfig:
    """A residual discriminator (Karras et al. 2020, figure 7c).

    Attributes:
        resolution: side of the pictures it reads.
        widths: channels at 4, 8, ... pixels up to the first layer's resolution. One width fewer
            than the pictures have resolutions makes the first layer halve them.
        depth: convolutions of each block: 2 as published, 1 for half the work.
        group: pictures that minibatch deviation compares; 0 leaves it out.
        classes: number of class labels; 0 for an unconditional one.
        critic: how to read its number.

    Raises:
        InputError: no network is made by these numbers.
    """

    resolution: int = 64
    widths: tuple[int, ...] = (512, 512, 512, 512, 256)
    depth: int = 2
    group: int = 4
    classes: int = 0
    critic: Critic = "logit"

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        check_power_of_two(self.resolution, 8, 1024)
        check_widths(self.resolution, self.widths, fewer=1)

    @property
    def halves_first(self) -> bool:
        """Whether the first layer halves the picture."""
        return len(self.widths) < self.resolution.bit_length() - 2


_SIDE = whole(8, 1024)
_WIDTHS = items(whole(1, 4096), 1, 9)
_CLASSES = whole(0, 10_000)

GENERATOR_READER: Reader[StyleganConfig] = record(
    StyleganConfig,
    {
        "resolution": _SIDE,
        "z_dim": whole(1, 4096),
        "w_dim": whole(1, 4096),
        "classes": _CLASSES,
        "widths": _WIDTHS,
        "mapping_layers": whole(1, 32),
        "mapping_rate": number(1e-6, 1e3),
        "architecture": choice("skip", "resnet", "orig"),
        "gain": number(1e-3, 1e3),
        "clamp": optional(number(1e-3, 1e6)),
    },
    required=("resolution", "z_dim", "w_dim", "widths", "mapping_layers"),
)
CRITIC_READER: Reader[StyleganCriticConfig] = record(
    StyleganCriticConfig,
    {
        "resolution": _SIDE,
        "widths": _WIDTHS,
        "depth": whole(1, 2),
        "group": whole(0, 1024),
        "classes": _CLASSES,
        "critic": choice("logit", "hinge", "wasserstein"),
    },
    required=("resolution", "widths", "critic"),
)
