"""The 32 px twins of the families take whole steps on drawn faces, and every weight learns."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from trainers.config import resolve
from trainers.data.dataset import open_data
from trainers.loop import Training
from trainers.pictures import Batch

STEPS, FACES = 2, 8
UNUSED = {
    # Outputs of the generator, inputs of the critic, at the sizes before 32 px.
    "progressive": tuple(f"{side}.{n}." for side in ("pictures", "features") for n in range(3)),
    # What every picture's number has in common goes out of the difference of a pair.
    "biggan": ("verdict.bias",),
}


@pytest.mark.parametrize("family", ["dcgan", "progressive", "stylegan", "biggan"])
def test_two_steps_on_eight_faces(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    styles = "micah,dylan" if family == "biggan" else "personas"
    faces = open_data(f"avatars:{styles}?pose=0.5", 32, STEPS * FACES)
    changes = {"batch": FACES, "precision": "float32", "schedule": []}
    training = Training(resolve(f"{family}-32", changes), classes=faces.classes)
    networks = (training.generator, training.discriminator)
    before = [[weight.detach().clone() for weight in net.parameters()] for net in networks]

    began = time.monotonic()
    for number in range(STEPS):
        rows = np.arange(number * FACES, (number + 1) * FACES)
        numbers = training.step([Batch(faces.images(rows), faces.labels(rows))])
        assert all(np.isfinite(value) for value in numbers.values())
    sys.stdout.write(f"\n{family}-32: {STEPS} steps in {time.monotonic() - began:.2f} s\n")

    assert training.images == STEPS * FACES
    for net, old in zip(networks, before, strict=True):
        names = [name for name, _ in net.named_parameters()]
        still = {
            name
            for name, weight, was in zip(names, net.parameters(), old, strict=True)
            if torch.equal(weight, was)
        }
        assert still == {name for name in names if name.startswith(UNUSED.get(family, ()))}
