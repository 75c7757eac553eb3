"""What the config of every family of networks says about itself."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from latentstudio.core.model_info import Critic
from latentstudio.core.untrusted import InputError


class FamilyConfig(Protocol):
    """What a generator's config says about itself."""

    family: ClassVar[str]

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """The fields of ModelInfo that follow from the config."""
        ...


class CriticConfig(Protocol):
    """What a discriminator's config says about itself."""

    @property
    def critic(self) -> Critic:
        """How to read its number."""
        ...


def check_power_of_two(resolution: int, least: int, most: int) -> None:
    """Refuse a side that halving does not bring to 4 pixels.

    Raises:
        InputError: no power of two, or not from ``least`` to ``most``.
    """
    if resolution & (resolution - 1) or not least <= resolution <= most:
        raise InputError(
            f"the resolution is {resolution}, not a power of two from {least} to {most}"
        )


def check_widths(resolution: int, widths: tuple[int, ...], fewer: int = 0) -> None:
    """Refuse a list of widths that does not go with a resolution.

    Raises:
        InputError: another number of widths than of resolutions from 4 pixels on.
    """
    levels = resolution.bit_length() - 2
    if not levels - fewer <= len(widths) <= levels:
        raise InputError(
            f"there are {len(widths)} widths for a resolution of {resolution}, which has {levels}"
        )
