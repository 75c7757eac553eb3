"""``inpaint``, ``restore`` and ``project``: files, batches that go on, refusals."""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import latentstudio
from latentstudio.core.bundle import read_card
from latentstudio.core.mask import preset
from latentstudio.core.mask_file import write_mask
from latentstudio.core.picture import read_picture
from latentstudio.engine.inpaint import to_picture
from latentstudio.engine.render import draw, to_rgb
from latentstudio.models.registry import open_model
from tests.commands import Run, runner
from tests.core.test_mask_file import claiming
from tests.fakes import FakeGenerator, fake_info
from tests.models.examples import write_example

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


def test_what_became_of_picture_and_mask_is_said(run: Run, faces: Path, tmp_path: Path) -> None:
    face = Image.open(faces / "face0.png")
    wide = Image.new("RGBA", (64, 32))
    wide.paste(face, (16, 0))
    wide.save(tmp_path / "wide.png", save_all=True, append_images=[Image.new("RGBA", (64, 32))])
    hole = np.zeros((64, 128), np.uint8)
    hole[:, 32:64] = 255  # the left half of the square in the middle
    Image.fromarray(hole).save(tmp_path / "hole.png")
    line = ("inpaint", "fake", tmp_path / "wide.png", "--mask", tmp_path / "hole.png", *QUICK)
    ended = run(*line, "--blend", "none", "--out", tmp_path / "out")
    assert ended.code == 0
    assert "wide.png was simplified. Of its images the first is taken." in ended.err
    assert "Its transparent parts are white." in ended.err
    assert "hole.png was cropped as the picture is, from 128 x 64 to 32 x 32 pixels" in ended.err
    result = np.asarray(Image.open(tmp_path / "out" / "result.png"))
    assert np.array_equal(result[:, 16:], np.asarray(face)[:, 16:])
    assert (result[:, :16] != np.asarray(face)[:, :16]).any()


def test_a_mask_that_is_far_too_large_is_refused(run: Run, faces: Path, tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(claiming(16_000, 16_000))
    line = ("inpaint", "fake", faces / "face0.png", "--mask", tmp_path / "huge.png", *QUICK)
    ended = run(*line, "--out", tmp_path / "out")
    assert ended.code == 1
    assert "huge.png is too large" in ended.err


def test_a_candidate_that_was_dropped_is_said(run: Run, faces: Path, tmp_path: Path) -> None:
    picture, mask = faces / "face0.png", tmp_path / "mask.png"
    for line in (("inpaint", "fake", picture, "--mask", mask), ("restore", "fake", picture,
                 "--task", "colorize")):  # fmt: skip
        FAKE.breaks = 2
        ended = run(*line, *QUICK, "--out", tmp_path / line[0])
        assert ended.code == 0
        assert "; 1 broken answer was dropped" in ended.out
        report = json.loads((tmp_path / line[0] / "report.json").read_text())
        assert (len(report["candidates"]), report["dropped"]) == (1, 1)
        ended = run(*line, *QUICK, "--out", tmp_path / line[0])
        assert "dropped" not in ended.out


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


def test_other_options_are_no_answer_that_is_there(run: Run, faces: Path, tmp_path: Path) -> None:
    out, mask = tmp_path / "out", tmp_path / "mask.png"
    line = ("inpaint", "fake", faces, "--mask", mask, *QUICK, "--out", out)
    assert run(*line).code == 0
    (out / "face1" / "report.json").write_text("{cut off")
    again = run(*line)
    assert "face0.png is done already" in again.err
    assert "face1.png" not in again.err
    other = run(*line, "--seed", 5)
    assert "done already" not in other.err
    summary = (out / "summary.csv").read_text().splitlines()
    assert summary[0].endswith(",error")
    assert summary[0].startswith("picture,mask,masked,fit")
    assert [row.split(",")[0] for row in summary[1:]] == ["face0.png", "face1.png"]


@pytest.mark.parametrize("changed", ["faces/face1.png", "masks/face1.png"])
def test_a_file_of_the_same_name_with_other_pixels_is_done_again(
    run: Run, faces: Path, tmp_path: Path, changed: str
) -> None:
    out, masks = tmp_path / "out", tmp_path / "masks"
    masks.mkdir()
    for number in range(2):
        write_mask(masks / f"face{number}.png", preset("centre", 32, 0.4))
    line = ("inpaint", "fake", faces, "--mask", masks, *QUICK, "--out", out)
    assert run(*line).code == 0
    Image.open(tmp_path / changed).rotate(90, translate=(3, 0)).save(tmp_path / changed)
    again = run(*line)
    assert "face0.png is done already" in again.err
    assert "face1.png is done already" not in again.err
    assert "face1.png is done already" in run(*line).err


def test_an_answer_that_is_half_written_is_not_taken_for_the_one_before(
    run: Run, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("inpaint", "fake", faces, "--mask", tmp_path / "mask.png", *QUICK)
    line = (*line, "--out", tmp_path / "out")
    assert run(*line).code == 0
    with monkeypatch.context() as patch:
        patch.setattr("latentstudio.commands.inpaint.LATENTS", "no/such/place.npz")
        assert run(*line, "--seed", 5).code == 1
    assert "done already" not in run(*line).err


def test_one_bad_file_of_a_folder_is_named_and_the_rest_goes_on(
    run: Run, faces: Path, tmp_path: Path
) -> None:
    out, masks = tmp_path / "out", tmp_path / "masks"
    masks.mkdir()
    (faces / "a_broken.png").write_bytes(b"no picture")
    Image.open(faces / "face0.png").save(faces / "alone.png")
    for name, share in (("a_broken", 0.4), ("face0", 0.0), ("face1", 0.4)):
        write_mask(masks / f"{name}.png", preset("centre", 32, share))
    line = ("inpaint", "fake", faces, "--mask", masks, *QUICK, "--out", out, "--json")
    ended = run(*line)
    assert ended.code == 1
    assert "a_broken.png failed: Could not read a_broken.png - not a picture." in ended.err
    assert "alone.png failed: No mask for alone.png" in ended.err
    assert "face0.png failed: Nothing is painted" in ended.err
    assert f"3 of 4 pictures failed; {out / 'summary.csv'} says why." in ended.err
    assert ended.data["failed"] == 3
    with (out / "summary.csv").open(newline="") as file:
        rows = {row["picture"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["a_broken.png", "alone.png", "face0.png", "face1.png"]
    assert "not a picture" in rows["a_broken.png"]["error"]
    assert (rows["face1.png"]["error"], rows["face1.png"]["mask"]) == ("", "face1.png")
    write_mask(masks / "face0.png", preset("centre", 32, 0.4))
    again = run(*line)
    assert "face1.png is done already" in again.err
    assert "2 of 4 pictures failed" in again.err


@pytest.mark.parametrize("command", [("restore", "--task", "colorize"), ("project",)])
def test_every_command_over_a_folder_goes_on_after_a_bad_picture(
    run: Run, faces: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (faces / "a_broken.png").write_bytes(b"no picture")
    name, *more = command
    ended = run(name, "fake", faces, *more, "--steps", 4, "--out", tmp_path / "out")
    assert ended.code == 1
    assert "1 of 3 pictures failed" in ended.err
    assert (tmp_path / "out" / "face1" / "report.json").exists()
    assert [line[:9] for line in ended.out.splitlines()] == ["face0.png", "face1.png"]


def test_an_answer_carries_the_recipe_that_draws_it_again(
    run: Run, faces: Path, tmp_path: Path
) -> None:
    out, mask = tmp_path / "out", tmp_path / "mask.png"
    line = ("inpaint", "fake", faces / "face0.png", "--mask", mask, *QUICK, "--out", out)
    assert run(*line, "--include-photo").code == 0
    for name in ("candidate01.png", "result.png"):
        picture, note = read_picture(out / name)
        assert note is not None
        assert np.array_equal(to_rgb(draw(FAKE, note.recipe).pixels), picture)
    assert run(*line).code == 0
    note = read_picture(out / "result.png")[1]
    assert note is not None
    assert note.recipe.paste is not None
    assert note.recipe.paste.missing  # a photo is the user's own


def test_a_restored_picture_carries_the_face_that_was_drawn_for_it(
    run: Run, faces: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    line = ("restore", "fake", faces / "face0.png", "--task", "colorize", "--drawn", *QUICK)
    assert run(*line, "--out", out).code == 0
    picture, note = read_picture(out / "result.png")
    assert note is not None
    assert np.array_equal(to_rgb(draw(FAKE, note.recipe).pixels), picture)


def test_candidates_that_came_apart_are_said(
    run: Run, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaks(FakeGenerator):
        def synthesize(self, styles: Tensor, *args: Any, **more: Any) -> Tensor:
            images = super().synthesize(styles, *args, **more)
            lost = (styles[:, 0, 10] < 0) & torch.is_grad_enabled()  # after the starts were drawn
            return images.masked_fill(lost[:, None, None, None], math.nan)

    monkeypatch.setattr(latentstudio, "open_model", lambda *_: Breaks(FAKE.info))
    picture, mask = faces / "face0.png", tmp_path / "mask.png"
    for line in (
        ("inpaint", "fake", picture, "--mask", mask),
        ("restore", "fake", picture, "--task", "colorize"),
    ):
        ended = run(*line, "--steps", 3, "--candidates", 8, "--out", tmp_path / line[0], "--json")
        report = ended.data["pictures"][0]
        assert report["dropped"] == 8 - len(report["candidates"]) > 0
        assert f"face0.png: {report['dropped']} of 8 candidates were dropped" in ended.err


def test_the_folder_is_tried_before_the_model(
    run: Run, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the model was opened")

    monkeypatch.setattr(latentstudio, "open_model", never)
    (tmp_path / "file").write_text("in the way")
    picture = faces / "face0.png"
    for line in (
        ("inpaint", "fake", picture, "--mask", tmp_path / "mask.png"),
        ("restore", "fake", picture, "--task", "colorize"),
        ("project", "fake", picture),
    ):
        ended = run(*line, "--out", tmp_path / "file")
        assert ended.code == 1
        assert "a file is in the way" in ended.err


def test_space_and_class_are_told_from_the_model(run: Run, faces: Path, tmp_path: Path) -> None:
    line = ("inpaint", "fake", faces / "face0.png", "--mask", tmp_path / "mask.png", *QUICK)
    assert "no space w" in run(*line, "--space", "w", "--out", tmp_path / "a").err
    assert "no classes" in run(*line, "--class", "cat", "--out", tmp_path / "b").err


def test_a_picture_is_restored(run: Run, faces: Path, tmp_path: Path) -> None:
    out, small = tmp_path / "out", tmp_path / "small.png"
    Image.open(faces / "face0.png").reduce(4).save(small)
    ended = run("restore", "fake", small, "--task", "superres", *QUICK, "--out", out, "--json")
    assert ended.code == 0
    assert {path.name for path in out.iterdir()} == {
        "candidate00.png",
        "candidate01.png",
        "given.png",
        "latents.npz",
        "report.json",
        "result.png",
    }
    again = np.asarray(Image.open(out / "result.png").reduce(4)).astype(int)
    assert np.abs(again - np.asarray(Image.open(small))).mean() <= 1
    assert ended.data["pictures"][0]["task"] == "superres"


def test_measurements_give_a_curve(run: Run, faces: Path, tmp_path: Path) -> None:
    line = ("restore", "fake", faces, "--task", "sensing", "--measurements", "2,200", *QUICK)
    ended = run(*line, "--out", tmp_path / "out", "--json")
    for report in ended.data["pictures"]:
        assert [point["measurements"] for point in report["curve"]] == [2, 200]
        assert report["curve"][1]["difference"] < report["curve"][0]["difference"]
    wrong = run(*line, "--measurements", "x", "--out", tmp_path)
    assert wrong.code == 2
    assert "whole number" in wrong.err


def test_a_picture_is_projected(run: Run, faces: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--steps", 40, "--starts", 4, "--features", "none")
    ended = run("project", "fake", faces / "face0.png", *options, "--out", out, "--json")
    assert ended.code == 0
    assert {path.name for path in out.iterdir()} == {
        "projected.png",
        "projected_w.npz",
        "report.json",
    }
    assert np.load(out / "projected_w.npz")["w"].shape == (1, 1, 16)
    report = ended.data["pictures"][0]
    assert report["difference"] < 1
    note = read_picture(out / "projected.png")[1]
    assert note is not None
    drawn = draw(FAKE, note.recipe)
    assert np.array_equal(to_rgb(drawn.pixels), np.asarray(Image.open(out / "projected.png")))


def test_a_copy_of_the_model_is_bent(
    run: Run, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out = tmp_path / "model.safetensors", tmp_path / "out"
    base = write_example(model, "stylegan")
    before = model.read_bytes()
    monkeypatch.setattr(latentstudio, "open_model", open_model)
    line = ("project", model, faces / "face0.png", "--space", "w", "--steps", 4, "--starts", 1)
    ended = run(*line, "--tune", 6, "--out", out, "--json")
    assert ended.code == 0
    assert model.read_bytes() == before
    report = ended.data["pictures"][0]
    assert report["bent"] == "model-face0.safetensors"
    assert report["bent_steps"] == 6
    card = read_card(out / "model-face0.safetensors")
    assert (card.licence, card.training["bent from"]) == (base.licence, base.name)
    picture, note = read_picture(out / "bent.png")
    assert note is not None
    assert note.recipe.model.model_id == card.model_id
    bent = open_model(str(out / "model-face0.safetensors"))
    assert np.array_equal(to_rgb(draw(bent, note.recipe).pixels), picture)


def test_refusals_are_sentences(run: Run, faces: Path, tmp_path: Path) -> None:
    write_mask(tmp_path / "empty.png", preset("centre", 32, 0.0))
    picture, out = faces / "face0.png", tmp_path / "out"
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "masks").mkdir()
    for image, mask, words in (
        (picture, tmp_path / "empty.png", "Nothing is painted"),
        (picture, tmp_path / "broken.png", "Could not read broken.png"),
        (tmp_path / "broken.png", tmp_path / "mask.png", "Could not read broken.png"),
        (faces, tmp_path / "masks", "No mask for face0.png"),
        (tmp_path / "masks", tmp_path / "mask.png", "No pictures in"),
    ):
        ended = run("inpaint", "fake", image, "--mask", mask, *QUICK, "--out", out)
        assert ended.code == 1
        assert words in ended.err
        assert "Traceback" not in ended.err
