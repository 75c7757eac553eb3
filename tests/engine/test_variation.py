"""The deviation over noise draws, against one that is known."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from latentstudio.core.recipe import Noise, Recipe
from latentstudio.core.variation import Variation
from latentstudio.engine.messages import JobDone, JobProgress
from latentstudio.engine.render import draw
from latentstudio.engine.variation import variation
from tests.engine.conftest import Bench, recipe_of
from tests.fakes import FakeGenerator, fake_info


class Known(FakeGenerator):
    """Pixels are their noise seed, modulo 2, times the strength: left half only."""

    def synthesize(
        self,
        styles: torch.Tensor,
        noise: str = "const",
        psi: float = 1.0,
        max_resolution: int | None = None,
        *,
        noise_seed: int = 0,
        noise_strengths: Sequence[float] = (),
    ) -> torch.Tensor:
        image = torch.zeros(1, 3, 4, 4)
        if noise != "none":
            image[..., :2] = 0.2 * (noise_seed % 2) * (noise_strengths or (1.0,))[0]
        return image


def measure(generator: FakeGenerator, recipe: Recipe, draws: int = 16) -> Variation:
    """What the job returns."""

    def whole() -> Iterator[Variation]:
        yield (yield from variation(generator, recipe, draws))  # type: ignore[misc]

    *_, found = whole()
    assert isinstance(found, Variation)
    return found


@pytest.fixture
def known() -> Known:
    return Known(fake_info(noise=True, resolution=4))


class Broken(Known):
    """Draws no numbers where the noise seed is odd."""

    def synthesize(self, styles: torch.Tensor, *args: Any, **options: Any) -> torch.Tensor:
        image = super().synthesize(styles, *args, **options)
        return torch.where(image > 0, torch.nan, image)


def test_pixels_that_are_no_numbers_end_in_a_map_all_the_same() -> None:
    found = measure(Broken(fake_info(noise=True, resolution=4)), recipe_of(1))
    assert np.isfinite(found.deviation).all()
    assert found.colors.shape == (4, 4, 3)


def test_half_the_draws_at_two_levels_deviate_by_half_their_distance(known: Known) -> None:
    found = measure(known, recipe_of(1))
    assert found.deviation.shape == (4, 4)
    assert found.deviation[:, :2] == pytest.approx(0.1 * 127.5, rel=1e-5)
    assert (found.deviation[:, 2:] == 0).all()


def test_strengths_of_the_recipe_count(known: Known) -> None:
    strong = replace(recipe_of(1), noise=Noise(strength=2.0))
    assert measure(known, strong).deviation.max() == pytest.approx(0.2 * 127.5, rel=1e-5)


def test_without_noise_nothing_varies(known: Known) -> None:
    off = replace(recipe_of(1), noise=Noise("none"))
    found = measure(known, off)
    assert (found.deviation == 0).all()
    assert found.words == "The noise changes nothing in this picture."


def test_it_is_the_deviation_of_what_is_drawn() -> None:
    generator = FakeGenerator(fake_info(noise=True))
    recipe = replace(recipe_of(2), noise=Noise(seed=5))
    pictures = [
        draw(generator, replace(recipe, noise=Noise(seed=5 + i))).pixels[..., :3].astype(float)
        for i in range(4)
    ]
    expected = np.sqrt(np.stack(pictures).var(0).mean(-1))
    assert measure(generator, recipe, 4).deviation == pytest.approx(expected, abs=0.6)


def test_the_same_face_gives_the_same_map_and_the_recipe_is_told() -> None:
    generator = FakeGenerator(fake_info(noise=True))
    random = replace(recipe_of(2), noise=Noise("random"))
    first, second = measure(generator, random), measure(generator, random)
    assert np.array_equal(first.deviation, second.deviation)
    assert first.recipe == random


def test_as_a_job_it_draws_sixteen_pictures_one_a_step() -> None:
    bench = Bench(FakeGenerator(fake_info(noise=True))).opened()
    bench.engine.start_job("variation", "Noise variation", recipe=recipe_of(1))
    bench.drain()
    done = bench.messages[-1]
    assert isinstance(done, JobDone)
    assert isinstance(done.result, Variation)
    steps = [m.step for m in bench.messages if isinstance(m, JobProgress)]
    assert [(s.done, s.total) for s in steps] == [(i, 16) for i in range(1, 17)]
    assert bench.generator.drawn == 16
    bench.engine.close()
