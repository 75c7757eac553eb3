import numpy as np
import pytest
from PIL import Image, ImageDraw

from latentstudio.core.mask import (
    PRESETS,
    Mask,
    grown,
    inverted,
    preset,
    with_fill,
    with_lasso,
    with_rectangle,
    with_stroke,
)

EMPTY = Mask.empty(64)


def test_a_hard_brush_paints_a_disc_of_its_size() -> None:
    mask = with_stroke(EMPTY, [(32, 32)], 20)
    assert mask.hole.sum() == pytest.approx(np.pi * 100, rel=0.05)
    assert mask.levels[32, 32] == 255
    assert mask.levels[32, 45] == 0


def test_a_soft_brush_fades_towards_its_edge() -> None:
    row = with_stroke(EMPTY, [(32, 32)], 30, hardness=0.2).levels[32, 32:].astype(int)
    assert row[0] > 240
    assert (np.diff(row) <= 0).all()
    assert len(set(row)) > 6


def test_a_stroke_is_connected_and_the_eraser_takes_it_away() -> None:
    points = [(10.0, 10.0), (50.0, 20.0), (40.0, 55.0)]
    mask = with_stroke(EMPTY, points, 6)
    assert all(mask.hole[int(y), int(x)] for x, y in [*points, (30.0, 15.0), (45.0, 37.5)])
    assert with_stroke(mask, points, 8, erase=True).share == 0


def test_shapes() -> None:
    box = with_rectangle(EMPTY, (40, 30), (10, 20))
    assert box.hole.sum() == 30 * 10
    assert with_rectangle(box, (10, 20), (40, 30), erase=True) == EMPTY
    triangle = with_lasso(EMPTY, [(0, 0), (64, 0), (0, 64)])
    assert triangle.share == pytest.approx(0.5, abs=0.02)
    assert with_lasso(EMPTY, [(1, 1), (2, 2)]) == EMPTY


def test_fill_stops_at_what_is_painted() -> None:
    ring = with_stroke(EMPTY, [(12, 12), (52, 12), (52, 52), (12, 52), (12, 12)], 4)
    filled = with_fill(ring, (32, 32))
    assert filled.hole[32, 32]
    assert not filled.hole[2, 2]
    assert with_fill(filled, (32, 32), erase=True).share == 0
    assert with_fill(EMPTY, (-1, 99)) == EMPTY


def test_fill_takes_what_hangs_together_edge_to_edge_through_any_maze() -> None:
    random = np.random.default_rng(0)
    for share in (0.2, 0.4, 0.6):
        levels = np.where(random.random((24, 20)) < share, 255, 0).astype(np.uint8)
        for y, x in ((0, 0), (12, 10), (23, 19)):
            known = Image.fromarray(levels).copy()
            ImageDraw.floodfill(known, (x, y), 255)
            assert np.array_equal(with_fill(Mask(levels), (x, y)).levels, known)
    soft = Mask(np.full((4, 4), 200, np.uint8))
    assert with_fill(soft, (1, 1)) == soft  # it is painted already
    assert with_fill(soft, (1, 1), erase=True).share == 0


def test_invert_grow_and_shrink() -> None:
    box = with_rectangle(EMPTY, (20, 20), (40, 40))
    assert inverted(box).share == pytest.approx(1 - box.share)
    assert grown(box, 3).hole.sum() == 26 * 26
    assert grown(grown(box, 3), -3) == box


@pytest.mark.parametrize("name", PRESETS)
def test_presets_cover_their_share_and_repeat(name: str) -> None:
    mask = preset(name, 64, 0.3, seed=4)  # type: ignore[arg-type]
    assert mask == preset(name, 64, 0.3, seed=4)  # type: ignore[arg-type]
    wanted = {"left half": 0.5, "grid": 0.75}.get(name, 0.3)
    assert mask.share == pytest.approx(wanted, abs=0.06)
