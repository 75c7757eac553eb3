"""What a run would cost: parameters, memory and speed, from a few seconds of it on noise."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainers.config import RunConfig
from trainers.loop import Batch, Training

SECONDS = 3.0
_COPIES = 4  # a weight, its gradient, and Adam's two moments


@dataclass(frozen=True)
class Probe:
    """What was found.

    Attributes:
        memory_mb: of weights, optimizers and one step's activations; torch itself takes about
            300 MB more.
        hours: to the end of the run at this speed, snapshots not counted.
    """

    parameters_g: int
    parameters_d: int
    memory_mb: float
    images_per_second: float
    hours: float

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"generator      {self.parameters_g / 1e6:.2f} M parameters\n"
            f"discriminator  {self.parameters_d / 1e6:.2f} M parameters\n"
            f"memory         about {self.memory_mb:.0f} MB, and torch itself\n"
            f"speed          {self.images_per_second:.0f} images a second\n"
            f"to the end     {self.hours:.1f} hours"
        )


def probe(config: RunConfig, classes: tuple[str, ...] = ()) -> Probe:
    """Train on noise for a moment; nothing is written."""
    training = Training(config, classes=classes)
    side = config.model.resolution
    noise = np.random.default_rng(0).integers(0, 256, (config.batch, side, side, 3), dtype=np.uint8)
    labels = np.arange(config.batch) % len(classes) if classes else None
    batches = [Batch(noise, labels)] * config.d_steps
    activations = _saved_bytes(training, batches)
    start, began = training.images, time.monotonic()
    while time.monotonic() - began < SECONDS:
        training.step(batches)
    speed = (training.images - start) / (time.monotonic() - began)
    counts = [
        sum(weight.numel() for weight in network.parameters())
        for network in (training.generator, training.discriminator)
    ]
    weights = 4 * (_COPIES * sum(counts) + counts[0])
    return Probe(
        parameters_g=counts[0],
        parameters_d=counts[1],
        memory_mb=round((weights + activations) / 2**20, 1),
        images_per_second=round(speed, 1),
        hours=round(config.kimg * 1000 / speed / 3600, 2),
    )


def _saved_bytes(training: Training, batches: list[Any]) -> int:
    """Bytes that one step keeps for its backward passes; the first step warms up, too."""
    sizes: dict[int, int] = {}

    def count(tensor: Tensor) -> Tensor:
        sizes[tensor.data_ptr()] = tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        training.step(batches)
    return sum(sizes.values())
