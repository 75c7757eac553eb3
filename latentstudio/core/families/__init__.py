"""The table of families: for each, what reads the configs of its networks; without torch."""

from typing import Any

from latentstudio.core.families import biggan, dcgan, progressive, stylegan
from latentstudio.core.families.base import CriticConfig, FamilyConfig
from latentstudio.core.families.biggan import BigganConfig, BigganCriticConfig
from latentstudio.core.families.dcgan import DcganConfig, DcganCriticConfig, Norm
from latentstudio.core.families.progressive import ProgressiveConfig, ProgressiveCriticConfig
from latentstudio.core.families.stylegan import StyleganConfig, StyleganCriticConfig
from latentstudio.core.untrusted import Reader

__all__ = [
    "FAMILY_READERS",
    "BigganConfig",
    "BigganCriticConfig",
    "CriticConfig",
    "DcganConfig",
    "DcganCriticConfig",
    "FamilyConfig",
    "Norm",
    "ProgressiveConfig",
    "ProgressiveCriticConfig",
    "StyleganConfig",
    "StyleganCriticConfig",
]

FAMILY_READERS: dict[str, tuple[Reader[Any], Reader[Any]]] = {
    "biggan": (biggan.GENERATOR_READER, biggan.CRITIC_READER),
    "dcgan": (dcgan.GENERATOR_READER, dcgan.CRITIC_READER),
    "progressive": (progressive.GENERATOR_READER, progressive.CRITIC_READER),
    "stylegan": (stylegan.GENERATOR_READER, stylegan.CRITIC_READER),
}
"""For each family, what reads the config of its generator and of its discriminator."""
