"""Style mixing: pictures in training whose coarse and fine styles come from different z."""

from typing import Any

import torch
from torch import Tensor


def mixed_styles(generator: Any, z: Tensor, classes: tuple[Tensor, ...], share: float) -> Tensor:
    """Styles [B, L, D] of a StyleGAN, of which ``share`` change to another w at a random layer.

    Karras et al. 2019, section 3.1. The other z come from torch's global generator.

    Args:
        generator: with ``mapping`` and ``style_layers``.
        z: [B, z_dim].
        classes: class weights ([B, C],), or nothing.
        share: of the pictures, 0 to 1.
    """
    layers, count = generator.style_layers, len(z)
    w = generator.mapping(
        torch.cat([z, torch.randn_like(z)]), *(torch.cat([c, c]) for c in classes)
    )
    first, second = w[:, None].split(count)
    begin = torch.randint(1, layers, (count, 1), device=z.device)
    mixes = torch.rand(count, 1, device=z.device) < share
    takes_second = mixes & (torch.arange(layers, device=z.device) >= begin)
    return torch.where(takes_second[:, :, None], second, first)
