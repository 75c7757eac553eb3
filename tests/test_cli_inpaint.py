"""``inpaint`` on the fake generator: files, batches that go on, refusals."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import latentstudio
from latentstudio.core.mask import preset, write_mask
from latentstudio.engine.inpaint import to_picture
from tests.commands import Run, runner
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info(layers=1))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setattr("latentstudio.commands.drawing.find_model", Path)
    monkeypatch.setattr(latentstudio, "open_model", lambda *_: FAKE)
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    folder.mkdir()
    for number in range(2):
        z = FAKE.map(FAKE.sample_z([900 + number]))
        picture = to_picture(FAKE.synthesize(z)[0])
        Image.fromarray(picture).save(folder / f"face{number}.png")
    write_mask(tmp_path / "mask.png", preset("centre", 32, 0.4))
    return folder


QUICK = ("--steps", "20", "--candidates", "2")


def test_a_picture_is_filled_in_several_ways(run: Run, faces: Path, tmp_path: Path) -> None:
    out, mask = tmp_path / "out", tmp_path / "mask.png"
    ended = run(
        "inpaint", "fake", faces / "face0.png", "--mask", mask, *QUICK, "--out", out, "--json"
    )
    assert ended.code == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "candidate00.png",
        "candidate01.png",
        "latents.npz",
        "report.json",
        "result.png",
    ]
    given = np.asarray(Image.open(faces / "face0.png"))
    result = np.asarray(Image.open(out / "result.png"))
    known = ~preset("centre", 32, 0.4).hole
    assert np.array_equal(result[known], given[known])
    assert np.load(out / "latents.npz")["z"].shape == (2, 16)
    report = json.loads((out / "report.json").read_text())
    assert json.loads(ended.out)["pictures"] == [report]
    fits = [candidate["fit"] for candidate in report["candidates"]]
    assert fits == sorted(fits)


def test_a_folder_goes_on_where_it_stopped(run: Run, faces: Path, tmp_path: Path) -> None:
    out, mask = tmp_path / "out", tmp_path / "mask.png"
    line = ("inpaint", "fake", faces, "--mask", mask, *QUICK, "--out", out)
    assert run(*line).code == 0
    (out / "face1" / "report.json").unlink()
    first = (out / "face0" / "result.png").stat().st_mtime_ns
    ended = run(*line)
    assert "face0.png is done already" in ended.err
    assert (out / "face0" / "result.png").stat().st_mtime_ns == first
    assert (out / "face1" / "report.json").exists()


def test_refusals_are_sentences(run: Run, faces: Path, tmp_path: Path) -> None:
    write_mask(tmp_path / "empty.png", preset("centre", 32, 0.0))
    picture, out = faces / "face0.png", tmp_path / "out"
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "masks").mkdir()
    for image, mask, words in (
        (picture, tmp_path / "empty.png", "Nothing is painted"),
        (picture, tmp_path / "broken.png", "Could not read the mask"),
        (tmp_path / "broken.png", tmp_path / "mask.png", "Could not read broken.png"),
        (faces, tmp_path / "masks", "No mask for face0.png"),
        (tmp_path / "masks", tmp_path / "mask.png", "No pictures in"),
    ):
        ended = run("inpaint", "fake", image, "--mask", mask, *QUICK, "--out", out)
        assert ended.code == 1
        assert words in ended.err
        assert "Traceback" not in ended.err
