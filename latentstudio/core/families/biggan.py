"""The config of a BigGAN: sizes of both networks, classes, and where attention looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from latentstudio.core.families.base import check_power_of_two
from latentstudio.core.model_info import Critic
from latentstudio.core.untrusted import InputError, Reader, choice, flag, items, record, whole


@dataclass(frozen=True)
class BigganConfig:
    """A BigGAN generator (Brock et al. 2019, appendix B).

    Attributes:
        resolution: side of the picture: a power of two, 8 to 512 pixels.
        classes: number of class labels, at least 2.
        z_chunk: length of the part of z that each style takes.
        shared: length of the class embedding that all blocks share.
        widths: channels at 4, 8, ... pixels, one for each resolution: of the first layer, then of
            what each block gives out.
        attention: the resolution whose features attend to each other; 0 for none.

    Raises:
        InputError: no network is made by these numbers.
    """

    family: ClassVar[str] = "biggan"

    resolution: int = 64
    classes: int = 2
    z_chunk: int = 20
    shared: int = 128
    widths: tuple[int, ...] = (1280, 640, 320, 160, 80)
    attention: int = 32

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        check_power_of_two(self.resolution, 8, 512)
        levels = self.resolution.bit_length() - 2
        if len(self.widths) != levels:
            raise InputError(
                f"there are {len(self.widths)} widths for a resolution of {self.resolution}, "
                f"which has {levels}"
            )
        _check_classes(self.classes)
        _check_attention(self.attention, self.resolutions[1:])

    @property
    def resolutions(self) -> tuple[int, ...]:
        """4, 8, ... up to the side of the picture."""
        return tuple(4 * 2**level for level in range(len(self.widths)))

    @property
    def z_dim(self) -> int:
        """Length of z: a chunk for the first layer and one for each block."""
        return self.z_chunk * len(self.widths)

    @property
    def capabilities(self) -> Mapping[str, Any]:
        return {
            "family": self.family,
            "resolution": self.resolution,
            "z_dim": self.z_dim,
            "style_dim": self.z_chunk + self.shared,
            "style_layers": len(self.widths),
            "layer_resolutions": self.resolutions,
            "prior": "truncnormal",
            "output_resolutions": (self.resolution,),
        }


@dataclass(frozen=True)
class BigganCriticConfig:
    """A BigGAN discriminator: residual blocks, a sum over places, a projection on the class.

    Attributes:
        resolution: side of the pictures it reads.
        classes: number of class labels, at least 2.
        widths: channels of what each block gives out, the first block first.
        halvings: so many blocks, the first ones, halve the side.
        attention: the resolution whose features attend to each other, after the first block that
            gives it out; 0 for none.
        critic: how to read its number.
        deviation: whether its last block is told how much the pictures of a class differ.

    Raises:
        InputError: no network is made by these numbers.
    """

    resolution: int = 64
    classes: int = 2
    widths: tuple[int, ...] = (80, 160, 320, 640, 1280)
    halvings: int = 4
    attention: int = 32
    critic: Critic = "hinge"
    deviation: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that make no network."""
        check_power_of_two(self.resolution, 8, 512)
        if not 1 <= self.halvings <= len(self.widths):
            raise InputError(
                f"{self.halvings} of {len(self.widths)} blocks halve the side, not 1 to "
                f"{len(self.widths)}"
            )
        if self.resolution >> self.halvings < 2:
            raise InputError(f"{self.halvings} halvings leave less than 2 of {self.resolution}")
        _check_classes(self.classes)
        _check_attention(self.attention, self.resolutions)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The side of what each block gives out."""
        return tuple(
            self.resolution >> min(block + 1, self.halvings) for block in range(len(self.widths))
        )


_SIDE = whole(8, 512)
_WIDTHS = items(whole(1, 4096), 1, 12)
_CLASSES = whole(2, 10_000)

GENERATOR_READER: Reader[BigganConfig] = record(
    BigganConfig,
    {
        "resolution": _SIDE,
        "classes": _CLASSES,
        "z_chunk": whole(1, 1024),
        "shared": whole(1, 4096),
        "widths": _WIDTHS,
        "attention": whole(0, 512),
    },
    required=("resolution", "classes", "z_chunk", "shared", "widths", "attention"),
)
CRITIC_READER: Reader[BigganCriticConfig] = record(
    BigganCriticConfig,
    {
        "resolution": _SIDE,
        "classes": _CLASSES,
        "widths": _WIDTHS,
        "halvings": whole(1, 12),
        "attention": whole(0, 512),
        "critic": choice("logit", "hinge", "wasserstein"),
        "deviation": flag,
    },
    required=("resolution", "classes", "widths", "halvings", "attention", "critic"),
)


def _check_classes(count: int) -> None:
    if count < 2:
        raise InputError(f"there are {count} classes, not at least 2")


def _check_attention(resolution: int, known: tuple[int, ...]) -> None:
    if resolution and resolution not in known:
        sides = ", ".join(str(side) for side in dict.fromkeys(known))
        raise InputError(f"attention is at {resolution} pixels, not at one of {sides} or 0")
