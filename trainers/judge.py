"""What a snapshot is worth: the average's pictures against real ones, and the critic's numbers."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

from latentstudio.metrics.swd import RealSet, SlicedWasserstein
from trainers.config import RunConfig
from trainers.ema import estimate_statistics
from trainers.loop import Pictures, to_images
from trainers.streams import draw_latents, stream

GRID = 6
"""Rows and columns of the sheet of fixed z."""

_CHUNK = 128
_PATCHES, _DIRECTIONS = 32, 128


class Judge:
    """Compares generators with the first real pictures, always on the same z and patches."""

    def __init__(self, config: RunConfig, data: Pictures) -> None:
        count, model = min(config.snapshots.judged_images, len(data)), config.model
        self.real = to_images(data.images(range(count)))
        self._real_set = RealSet(self.real, patches=_PATCHES, directions=_DIRECTIONS)
        self._z = draw_latents(model.prior, count, model.z_dim, stream("judge", config.seed))

    @torch.no_grad()
    def distance(self, generate: Callable[[Tensor], Tensor]) -> SlicedWasserstein:
        """The distance of what ``generate`` makes of z [B, z_dim] to the real pictures."""
        fake = torch.cat([generate(part) for part in chunks(self._z)])
        return self._real_set.distance(fake)

    def batches(self, generate: Callable[[Tensor], Tensor]) -> Iterator[Tensor]:
        """Real and generated pictures by turns, a batch at a time."""
        for real, z in zip(chunks(self.real), chunks(self._z), strict=True):
            yield from (real, generate(z))

    @torch.no_grad()
    def verdicts(self, criticise: Callable[[Tensor], Tensor]) -> Tensor:
        """The critic's numbers on the real pictures: [N]."""
        return torch.cat([criticise(part) for part in chunks(self.real)])


def chunks(tensor: Tensor) -> Sequence[Tensor]:
    """A tensor in parts that a network can take at once."""
    return torch.split(tensor, _CHUNK)


def settle(average: nn.Module, config: RunConfig, count: int) -> None:
    """Give the average the batch statistics of ``count`` z; it is left in evaluation mode."""
    model = config.model
    random = stream("statistics", config.seed)
    latents = draw_latents(model.prior, count, model.z_dim, random)
    estimate_statistics(average, chunks(latents))


@torch.no_grad()
def draw_grid(average: nn.Module, config: RunConfig) -> Tensor:
    """The pictures of the run's fixed z: [36, 3, R, R]."""
    model = config.model
    z = draw_latents(model.prior, GRID * GRID, model.z_dim, stream("grid", config.seed))
    images: Tensor = average(z)
    return images
