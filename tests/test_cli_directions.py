"""``latentstudio directions`` and ``evaluate --metrics directions`` on tiny models."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from latentstudio.core.bundle import read_card
from latentstudio.core.bundle_edit import write_directions_into
from latentstudio.core.direction_file import read_directions
from latentstudio.engine import attributes, discover
from latentstudio.metrics import evaluation
from latentstudio.models.registry import open_model
from tests.commands import Run, runner
from tests.fresh import loads
from tests.metrics.colours import ColourReferee
from tests.models.examples import write_example


@pytest.fixture
def run(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("latentstudio.engine.device.thread_count", lambda: 1)
    monkeypatch.setattr(discover, "MEASURED", 300)
    monkeypatch.setattr(attributes, "TRIED", 24)
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
def judge(model: Path, monkeypatch: pytest.MonkeyPatch) -> ColourReferee:
    """A referee that reads colours, whichever is asked for; half of the faces are red."""
    generator = open_model(str(model))
    images = generator.synthesize(generator.map(generator.sample_z(range(100))))
    judge = ColourReferee(middle=float(images.mean((2, 3))[:, 0].median()))
    for module in (attributes, evaluation):
        monkeypatch.setattr(module, "choose_referee", lambda name, resolution: judge)
    return judge


@pytest.mark.parametrize("method", ["pca", "sefa"])
def test_directions_go_into_a_file(run: Run, model: Path, tmp_path: Path, method: str) -> None:
    out = tmp_path / "found.directions.safetensors"
    samples = ("--samples", 300) if method == "pca" else ()
    ended = run("directions", model, "--method", method, "--count", 4, "--out", out, *samples)
    assert (ended.code, ended.err) == (0, "")
    found = read_directions(out, read_card(model).info)
    assert len(found) == 4
    assert f"4 directions in {out}" in ended.out
    assert found[0].name in ended.out
    assert found[0].eigenvalue is not None


def test_the_answer_is_one_object(run: Run, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.directions.safetensors"
    ended = run("directions", model, "--method", "sefa", "--count", 2, "--out", out, "--json")
    assert ended.data["method"] == "sefa"
    assert ended.data["files"] == [str(out)]
    assert [d["name"] for d in ended.data["directions"]] == ["Axis 1", "Axis 2"]
    assert ended.data["directions"][0]["space"] == "w"


def test_attributes_go_into_the_model(run: Run, model: Path, judge: ColourReferee) -> None:
    before = read_card(model)
    known = before.model_id
    words = ("directions", model, "--method", "attributes", "--samples", 300, "--into")
    ended = run(*words)
    assert (ended.code, ended.err) == (0, "")
    card = read_card(model)
    assert card.model_id == known
    assert "Glasses" in {direction.name for direction in card.directions}
    assert all(direction.accuracy for direction in card.directions)
    # Components come beside them, and attributes anew in their own place.
    run("directions", model, "--method", "sefa", "--count", 2, "--into")
    run(*words)
    groups = [direction.group for direction in read_card(model).directions]
    assert groups == ["attributes"] * len(card.directions) + ["components"] * 2


def test_sliders_are_judged(run: Run, model: Path, judge: ColourReferee) -> None:
    run("directions", model, "--method", "attributes", "--samples", 300, "--into")
    ended = run("evaluate", model, "--metrics", "directions", "--samples", 40, "--json")
    assert (ended.code, ended.err) == (0, "")
    (row,) = ended.data["metrics"]
    table = ended.data["directions"]
    assert row["name"] == "directions_colours32a"
    assert row["samples"] == table["faces"] == 40
    assert table["judged_itself"]
    assert "itself" in table["note"]
    glasses = next(found for found in table["attributes"] if found["name"] == "Glasses")
    assert glasses["up"]["low"] <= glasses["up"]["value"] <= glasses["up"]["high"]
    assert glasses["up"]["faces"] + glasses["down"]["faces"] == 40
    assert glasses["bound"] == 0.85
    assert row["parts"]["Glasses"]["value"] == glasses["value"]
    words = run("evaluate", model, "--metrics", "directions", "--samples", 40)
    assert "Glasses" in words.out
    assert "Note: colours32a judges what was learned with colours32a itself." in words.out


def test_a_model_without_attributes_is_said(run: Run, model: Path, judge: ColourReferee) -> None:
    ended = run("evaluate", model, "--metrics", "directions")
    assert ended.code == 1
    assert "brings no attribute directions" in ended.err
    assert "--method attributes --into" in ended.err


def test_a_judge_that_reads_nothing_is_said(run: Run, model: Path, judge: ColourReferee) -> None:
    run("directions", model, "--method", "sefa", "--count", 2, "--into")
    ended = run("evaluate", model, "--metrics", "directions")
    assert ended.code == 1
    assert "it reads none of their attributes" in ended.err


def test_no_referee_of_the_size_is_said(run: Run, model: Path) -> None:
    ended = run("directions", model, "--method", "attributes", "--into")
    assert ended.code == 1
    assert "No referee judges pictures of 16 pixels" in ended.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--method", "pca"), "neither --out nor --into"),
        (("--method", "tsne", "--into"), "invalid choice"),
        (("--into",), "--method"),
        (("--method", "pca", "--out", "a.safetensors"), "does not end in .directions"),
        (("--method", "pca", "--count", "0", "--into"), "1 to 80"),
        (("--method", "sefa", "--samples", "300", "--into"), "--method sefa does not take it"),
        (("--method", "attributes", "--count", "3", "--into"), "does not take it"),
    ],
)
def test_wrong_usage(run: Run, model: Path, words: tuple[str, ...], complaint: str) -> None:
    before = model.read_bytes()
    ended = run("directions", model, *words)
    assert ended.code == 2
    assert complaint in ended.err
    assert model.read_bytes() == before


def test_help_needs_no_torch() -> None:
    assert not loads("import latentstudio.commands.directions", "torch")


def test_a_model_may_lose_its_directions(model: Path) -> None:
    assert write_directions_into(model, ()).info.directions == ()
