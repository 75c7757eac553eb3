"""Bendable: a copy of a model's generator whose weights are free, drawn from styles."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from latentstudio.models.biggan import BigganGenerator
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.registry import FAMILIES
from latentstudio.models.stylegan import StyleganGenerator


class Bendable:
    """The generator of a bundle in float32; batch norms keep the moments of the file.

    Args:
        bundle: opened for this copy alone, because its tensors become the weights.
        device: where to draw.
    """

    def __init__(self, bundle: Bundle, device: str = "cpu") -> None:
        card = bundle.card
        make = FAMILIES[card.family].generator
        network = fill(lambda: make(card.config), bundle.generator, "generator", card.name)
        # Channels last makes a convolution four times as fast on a CPU.
        self._network: nn.Module = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network.requires_grad_(True)

    def weights(self) -> Iterator[nn.Parameter]:
        """What can be changed."""
        return self._network.parameters()

    def tensors(self) -> Mapping[str, Tensor]:
        """All tensors by name, for the file of a bundle."""
        return self._network.state_dict()

    def draw(self, styles: Tensor, noises: Sequence[Tensor | None]) -> Tensor:
        """Draw styles [B, L, D]: float32 [B, 3, R, R].

        ``noises`` has one entry [1 or B, 1, S, S], or None, for each noise input of the model.
        """
        network = self._network
        if isinstance(network, StyleganGenerator):
            images: Tensor = network.synthesis(styles, noises)
        elif isinstance(network, BigganGenerator):
            images = network.draw(styles)
        else:  # its one style is z
            images = network(styles[:, 0])
        return images
