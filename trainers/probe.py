"""What a run would cost: parameters, memory and speed, from a few seconds of it on noise."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainers.config import RunConfig
from trainers.loop import Training
from trainers.pictures import Batch
from trainers.schedule import spans

SECONDS = 3.0
_COPIES = 4  # a weight, its gradient, and Adam's two moments


@dataclass(frozen=True)
class Probe:
    """What was found.

    Attributes:
        memory_mb: of weights, optimizers and one step's activations; torch itself takes about
            300 MB more.
        images_per_second: over the whole run.
        hours: to the end of the run at this speed, snapshots not counted.
        device: where it was tried.
    """

    parameters_g: int
    parameters_d: int
    memory_mb: float
    images_per_second: float
    hours: float
    device: str

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"generator      {self.parameters_g / 1e6:.2f} M parameters\n"
            f"discriminator  {self.parameters_d / 1e6:.2f} M parameters\n"
            f"device         {self.device}\n"
            f"memory         about {self.memory_mb:.0f} MB, and torch itself\n"
            f"speed          {self.images_per_second:.0f} images a second\n"
            f"to the end     {self.hours:.1f} hours"
        )


def probe(config: RunConfig, classes: tuple[str, ...] = (), device: str = "cpu") -> Probe:
    """Train on noise for a moment; nothing is written."""
    training = Training(config, classes=classes, device=device)
    total = config.kimg * 1000
    found = spans(config.phases, total)
    activations, seconds = 0, 0.0
    for span in found:
        training.enter(span.moment)
        batches = _noise(training, len(classes))
        activations = max(activations, _saved_bytes(training, batches))
        training.enter(span.moment)
        seconds += span.images / _speed(training, batches, SECONDS / len(found))
    counts = [
        sum(weight.numel() for weight in network.parameters())
        for network in (training.generator, training.discriminator)
    ]
    weights = 4 * (_COPIES * sum(counts) + counts[0])
    return Probe(
        parameters_g=counts[0],
        parameters_d=counts[1],
        memory_mb=round((weights + activations) / 2**20, 1),
        images_per_second=round(total / seconds, 1),
        hours=round(seconds / 3600, 2),
        device=device,
    )


def _noise(training: Training, classes: int) -> list[Batch]:
    config, count = training.config, training.stage.batch
    shape = (count, config.model.resolution, config.model.resolution, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    labels = np.arange(count) % classes if classes else None
    return [Batch(noise, labels)] * config.d_steps


def _speed(training: Training, batches: list[Batch], seconds: float) -> float:
    """Images a second at the stage of the clock, which is put back after each step."""
    images, steps, began = training.images, 0, time.monotonic()
    while not steps or time.monotonic() - began < seconds:
        training.step(batches)
        training.enter(images)
        steps += 1
    return steps * sum(len(batch.images) for batch in batches) / (time.monotonic() - began)


def _saved_bytes(training: Training, batches: list[Batch]) -> int:
    """Bytes that one step keeps for its backward passes; the first step warms up, too."""
    sizes: dict[int, int] = {}

    def count(tensor: Tensor) -> Tensor:
        sizes[tensor.data_ptr()] = tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        training.step(batches)
    return sum(sizes.values())
