"""Minibatch deviation: a channel that tells a critic how much the pictures of a batch differ."""

import torch
from torch import Tensor, nn

from latentstudio.models.layers import follow


class Deviation(nn.Module):
    """Adds a channel that says how much a picture and those it is compared with differ.

    Karras et al. 2018, section 3: the standard deviation of every feature over the pictures,
    averaged over features and places. In evaluation a picture is judged alone: the channel then
    holds the running mean of what it held in training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.running: Tensor
        self.register_buffer("running", torch.zeros(()))

    def joined(self, x: Tensor, found: Tensor | None) -> Tensor:
        """Features [B, C, H, W] and a channel of what was ``found`` [B], or of the running mean."""
        count, _, height, width = x.shape
        deviation = self.running.expand(count) if found is None else found
        channel = deviation.to(x.dtype)[:, None, None, None].expand(-1, 1, height, width)
        return torch.cat([x, channel], dim=1)


class MinibatchDeviation(Deviation):
    """Compares the pictures of a group, which are neighbours in the batch.

    Args:
        group: pictures in a group; a smaller or odd batch is one group.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, C, H, W] to [B, C + 1, H, W]."""
        if not self.training:
            return self.joined(x, None)
        group = self.group if len(x) % self.group == 0 else len(x)
        grouped = x.float().reshape(-1, group, *x.shape[1:])
        # Several times as fast as torch's own variance over a dimension like this one.
        variance = (grouped - grouped.mean(1, keepdim=True)).square().mean(1)
        found = (variance + 1e-8).sqrt().mean(dim=(1, 2, 3))
        follow(self.running, found.mean(), 0.01)
        return self.joined(x, found.repeat_interleave(group))


class ClassDeviation(Deviation):
    """Compares the pictures of a class; other classes differ anyway, which would hide the rest.

    The deviation is the unbiased one, which as many pictures of a class as a batch happens to have
    change little; a picture that is alone in its class is judged as in evaluation.
    """

    def forward(self, x: Tensor, classes: Tensor) -> Tensor:
        """Map [B, C, H, W] and class weights [B, K] to [B, C + 1, H, W]."""
        if not self.training:
            return self.joined(x, None)
        labels = classes.argmax(1)
        count = classes.float().sum(0)[labels]
        features = x.float().flatten(1)
        centred = features - _sums(features, labels, classes) / count[:, None]
        variance = _sums(centred.square(), labels, classes) / (count - 1).clamp(min=1)[:, None]
        found = (variance + 1e-8).sqrt().mean(1)
        several = count > 1
        follow(self.running, (found.detach() * several).sum() / several.sum(), 0.01)
        return self.joined(x, torch.where(several, found, self.running))


def _sums(features: Tensor, labels: Tensor, classes: Tensor) -> Tensor:
    """For each row of features [B, F] the sum of all rows of its label [B]."""
    sums = features.new_zeros(classes.shape[1], features.shape[1])
    return sums.index_add(0, labels, features)[labels]
