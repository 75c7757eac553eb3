"""Penalties on the discriminator, computed every few steps in float32."""

import torch
from torch import Tensor, nn


def r1(discriminator: nn.Module, real: Tensor) -> Tensor:
    """Half the mean squared gradient at real pictures [B, C, H, W], before gamma: a scalar.

    Mescheder et al. 2018, equation 9: gamma/2 E |grad D(x)|^2.
    """
    images = real.detach().requires_grad_(True)
    verdicts: Tensor = discriminator(images)
    (gradient,) = torch.autograd.grad(verdicts.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean() / 2
