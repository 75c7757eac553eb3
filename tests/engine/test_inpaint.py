import itertools

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.mask import Mask, preset
from latentstudio.core.paste import SEAMS
from latentstudio.core.recipe import Anchor, Recipe
from latentstudio.core.steps import ended
from latentstudio.engine.inpaint import Filled, blend, inpaint, to_image, to_picture
from latentstudio.engine.messages import Step
from latentstudio.engine.render import draw, to_rgb
from latentstudio.engine.search import Settings
from tests.fakes import FakeGenerator, fake_info

FAKE = FakeGenerator(fake_info(layers=1))
QUICK = Settings(candidates=3, steps=60, bank=32, rate=0.15)
MASK = preset("centre", 32, 0.4)


def face(seed: int) -> np.ndarray:
    z = FAKE.map(FAKE.sample_z([seed]))
    return to_picture(FAKE.synthesize(z)[0])


def finish(picture: np.ndarray, mask: Mask) -> tuple[list[Filled], list[Step]]:
    seen: list[Step] = []
    return ended(inpaint(FAKE, picture, mask, QUICK), seen.append), seen


def test_a_hole_is_filled_and_nothing_else_changes() -> None:
    picture = face(900)
    damaged = np.where(MASK.hole[..., None], 128, picture).astype(np.uint8)
    found, steps = finish(damaged, MASK)
    assert len(found) == 3
    for filled in found:
        assert np.array_equal(filled.pixels[~MASK.hole], damaged[~MASK.hole])
    inside = found[0].pixels[MASK.hole].astype(int) - picture[MASK.hole]
    assert np.abs(inside).mean() < 6
    previews = [step.preview for step in steps if step.preview][-1]
    assert [answer.fit for answer in previews] == sorted(answer.fit for answer in previews)
    assert len(previews) == 3
    assert np.array_equal(previews[0].pixels[~MASK.hole], damaged[~MASK.hole])
    assert np.isfinite(previews[0].doubt)
    draft = draw(FAKE, Recipe(anchors=(Anchor(previews[0].latent),)))
    assert np.abs(to_rgb(draft.pixels).astype(int) - previews[0].drawn).mean() < 8
    assert steps[-1].done == steps[-1].total


def test_the_answer_is_a_place_to_go_on_from() -> None:
    found, _ = finish(face(901), MASK)
    drawn = draw(FAKE, Recipe(anchors=(Anchor(found[0].latent),)))
    assert np.abs(to_rgb(drawn.pixels).astype(int) - found[0].drawn).max() <= 1


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (Mask.empty(32), "Nothing"),
        (Mask(np.full((32, 32), 255, np.uint8)), "Everything"),
        (preset("centre", 16), "fit"),
    ],
)
def test_masks_that_ask_for_nothing(mask: Mask, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        finish(face(1), mask)


def test_the_end_of_a_search_takes_a_candidate_at_a_time() -> None:
    fake = FakeGenerator(fake_info(layers=1))
    notes, drawn = [], [0]

    def see(step: Step) -> None:
        notes.append(step.note)
        drawn.append(fake.drawn)

    found = ended(inpaint(fake, face(902), MASK, QUICK), see)
    drawn.append(fake.drawn)
    assert len(found) == notes.count("Blending") == 3
    assert [b - a for a, b in itertools.pairwise(drawn)][-7:] == [1, 1, 1, 0, 0, 0, 0]


def test_another_seam_is_what_a_search_with_it_gives() -> None:
    damaged = np.where(MASK.hole[..., None], 128, face(903)).astype(np.uint8)
    found, _ = finish(damaged, MASK)
    assert [one.seam for one in found] == ["poisson"] * 3
    for way in SEAMS:
        steps = blend(FAKE, damaged, MASK, [one.drawn for one in found], way)
        told = inpaint(FAKE, damaged, MASK, QUICK, way)
        wanted, pixels = (ended(job) for job in (told, steps))
        assert all(np.array_equal(a.pixels, b) for a, b in zip(wanted, pixels, strict=True))


def test_pictures_there_and_back() -> None:
    picture = face(3)
    assert np.array_equal(to_picture(to_image(picture)), picture)
