"""A generator is drawn, scored, and each number says what it was measured on."""

from collections.abc import Generator as Steps
from dataclasses import replace
from typing import TypeVar

import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.steps import ended
from latentstudio.metrics import evaluation
from latentstudio.metrics.evaluation import (
    Row,
    applies,
    choose_referee,
    evaluate,
    obstacle_of,
    pictures_of,
)
from latentstudio.metrics.observe import Observer
from latentstudio.metrics.real import RealStatistics
from latentstudio.metrics.samples import samples
from tests.fakes import FakeGenerator, fake_info
from tests.metrics.toys import KINDS, toy_referee, toy_statistics

T = TypeVar("T")
REFEREE = toy_referee()
ALL = ["fid_avatar", "prdc", "spectrum", "birthday", "class_fid", "class_accuracy", "ppl"]


class Painter(FakeGenerator):
    """Draws flat pictures: light by class and z, nearer to grey by truncation."""

    def synthesize(self, styles: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        self.drawn += len(styles)
        light = styles[:, 0, :3] * 0.1 + styles[:, 0, 3:4]
        return light[:, :, None, None].expand(-1, -1, 16, 16).clamp(-1, 1)

    def map(self, z: torch.Tensor, classes: object = None) -> torch.Tensor:
        styles = z[:, None].repeat(1, self.info.style_layers, 1)
        if isinstance(classes, list):
            signs = torch.tensor([self.info.classes[c] == "bright" for c in classes]).float()
            styles[:, :, 3] = signs[:, None] - 0.5
        return styles

    def truncate(
        self, styles: torch.Tensor, psi: float = 1.0, cutoff: int | None = None
    ) -> torch.Tensor:
        return torch.cat([styles[:, :, :3] * psi, styles[:, :, 3:]], 2)


def painter(classes: tuple[str, ...] = KINDS, layers: int = 2) -> Painter:
    info = fake_info(layers=layers, classes=classes, resolution=16)
    return Painter(info)


@pytest.fixture(scope="module")
def real() -> RealStatistics:
    return toy_statistics(REFEREE)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "PATHS", 70)
    monkeypatch.setattr(evaluation, "TRUNCATED", 40)


def finished(steps: Steps[int, None, T]) -> tuple[T, int]:
    """What a job returns, and how many pictures its steps told of."""
    drawn: list[int] = []
    return ended(steps, drawn.append), sum(drawn)


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row.name: row for row in rows}


def test_every_row_has_a_name_and_says_its_protocol(real: RealStatistics) -> None:
    generator = painter()
    rows, drawn = finished(evaluate(generator, REFEREE, real, ALL, 300))
    found = by_name(rows)
    assert list(found) == [
        "fid_toy16", "precision_toy16", "recall_toy16", "density_toy16", "coverage_toy16",
        "spectrum", "birthday_toy16", "class_fid_toy16", "class_accuracy_toy16",
        "ppl_z_toy16", "ppl_z_end_toy16", "ppl_w_toy16", "ppl_w_end_toy16",
    ]  # fmt: skip
    assert found["fid_toy16"].protocol == (
        "300 generated at truncation 1 against 300 real; "
        "floor and yardsticks of 300 other real ones"
    )
    assert found["ppl_w_toy16"].protocol.startswith("70 paths at truncation 1")
    assert found["ppl_w_toy16"].marks == {}
    marks = found["class_fid_toy16"].marks
    assert set(marks) == {"class_fid", "class_fid/dark", "class_fid/bright"}
    assert drawn == pictures_of(ALL, generator.info, 300)
    assert generator.drawn == drawn


def test_classes_take_turns_and_are_told_by_name(real: RealStatistics) -> None:
    for classes in (KINDS, KINDS[::-1]):  # the order of the model's need not be that of the data
        rows, _ = finished(evaluate(painter(classes), REFEREE, real, ["class_accuracy"], 300))
        assert rows[0].score.value == 1
        assert rows[0].curve == {"0.5": 1, "0.7": 1, "1": 1}
    _, classes_drawn = zip(*samples(painter(), 130), strict=True)
    assert torch.cat(classes_drawn).tolist() == [0, 1] * 65


def test_fewer_pictures_than_the_floor_are_told(real: RealStatistics) -> None:
    rows, _ = finished(evaluate(painter(), REFEREE, real, ["prdc"], 50))
    assert rows[0].protocol.endswith("of 300 other real ones, more than were generated")


def test_truncation_shows(real: RealStatistics) -> None:
    def twins(psi: float) -> float:
        rows, _ = finished(evaluate(painter(), REFEREE, real, ["birthday"], 300, psi))
        return rows[0].score.value

    assert twins(0.1) > twins(1.0)


def test_paths_in_w_are_straight_and_in_z_arcs(real: RealStatistics) -> None:
    rows, _ = finished(evaluate(painter(), REFEREE, real, ["ppl"], 300))
    lengths = {name: row.score.value for name, row in by_name(rows).items()}
    assert all(value > 0 for value in lengths.values())
    # The painter draws w as it is, so only the shape of the path differs.
    assert lengths["ppl_z_toy16"] == pytest.approx(lengths["ppl_w_toy16"], rel=0.6)
    assert lengths["ppl_z_toy16"] != lengths["ppl_w_toy16"]


def test_a_model_without_layers_has_no_paths_in_w(real: RealStatistics) -> None:
    generator = painter(classes=(), layers=1)
    rows, drawn = finished(evaluate(generator, REFEREE, real, ["ppl"], 300))
    assert [row.name for row in rows] == ["ppl_z_toy16", "ppl_z_end_toy16"]
    assert drawn == generator.drawn == 4 * 70  # and no samples


def test_separability_is_that_of_the_latents_that_were_drawn(real: RealStatistics) -> None:
    found = by_name(finished(evaluate(painter(()), REFEREE, real, ["separability"], 300))[0])
    assert list(found) == ["separability_z_toy16", "separability_w_toy16"]
    # Without classes the painter's light is its fourth number: a plane tells dark from bright.
    assert found["separability_w_toy16"].score.parts["kind"] < 0.3
    by_class, _ = finished(evaluate(painter(), REFEREE, real, ["separability"], 300))
    # With classes it is the class, which z knows nothing of and the painter's w holds.
    assert by_class[0].score.parts["kind"] > 0.5 > by_class[1].score.parts["kind"]


def test_the_same_numbers_come_out_again(real: RealStatistics) -> None:
    def scores() -> list[float]:
        rows, _ = finished(evaluate(painter(), REFEREE, real, ALL, 300))
        return [row.score.value for row in rows]

    assert scores() == scores()


def test_what_does_not_apply_is_known_and_said(real: RealStatistics) -> None:
    plain, alien = painter(()).info, painter(("cat", "dog")).info
    for name in ("class_fid", "class_accuracy"):
        assert applies(name, painter().info, real, REFEREE)
        assert not applies(name, plain, real, REFEREE)
        assert not applies(name, alien, real, REFEREE)
    error = obstacle_of("class_fid", plain, "float32", 300, real, REFEREE)
    assert "fake has no classes" in str(error)
    error = obstacle_of("class_accuracy", alien, "float32", 300, real, REFEREE)
    assert "the classes of fake are not those of toys" in str(error)
    error = obstacle_of("ppl", plain, "bfloat16", 300, real, REFEREE)
    assert "bfloat16" in str(error)
    assert obstacle_of("ppl", plain, "float32", 300, real, REFEREE) is None
    unread = replace(real, histograms={})
    for name in ("histogram", "classifier_score", "separability"):
        assert not applies(name, plain, unread, REFEREE)
        error = obstacle_of(name, plain, "float32", 300, unread, REFEREE)
        assert "well enough" in str(error)


def test_the_referee_is_chosen_by_resolution_or_name() -> None:
    assert choose_referee("random", 16).name == "random16"
    assert choose_referee("random16", 16).weights_hash == choose_referee("random", 16).weights_hash
    with pytest.raises(StudioError, match=r"No referee judges pictures of 16 pixels.*random"):
        choose_referee(None, 16)
    with pytest.raises(StudioError, match="Unknown referee nobody"):
        choose_referee("nobody", 64)


def test_pictures_are_drawn_without_gradients() -> None:
    observer = Observer(REFEREE)
    with torch.enable_grad():
        for images, classes in samples(painter(), 10):
            assert not images.requires_grad
            observer.add(images, classes)
        assert not observer.observed().features.requires_grad
        assert torch.is_grad_enabled()
