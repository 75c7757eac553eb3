"""Minibatch deviation: a channel that tells a critic how much the pictures of a batch differ."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from latentstudio.models.layers import follow


class Deviation(nn.Module, ABC):
    """Adds a channel that says how much a picture and those it is compared with differ.

    Karras et al. 2018, section 3: the standard deviation of every feature over the pictures,
    averaged over features and places. In evaluation a picture is judged alone: the channel then
    holds the running mean of what it held in training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.running: Tensor
        self.register_buffer("running", torch.zeros(()))

    def forward(self, x: Tensor, *classes: Tensor) -> Tensor:
        """Map [B, C, H, W], and what else is compared by, to [B, C + 1, H, W]."""
        count, _, height, width = x.shape
        found = self._measured(x, *classes) if self.training else self.running.expand(count)
        channel = found.to(x.dtype)[:, None, None, None].expand(-1, 1, height, width)
        return torch.cat([x, channel], dim=1)

    @abstractmethod
    def _measured(self, x: Tensor, *classes: Tensor) -> Tensor:
        """The deviation [B] of each picture; the running mean follows it."""


class MinibatchDeviation(Deviation):
    """Compares the pictures of a group, which are neighbours in the batch.

    Args:
        group: pictures in a group; a smaller or odd batch is one group.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def _measured(self, x: Tensor, *classes: Tensor) -> Tensor:
        group = self.group if len(x) % self.group == 0 else len(x)
        grouped = x.float().reshape(-1, group, *x.shape[1:])
        # Several times as fast as torch's own variance over a dimension like this one.
        variance = (grouped - grouped.mean(1, keepdim=True)).square().mean(1)
        found = (variance + 1e-8).sqrt().mean(dim=(1, 2, 3))
        follow(self.running, found.mean(), 0.01)
        return found.repeat_interleave(group)


class ClassDeviation(Deviation):
    """Compares the pictures of a class; other classes differ anyway, which would hide the rest.

    The deviation is the unbiased one, which as many pictures of a class as a batch happens to have
    change little; a picture that is alone in its class is judged as in evaluation. It takes class
    weights [B, K] beside the features.
    """

    def _measured(self, x: Tensor, *classes: Tensor) -> Tensor:
        (weights,) = classes
        labels = weights.argmax(1)
        count = weights.float().sum(0)[labels]
        features = x.float().flatten(1)
        centred = features - _sums(features, labels, weights) / count[:, None]
        variance = _sums(centred.square(), labels, weights) / (count - 1).clamp(min=1)[:, None]
        found = (variance + 1e-8).sqrt().mean(1)
        several = count > 1
        follow(self.running, (found.detach() * several).sum() / several.sum(), 0.01)
        return torch.where(several, found, self.running)


def _sums(features: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """For each row of features [B, F] the sum of all rows of its label [B]."""
    sums = features.new_zeros(weights.shape[1], features.shape[1])
    return sums.index_add(0, labels, features)[labels]
