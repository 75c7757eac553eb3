from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.search import RESTORE_TASKS, Restored, RestoreTask, Rgb, Settings
from latentstudio.core.steps import ended
from latentstudio.engine.inpaint import to_image, to_picture
from latentstudio.engine.measure import luminance, noise_of
from latentstudio.engine.messages import Step
from latentstudio.engine.restore import known, restore, with_luminance, with_means
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info(layers=1))
QUICK = Settings(candidates=2, steps=60, bank=32, rate=0.15, realism=0.0)


def face(seed: int) -> Rgb:
    return to_picture(FAKE.synthesize(FAKE.map(FAKE.sample_z([seed])))[0])


def finish(
    picture: Rgb, task: RestoreTask, settings: Settings = QUICK, **options: Any
) -> tuple[Restored, list[Step]]:
    seen: list[Step] = []
    return ended(restore(FAKE, picture, task, settings, **options), seen.append), seen


def off(one: Rgb, other: Rgb) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize(("task", "most"), list(zip(RESTORE_TASKS, (3, 25, 6, 3, 6), strict=True)))
def test_a_face_is_found_from_less(task: RestoreTask, most: float) -> None:
    picture = face(900)
    found, steps = finish(picture, task, noise=20.0, counts=(200,))
    best = found.answers[0]
    assert off(best.drawn, picture) < most
    assert off(found.given, picture) > 2 * off(best.drawn, picture) or task == "colorize"
    assert [a.fit for a in found.answers] == sorted(a.fit for a in found.answers)
    assert steps[-1].done == steps[-1].total
    assert len(steps[-1].preview) == len(found.answers)


def test_a_small_picture_keeps_its_pixels() -> None:
    small = to_picture(torch.nn.functional.avg_pool2d(to_image(face(901)), 8))
    found, _ = finish(small, "superres")
    best = found.answers[0].pixels
    again = torch.nn.functional.avg_pool2d(to_image(best), 8)
    assert off(to_picture(again), small) <= 1
    assert best.shape == (32, 32, 3)
    plain, _ = finish(small, "superres", keep=False)
    assert np.array_equal(plain.answers[0].pixels, plain.answers[0].drawn)


def test_a_grey_picture_keeps_its_luminance() -> None:
    picture = face(902)
    found, _ = finish(picture, "colorize", replace(QUICK, steps=2))
    given, kept = (luminance(to_image(p)) for p in (picture, found.answers[0].pixels))
    assert float((given - kept).abs().max()) < 2 / 127.5
    assert off(found.answers[0].pixels, found.answers[0].drawn) > 1
    assert np.ptp(found.given, axis=2).max() == 0


def test_colours_that_do_not_fit_become_paler_not_darker() -> None:
    red = torch.tensor([1.0, -1.0, -1.0])[:, None, None].expand(3, 1, 1)
    light = with_luminance(red, torch.full((1, 1), 0.9))
    assert float(luminance(light)) == pytest.approx(0.9, abs=1e-5)
    assert float(light.max()) <= 1
    assert float(light[0]) > float(light[1])


def test_means_are_put_back_exactly() -> None:
    drawn, small = torch.rand(3, 32, 32), torch.rand(3, 8, 8)
    fixed = with_means(drawn, small)
    torch.testing.assert_close(torch.nn.functional.avg_pool2d(fixed, 4), small)


def test_known_pixels_are_kept() -> None:
    picture = face(903)
    found, _ = finish(picture, "missing", replace(QUICK, steps=2), missing=0.5)
    same = (found.answers[0].pixels == picture).all(2)
    assert 0.4 < same.mean() < 0.7
    assert 0.4 < (found.given == picture).all(2).mean() < 0.6


def test_more_measurements_find_more() -> None:
    settings = replace(QUICK, steps=100, bank=64)
    found, steps = finish(face(904), "sensing", settings, counts=(3, 300))
    (few, poor), (many, good) = found.curve
    assert (few, many) == (3, 300)
    assert good < poor / 2
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_noise_is_told_from_the_picture() -> None:
    smooth = to_image(face(905))
    noisy = smooth + 0.1 * torch.randn(smooth.shape, generator=torch.Generator().manual_seed(0))
    assert noise_of(smooth) < 0.01
    assert noise_of(noisy) == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("size", "task", "options", "words"),
    [
        (24, "superres", {}, "does not fit"),
        (16, "colorize", {}, "does not fit"),
        (32, "superres", {"factor": 3}, "3 times smaller"),
        (32, "superres", {"factor": 32}, "32 times smaller"),
        (32, "missing", {"missing": 0.0}, "Nothing to look for"),
        (32, "missing", {"missing": 1.0}, "No pixel is known"),
        (32, "sensing", {"counts": ()}, "measure"),
        (32, "sensing", {"counts": (10, 4000)}, "measure"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(
    size: int, task: RestoreTask, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        finish(face(1)[:size, :size], task, **options)


@pytest.mark.parametrize("task", RESTORE_TASKS)
def test_what_is_known_is_shown_before_the_search(task: RestoreTask) -> None:
    picture = face(902)
    options: dict[str, Any] = {"factor": 8, "noise": 30.0, "missing": 0.6}
    shown = ended(known(FAKE, picture, task, 7, **options, count=90))
    brief = replace(QUICK, seed=7, steps=1)
    found, _ = finish(picture, task, brief, **options, counts=(90,))
    assert np.abs(shown.astype(int) - found.given).max() <= 1  # sums are rounded in another order
    assert off(shown, picture) > 1


def test_what_cannot_be_known_is_said() -> None:
    with pytest.raises(StudioError, match="times smaller"):
        next(known(FAKE, face(903), "superres", factor=5))
