"""``latentstudio-train statistics``: of drawn faces far from those trained on, or of files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.metrics.real_file import open_statistics
from latentstudio.metrics.referee import random_referee
from tests.trainers.pictures import Discs
from trainers import statistics
from trainers.__main__ import main
from trainers.data.dataset import Dataset, open_data
from trainers.statistics import OTHERS_START, REFERENCE_START, write_statistics


def nothing(*_: object) -> None:
    pass


def test_drawn_faces_come_from_far_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: dict[int, int] = {}

    def noted(spec: str, resolution: int, count: int, *, start: int, **options: object) -> Dataset:
        opened[start] = count
        return open_data(spec, resolution, count, start=start, workers=0, cache_root=tmp_path)

    monkeypatch.setattr(statistics, "open_data", noted)
    monkeypatch.setattr("trainers.data.cache.SHARD", 133)
    out, steps = tmp_path / "dylan.safetensors", list[tuple[int, int]]()
    referee = random_referee(16)
    spec = "avatars:dylan?pose=0.50"
    write_statistics(spec, referee, 133, out, lambda *step: steps.append(step), nothing)
    assert opened == {REFERENCE_START: 133, OTHERS_START: 133, 0: 133}
    assert min(REFERENCE_START, OTHERS_START - REFERENCE_START) > 4_000_000
    assert steps[-1] == (399, 399)
    real = open_statistics(out)
    assert real.origin.data == "avatars:dylan?pose=0.5"  # as the spec is written on cards
    assert real.origin.referee_hash == referee.weights_hash
    assert "133 faces from number 8,388,608 on" in real.origin.pictures
    assert real.marks[133]["fid"].floor < real.marks[133]["fid"].half
    first = referee.features(
        statistics.to_images(noted(spec, 16, 133, start=0).images(np.arange(2)))
    )
    assert np.allclose(real.training[:2], first, atol=5e-3)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, image in enumerate(Discs().images(range(266))):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    return folder


def test_the_command_on_a_folder(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("trainers.commands.usable_cores", lambda: 1)
    (pictures / "000.png").write_bytes(b"no picture")
    out = tmp_path / "discs.safetensors"
    line = ["statistics", str(pictures), "--resolution", "16", "--referee", "random"]
    assert main([*line, "--out", str(out), "--json"]) == 0
    said = capsys.readouterr()
    facts = json.loads(said.out)
    assert (facts["file"], facts["referee"]) == (str(out), "random16")
    assert facts["pictures"] in (132, 133)
    assert facts["floors"]["fid"] > 0
    assert "skipped 000.png: not a picture" in said.err
    assert open_statistics(out).origin.data == "pictures"


def test_what_is_wrong_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    referee = random_referee(16)
    with pytest.raises(StudioError, match=r"Name it x\.safetensors"):
        write_statistics("avatars:dylan", referee, None, tmp_path / "x.npz", nothing, nothing)
    with pytest.raises(StudioError, match="Did you mean"):
        write_statistics(
            "avatars:dyla", referee, None, tmp_path / "x.safetensors", nothing, nothing
        )
    assert list(tmp_path.iterdir()) == []
