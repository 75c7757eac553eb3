"""A run that is killed again and again ends like one that is left alone."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from trainers.checkpoint import read_snapshot

# A process of its own trains for a second or two, one thread, a snapshot every 64 images.
TRAIN = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.trainers.pictures import Discs, Listener
from trainers.config import resolve
from trainers.run import Run
folder, family, resolution = sys.argv[1:]
changes = {"data": "discs", "kimg": 0.768, "snapshots": {"kimg": 0.064}}
if int(resolution) == 32:
    changes["model"] = {"resolution": 32}
classes = ("red", "blue") if family == "biggan" else ()
data = Discs(int(resolution), classes=classes)
run = Run(Path(folder), resolve(family + "-test", changes), data, Listener())
print("ready", flush=True)
run.train()
"""


FAMILIES = {"dcgan": (32, 3), "progressive": (16, 1), "stylegan": (16, 1), "biggan": (16, 1)}
"""Pixels, and how often it is killed. A progressive GAN is killed between or in its phases."""


def start(folder: Path, family: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", TRAIN, str(folder), family, str(FAMILIES[family][0])],
        stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def finish(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_killed_or_not_at_all_ends_the_same(family: str, tmp_path: Path) -> None:
    straight = start(tmp_path / "straight", family)
    began = time.monotonic()
    finish(straight)
    length = time.monotonic() - began
    moments = random.Random(time.time_ns())
    waits = [moments.uniform(0.05, 0.4) * length for _ in range(FAMILIES[family][1])]
    for wait in waits:
        process = start(tmp_path / "killed", family)
        time.sleep(wait)
        process.kill()
        assert process.stdout is not None
        process.stdout.close()
        process.wait(60)
    finish(start(tmp_path / "killed", family))

    one, other = (read_snapshot(tmp_path / name / "snapshot.pt") for name in ("straight", "killed"))
    assert one["training"]["images"] == 768
    _assert_same(one["training"], other["training"], f"after kills at {waits}")
    assert one["best"] == other["best"]
    assert _numbers(tmp_path / "straight") == _numbers(tmp_path / "killed"), waits


def _assert_same(one: Any, other: Any, where: str) -> None:
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            _assert_same(one[key], other[key], f"{where}: {key}")
    elif isinstance(one, list):
        for number, pair in enumerate(zip(one, other, strict=True)):
            _assert_same(*pair, f"{where}[{number}]")
    else:
        assert one == other, where


def _numbers(folder: Path) -> list[dict[str, Any]]:
    """The statistics without the times."""
    found = [json.loads(line) for line in (folder / "stats.jsonl").read_text().splitlines()]
    clocks = ("seconds", "images_per_second")
    return [{k: v for k, v in line.items() if k not in clocks} for line in found]
