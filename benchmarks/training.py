"""Times the training steps of presets: as they run, and the same code in float32 and NCHW.

    python benchmarks/training.py [PRESET ...]

Both kinds of steps take turns in one process, so that what else the machine does falls on both.
"""

import os

os.environ.setdefault("GOMP_SPINCOUNT", "3000")  # as latentstudio-train sets it

import contextlib
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
import torch

from latentstudio.core.memory import keep_freed_memory
from trainers import loop
from trainers.config import resolve
from trainers.loop import Training
from trainers.pictures import Batch

PRESETS = ("dcgan-fast", "stylegan-cpu", "stylegan-cpu128")
_ROUNDS, _STEPS, _WARM = 5, 4, 2


@contextlib.contextmanager
def plain_layout() -> Iterator[None]:
    """Whatever asks for channels_last gets NCHW."""
    to_images = loop.to_images

    def contiguous(batch: Any, device: torch.device) -> torch.Tensor:
        return to_images(batch, device).contiguous()

    with (
        mock.patch.object(torch, "channels_last", torch.contiguous_format),
        mock.patch.object(loop, "to_images", contiguous),
    ):
        yield


def main(presets: list[str]) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    torch.set_num_threads(cores or 1)
    keep_freed_memory()  # as latentstudio-train does
    for name in presets or PRESETS:
        print(json.dumps({"preset": name, **compare(name)}), flush=True)


def compare(preset: str) -> dict[str, Any]:
    """Median images a second of both kinds, and how many times one is the other."""
    config = resolve(preset, {"data": "noise"})
    tuned = Training(config)
    with plain_layout():
        plain = Training(resolve(preset, {"data": "noise", "precision": "float32"}))
    side = config.model.resolution
    noise = np.random.default_rng(0).integers(0, 256, (config.batch, side, side, 3), np.uint8)
    batches = [Batch(noise)] * config.d_steps
    speeds: tuple[list[float], list[float]] = ([], [])
    for number in range(1 + _ROUNDS):
        for training, found in zip((tuned, plain), speeds, strict=True):
            with plain_layout() if training is plain else contextlib.nullcontext():
                speed = _speed(training, batches, _STEPS if number else _WARM)
            if number:
                found.append(speed)
    fast, slow = map(statistics.median, speeds)
    return {
        "images_per_second": round(fast, 1),
        "plain": round(slow, 1),
        "ratio": round(fast / slow, 2),
        "bfloat16": tuned.bfloat16,
        "threads": torch.get_num_threads(),
    }


def _speed(training: Training, batches: list[Batch], steps: int) -> float:
    start, shown = time.perf_counter(), training.images
    for _ in range(steps):
        training.step(batches)
    return (training.images - shown) / (time.perf_counter() - start)


if __name__ == "__main__":
    main(sys.argv[1:])
