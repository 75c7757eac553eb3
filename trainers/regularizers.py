"""Penalties beside the losses, computed every few steps in float32."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from trainers.spectral import learned_weight

Criticise = Callable[[Tensor], Tensor]
"""Pictures [B, C, H, W] to numbers [B]."""


def r1(criticise: Criticise, images: Tensor) -> Tensor:
    """Half the mean squared gradient at pictures [B, C, H, W], before gamma: a scalar.

    Mescheder et al. 2018, equation 9: gamma/2 E |grad D(x)|^2. At fake pictures it is R2.
    """
    return _gradient(criticise, images)[0].square().sum((1, 2, 3)).mean() / 2


def gradient_penalty(
    criticise: Criticise, real: Tensor, fake: Tensor, target: float, drift: float, gamma: float
) -> Tensor:
    """Wasserstein's gradient penalty between pairs of pictures, plus drift: a scalar.

    Gulrajani et al. 2017, equation 3: gamma E (|grad D(x)| - target)^2 at random points between
    real and fake ones, over target^2; Karras et al. 2018, appendix A.1: + drift E D(real)^2.
    """
    share = torch.rand(len(real), 1, 1, 1, device=real.device)
    gradient, _ = _gradient(criticise, torch.lerp(real, fake, share))
    norms = (gradient.square().sum((1, 2, 3)) + 1e-12).sqrt()
    penalty = gamma * (norms - target).square().mean() / target**2
    return penalty + drift * criticise(real).square().mean() if drift else penalty


def path_lengths(draw: Callable[[Tensor], Tensor], styles: Tensor) -> Tensor:
    """How far pictures move with styles [B, L, D], in a random direction of pictures: [B].

    Karras et al. 2020, section 3.2 and appendix B: |J^T y| for y ~ N(0, 1) over the pixels, as
    the root of the mean over style layers of the squared length.
    """
    images = draw(styles)
    pixels = math.prod(images.shape[2:])
    noise = torch.randn_like(images) / math.sqrt(pixels)
    (gradient,) = torch.autograd.grad((images * noise).sum(), styles, create_graph=True)
    return gradient.square().sum(2).mean(1).sqrt()


def orthogonality(network: nn.Module) -> Tensor:
    """How alike the filters of a network are: a scalar.

    Brock et al. 2019, equation 3: the sum over weights W [out, in k^2] of the squared products of
    different filters, |W W^T (1 - I)|^2. Vectors and embeddings are left out; of a spectrally
    normalised layer W is what is learned, before it is divided.
    """
    weights = [
        learned_weight(layer)
        for layer in network.modules()
        if isinstance(getattr(layer, "weight", None), Tensor)
        and not isinstance(layer, nn.Embedding)
    ]
    filters = [weight.flatten(1) for weight in weights if weight.ndim > 1]
    return torch.stack([(f @ f.T).fill_diagonal_(0).square().sum() for f in filters]).sum()


def _gradient(criticise: Criticise, images: Tensor) -> tuple[Tensor, Tensor]:
    images = images.detach().requires_grad_(True)
    verdicts = criticise(images)
    (gradient,) = torch.autograd.grad(verdicts.sum(), images, create_graph=True)
    return gradient, verdicts
