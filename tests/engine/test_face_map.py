"""The jobs of the face map and of even speed, on generators without a network."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from latentstudio.core import face_map as maps
from latentstudio.core.classes import with_sample
from latentstudio.core.face_map import FaceMap
from latentstudio.core.pace import Pace
from latentstudio.core.recipe import Anchor, ModelRef, Recipe, Seed, with_position
from latentstudio.core.steps import ended
from latentstudio.engine.face_map import face_map
from latentstudio.engine.jobs import Job
from latentstudio.engine.messages import JobDone, JobProgress, Step
from latentstudio.engine.pace import pace
from latentstudio.engine.render import draw
from latentstudio.models.generator import Classes
from tests.fakes import FakeGenerator, fake_info


class Styled(FakeGenerator):
    """Styles that differ mostly in two numbers, as those of a mapping network do."""

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        scale = torch.full((self.info.style_dim,), 0.2)
        scale[:2] = torch.tensor([3.0, 2.0])
        return (z * scale)[:, None].expand(-1, self.info.style_layers, -1)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(maps, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def result(steps: Any) -> tuple[Any, list[Step]]:
    seen: list[Step] = []
    return ended(steps, seen.append), seen


def test_styles_make_the_map_without_drawing() -> None:
    generator = Styled(fake_info(z_dim=32))
    made, seen = result(face_map(generator))
    assert isinstance(made, FaceMap)
    assert not made.pictures
    assert made.seeds == tuple(range(maps.FACES))
    assert generator.drawn == 0
    assert seen[-1] == Step(maps.FACES, maps.FACES)
    first = generator.sample_z(range(maps.FACES))[:, 0].numpy()
    assert abs(np.corrcoef(made.places[:, 0], first)[0, 1]) > 0.99


def test_where_styles_say_little_pictures_do() -> None:
    generator = FakeGenerator(fake_info(layers=1, z_dim=64))
    made, _ = result(face_map(generator))
    assert made.pictures
    assert generator.drawn == maps.FACES
    frame = draw(generator, Recipe(ModelRef.of(generator.info), (Anchor(Seed(9)),)))
    place = made.place(maps.picture_features(frame.pixels))
    assert np.allclose(place, made.places[9], atol=1e-6)


def test_a_map_of_a_model_with_classes_has_them_all() -> None:
    names = ("Curls", "Beard", "Bun")
    generator = FakeGenerator(fake_info(layers=1, z_dim=64, classes=names))
    made, _ = result(face_map(generator))
    plain = Recipe(ModelRef.of(generator.info))
    for index in (0, 1, 2, 10):
        frame = draw(generator, with_sample(plain, names, made.seeds[index]))
        assert frame.styles is not None
        place = made.place(maps.style_features(frame.styles))
        assert np.allclose(place, made.places[index], atol=1e-6)


def test_the_map_is_kept_for_the_next_start(cache: Path) -> None:
    generator = FakeGenerator(fake_info(layers=1, z_dim=64))
    made, _ = result(face_map(generator))
    assert len(list(cache.iterdir())) == 1
    again, seen = result(face_map(generator))
    assert np.array_equal(again.places, made.places)
    assert (seen, generator.drawn) == ([], maps.FACES)
    other = FakeGenerator(fake_info(layers=1, z_dim=64, name="other"))
    result(face_map(other))
    assert other.drawn == maps.FACES


def test_other_faces_lie_on_the_same_axes() -> None:
    generator = Styled(fake_info(z_dim=32))
    made, _ = result(face_map(generator))
    others, _ = result(face_map(generator, seeds=[7, 1000]))
    assert others.seeds == (7, 1000)
    assert np.allclose(others.places[0], made.places[7])


def test_the_pace_of_a_path_follows_its_pictures() -> None:
    generator = FakeGenerator(fake_info(layers=1))
    a, b = Anchor(Seed(1)), Anchor(Seed(2))
    pair = Recipe(ModelRef.of(generator.info), (a, b), blend="w")
    recipes = [with_position(pair, (i / 8) ** 2) for i in range(9)]
    table, seen = result(pace(generator, recipes))
    assert isinstance(table, Pace)
    assert len(table.shares) == 9
    assert seen[-1] == Step(9, 9)
    assert table.shares[4] < 0.4  # the squares creep at first


def test_they_run_by_name() -> None:
    generator = Styled(fake_info(z_dim=32))
    job = Job(1, "face_map", "Face map", {"seeds": [5]})
    message: Any = job.advance(generator)
    while isinstance(message, JobProgress):
        message = job.advance(generator)
    assert isinstance(message, JobDone)
    assert message.result.seeds == (5,)
