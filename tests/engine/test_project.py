from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Anchor, Noise, Recipe, Space
from latentstudio.core.search import Projected, Rgb, Settings
from latentstudio.core.steps import ended
from latentstudio.engine import project as module
from latentstudio.engine.descent import lbfgs
from latentstudio.engine.features import difference, likeness
from latentstudio.engine.inpaint import to_image, to_picture
from latentstudio.engine.jumps import jump
from latentstudio.engine.messages import Step
from latentstudio.engine.project import project
from latentstudio.engine.render import draw, to_rgb
from latentstudio.engine.search import Place
from latentstudio.engine.tuned_noise import correlation
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info(layers=1))
LAYERED = FakeGenerator(fake_info(layers=4, noise=True))


def face(generator: FakeGenerator, seed: int, **more: Any) -> Rgb:
    styles = generator.map(generator.sample_z([seed]))
    return to_picture(generator.synthesize(styles, **more)[0])


def finish(
    generator: FakeGenerator, picture: Rgb, space: Space = "z", **more: Any
) -> tuple[Projected, list[Step]]:
    more = {"steps": 40, "starts": 8, "features": "none", **more}
    seen: list[Step] = []
    return ended(project(generator, picture, space, **more), seen.append), seen


@pytest.mark.parametrize(("generator", "space"), [(FAKE, "z"), (LAYERED, "w"), (LAYERED, "w+")])
def test_a_drawn_face_is_found_again(generator: FakeGenerator, space: Space) -> None:
    picture = face(generator, 900)
    found, steps = finish(generator, picture, space)
    assert found.difference < 1
    assert found.latent.space == space
    drawn = draw(generator, Recipe(anchors=(Anchor(found.latent),)))
    assert np.array_equal(to_rgb(drawn.pixels), found.picture)
    assert found.styles.shape == (generator.info.style_layers, 16)
    assert found.losses[-1] < found.losses[0] / 2
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] <= 1
    previews = [step.preview for step in steps if step.preview is not None]
    (last,) = previews[-1]
    assert last.pixels.shape == picture.shape
    assert last.latent.space == space


def test_a_search_that_recovers_nothing_jumps_on(monkeypatch: pytest.MonkeyPatch) -> None:
    jumped: list[tuple[int, int]] = []

    def noted(place: Place, row: int, target: Tensor, number: int) -> Any:
        jumped.append((row, number))
        return jump(place, row, target, number)

    monkeypatch.setattr(module, "jump", noted)
    finish(LAYERED, face(LAYERED, 900), "w+")
    assert not jumped
    strange = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    found, steps = finish(LAYERED, strange, "w+", steps=4, starts=16)
    assert jumped == [(number % 4, number) for number in range(8)]
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] <= 1
    alone = {**module._PLANS, "w+": replace(module._PLANS["w+"], jumps=0)}
    monkeypatch.setattr(module, "_PLANS", alone)
    without, _ = finish(LAYERED, strange, "w+", steps=4, starts=16)
    assert found.losses[-1] <= without.losses[-1]


def test_a_jump_that_leads_nowhere_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TRIAL", 10)
    strange = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)

    def polished(hopeful: float) -> int:
        monkeypatch.setattr(module, "_HOPEFUL", hopeful)
        _, steps = finish(LAYERED, strange, "w+", steps=10)
        return sum(step.note == "Polishing" for step in steps)

    assert polished(0.0) == 9 * 9  # nothing is as good as that: each ends at its tenth step
    assert polished(np.inf) > 9 * 20


def test_progress_counts_by_time_and_by_what_is_likely() -> None:
    settings = Settings("w+", 16, 200, 0.1, 0.002, 256, 0, Noise(), "bank")
    place = module._Projection(LAYERED, settings, ())
    done, taken = module._clock(place)
    assert done == sorted(done)
    assert taken == sorted(taken)
    assert done[-1] == place.whole
    after_bank, after_adam, after_polishing = (taken[i] / taken[-1] for i in (1, 3, 4))
    assert 0.02 < after_bank < 0.1 < after_adam < 0.3
    assert 0.6 < after_polishing < 0.8  # where most searches end


def test_the_best_so_far_is_an_answer_to_go_on_with() -> None:
    labelled = FakeGenerator(fake_info(layers=1, classes=("cat", "dog")))
    picture = face(labelled, 903)
    found, steps = finish(labelled, picture, starts=1)
    (begun,) = next(step.preview for step in steps if step.preview)
    recipe = Recipe(anchors=(Anchor(begun.latent),), classes=begun.classes)
    assert np.array_equal(to_rgb(draw(labelled, recipe).pixels), begun.pixels)
    off = np.abs(begun.pixels.astype(float) - picture).mean()
    assert begun.fit * 127.5 == pytest.approx(off)
    assert off > found.difference


def test_a_best_that_is_broken_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(FakeGenerator):
        def synthesize(self, styles: Tensor, *args: Any, **more: Any) -> Tensor:
            scale = torch.nan if styles.requires_grad else 1.0
            return super().synthesize(styles, *args, **more) * scale

    monkeypatch.setattr("latentstudio.engine.project.PREVIEW_S", 0.0)
    _, steps = finish(Broken(fake_info(layers=1)), face(FAKE, 5), steps=2, starts=1)
    assert len(steps[0].preview) == 1
    assert steps[-1].preview == []


def test_noise_is_that_of_the_recipe() -> None:
    noise = Noise(seed=5, strength=2.0)
    picture = face(LAYERED, 901, noise_seed=5, noise_strengths=(2.0, 2.0))
    found, _ = finish(LAYERED, picture, "w", noise=noise)
    other, _ = finish(LAYERED, picture, "w", noise=Noise("none"), steps=60)
    assert found.difference < 1 < other.difference


@pytest.mark.parametrize(
    ("features", "looked"), [("auto", "critic"), ("critic", "critic"), ("none", "")]
)
def test_it_says_who_looked(features: str, looked: str) -> None:
    found, _ = finish(FAKE, face(FAKE, 902), features=features, steps=4)
    assert found.looked_by == looked


def test_without_a_critic_pixels_do() -> None:
    plain = FakeGenerator(replace(fake_info(layers=1), critic=None))
    assert finish(plain, face(plain, 1), features="auto", steps=4)[0].looked_by == ""
    with pytest.raises(StudioError, match="no discriminator"):
        finish(plain, face(plain, 1), features="critic")


def test_a_class_is_found_with_the_latent() -> None:
    labelled = FakeGenerator(fake_info(layers=1, classes=("cat", "dog")))
    styles = labelled.map(labelled.sample_z([7]), ["dog"])
    found, _ = finish(labelled, to_picture(labelled.synthesize(styles)[0]))
    assert found.difference < 1
    recipe = Recipe(anchors=(Anchor(found.latent),), classes=found.classes)
    assert np.array_equal(to_rgb(draw(labelled, recipe).pixels), found.picture)


def test_the_prior_holds_a_face_near_the_mean() -> None:
    styles = LAYERED.map(LAYERED.sample_z([900]))
    strange = to_picture(LAYERED.synthesize(4 * styles)[0])
    free, _ = finish(LAYERED, strange, "w+", prior=0.0)
    held, _ = finish(LAYERED, strange, "w+", prior=1.0, start="mean")

    def far(found: Projected) -> float:
        return float(np.abs(found.latent.array).mean())

    assert far(held) < far(free)


def test_refusals_are_sentences() -> None:
    with pytest.raises(StudioError, match="fit"):
        finish(FAKE, face(FAKE, 1)[:16])
    with pytest.raises(StudioError, match="no noise"):
        finish(FAKE, face(FAKE, 1), tune_noise=True)
    with pytest.raises(StudioError, match="no space"):
        finish(FAKE, face(FAKE, 1), "w+")
    with pytest.raises(StudioError, match="from outside"):
        finish(LAYERED, face(LAYERED, 1), "w", tune_noise=True, steps=2)


class Noisy(FakeGenerator):
    """Takes noise: it is added to the picture."""

    def synthesize_with(self, styles: Tensor, noises: list[Tensor]) -> Tensor:
        return self.synthesize(styles, "none") + 0.2 * noises[-1]


def test_noise_is_tuned_and_stays_noise() -> None:
    noisy = Noisy(fake_info(layers=4, noise=True))
    grain = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(9))
    image = noisy.synthesize_with(noisy.map(noisy.sample_z([3])), [grain, grain])[0]
    found, _ = finish(noisy, to_picture(image), "w", tune_noise=True, noise=Noise("none"), steps=60)
    assert found.tuned is not None
    off = np.abs(found.tuned.astype(float) - to_picture(image)).mean()
    assert off < 0.6 * found.difference


def test_correlation_tells_noise_from_a_picture() -> None:
    noise = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    ramp = torch.linspace(-1.7, 1.7, 64).expand(1, 1, 64, 64)
    assert float(correlation([noise])) < 0.1
    assert float(correlation([ramp])) > 1


def test_features_are_compared_by_direction() -> None:
    maps = [torch.rand(2, 8, 8, 8) for _ in range(2)]
    torch.testing.assert_close(difference(maps, [3 * one for one in maps]), torch.zeros(2))
    assert float(difference(maps, [-one for one in maps])[0]) == pytest.approx(4, abs=1e-4)


def test_likeness_is_zero_for_the_picture_itself() -> None:
    target = to_image(face(FAKE, 4))
    look = likeness(FAKE, target, "critic")
    near, far = look.distance(torch.stack([target, to_image(face(FAKE, 5))])).tolist()
    assert near == pytest.approx(0, abs=1e-6)
    assert far > 0.05


def test_lpips_is_asked_for_in_a_sentence_or_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    target = to_image(face(FAKE, 4))
    with pytest.raises(StudioError, match="not installed"):
        likeness(FAKE, target, "lpips")

    class Lpips(torch.nn.Module):
        def __init__(self, net: str, verbose: bool) -> None:
            super().__init__()

        def forward(self, one: Tensor, other: Tensor) -> Tensor:
            return (one - other).square().mean((1, 2, 3), keepdim=True)

    module = type("lpips", (), {"LPIPS": Lpips})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("latentstudio.engine.features.importlib.import_module", lambda name: module)
    with pytest.raises(StudioError, match="downloads nothing"):
        likeness(FAKE, target, "lpips")
    weights = tmp_path / "hub" / "checkpoints" / "alexnet-owt-7be5be79.pth"
    weights.parent.mkdir(parents=True)
    weights.touch()
    look = likeness(FAKE, target, "lpips")
    assert look.by == "lpips"
    assert look.far is not None
    assert float(look.far(target[None])[0]) == 0


def test_lbfgs_finds_the_end_of_a_valley() -> None:
    def rosenbrock(point: Tensor) -> tuple[float, Tensor]:
        point = point.clone().requires_grad_()
        with torch.enable_grad():
            x, y = point
            value = 100 * (y - x.square()).square() + (1 - x).square()
        return float(value), torch.autograd.grad(value, point)[0]

    begin = torch.tensor([-1.2, 1.0], dtype=torch.float64)
    places = list(lbfgs(rosenbrock, begin, 80))
    assert len(places) <= 80
    torch.testing.assert_close(places[-1], torch.ones(2, dtype=torch.float64), atol=1e-4, rtol=0)
    values = [rosenbrock(place)[0] for place in places]
    assert values == sorted(values, reverse=True)
