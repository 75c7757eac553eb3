from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.mask import preset
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
from latentstudio.engine.search import Candidate, Settings, search
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info(layers=1))
LAYERED = FakeGenerator(fake_info(layers=8))
QUICK = Settings(candidates=4, steps=60, bank=32, rate=0.15, realism=0.0)


def answers(
    generator: FakeGenerator, measurement: Measurement, settings: Settings
) -> list[Candidate]:
    steps = search(generator, measurement, settings)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return list(end.value)


def face(generator: FakeGenerator, seed: int) -> Tensor:
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


def test_the_same_seed_finds_the_same() -> None:
    measurement = Grey(luminance(face(FAKE, 902)))
    one, other = (answers(FAKE, measurement, replace(QUICK, steps=10, seed=3)) for _ in range(2))
    assert [c.latent for c in one] == [c.latent for c in other]
    another = answers(FAKE, measurement, replace(QUICK, steps=10, seed=4))
    assert another[0].latent != one[0].latent


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


def test_measurements_are_zero_on_their_picture_and_not_elsewhere() -> None:
    target, other = face(FAKE, 1), face(FAKE, 2)
    hole = torch.from_numpy(preset("centre", 32).hole.copy())
    kinds: list[Measurement] = [
        known_pixels(target, hole),
        Pooled(torch.nn.functional.avg_pool2d(target, 4)),
        Grey(luminance(target)),
        Everything(target),
        projections(target, 50, seed=0),
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
