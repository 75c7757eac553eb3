"""A small model file of each family, with random weights."""

from pathlib import Path

import torch
from torch import nn

from latentstudio.core.bundle import Card
from latentstudio.core.families import (
    CriticConfig,
    DcganConfig,
    DcganCriticConfig,
    FamilyConfig,
    StyleganConfig,
    StyleganCriticConfig,
)
from latentstudio.models.checkpoint import save_bundle
from latentstudio.models.registry import FAMILIES

# For each family, the configs of a network that takes milliseconds.
EXAMPLES: dict[str, tuple[FamilyConfig, CriticConfig]] = {
    "dcgan": (
        DcganConfig(resolution=16, z_dim=12, prior="normal", width=8),
        DcganCriticConfig(resolution=16, width=8, norm="batch", critic="logit"),
    ),
    "stylegan": (
        StyleganConfig(16, z_dim=12, w_dim=10, widths=(8, 8, 6), mapping_layers=2),
        StyleganCriticConfig(16, widths=(8, 8, 6)),
    ),
}


def networks(family: str, seed: int = 0) -> tuple[nn.Module, nn.Module]:
    """The example's networks with random weights and random moments of batch norm."""
    config, critic = EXAMPLES[family]
    made = FAMILIES[family].generator(config), FAMILIES[family].discriminator(critic)
    random = torch.Generator().manual_seed(seed)
    for network in made:
        for name, tensor in network.state_dict().items():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2.0, generator=random)
            elif tensor.is_floating_point():
                tensor.normal_(0.0, 0.2, generator=random)
    return made


def example_card(family: str, name: str = "example") -> Card:
    config, critic = EXAMPLES[family]
    return Card(
        name=name,
        family=family,
        config=config,
        discriminator=critic,
        training={"kimg": 1.5, "data": "noise"},
        metrics={"swd": 12.5},
        licence="CC0-1.0",
        attributions=("Nobody.",),
        limits=("Draws noise.",),
    )


def write_example(
    path: Path, family: str = "dcgan", seed: int = 0, *, half: bool = False, critic: bool = True
) -> Card:
    """Write an example as a model file; the card is the one read back."""
    generator, discriminator = networks(family, seed)
    card = example_card(family, path.stem)
    if not critic:
        card = Card(**{**vars(card), "discriminator": None})
    tensors = discriminator.state_dict() if critic else None
    stats = {"style_mean": torch.zeros(1, card.config.capabilities["style_dim"])}
    return save_bundle(path, card, generator.state_dict(), tensors, stats, half=half)
