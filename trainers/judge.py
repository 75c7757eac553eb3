"""What a snapshot is worth: the average's pictures against real ones, and the critic's numbers."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.model_info import Prior
from latentstudio.metrics.swd import RealSet, SlicedWasserstein
from trainers.config import RunConfig
from trainers.ema import estimate_statistics
from trainers.labels import used_classes
from trainers.loop import Training
from trainers.pictures import Pictures, class_weights, to_images
from trainers.streams import draw_latents, stream

GRID = 6
"""Rows and columns of the sheet of fixed z."""

_CHUNK = 128
_PATCHES, _DIRECTIONS = 32, 128


class Judge:
    """Compares generators with the first real pictures, always on the same z and patches.

    The pictures stay in main memory, which is larger than that of most graphics cards; networks
    see them in parts on their device.

    Attributes:
        device: where the networks are.
        real: float32 [N, 3, R, R] in [-1, 1].
    """

    def __init__(
        self, config: RunConfig, data: Pictures, device: torch.device | str = "cpu"
    ) -> None:
        self.device = torch.device(device)
        count, model = min(config.snapshots.judged_images, len(data)), config.model
        self.real = to_images(data.images(range(count)))
        self._real_set = RealSet(self.real, patches=_PATCHES, directions=_DIRECTIONS)
        classes = len(used_classes(model.family, data.classes))
        prior = drawn_prior(config, classes)
        self._z = draw_latents(prior, count, model.z_dim, stream("judge", config.seed))
        self._classes = class_weights(data.labels(range(count)), classes)

    @torch.no_grad()
    def distance(self, generate: Callable[..., Tensor]) -> SlicedWasserstein:
        """The distance of what ``generate`` makes of z [B, z_dim] to the real pictures.

        With classes, ``generate`` is given the class weights [B, C] of real pictures, too.
        """
        fake = torch.cat([generate(*parts).cpu() for parts in self._parts(self._z)])
        return self._real_set.distance(fake)

    def batches(self, generate: Callable[..., Tensor]) -> Iterator[Tensor]:
        """Real and generated pictures by turns, a batch at a time."""
        for real, z, *classes in self._parts(self.real, self._z):
            yield from (real, generate(z, *classes))

    @torch.no_grad()
    def verdicts(self, criticise: Callable[..., Tensor]) -> Tensor:
        """The critic's numbers on the real pictures: [N]."""
        return torch.cat([criticise(*part) for part in self._parts(self.real)])

    def _parts(self, *tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
        """Tensors and class weights, in parts on the device of the networks."""
        for part in chunked(*tensors, *self._classes):
            yield tuple(tensor.to(self.device) for tensor in part)


def chunked(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Tensors of one length, side by side in parts that a network can take at once."""
    return zip(*(torch.split(tensor, _CHUNK) for tensor in tensors), strict=True)


def drawn_prior(config: RunConfig, classes: int) -> Prior:
    """What the studio will draw z from; a BigGAN is trained on a wider one."""
    prior: Prior = config.model.generator(classes).capabilities["prior"]
    return prior


def settle(training: Training, count: int) -> None:
    """Give the average the batch statistics of ``count`` z; it is left in evaluation mode."""
    random = stream("statistics", training.config.seed)
    latents = draw_some(training, count, random)
    estimate_statistics(training.average, chunked(*latents))


@torch.no_grad()
def draw_grid(training: Training) -> Tensor:
    """The pictures of the run's fixed z: [36, 3, R, R]; with classes, a column has a class."""
    images: Tensor = training.average(
        *draw_some(training, GRID * GRID, stream("grid", training.config.seed))
    )
    return images


def draw_some(training: Training, count: int, random: torch.Generator) -> tuple[Tensor, ...]:
    """What the generator takes: z [count, z_dim], and with classes weights of each by turns.

    On the device of the training.
    """
    model, classes = training.config.model, len(training.classes)
    z = draw_latents(drawn_prior(training.config, classes), count, model.z_dim, random)
    weights = class_weights(np.arange(count) % max(classes, 1), classes)
    return tuple(part.to(training.device) for part in (z, *weights))
