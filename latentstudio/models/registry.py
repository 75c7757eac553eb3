"""The table of families, and the way from a name or a path to a generator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from latentstudio.core.errors import StudioError, nearest
from latentstudio.models.biggan import Biggan, BigganDiscriminator, BigganGenerator
from latentstudio.models.checkpoint import Bundle, open_bundle
from latentstudio.models.dcgan import Dcgan, DcganDiscriminator, DcganGenerator
from latentstudio.models.generator import Generator
from latentstudio.models.progressive import (
    Progressive,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
)
from latentstudio.models.stylegan import Stylegan, StyleganGenerator
from latentstudio.models.stylegan_critic import StyleganDiscriminator
from latentstudio.resources import find_model


@dataclass(frozen=True)
class Family:
    """What makes a family's networks.

    Attributes:
        generator: config -> the network in training, whose tensors a bundle holds.
        discriminator: config -> its critic.
        open: (bundle, device, precision) -> the frozen Generator.
    """

    generator: Callable[[Any], nn.Module]
    discriminator: Callable[[Any], nn.Module]
    open: Callable[[Bundle, str, str], Generator]


FAMILIES: dict[str, Family] = {
    "biggan": Family(BigganGenerator, BigganDiscriminator, Biggan),
    "dcgan": Family(DcganGenerator, DcganDiscriminator, Dcgan),
    "progressive": Family(ProgressiveGenerator, ProgressiveDiscriminator, Progressive),
    "stylegan": Family(StyleganGenerator, StyleganDiscriminator, Stylegan),
}

_PRECISIONS = ("float32", "bfloat16", "float16")


def open_model(source: str, device: str = "cpu", precision: str = "float32") -> Generator:
    """Open a generator by bundled name or path.

    Args:
        source: a bundled name such as ``avatars-dcgan``, or the path of a model file.
        device: ``cpu``, ``cuda``, ``mps`` or ``auto``.
        precision: ``float32``, ``bfloat16`` or ``float16``.

    Raises:
        StudioError: the model is unknown, unreadable or unsafe.
    """
    if precision not in _PRECISIONS:
        raise StudioError(f"Unknown precision {precision}", hint=nearest(precision, _PRECISIONS))
    bundle = open_bundle(find_model(source))
    return FAMILIES[bundle.card.family].open(bundle, _device(device), precision)


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
