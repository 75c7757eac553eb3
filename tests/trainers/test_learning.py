"""A whole short training: the 32 px DCGAN must still learn faces as well as it did."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from torch.nn import functional as F

from latentstudio.metrics.swd import RealSet
from trainers.data.dataset import open_data
from trainers.pictures import to_images

FACES, COUNT, JUDGED = "avatars:personas?pose=0.5", 4096, 1024

MEASURED = 25.7
"""Sliced Wasserstein distance after 250 thousand images when this test was written."""


@pytest.mark.slow
def test_the_small_dcgan_learns_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends within one and a half times what it did, and far from pictures shrunk to a quarter."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = (
        f"data_count={COUNT}",
        f"snapshots.judged_images={JUDGED}",
        "snapshots.seconds=null",
        "snapshots.kimg=250",
        # One core: `make test` gives the other one to the other tests.
        "threads=1",
    )
    arguments = ["dcgan-32", "--data", FACES, "--out", str(tmp_path / "run"), "--kimg", "250"]
    began = time.monotonic()
    for setting in settings:
        arguments += ["--set", setting]
    command = [sys.executable, "-m", "trainers", *arguments, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)["best_swd"]
    seconds = time.monotonic() - began
    sys.stdout.write(f"\n250 thousand images in {seconds:.0f} s, swd {found:.1f}\n")

    real = to_images(open_data(FACES, 32, JUDGED).images(range(JUDGED)))
    small = F.avg_pool2d(real, 4)
    quarter = F.interpolate(small, scale_factor=4, mode="bilinear")
    yardstick = RealSet(real, patches=32, directions=128).distance(quarter).mean
    assert found < 1.5 * MEASURED
    assert found < 3 * yardstick
