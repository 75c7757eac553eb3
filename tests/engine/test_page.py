"""Pages of faces: words under them, larger forms, and latents of what is on them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.gallery import Kept
from latentstudio.core.latent import blend_z, seed_z
from latentstudio.core.layout import GAP
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector, with_seed
from latentstudio.core.still import Still
from latentstudio.engine.export import rgb, sheet
from latentstudio.engine.latents import latents, z_of
from latentstudio.engine.mixing import grid
from latentstudio.engine.page import Page
from tests.engine.test_export import finish
from tests.fakes import FakeGenerator, fake_info

SIDE = 32


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator(fake_info(resolution=SIDE))


def recipe_of(seed: int) -> Recipe:
    return with_seed(Recipe(), seed)


def test_words_stand_under_their_face(generator: FakeGenerator, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    recipes = [recipe_of(1), recipe_of(2)]
    finish(sheet(generator, recipes, out, columns=2, captions=["One", ""]))
    pixels, note = read_picture(out)
    assert note is not None
    assert note.recipe == recipes[0]
    np.testing.assert_array_equal(
        pixels[GAP : GAP + SIDE, GAP : GAP + SIDE], rgb(generator, recipes[0])
    )
    under = pixels[GAP + SIDE :]
    assert under[:, : GAP + SIDE].min() < 128
    assert under[:, GAP + SIDE :].min() == 255


def test_a_larger_sheet_has_larger_faces_and_words(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.png"
    still = Still(4, smooth=False, print_mm=100.0, recipe=False)
    finish(sheet(generator, [recipe_of(1)], out, captions=["One"], still=still))
    pixels, note = read_picture(out)
    assert note is None
    face = pixels[4 * GAP : 4 * (GAP + SIDE), 4 * GAP : 4 * (GAP + SIDE)]
    np.testing.assert_array_equal(face[::4, ::4], rgb(generator, recipe_of(1)))
    assert pixels.shape[0] > 4 * (SIDE + 2 * GAP) + 10
    with Image.open(out) as picture:
        assert picture.info["dpi"][0] == pytest.approx(pixels.shape[1] / 100 * 25.4, abs=0.1)


def test_words_that_do_not_fit_are_cut() -> None:
    page = Page(1, 2, SIDE, words=True)
    page.put(0, 0, np.zeros((SIDE, SIDE, 3), np.uint8), "a long note " * 200)
    edges = page.pixels[GAP + SIDE :, [0, 1, GAP + SIDE, GAP + SIDE + 1]]
    assert edges.min() == 255
    assert page.pixels[GAP + SIDE :].min() < 128


def test_a_page_that_could_not_be_opened_is_not_begun() -> None:
    with pytest.raises(StudioError, match="Choose a smaller size, or fewer faces"):
        Page(10, 10, 256, Still(4))


def test_a_page_that_is_cancelled_while_it_is_written_leaves_the_old_file(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.png"
    out.write_bytes(b"old")
    steps = sheet(generator, [recipe_of(1)], out)
    assert [next(steps).done for _ in range(2)] == [1, 1]
    steps.close()
    assert out.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_the_mixing_grid_names_its_sources(generator: FakeGenerator, tmp_path: Path) -> None:
    out = tmp_path / "grid.png"
    rows, columns = [Seed(1), Seed(2)], [Seed(3)]
    captions = (["Seed 1", "Seed 2"], ["Seed 3"])
    finish(grid(generator, recipe_of(0), rows, columns, [0, 1], out, captions=captions))
    pixels, _ = read_picture(out)
    line = (pixels.shape[0] - GAP) // 3 - SIDE - GAP
    assert line > 10

    def under(row: int, column: int) -> np.ndarray:
        top, left = GAP + row * (SIDE + line + GAP) + SIDE, GAP + column * (SIDE + GAP)
        return pixels[top : top + line, left : left + SIDE]

    for place in ((0, 1), (1, 0), (2, 0)):
        assert under(*place).min() < 128
    for place in ((0, 0), (1, 1), (2, 1)):
        assert under(*place).min() == 255


def test_latents_of_kept_faces(generator: FakeGenerator, tmp_path: Path) -> None:
    out = tmp_path / "latents.npz"
    w = Vector("w+", np.ones((8, 16), np.float32))
    faces = [Kept(recipe_of(5), note="A"), Kept(Recipe(anchors=(Anchor(w),)), starred=True)]
    steps, path = finish(latents(generator, faces, out))
    assert path == out
    assert [step.done for step in steps] == [1, 2]
    with np.load(out, allow_pickle=False) as data:
        np.testing.assert_array_equal(data["z"][0], seed_z("normal", 5, 16))
        assert np.isnan(data["z"][1]).all()
        np.testing.assert_array_equal(data["w"][1], w.array)


def test_a_blend_in_z_has_one_z_and_a_blend_in_w_has_none() -> None:
    both = Recipe(anchors=(Anchor(Seed(1), 0.25), Anchor(Seed(2), 0.75)))
    info = fake_info()
    one, two = (seed_z(info.prior, seed, info.z_dim) for seed in (1, 2))
    np.testing.assert_array_equal(z_of(info, both), blend_z([one, two], [0.25, 0.75]))
    assert z_of(info, Recipe(anchors=both.anchors, blend="w")) is None


def test_latents_without_an_ending_are_refused_before_the_first_face(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    with pytest.raises(StudioError, match=r"\.npz or \.csv"):
        next(latents(generator, [Kept(recipe_of(5))], tmp_path / "latents"))
