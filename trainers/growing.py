"""Beginning a run with a model of fewer resolutions: what fits is copied, the rest is fresh."""

import dataclasses
from typing import Any

from torch import nn

from latentstudio.core.families import StyleganConfig, StyleganCriticConfig
from latentstudio.models.stylegan import (
    StyleganDiscriminator,
    StyleganGenerator,
    SynthesisBlock,
    ToPicture,
)


def cut_to(wanted: Any, given: Any) -> Any:
    """The config of a run without the resolutions that a smaller model lacks.

    Args:
        wanted: config of the run's generator or discriminator.
        given: that of the model it is to begin with.

    Returns:
        What ``given`` must be to fit; ``wanted`` itself where no growing is possible: only a sum of
        pictures can be continued by a layer that adds nothing at first.
    """
    if not isinstance(given, StyleganConfig | StyleganCriticConfig):
        return wanted
    if type(given) is not type(wanted) or given.resolution >= wanted.resolution:
        return wanted
    if isinstance(given, StyleganConfig) and given.architecture != "skip":
        return wanted
    widths = wanted.widths[: len(given.widths)]
    return dataclasses.replace(wanted, resolution=given.resolution, widths=widths)


def grow_generator(network: nn.Module, small: nn.Module) -> None:
    """Copy a smaller generator into the first blocks; the new picture layers begin at zero.

    So the network first draws the small one's pictures, enlarged.
    """
    assert isinstance(network, StyleganGenerator)
    assert isinstance(small, StyleganGenerator)
    network.load_state_dict(small.state_dict(), strict=False)
    for block in network.synthesis.blocks[len(small.synthesis.blocks) :]:
        assert isinstance(block, SynthesisBlock)
        assert isinstance(block.picture, ToPicture)
        nn.init.zeros_(block.picture.conv.weight)
        nn.init.zeros_(block.picture.bias)


def grow_discriminator(network: nn.Module, small: nn.Module) -> None:
    """Copy a smaller discriminator into the last blocks, those next to the verdict.

    The layer that reads the picture and the blocks of new resolutions stay fresh.
    """
    assert isinstance(network, StyleganDiscriminator)
    assert isinstance(small, StyleganDiscriminator)
    fresh = len(network.blocks) - len(small.blocks)
    for block, old in zip(network.blocks[fresh:], small.blocks, strict=True):
        block.load_state_dict(old.state_dict())
    rest = {
        name: tensor
        for name, tensor in small.state_dict().items()
        if not name.startswith(("blocks.", "first."))
    }
    network.load_state_dict(rest, strict=False)
