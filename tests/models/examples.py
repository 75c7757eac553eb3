"""A small model file of each family, with random weights."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentstudio.core.bundle import Card
from latentstudio.core.families import (
    BigganConfig,
    BigganCriticConfig,
    CriticConfig,
    DcganConfig,
    DcganCriticConfig,
    FamilyConfig,
    ProgressiveConfig,
    ProgressiveCriticConfig,
    StyleganConfig,
    StyleganCriticConfig,
)
from latentstudio.models.checkpoint import save_bundle
from latentstudio.models.registry import FAMILIES

# For each family, the configs of a network that takes milliseconds.
EXAMPLES: dict[str, tuple[FamilyConfig, CriticConfig]] = {
    "biggan": (
        BigganConfig(16, classes=3, z_chunk=4, shared=6, widths=(16, 12, 8), attention=8),
        BigganCriticConfig(16, classes=3, widths=(6, 8, 12), halvings=2, attention=8),
    ),
    "dcgan": (
        DcganConfig(resolution=16, z_dim=12, prior="normal", width=8),
        DcganCriticConfig(resolution=16, width=8, norm="batch", critic="logit"),
    ),
    "progressive": (
        ProgressiveConfig(16, z_dim=12, widths=(8, 8, 6)),
        ProgressiveCriticConfig(16, widths=(8, 8, 6)),
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
        classes=class_names(config),
        training={"kimg": 1.5, "data": "noise"},
        metrics={"swd": 12.5},
        licence="CC0-1.0",
        attributions=("Nobody.",),
        limits=("Draws noise.",),
    )


def class_names(config: FamilyConfig) -> tuple[str, ...]:
    """A name for each class that networks of a config take."""
    return tuple(f"class {number}" for number in range(getattr(config, "classes", 0)))


def class_arguments(family: str, count: int) -> tuple[Tensor, ...]:
    """What networks take beside their input: weights [count, C] of the first class, or nothing."""
    names = class_names(EXAMPLES[family][0])
    if not names:
        return ()
    return (functional.one_hot(torch.zeros(count).long(), len(names)).float(),)


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
