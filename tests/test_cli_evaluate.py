"""``latentstudio evaluate`` on a tiny model, judged by a referee of random weights."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from latentstudio.commands import evaluate as command
from latentstudio.commands.evaluate import DIRECTIONS, NAMES
from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError
from latentstudio.metrics import evaluation
from latentstudio.metrics.evaluation import BANDS, PPL, SEPARABILITY
from latentstudio.metrics.observe import to_levels
from latentstudio.metrics.scores import METRICS
from tests.commands import Run, runner
from tests.fresh import loads
from tests.metrics.toys import toys
from tests.models.examples import write_example


@pytest.fixture
def run(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(evaluation, "PATHS", 10)
    monkeypatch.setattr("latentstudio.engine.device.thread_count", lambda: 1)
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "example.safetensors"
    write_example(path)
    return path


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """A folder of 270 real pictures."""
    folder = tmp_path / "faces"
    folder.mkdir()
    levels = to_levels(toys(270, 7)[0]).permute(0, 2, 3, 1).numpy()
    for number, image in enumerate(levels):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    return folder


def words(model: Path, faces: Path, *more: object) -> tuple[object, ...]:
    return ("evaluate", model, "--data", faces, "--referee", "random", "--samples", 140, *more)


def test_scores_go_onto_the_card(
    run: Run, model: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run(*words(model, faces, "--into"))
    assert (refused.code, "Leave out --samples" in refused.err) == (2, True)
    monkeypatch.setattr(command, "SAMPLES", 140)
    ended = run(*words(model, faces, "--metrics", "fid,swd", "--json", "--into"))
    assert (ended.code, ended.err) == (0, "")
    scores = {row["name"]: row["value"] for row in json.loads(ended.out)["metrics"]}
    metrics = read_card(model).metrics
    assert metrics["compared with"] == faces.name
    assert metrics["swd"] == pytest.approx(scores["swd"], rel=1e-3)
    assert metrics["fid_random16"] == pytest.approx(scores["fid_random16"], rel=1e-3)
    assert run(*words(model, faces, "--truncation", 0.5, "--into")).code == 2
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    ended = run(*words(model, faces, "--metrics", "swd", "--into"))
    assert (ended.code, "no permission" in ended.err) == (1, True)


def test_scores_are_told_where_the_card_refuses_them(
    run: Run, model: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, scores: object) -> None:
        raise StudioError("Could not write", "the disk is full")

    monkeypatch.setattr(command, "SAMPLES", 140)
    monkeypatch.setattr(command, "write_metrics_into", full)
    ended = run(*words(model, faces, "--metrics", "swd", "--into"))
    assert ended.code == 1
    assert "swd" in ended.out
    assert "the disk is full" in ended.out


def test_a_model_is_judged_against_a_folder(run: Run, model: Path, faces: Path) -> None:
    ended = run(*words(model, faces, "--json"))
    assert (ended.code, ended.err) == (0, "")
    data = ended.data
    assert (data["model"], data["data"], data["referee"]) == ("example", "faces", "random16")
    assert (data["samples"], data["truncation"], data["device"]) == (140, 1.0, "cpu")
    rows = {row["name"]: row for row in data["metrics"]}
    assert list(rows) == [
        "fid_random16", "kid_random16", "precision_random16", "recall_random16",
        "density_random16", "coverage_random16", "swd", "spectrum", "neighbours_random16",
        "neighbours_closest_random16", "birthday_random16", "ppl_z_random16",
        "ppl_z_end_random16",
    ]  # fmt: skip
    fid = rows["fid_random16"]
    assert fid.keys() >= {
        "name", "value", "spread", "samples", "seconds", "protocol", "floor", "yardsticks",
    }  # fmt: skip
    assert fid["value"] > fid["yardsticks"]["half"] > fid["floor"] > 0  # it draws noise
    assert fid["spread"] is None
    assert fid["samples"] == 140
    assert set(fid["yardsticks"]) == {"half", "quarter"}
    assert rows["swd"]["parts"]["16"]["floor"] == rows["swd"]["floor"]
    assert rows["kid_random16"]["spread"] == 0  # a single block
    assert rows["ppl_z_random16"]["floor"] is None
    assert rows["ppl_z_random16"]["spread"] > 0


def test_the_same_scores_as_tables(run: Run, model: Path, faces: Path) -> None:
    ended = run(*words(model, faces, "--metrics", "swd,fid", "--truncation", 0.5))
    heading, columns, *rows = ended.out.splitlines()
    assert heading == ("example at truncation 0.5, compared with faces, judged by random16")
    assert columns.split() == [
        "metric", "value", "+-", "floor", "half", "quarter", "pictures", "seconds",
    ]  # fmt: skip
    assert rows[0].startswith("swd ")
    assert rows[1].startswith("fid_random16 ")
    assert any(row.startswith("swd 16 ") for row in rows)  # its part


def test_statistics_are_kept_and_can_be_given(
    run: Run, model: Path, faces: Path, tmp_path: Path
) -> None:
    first = run(*words(model, faces, "--metrics", "fid_avatar", "--json")).data["metrics"]
    (file,) = (tmp_path / "cache" / "latentstudio" / "statistics").glob("*.safetensors")
    given = run(*words(model, file, "--metrics", "fid_avatar", "--json")).data["metrics"]
    assert [row["value"] for row in given] == [row["value"] for row in first]
    assert given[0]["floor"] == first[0]["floor"]


def test_unreadable_pictures_are_named(run: Run, model: Path, faces: Path) -> None:
    (faces / "000.png").write_bytes(b"no picture")
    ended = run(*words(model, faces, "--metrics", "spectrum"))
    assert ended.err == "skipped 000.png: not a picture\n"


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--metrics", "fid_avatr"), 2, "Unknown metric fid_avatr. Did you mean fid_avatar?"),
        (("--metrics", "prdc,class_fid"), 1, "Cannot measure class_fid - example has no classes."),
        (("--metrics", "histogram"), 1, "random16 reads no factor of faces well enough"),
        (("--samples", 128), 1, "on 128 pictures - it needs 129, more than random16 has"),
        (("--samples", 0), 2, "not a whole number from 1"),
        (("--truncation", 9), 2, "not a number from"),
        (("--precision", "bfloat16", "--metrics", "ppl"), 1, "Take --precision float32."),
        (("--referee", "nobody"), 1, "Unknown referee nobody"),
        (("--data", "avatars:micah"), 1, "latentstudio-train statistics wrote"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(
    run: Run, model: Path, faces: Path, more: tuple[object, ...], code: int, told: str
) -> None:
    ended = run(*words(model, faces, *more))
    assert ended.code == code
    assert told in ended.err
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1
    assert ended.out == ""


def test_a_model_of_unknown_data_needs_real_pictures(run: Run, model: Path) -> None:
    ended = run("evaluate", model, "--referee", "random")
    assert ended.code == 1
    assert "No statistics of noise at 16 pixels for the referee random16" in ended.err
    assert "Give --data a folder" in ended.err
    ended = run("evaluate", model)
    assert "No referee judges pictures of 16 pixels" in ended.err


def test_statistics_of_another_referee_are_refused(
    run: Run, model: Path, faces: Path, tmp_path: Path
) -> None:
    run(*words(model, faces, "--metrics", "fid_avatar"))
    (file,) = (tmp_path / "cache" / "latentstudio" / "statistics").glob("*.safetensors")
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    card = json.loads(header["__metadata__"]["latentstudio"])
    card["origin"]["referee_hash"] = "0" * 64
    header["__metadata__"]["latentstudio"] = json.dumps(card)
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])
    ended = run(*words(model, file))
    assert ended.code == 1
    assert "of the referee another random16, not of this random16" in ended.err


def test_ctrl_c_ends_it_at_once(
    run: Run, model: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def interrupted(*_: object) -> Iterator[int]:
        drawn.append(1)
        yield 1
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "evaluate", interrupted)
    ended = run(*words(model, faces, "--metrics", "spectrum"))
    assert (ended.code, ended.out, ended.err) == (130, "", "Stopped.\n")
    assert drawn


def test_every_metric_can_be_asked_for() -> None:
    assert set(NAMES) == {*METRICS, PPL, SEPARABILITY, BANDS, DIRECTIONS}
    assert command.SAMPLES == 10_000


def test_a_mistyped_metric_is_told_without_torch() -> None:
    line = "evaluate avatars-dcgan --metrics fod"
    assert not loads(f"from latentstudio.cli import main; main('{line}'.split())", "torch")
