import numpy as np
import pytest

from latentstudio.core.mask import Mask, preset, with_stroke
from latentstudio.engine.blend import BORDER, Blend, blended

RANDOM = np.random.default_rng(0)
KNOWN = RANDOM.integers(0, 256, (64, 64, 3)).astype(np.uint8)
DRAWN = RANDOM.integers(0, 256, (64, 64, 3)).astype(np.uint8)
HOLE = with_stroke(Mask.empty(64), [(20, 20), (40, 45)], 18, 0.5)


@pytest.mark.parametrize("way", ["poisson", "feather", "none"])
def test_no_byte_changes_outside_the_mask_and_its_border(way: Blend) -> None:
    result = blended(KNOWN, DRAWN, HOLE, way)
    changed = (result != KNOWN).any(2)
    y, x = np.nonzero(HOLE.hole)
    distance = np.array(
        [
            np.abs(np.array([y - row, x - column])).max(0).min()
            for row, column in np.argwhere(changed)
        ]
    )
    allowed = round(64 * BORDER) if way == "feather" else 0
    assert distance.max() <= allowed


def test_none_cuts() -> None:
    result = blended(KNOWN, DRAWN, HOLE, "none")
    assert np.array_equal(result[HOLE.hole], DRAWN[HOLE.hole])


def test_poisson_brings_another_brightness_to_the_known_one() -> None:
    ramp = np.linspace(60, 180, 64)[None, :, None] * np.ones((64, 1, 3))
    known, drawn = ramp.astype(np.uint8), (ramp + 40).astype(np.uint8)
    result = blended(known, drawn, preset("centre", 64, 0.3), "poisson")
    assert np.abs(result.astype(int) - known).max() <= 1


def test_poisson_keeps_the_drawn_slopes() -> None:
    known = np.full((64, 64, 3), 100, np.uint8)
    drawn = known.copy()
    drawn[28:36, 28:36] = 200  # a thing that does not touch the border
    result = blended(known, drawn, preset("centre", 64, 0.5), "poisson")
    assert np.abs(result.astype(int) - drawn).max() <= 1


def test_answers_for_one_hole_share_its_equations() -> None:
    first = blended(KNOWN, DRAWN, HOLE, "poisson")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scipy.sparse.linalg.splu", None)  # whoever solves anew stumbles over it
        again = blended(KNOWN, DRAWN, Mask(HOLE.levels.copy()), "poisson")
        other = blended(DRAWN, KNOWN, HOLE, "poisson")
    assert np.array_equal(again, first)
    assert np.array_equal(other[~HOLE.hole], DRAWN[~HOLE.hole])


def test_holes_at_the_edge_and_everywhere_and_nowhere() -> None:
    left = preset("left half", 64)
    shifted = np.clip(KNOWN.astype(int) // 2 + 30, 0, 255).astype(np.uint8)
    result = blended(KNOWN // 2, shifted, left, "poisson")
    assert np.abs(result.astype(int) - KNOWN // 2).max() <= 1
    assert np.array_equal(blended(KNOWN, DRAWN, Mask.empty(64), "poisson"), KNOWN)
    everything = Mask(np.full((64, 64), 255, np.uint8))
    assert np.array_equal(blended(KNOWN, DRAWN, everything, "poisson"), DRAWN)
