import gc
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.mask import preset
from latentstudio.core.recipe import Recipe
from latentstudio.core.steps import ended
from latentstudio.engine.coordinates import Coordinates, on_simplex
from latentstudio.engine.measure import (
    Everything,
    Grey,
    Known,
    Measurement,
    Pooled,
    known_pixels,
    luminance,
    projections,
)
from latentstudio.engine.messages import Step
from latentstudio.engine.render import class_weights
from latentstudio.engine.search import Candidate, Place, Settings, search
from latentstudio.models.generator import Generator
from latentstudio.models.registry import open_model
from tests.fakes import FakeGenerator, fake_info
from tests.models.examples import write_example

FAKE = FakeGenerator(fake_info(layers=1))
LAYERED = FakeGenerator(fake_info(layers=8))
T = TypeVar("T")
QUICK = Settings(candidates=4, steps=60, bank=32, rate=0.15, realism=0.0)


def answers(
    generator: FakeGenerator, measurement: Measurement, settings: Settings
) -> list[Candidate]:
    return ended(search(generator, measurement, settings))


def face(generator: Generator, seed: int) -> Tensor:
    return generator.synthesize(generator.map(generator.sample_z([seed])))[0]


def test_a_hidden_half_is_found_again() -> None:
    target = face(FAKE, 900)
    hole = torch.from_numpy(preset("left half", 32).hole.copy())
    found = answers(FAKE, known_pixels(target, hole), QUICK)
    assert [c.fit for c in found] == sorted(c.fit for c in found)
    assert len(found) == 4
    best = torch.from_numpy(found[0].image)
    assert float((best - target)[:, hole].abs().mean()) < 0.05
    drawn = FAKE.synthesize(FAKE.map(torch.from_numpy(found[0].latent.array.copy())[None]))[0]
    torch.testing.assert_close(drawn, best)


def test_splitting_the_candidates_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    measurement = Everything(face(FAKE, 901), sizes=3)
    settings = replace(QUICK, steps=12)
    whole = answers(FAKE, measurement, settings)
    monkeypatch.setattr("latentstudio.engine.search.SLICE_S", 1e-9)  # each candidate by itself
    split = answers(FAKE, measurement, settings)
    for one, other in zip(whole, split, strict=True):
        np.testing.assert_allclose(one.latent.array, other.latent.array, atol=1e-5)


def test_sizing_a_search_keeps_no_graph(tmp_path: Path) -> None:
    """One that saves its own results through Python is a cycle that nothing frees."""
    write_example(tmp_path / "example.safetensors")
    model = open_model(str(tmp_path / "example.safetensors"))
    place, measurement = Place(model, QUICK), Everything(face(model, 1), sizes=2)

    def alive() -> int:
        place.size_slices(measurement)
        gc.collect()
        return sum(type(thing) is Tensor for thing in gc.get_objects())

    first = alive()
    assert [alive() for _ in range(3)] == [first] * 3


def test_the_same_seed_finds_the_same() -> None:
    measurement = Grey(luminance(face(FAKE, 902)))
    one, other = (answers(FAKE, measurement, replace(QUICK, steps=10, seed=3)) for _ in range(2))
    assert [c.latent for c in one] == [c.latent for c in other]
    another = answers(FAKE, measurement, replace(QUICK, steps=10, seed=4))
    assert another[0].latent != one[0].latent


def test_progress_counts_by_what_takes_as_long() -> None:
    """A bank of 32 pictures is as long as three steps of four candidates, not as 32."""
    shares: dict[str, float] = {}

    def see(step: Step) -> None:
        shares[step.note] = step.done / step.total

    ended(search(FAKE, Everything(face(FAKE, 1)), replace(QUICK, steps=16)), see)
    assert shares == {"Looking for starts": 3 / 20, "Refining": 1.0}


def test_the_best_point_on_the_way_is_the_answer() -> None:
    """A face of the bank is nearly right at once; bold steps away from it must not lose it."""
    place = Place(FAKE, QUICK)
    bank = place.draw(place.coordinates.samples(5, 1))
    target = bank + 0.01 * torch.randn(bank.shape, generator=torch.Generator().manual_seed(1))
    measurement = Everything(target[0])
    seen: list[float] = []

    def see(step: Step) -> None:
        if isinstance(step.preview, Place) and step.note == "Refining":
            seen.append(float(step.preview.fits.min()))

    settings = replace(QUICK, candidates=1, steps=6, rate=0.5)
    best = ended(search(FAKE, measurement, settings), see)[0]
    first = float(measurement.distance(bank)[0])
    assert best.fit <= first + 1e-6
    assert max(seen) <= first + 1e-6


@pytest.mark.parametrize("family", ["dcgan", "stylegan"])
def test_a_hasty_search_answers_with_exact_pictures(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the way a bfloat16 copy draws, where the processor is faster with it."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    write_example(tmp_path / "model.safetensors", family)
    generator = open_model(str(tmp_path / "model.safetensors"))
    measurement = Everything(face(generator, 1))
    settings = replace(QUICK, candidates=2, steps=3, bank=8)
    drawn_by: set[str] = set()

    def see(step: Step) -> None:
        assert isinstance(step.preview, Place)
        drawn_by.add(step.preview.draws.precision)

    for one in ended(search(generator, measurement, settings), see):
        z = torch.from_numpy(one.latent.array.copy())[None]
        drawn = generator.synthesize(generator.map(z))[0]
        torch.testing.assert_close(drawn, torch.from_numpy(one.image))
        assert one.fit == pytest.approx(float(measurement.distance(drawn[None])[0]), abs=1e-6)
    assert drawn_by == {"bfloat16", "float32"}


@pytest.mark.parametrize("space", ["w", "w+"])
def test_styles_are_searched_where_there_are_some(space: str) -> None:
    target = face(LAYERED, 903)
    settings = replace(QUICK, space=space)  # type: ignore[arg-type]
    best = answers(LAYERED, Everything(target, sizes=3), settings)[0]
    assert best.latent.space == space
    assert best.fit < 0.05
    with pytest.raises(StudioError, match="no space"):
        answers(FAKE, Everything(target), settings)


def test_the_prior_keeps_z_where_samples_are() -> None:
    hole = torch.ones(32, 32, dtype=torch.bool)
    hole[0, 0] = False  # one known pixel: anything fits
    free = answers(FAKE, known_pixels(face(FAKE, 904), hole), replace(QUICK, steps=100))
    held = answers(
        FAKE, known_pixels(face(FAKE, 904), hole), replace(QUICK, steps=100, realism=1.0)
    )

    def off(found: list[Candidate]) -> float:
        return float(np.mean([abs(np.mean(c.latent.array**2) - 1) for c in found]))

    assert off(held) < min(off(free), 0.2)
    assert all(np.abs(c.latent.array).max() <= 2.5 for c in free)


def test_a_broken_candidate_is_dropped_and_said() -> None:
    class Breaks(FakeGenerator):
        def synthesize(self, styles: Tensor, *args: Any, **more: Any) -> Tensor:
            images = super().synthesize(styles, *args, **more)
            lost = (styles[:, 0, 10] < 0.3)[:, None, None, None]
            return images.masked_fill(lost, math.nan)

    info = fake_info(layers=1)
    good = [s for s in range(64) if float(FAKE.sample_z([s])[0, 10]) > 0.5]
    assert good
    breaks = Breaks(info)
    notes: set[str] = set()
    led: list[Place] = []

    def see(step: Step) -> None:
        notes.add(step.note)
        if not led and step.note == "Refining":
            assert isinstance(step.preview, Place)
            led.append(step.preview)
            led[0].points[1, 10] = -1.0  # as if a step had led there

    found = ended(search(breaks, Everything(face(FAKE, good[0])), QUICK), see)
    assert led
    assert len(found) == QUICK.candidates - 1
    assert "Refining; 1 broken answer was dropped" in notes


def test_nothing_but_broken_pictures_is_an_error() -> None:
    class Broken(FakeGenerator):
        def synthesize(self, styles: Tensor, *args: Any, **more: Any) -> Tensor:
            return super().synthesize(styles, *args, **more) * math.nan

    with pytest.raises(StudioError, match="no start"):
        answers(Broken(fake_info(layers=1)), Everything(face(FAKE, 1)), QUICK)


def test_classes_are_tried_then_blended() -> None:
    labelled = FakeGenerator(fake_info(layers=1, classes=("cat", "dog", "owl")))
    z = labelled.sample_z([77])
    target = labelled.synthesize(labelled.map(z, ["dog"]))[0]
    found = answers(labelled, Everything(target, sizes=3), replace(QUICK, steps=80))[0]
    assert found.fit < 0.05
    assert sum(share for _, share in found.classes) == pytest.approx(1)
    assert all(share >= 0.01 for _, share in found.classes)
    weights = class_weights(labelled.info, Recipe(classes=found.classes))
    drawn = labelled.synthesize(labelled.map(torch.tensor(found.latent.array)[None], weights))[0]
    np.testing.assert_allclose(drawn.numpy(), found.image, atol=1e-5)
    steps = search(labelled, Everything(target), QUICK, (("owl", 1.0),))
    given = ended(steps)
    assert given[0].classes == (("owl", 1.0),)


def test_shares_are_put_on_the_simplex() -> None:
    rows = torch.tensor([[0.2, 0.3, 0.5], [2.0, 0.0, 0.0], [0.6, 0.6, -1.0], [-3.0, -3.0, -3.0]])
    wanted = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1 / 3] * 3])
    torch.testing.assert_close(on_simplex(rows), wanted)


def test_points_of_w_are_in_standard_deviations() -> None:
    coordinates = Coordinates(LAYERED, replace(QUICK, space="w"), ())
    points = coordinates.samples(0, 8000)
    spread = torch.cov(points.T)
    assert float(spread.diagonal().mean()) == pytest.approx(1, abs=0.03)
    # Units come from 2,048 other samples: the least varying of 16 directions is off by up to
    # 1 / (1 - sqrt(16 / 2048))^2 - 1 = 0.2 (Marchenko and Pastur 1967).
    torch.testing.assert_close(spread, torch.eye(16), atol=0.22, rtol=0)
    back = coordinates.latents(points[:3])
    z = LAYERED.sample_z([2**31 + i for i in range(3)])
    torch.testing.assert_close(back, LAYERED.map(z)[:, 0], atol=1e-4, rtol=1e-4)


def test_samples_are_no_faces_that_people_number() -> None:
    """A face of a small seed is to be searched; it is not in the bank."""
    for seed in (0, 1, 77):
        coordinates = Coordinates(FAKE, replace(QUICK, seed=seed), ())
        bank = coordinates.latents(coordinates.samples(0, 256))
        faces = FAKE.sample_z(range(300))
        assert float(torch.cdist(bank, faces).min()) > 0.5


def test_doubt_is_in_spreads_of_real_faces() -> None:
    image = face(FAKE, 3)[None]
    verdict = float(image.mean())
    place = Place(replace(FAKE, critic_real=(verdict + 2.0, 0.5)), QUICK)
    point = place.coordinates.samples(0, 1)
    far = float(place.coordinates.improbable(point)[0])
    assert float(place.doubt(image, point)[0]) - far == pytest.approx(math.log1p(math.exp(4.0)))


def test_the_mean_is_a_start_too() -> None:
    settings = replace(QUICK, space="w", start="mean", steps=0)
    found = answers(LAYERED, Everything(face(LAYERED, 9), sizes=3), settings)
    mean = LAYERED.map(LAYERED.sample_z(range(500)))[:, 0].mean(0)
    assert all(np.abs(c.latent.array - mean.numpy()).mean() < 0.3 for c in found)


def test_random_measurements_are_drawn_in_parts_and_as_if_at_once() -> None:
    target, count = face(FAKE, 3), 700
    parts = len(list(projections(target, count, seed=4)))
    assert parts == 3  # of a million numbers each
    whole = torch.randn(count, target.numel(), generator=torch.Generator().manual_seed(4))
    found = ended(projections(target, count, seed=4))
    assert torch.equal(found.matrix, whole / count**0.5)
    assert torch.equal(found.target, found.matrix @ target.flatten())


def test_measurements_are_zero_on_their_picture_and_not_elsewhere() -> None:
    target, other = face(FAKE, 1), face(FAKE, 2)
    hole = torch.from_numpy(preset("centre", 32).hole.copy())
    kinds: list[Measurement] = [
        known_pixels(target, hole),
        Pooled(torch.nn.functional.avg_pool2d(target, 4)),
        Grey(luminance(target)),
        Everything(target),
        ended(projections(target, 50, seed=0)),
    ]
    for kind in kinds:
        same, different = kind.distance(torch.stack([target, other])).tolist()
        assert same < 1e-5
        assert different > 0.01


def test_known_pixels_near_the_hole_weigh_most() -> None:
    hole = torch.zeros(64, 64, dtype=torch.bool)
    hole[24:40, 24:40] = True
    known = known_pixels(torch.zeros(3, 64, 64), hole)
    assert isinstance(known, Known)
    assert float(known.weights[hole].abs().max()) == 0
    assert known.weights[23, 32] > known.weights[21, 32] > known.weights[5, 5] > 0
    assert float(known.weights.mean()) == pytest.approx(1)
    with pytest.raises(ValueError, match="nothing"):
        known_pixels(torch.zeros(3, 8, 8), torch.ones(8, 8, dtype=torch.bool))
