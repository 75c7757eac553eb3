"""Directions found by jobs: components, closed form, learned from examples, arithmetic."""

from collections.abc import Generator as Steps
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch

from latentstudio.core.direction import Direction, reading
from latentstudio.core.direction_file import write_directions
from latentstudio.core.errors import StudioError
from latentstudio.core.latent import seed_z
from latentstudio.core.recipe import Recipe, Span, Vector
from latentstudio.core.steps import ended
from latentstudio.engine import discover
from latentstudio.engine.discover import components, import_directions, sefa
from latentstudio.engine.examples import LEAST, arithmetic, learn
from latentstudio.engine.jobs import JOBS
from latentstudio.engine.messages import JobDone, Step
from latentstudio.engine.render import styles_of
from latentstudio.models.registry import open_model
from tests.engine.conftest import Bench, recipe_of
from tests.fakes import FakeGenerator, fake_info
from tests.models.examples import write_example

T = TypeVar("T")


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(discover, "DRAWN", 400)
    monkeypatch.setattr(discover, "SAMPLES", 2000)
    monkeypatch.setattr(discover, "MEASURED", 400)


def finished(steps: Steps[Step, None, T]) -> T:
    """The result of a job; its steps count up to their total."""
    taken: list[Step] = []
    result = ended(steps, taken.append)
    done = [0.0, *(step.done for step in taken)]
    assert done == sorted(done)
    assert all(step.done <= step.total for step in taken)
    return result


class Stretched(FakeGenerator):
    """A mapped model whose styles are stretched: number i by (16 - i)."""

    def map(self, z: torch.Tensor, classes: object = None) -> torch.Tensor:
        w = z * torch.arange(16, 0, -1) + 3.0
        return w[:, None].expand(-1, self.info.style_layers, -1)


class Plain(FakeGenerator):
    """A model of one layer whose style is z."""

    def map(self, z: torch.Tensor, classes: object = None) -> torch.Tensor:
        return z[:, None]


def plain() -> Plain:
    return Plain(fake_info(layers=1))


def test_components_of_mapped_styles_are_the_axes_of_their_spread() -> None:
    found = finished(components(Stretched(), count=5))
    assert [d.name for d in found] == [f"Component {i}" for i in range(1, 6)]
    for place, direction in enumerate(found):
        axis = np.zeros(16)
        axis[place] = 1
        assert abs(direction.vector.array @ axis) > 0.9
        assert direction.scale == pytest.approx(16 - place, rel=0.1)
        assert direction.eigenvalue == pytest.approx(direction.scale**2, rel=1e-4)
        assert direction.vector.array.max() == np.abs(direction.vector.array).max()
    assert found[0].found == "PCA of the styles of 2,000 faces"
    assert {d.model_id for d in found} == {"id-of-fake"}


def test_a_reading_of_one_is_one_standard_deviation_from_the_mean() -> None:
    generator = Stretched()
    (first, *_) = finished(components(generator))
    faces = [generator.map(generator.sample_z([seed]))[0].numpy() for seed in range(500)]
    readings = np.array([reading(first, styles) for styles in faces])
    assert abs(readings.mean()) < 0.1
    assert readings.std() == pytest.approx(1, abs=0.05)


def test_components_where_the_style_is_z_change_the_picture_most() -> None:
    generator = plain()
    found = finished(components(generator, count=4))
    eigenvalues = [d.eigenvalue or 0 for d in found]
    assert eigenvalues == sorted(eigenvalues, reverse=True)
    assert 0 < len(found) <= 4
    # The fake draws the first nine numbers of z only.
    for direction in found:
        assert np.linalg.norm(direction.vector.array[:9]) > 0.9
    middle = generator.synthesize(torch.zeros(1, 1, 16))
    along = torch.tensor(found[0].vector.array)[None, None]
    other = torch.nn.functional.one_hot(torch.tensor([[12]]), 16).float()
    change, none = (
        (generator.synthesize(step) - middle).square().mean() for step in (along, other)
    )
    assert change > 0.05
    assert none == 0


def test_components_are_found_once() -> None:
    generator = plain()
    first = finished(components(generator))
    drawn = generator.drawn
    assert finished(components(generator)) == first
    assert finished(components(generator, count=2)) == first[:2]
    assert generator.drawn == drawn
    other = replace(generator, info=replace(generator.info, model_id="another"))
    finished(components(other))
    assert other.drawn > drawn


def test_a_broken_cache_is_made_anew(tmp_path: Path) -> None:
    first = finished(components(Stretched()))
    (file,) = (tmp_path / "cache").rglob("*.safetensors")
    file.write_bytes(b"nonsense")
    assert finished(components(Stretched())) == first
    assert file.stat().st_size > 1000


def test_closed_form_goes_by_the_weights() -> None:
    generator = Stretched()
    found = finished(sefa(generator, count=3))
    for place, direction in enumerate(found):
        assert direction.vector.array[place] == pytest.approx(1)
        assert direction.eigenvalue == pytest.approx(8 / (place + 1) ** 2)
        assert direction.scale == pytest.approx(16 - place, rel=0.15)
        assert direction.mean == pytest.approx(3, abs=2)
    assert "400 faces" in found[0].found


@pytest.mark.parametrize("family", ["biggan", "dcgan", "progressive", "stylegan"])
def test_every_family_has_components_and_closed_form(family: str, tmp_path: Path) -> None:
    write_example(tmp_path / "example.safetensors", family)
    model = open_model(str(tmp_path / "example.safetensors"))
    styles = model.map(model.sample_z([3]))
    before = model.synthesize(styles)
    for job in (components(model, 6, 400), sefa(model, 6)):
        found = finished(job)
        assert found
        for direction in found:
            size = np.sqrt(np.square(direction.vector.array).sum(-1).mean())
            assert size == pytest.approx(1, abs=1e-4)
            moved = styles + 3 * direction.scale * torch.tensor(direction.vector.array)
            assert not torch.equal(model.synthesize(moved), before)


def test_closed_form_of_separate_layers_stays_in_one_layer_and_keeps_the_class(
    tmp_path: Path,
) -> None:
    write_example(tmp_path / "example.safetensors", "biggan")
    model = open_model(str(tmp_path / "example.safetensors"))
    for direction in finished(sefa(model)):
        rows = np.abs(direction.vector.array)
        (layer,) = np.flatnonzero(rows.sum(1))
        assert direction.span == Span(layer, layer)
        assert rows[:, 4:].max() == 0  # the class embedding
        faces = model.map(model.sample_z(range(300)), [0] * 300).numpy()
        assert np.std([reading(direction, face) for face in faces]) == pytest.approx(1, abs=0.2)


def sorted_faces(generator: FakeGenerator, count: int) -> tuple[list[Recipe], list[Recipe]]:
    """Faces with a large and with a small first number of the style."""
    seeds = range(5000, 5000 + 4 * count)
    order = sorted(seeds, key=lambda seed: float(seed_z("normal", seed, 16)[0]))
    return [recipe_of(s) for s in order[-count:]], [recipe_of(s) for s in order[:count]]


@pytest.mark.parametrize("generator", [plain(), Stretched()])
def test_a_direction_is_learned_from_examples(generator: FakeGenerator) -> None:
    plus, minus = sorted_faces(generator, 25)
    found = finished(learn(generator, "Bright", plus, minus))
    assert found.group == "mine"
    assert found.name == "Bright"
    assert found.accuracy is not None
    assert found.accuracy >= 0.9
    assert "25 plus and 25 minus" in found.found
    assert found.vector.array[0] > 0.6
    levels = [reading(found, styles_of(generator, r)[0].numpy()) for r in (*plus, *minus)]
    assert min(levels[:25]) > max(levels[25:]) - 1


def test_examples_that_say_nothing_have_the_accuracy_of_chance() -> None:
    faces = [recipe_of(seed) for seed in range(40)]
    found = finished(learn(plain(), "Nothing", faces[:20], faces[20:]))
    assert found.accuracy is not None
    assert 0.2 < found.accuracy < 0.8


def test_too_few_examples_are_said() -> None:
    faces = [recipe_of(seed) for seed in range(LEAST)]
    with pytest.raises(StudioError, match="1 face is marked plus and 10 minus") as caught:
        finished(learn(plain(), "Bright", faces[:1], faces))
    assert f"at least {LEAST}" in caught.value.hint
    with pytest.raises(StudioError, match="among those with plus"):
        finished(learn(plain(), "Bright", faces, faces))


def test_arithmetic_in_a_mapped_space_is_a_plain_sum() -> None:
    generator = Stretched()
    sets = [[recipe_of(1), recipe_of(2)], [recipe_of(3)], [recipe_of(4)]]
    answer = finished(arithmetic(generator, *sets))
    styles = [styles_of(generator, recipe_of(seed))[0] for seed in (1, 2, 3, 4)]
    expected = (styles[0] + styles[1]) / 2 - styles[2] + styles[3]
    torch.testing.assert_close(styles_of(generator, answer)[0], expected)
    (anchor,) = answer.anchors
    assert isinstance(anchor.latent, Vector)
    assert anchor.latent.space == "w+"
    assert answer.model == recipe_of(1).model


def test_arithmetic_in_z_keeps_the_length_of_its_parts() -> None:
    generator = plain()
    sets = [[recipe_of(s) for s in group] for group in ((1, 2, 3), (4, 5, 6), (7, 8, 9))]
    answer = finished(arithmetic(generator, *sets))
    (anchor,) = answer.anchors
    assert isinstance(anchor.latent, Vector)
    assert anchor.latent.space == "z"
    z = [seed_z("normal", seed, 16) for seed in range(1, 10)]
    plain_sum = (sum(z[:3]) - sum(z[3:6]) + sum(z[6:])) / 3
    found = anchor.latent.array
    cosine = found @ plain_sum / np.linalg.norm(found) / np.linalg.norm(plain_sum)
    assert cosine == pytest.approx(1)
    lengths = [np.linalg.norm(part) for part in z]
    expected = np.mean(lengths[:3]) - np.mean(lengths[3:6]) + np.mean(lengths[6:])
    assert np.linalg.norm(found) == pytest.approx(expected, rel=1e-5)


def test_the_mean_of_one_set_is_its_face() -> None:
    generator = plain()
    answer = finished(arithmetic(generator, [recipe_of(7)]))
    torch.testing.assert_close(styles_of(generator, answer), styles_of(generator, recipe_of(7)))


@pytest.mark.parametrize("sets", [([], [], []), ([1], [2], []), ([1], [], [2]), ([], [1], [2])])
def test_empty_sets_are_said(sets: tuple[list[int], ...]) -> None:
    recipes = [[recipe_of(seed) for seed in group] for group in sets]
    with pytest.raises(StudioError, match="no faces"):
        finished(arithmetic(plain(), *recipes))


def test_imported_directions_are_measured(tmp_path: Path) -> None:
    file = tmp_path / "age.npy"
    np.save(file, np.eye(16)[3] * 5)
    (found,) = finished(import_directions(Stretched(), file))
    assert (found.name, found.group, found.model_id) == ("Age", "mine", "id-of-fake")
    assert found.scale == pytest.approx(13, rel=0.1)
    assert found.mean == pytest.approx(3, abs=2)
    assert "spread of 400 faces" in found.found
    own = tmp_path / "own.directions.safetensors"
    write_directions(own, [found])
    assert finished(import_directions(Stretched(), own)) == (found,)


def test_a_direction_that_no_face_follows_is_refused(tmp_path: Path) -> None:
    write_example(tmp_path / "example.safetensors", "biggan")
    model = open_model(str(tmp_path / "example.safetensors"))
    np.save(tmp_path / "class.npy", np.eye(10)[9])
    with pytest.raises(StudioError, match="do not differ"):
        finished(import_directions(model, tmp_path / "class.npy"))


def test_a_running_search_can_be_cancelled(bench: Bench) -> None:
    job = bench.engine.start_job("components", "Components", samples=100_000)
    for _ in range(3):
        bench.engine.run_once()
    bench.engine.cancel(job)
    bench.drain()
    (done,) = bench.of(JobDone)
    assert done.cancelled  # type: ignore[union-attr]


def test_jobs_are_started_by_name(bench: Bench) -> None:
    wanted = {"components", "sefa", "learn", "arithmetic", "import_directions"}
    assert wanted <= JOBS.keys()
    bench.engine.start_job("sefa", "Closed form", count=2)
    bench.drain()
    (done,) = bench.of(JobDone)
    assert all(isinstance(found, Direction) for found in done.result)  # type: ignore[union-attr]
