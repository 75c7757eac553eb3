"""Beginning a run with a model of fewer resolutions: what fits is copied, the rest is fresh."""

import dataclasses
from typing import Any

import torch
from torch import nn

from latentstudio.core.families import (
    ProgressiveConfig,
    ProgressiveCriticConfig,
    StyleganConfig,
    StyleganCriticConfig,
)
from latentstudio.models.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from latentstudio.models.stylegan import (
    StyleganGenerator,
    SynthesisBlock,
    ToPicture,
)
from latentstudio.models.stylegan_critic import StyleganDiscriminator


def cut_to(wanted: Any, given: Any) -> Any:
    """The config of a run without the resolutions that a smaller model lacks, at its stage.

    Args:
        wanted: config of the run's generator or discriminator.
        given: that of the model it is to begin with.

    Returns:
        What ``given`` must be to fit; ``wanted`` itself where no growing is possible: only a sum of
        pictures can be continued by a layer that adds nothing at first, or that fades in.
    """
    fades = isinstance(given, ProgressiveConfig | ProgressiveCriticConfig)
    adds = isinstance(given, StyleganCriticConfig) or (
        isinstance(given, StyleganConfig) and given.architecture == "skip"
    )
    if type(given) is not type(wanted) or not (fades or adds):
        return wanted
    changes: dict[str, Any] = {"stage": given.stage, "alpha": given.alpha} if fades else {}
    if isinstance(given, StyleganConfig):
        changes["mapping_rate"] = given.mapping_rate  # see match_mapping_rate
    if given.resolution < wanted.resolution:
        widths = wanted.widths[: len(given.widths)]
        changes |= {"resolution": given.resolution, "widths": widths}
    return dataclasses.replace(wanted, **changes)


def grow_generator(network: nn.Module, small: nn.Module) -> None:
    """Copy a smaller generator into the first blocks.

    The new picture layers of a StyleGAN begin at zero, so that it first draws the small one's
    pictures, enlarged; progressive growing has its schedule for that.
    """
    network.load_state_dict(small.state_dict(), strict=False)
    if isinstance(network, ProgressiveGenerator):
        return
    assert isinstance(network, StyleganGenerator)
    assert isinstance(small, StyleganGenerator)
    for block in network.synthesis.blocks[len(small.synthesis.blocks) :]:
        assert isinstance(block, SynthesisBlock)
        assert isinstance(block.picture, ToPicture)
        nn.init.zeros_(block.picture.conv.weight)
        nn.init.zeros_(block.picture.bias)


@torch.no_grad()
def match_mapping_rate(network: nn.Module, given: Any, wanted: Any) -> None:
    """Store a copied mapping for the learning rate that is wanted; it stays the same function.

    Args:
        network: the run's generator, with the weights of the model it begins with.
        given: config of that model.
        wanted: config of the run's generator.
    """
    if not isinstance(network, StyleganGenerator):
        return
    for parameter in network.mapping.layers.parameters():
        parameter.mul_(given.mapping_rate / wanted.mapping_rate)


def grow_discriminator(network: nn.Module, small: nn.Module) -> None:
    """Copy a smaller discriminator into the last blocks, those next to the verdict.

    The layers that read larger pictures and the blocks of new resolutions stay fresh.
    """
    if isinstance(network, ProgressiveDiscriminator):  # its blocks count from the verdict
        network.load_state_dict(small.state_dict(), strict=False)
        return
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
