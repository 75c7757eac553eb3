"""Picture layers of smaller sides, fitted to the full pictures: growing has left them behind."""

import copy
from collections.abc import Iterable

import torch
from torch import Tensor

from latentstudio.models.equalized import EqualConv2d
from latentstudio.models.progressive import ProgressiveGenerator, shrunk

_RIDGE = 1e-6  # of the mean square of a feature: keeps the equations solvable


@torch.no_grad()
def with_previews(network: ProgressiveGenerator, latents: Iterable[Tensor]) -> ProgressiveGenerator:
    """A copy whose pictures of every side are the full ones, shrunk, as nearly as they can be.

    When a resolution has faded in, nothing trains the picture layers below any more, while the
    features that they take go on changing. They are linear, so least squares find the best ones.

    Args:
        network: grown to its full side; the copy draws the same there.
        latents: some hundred z in all, in batches [B, z_dim].
    """
    fitted = copy.deepcopy(network)
    layers = fitted.pictures[:-1]
    sums = [torch.zeros(()).double() for _ in layers]
    products = [torch.zeros(()).double() for _ in layers]
    for z in latents:
        *smaller, last = network.features(z, network.resolution)
        images = network.pictures[-1](last)
        for level, features in enumerate(smaller):
            x = _rows(torch.cat([features, torch.ones_like(features[:, :1])], dim=1))
            sums[level] = sums[level] + x.T @ x
            products[level] = products[level] + x.T @ _rows(shrunk(images, features.shape[-1]))
    for layer, squares, product in zip(layers, sums, products, strict=True):
        ridge = _RIDGE * squares.diagonal().mean() * torch.eye(len(squares), dtype=squares.dtype)
        solved = torch.linalg.solve(squares + ridge, product).T.float()
        assert isinstance(layer, EqualConv2d)
        layer.set_scaled(solved[:, :-1, None, None], solved[:, -1])
    return fitted


def _rows(x: Tensor) -> Tensor:
    """[B, C, H, W] as float64 [B H W, C], in main memory: not every device has float64."""
    return x.cpu().double().movedim(1, -1).flatten(0, -2)
