"""Statistics of real pictures: gathered, scored among themselves, written, read with suspicion."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from latentstudio.core.bundle import METADATA_KEY
from latentstudio.core.errors import StudioError
from latentstudio.metrics import gather as gathering
from latentstudio.metrics.observe import Observer
from latentstudio.metrics.real import Marks, RealStatistics
from latentstudio.metrics.real_file import (
    check_referee,
    find_statistics,
    open_statistics,
    read_origin,
    save_statistics,
)
from latentstudio.metrics.scores import METRICS, obstacle
from latentstudio.resources import bundled_models
from tests.metrics.toys import KINDS, batches, toy_origin, toy_referee, toy_statistics, toys

REFEREE = toy_referee()
LARGEST = 4e6


@pytest.fixture(scope="module")
def real() -> RealStatistics:
    return toy_statistics(REFEREE)


@pytest.fixture
def written(real: RealStatistics, tmp_path: Path) -> Path:
    path = tmp_path / "toys.safetensors"
    save_statistics(path, real)
    return path


def scored(real: RealStatistics, images: torch.Tensor, kinds: torch.Tensor) -> dict[str, float]:
    observer = Observer(REFEREE)
    observer.add(images, kinds)
    found: dict[str, float] = {}
    for metric in METRICS.values():
        for score in metric.scores(observer.observed(), real, REFEREE):
            found |= score.flat()
    return found


def test_real_pictures_score_the_floor_and_coarse_ones_worse(real: RealStatistics) -> None:
    marks = real.marks[300]
    for name in ("fid", "kid", "swd", "spectrum", "class_fid"):
        mark = marks[name]
        assert mark.floor < mark.half < mark.quarter, name
    assert marks["recall"].floor > 0.8 > marks["recall"].quarter
    assert marks["coverage"].floor > 0.9
    assert marks["histogram/kind"].floor == 0
    assert marks["class_accuracy"].floor == 1
    assert marks["classifier_score"].floor == pytest.approx(2, abs=0.01)
    assert marks["birthday"].floor < 10


def test_other_real_pictures_score_near_the_floor(real: RealStatistics) -> None:
    found, marks = scored(real, *toys(300, 5)), real.marks[300]
    for name in ("fid", "swd", "spectrum"):
        assert found[name] < (marks[name].floor + marks[name].half) / 2, name
    assert found["coverage"] == pytest.approx(marks["coverage"].floor, abs=0.05)
    assert found["neighbours"] == pytest.approx(marks["neighbours"].floor, rel=0.05)


def test_faults_show_where_they_should(real: RealStatistics) -> None:
    images, kinds = toys(300, 5)
    good = scored(real, images, kinds)
    collapsed = scored(real, images[:6].repeat(50, 1, 1, 1), kinds)
    assert collapsed["birthday"] > 1000 > good["birthday"]
    assert collapsed["recall"] < 0.3 < good["recall"]
    one_kind = scored(real, images[kinds == 0].repeat(2, 1, 1, 1), kinds)
    assert one_kind["histogram/kind"] == pytest.approx(0.5)
    assert one_kind["classifier_score"] == pytest.approx(1, abs=0.01)
    assert one_kind["class_accuracy"] == pytest.approx(0.5, abs=0.05)
    swapped = scored(real, images, 1 - kinds)
    assert swapped["fid"] == pytest.approx(good["fid"])
    assert swapped["class_fid"] > 5 * good["class_fid"]
    assert swapped["class_accuracy/dark"] == 0


def test_missing_values_are_named(real: RealStatistics) -> None:
    images, kinds = toys(300, 5)
    observer = Observer(REFEREE)
    observer.add(images[kinds == 0])
    (score,) = METRICS["histogram"].scores(observer.observed(), real, REFEREE)
    assert score.missing["kind"] == ["bright"]
    assert set(score.missing["light"]) == {"0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8"}
    assert score.value == pytest.approx(sum(score.parts.values()) / 2)


def test_training_pictures_are_who_neighbours_are_sought_among() -> None:
    real = toy_statistics(REFEREE, training=True)
    copies, kinds = toys(140, 3)
    assert scored(real, copies, kinds)["neighbours"] < real.marks[300]["neighbours"].floor / 20


def test_floors_of_fewer_pictures_go_with_fewer_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "SIZES", (20, 150, 1000))
    real = toy_statistics(REFEREE, count=300)
    assert list(real.marks) == [20, 150, 300]
    assert "fid" not in real.marks[20]  # fewer pictures than features
    assert real.marks[150]["fid"].floor > real.marks[300]["fid"].floor
    sizes = [
        found[0] if (found := real.marks_of("fid", samples)) else None
        for samples in (130, 150, 299, 5000)
    ]
    assert sizes == [150, 150, 150, 300]
    assert real.marks_of("swd", 30) == (20, real.marks[20]["swd"])
    assert real.marks_of("ppl_z", 30) is None


def test_data_without_classes_have_none_of_their_scores() -> None:
    real = toy_statistics(REFEREE, count=140, classes=False)
    assert real.class_moments == ()
    for name in ("class_fid", "class_accuracy"):
        error = obstacle(name, 10_000, real, REFEREE)
        assert error is not None
        assert "toys has no classes" in str(error)


def test_classes_with_few_pictures_have_no_moments() -> None:
    assert toy_statistics(REFEREE, count=250).class_moments == ()  # 125 of each


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(StudioError, match=r"Too few pictures in toys - 100 .* 128 features.* 258 "):
        list(gathering.gather(REFEREE, toy_origin(REFEREE), batches(100, 1), batches(300, 2)))
    with pytest.raises(StudioError, match="Too few pictures"):
        list(gathering.gather(REFEREE, toy_origin(REFEREE), iter(()), batches(300, 2)))


@pytest.mark.parametrize(
    ("name", "samples", "told"),
    [
        ("fid_avatar", 128, "fid_avatar on 128 pictures - it needs 129, more than toy16a has feat"),
        (
            "class_fid",
            257,
            "needs 258, more of each class than toy16a has features.* --samples 258",
        ),
        ("prdc", 6, "it needs 7"),
    ],
)
def test_too_few_samples_are_told(real: RealStatistics, name: str, samples: int, told: str) -> None:
    with pytest.raises(StudioError, match=told):
        raise obstacle(name, samples, real, REFEREE) or AssertionError
    assert obstacle(name, samples + 1, real, REFEREE) is None


# --- files ---------------------------------------------------------------------------------------


def test_what_is_written_is_read(real: RealStatistics, written: Path) -> None:
    again = open_statistics(written)
    assert again.origin == real.origin == read_origin(written)
    assert again.marks == real.marks
    assert again.twins == real.twins
    images, kinds = toys(300, 5)
    assert scored(again, images, kinds) == pytest.approx(scored(real, images, kinds), rel=1e-5)
    assert real.origin.count == 300
    assert real.origin.classes == KINDS


def test_statistics_of_another_referee_are_refused(real: RealStatistics) -> None:
    other = toy_referee("toy16b", seed=5)
    with pytest.raises(
        StudioError, match=r"of the referee toy16a, not of this toy16b.*--referee toy1"
    ):
        check_referee(real.origin, other)
    with pytest.raises(StudioError, match="of the referee another toy16a, not of this toy16a"):
        check_referee(real.origin, toy_referee(seed=5))
    larger = dataclasses.replace(real.origin, resolution=64)
    with pytest.raises(StudioError, match="of pictures of 64 pixels, and toy16b reads 16 pixels"):
        check_referee(larger, other)
    check_referee(real.origin, REFEREE)


def rewritten(path: Path, **changes: torch.Tensor | None) -> Path:
    """The file with tensors changed or taken out; its card as it was."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        card = json.loads(file.read(length))["__metadata__"]
    tensors = load_file(path) | changes
    kept = {name.replace("__", "."): t for name, t in tensors.items() if t is not None}
    save_file(kept, path, metadata=card)
    return path


def test_files_that_are_not_what_they_say_are_refused(written: Path, tmp_path: Path) -> None:
    data = written.read_bytes()
    written.write_bytes(data[:-100])
    with pytest.raises(StudioError, match="Could not open the statistics toys"):
        open_statistics(written)
    written.write_bytes(data)
    with pytest.raises(StudioError, match="not finite"):
        open_statistics(rewritten(written, spectrum=torch.full((8,), float("nan"))))
    written.write_bytes(data)
    with pytest.raises(StudioError, match="features"):
        open_statistics(rewritten(written, features=None))
    written.write_bytes(data)
    with pytest.raises(StudioError, match=r"the tensor covariance is \[128, 127\]"):
        open_statistics(rewritten(written, covariance=torch.zeros(128, 127)))
    model = next(iter(bundled_models().values()))
    with pytest.raises(StudioError, match="it is a model or a referee, not statistics"):
        open_statistics(model)
    with pytest.raises(StudioError, match="no such file"):
        open_statistics(tmp_path / "none.safetensors")


def test_cards_that_make_no_sense_are_refused(written: Path) -> None:
    tensors = load_file(written)
    card = {
        "format_version": 1, "kind": "statistics", "factors": [], "patches": 4, "sides": [16],
        "origin": {"data": "x", "resolution": 16, "referee": "r", "referee_hash": "h", "count": 3,
                   "classes": ["dark", "bright"]},
        "twins": {"features": 1.0, "pixels": 1.0},
        "marks": [{"pictures": 10, "scores": {"fid": [1.0, 2.0, 3.0]}}],
    }  # fmt: skip

    def told(**changes: object) -> str:
        text = json.dumps(card | changes)
        save_file(tensors, written, metadata={METADATA_KEY: text})
        with pytest.raises(StudioError) as found:
            open_statistics(written)
        return str(found.value)

    assert "a newer Latent Studio" in told(format_version=2)
    assert "scores" in told(marks=[{"pictures": 10, "scores": {"fid": [1.0]}}])
    assert "sides" in told(sides=[])
    assert "twins" in told(twins={"features": -1, "pixels": 0})
    save_file(tensors, written, metadata={METADATA_KEY: json.dumps(card)})
    assert open_statistics(written).marks == {10: {"fid": Marks(1.0, 2.0, 3.0)}}


def test_bundled_ones_are_found_by_data_and_referee(
    real: RealStatistics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latentstudio.metrics.real_file.assets", lambda: tmp_path)
    (tmp_path / "stats").mkdir()
    with pytest.raises(
        StudioError, match=r"none come with the studio.*--resolution 16 --referee toy"
    ):
        find_statistics("toys", REFEREE)
    path = tmp_path / "stats" / "any-name.safetensors"
    save_statistics(path, real)
    assert find_statistics("toys", REFEREE) == path
    with pytest.raises(StudioError, match="are of the referee toy16a"):
        find_statistics("toys", toy_referee("toy16b", seed=5))
    larger = dataclasses.replace(real.origin, resolution=64, referee_hash="other")
    save_statistics(path, dataclasses.replace(real, origin=larger))
    with pytest.raises(StudioError, match="come with the studio are of 64 pixels"):
        find_statistics("toys", REFEREE)
