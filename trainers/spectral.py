"""Spectral normalisation of a network in training: put on, measured, divided out again.

Miyato et al. 2018: each weight is divided by its largest singular value, which one step of the
power iteration for each forward pass keeps up with.
"""

import copy
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

M = TypeVar("M", bound=nn.Module)

_EPSILON = 1e-8  # below which the length of a singular vector counts as zero


def normalise_spectrally(network: nn.Module) -> None:
    """Put spectral normalisation on every convolution and every linear layer.

    Bare parameters stay as they are: BigGAN's class embedding, whose normalisation would cripple
    the generator.
    """
    for layer in list(network.modules()):
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            spectral_norm(layer, eps=_EPSILON)


@torch.no_grad()
def plain(network: M) -> M:
    """A copy whose normalised weights are plain ones, frozen and in evaluation mode."""
    copied = copy.deepcopy(network).eval()
    for layer in list(copied.modules()):
        if parametrize.is_parametrized(layer, "weight"):
            weight: Any = layer.weight
            # Not by remove_parametrizations: that takes the weight from the class, which the
            # copy shares with the original.
            layer.__class__ = type(layer).__bases__[0]
            del layer.parametrizations
            layer.weight = nn.Parameter(weight)
    return copied.requires_grad_(False)


def plain_weight(network: nn.Module, name: str) -> Tensor:
    """A parameter by its name in ``plain(network)``; looking is no step of the power iteration."""
    path, _, leaf = name.rpartition(".")
    layer = network.get_submodule(path)
    if not parametrize.is_parametrized(layer, leaf):
        weight: Tensor = getattr(layer, leaf)
        return weight
    parts: Any = layer.parametrizations
    norm = parts[leaf]
    training = norm.training
    norm.eval()
    weight = getattr(layer, leaf)
    norm.train(training)
    return weight


def learned_weight(layer: nn.Module) -> Tensor:
    """What the optimizer changes: the weight before it is divided."""
    if not parametrize.is_parametrized(layer, "weight"):
        return layer.weight  # type: ignore[return-value]
    parts: Any = layer.parametrizations
    learned: Tensor = parts["weight"].original
    return learned


@torch.no_grad()
def largest_singular_value(network: nn.Module) -> Tensor | None:
    """The largest singular value of all weights before they are divided; None without any.

    By the vectors that the power iteration has found so far. One that grows without end announces
    a collapse (Brock et al. 2019, section 4).
    """
    found = []
    for layer in network.modules():
        if parametrize.is_parametrized(layer, "weight"):
            parts: Any = layer.parametrizations
            norm, weight = parts["weight"][0], learned_weight(layer)
            if isinstance(layer, nn.ConvTranspose2d):
                weight = weight.transpose(0, 1)
            found.append(torch.vdot(norm._u, weight.flatten(1) @ norm._v))
    return torch.stack(found).max() if found else None
