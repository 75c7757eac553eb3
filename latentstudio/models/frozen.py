"""Frozen: what the generators of all families have in common, whose networks a bundle holds."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

import torch
from torch import Tensor, nn

from latentstudio.core.model_info import ModelInfo
from latentstudio.models.checkpoint import Bundle, fill
from latentstudio.models.classes import class_weights
from latentstudio.models.generator import Classes
from latentstudio.models.layers import block_outputs
from latentstudio.models.seeds import seeded_latents

if TYPE_CHECKING:
    from latentstudio.models.traced import Pass

N = TypeVar("N", bound=nn.Module)


class Frozen(ABC):
    """The half of a Generator that no family does otherwise; a family says how it draws."""

    def __init__(self, bundle: Bundle, device: str = "cpu", precision: str = "float32") -> None:
        self._bundle = bundle
        self._device = torch.device(device)
        self._dtype: torch.dtype = getattr(torch, precision)
        self._quick: Pass | None = None

    @property
    def info(self) -> ModelInfo:
        return self._bundle.card.info

    @property
    def device(self) -> str:
        return self._device.type

    @property
    def precision(self) -> str:
        return str(self._dtype).removeprefix("torch.")

    @property
    def critic_real(self) -> tuple[float, float]:
        return self._bundle.critic_real

    def sample_z(self, seeds: Sequence[int]) -> Tensor:
        """Latents of integer seeds: float32 [B, z_dim] on the model's device."""
        return seeded_latents(self.info, seeds, self._device)

    def discriminate(self, images: Tensor, classes: Classes | None = None) -> Tensor | None:
        """The critic's number [B] for pictures [B, 3, R, R], or None without a critic."""
        if self._critic is None:
            return None
        verdicts: Tensor = self._critic(*self._judged(images, classes))
        return verdicts

    def critic_features(self, images: Tensor, classes: Classes | None = None) -> list[Tensor]:
        """What the critic's blocks see in pictures [B, 3, R, R]; nothing without a critic."""
        return block_outputs(self._critic, *self._judged(images, classes))

    def to(self, device: str, precision: str = "float32") -> Self:
        """The same model elsewhere; it starts again from the stored weights."""
        return type(self)(self._bundle, device, precision)

    def _judged(self, images: Tensor, classes: Classes | None) -> tuple[Tensor, ...]:
        weights = self._class_weights(classes, len(images))
        return (images.to(self._dtype), *([] if weights is None else [weights]))

    def _class_weights(self, classes: Classes | None, count: int) -> Tensor | None:
        return class_weights(self.info, classes, count, self._device)

    @cached_property
    def _critic(self) -> nn.Module | None:
        card = self._bundle.card
        config = card.discriminator
        if config is None:
            return None
        weights = self._bundle.discriminator
        network = fill(lambda: self._make_critic(config), weights, "discriminator", card.name)
        return self._placed(network)

    @abstractmethod
    def _make_critic(self, config: Any) -> nn.Module:
        """The critic of a family, from its config."""

    def _placed(self, network: N) -> N:
        # Channels last makes a convolution four times as fast on a CPU. Torch takes it, its types
        # do not know it.
        network.to(self._device, self._dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network.eval().requires_grad_(False)
