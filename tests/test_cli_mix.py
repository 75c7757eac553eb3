"""``mix`` on the fake generator: the matrix, its layers, its recipe, what cannot be mixed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import latentstudio
from latentstudio.core.layout import GAP
from latentstudio.core.mixing import crossed, shares
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector, with_psi, with_seed
from latentstudio.core.steps import ended
from latentstudio.engine import mixing
from latentstudio.engine.export import rgb
from latentstudio.engine.render import styles_of
from tests.commands import Run, runner
from tests.fakes import FakeGenerator, fake_info

SIDE = 32


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> FakeGenerator:
    """Eight style layers from 4 to 32 px, opened by any name."""
    made = FakeGenerator(fake_info(layers=8, resolution=SIDE))
    monkeypatch.setattr("latentstudio.commands.drawing.find_model", Path)
    monkeypatch.setattr(latentstudio, "open_model", lambda *_: made)
    return made


def tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = (GAP + at * (SIDE + GAP) for at in (row, column))
    return sheet[top : top + SIDE, left : left + SIDE]


def test_mix_writes_the_matrix_with_its_sources(
    run: Run, generator: FakeGenerator, tmp_path: Path
) -> None:
    out = tmp_path / "mix.png"
    words = ["--rows", "1,2,3", "--cols", "4,5", "--styles", "middle", "--out", out, "--json"]
    ended = run("mix", "fake", *words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.data["layers"] == [4, 5, 6, 7]
    sheet, note = read_picture(out)
    assert sheet.shape == (4 * (SIDE + GAP) + GAP, 3 * (SIDE + GAP) + GAP, 3)
    assert note is not None
    base = note.recipe
    assert (tile(sheet, 0, 0) == 255).all()
    assert np.array_equal(tile(sheet, 0, 2), rgb(generator, with_seed(base, 5)))
    assert np.array_equal(tile(sheet, 3, 0), rgb(generator, with_seed(base, 3)))
    cell = crossed(base, Seed(2), Seed(5), (4, 5, 6, 7), 8)
    assert np.array_equal(tile(sheet, 2, 2), rgb(generator, cell))


def test_the_picture_carries_the_recipe_of_its_first_cell(
    run: Run, generator: FakeGenerator, tmp_path: Path
) -> None:
    out = tmp_path / "mix.png"
    words = ["--rows", "1", "--cols", "4", "--styles", "coarse,6", "--truncation", "0.7"]
    ended = run("mix", "fake", *words, "--out", out)
    assert ended.out == f"{out}: 1 row, 1 column, layers 0, 1, 2, 3, 6 from the columns\n"
    note = read_picture(out)[1]
    assert note is not None
    assert note.recipe.truncation.psi == 0.7
    table = shares(note.recipe, (Seed(1), Seed(4)), 8)
    assert table[1].tolist() == [1, 1, 1, 1, 0, 0, 1, 0]


@pytest.mark.usefixtures("generator")
def test_styles_that_are_not_there_are_named(run: Run, tmp_path: Path) -> None:
    words = ["mix", "fake", "--rows", "1", "--cols", "2", "--out", tmp_path / "a.png", "--styles"]
    fine = run(*words, "fine")
    assert fine.code == 1
    assert "its style layers are 0-7 (coarse 4, middle 4, fine 0)" in fine.err
    assert run(*words, "6-9").code == 1
    assert run(*words, "9-6").code == 2
    assert run(*words, "curly").code == 2
    assert not (tmp_path / "a.png").exists()


def test_a_model_of_one_style_layer_says_what_to_do_instead(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("latentstudio.commands.drawing.find_model", Path)
    plain = FakeGenerator(fake_info(layers=1))
    monkeypatch.setattr(latentstudio, "open_model", lambda *_: plain)
    ended = run("mix", "fake", "--rows", "1", "--cols", "2", "--out", tmp_path / "a.png")
    assert ended.code == 1
    assert "cannot mix styles" in ended.err
    assert "interpolate" in ended.err


@pytest.mark.usefixtures("generator")
def test_the_file_is_a_png_and_the_matrix_has_a_size(run: Run, tmp_path: Path) -> None:
    assert run("mix", "fake", "--rows", "1", "--cols", "2", "--out", tmp_path / "a.jpg").code == 2
    large = run("mix", "fake", "--rows", "0-99", "--cols", "0-99", "--out", tmp_path / "a.png")
    assert large.code == 1
    assert "10,000 cells" in large.err


# --- faces as sources -----------------------------------------------------------------------------


def test_a_face_looks_the_same_as_a_source(generator: FakeGenerator) -> None:
    face = with_psi(Recipe(anchors=(Anchor(Seed(1)), Anchor(Seed(2), 0.5))), 0.4)
    into = with_psi(Recipe(anchors=(Anchor(Seed(9)),)), 0.7)
    (latent,) = ended(mixing.sources(generator, [face], into))
    assert isinstance(latent, Vector)
    shown = mixing.shown_alone(into, latent)
    assert torch.allclose(styles_of(generator, shown), styles_of(generator, face), atol=1e-5)


def test_seeds_stay_seeds_and_the_mean_face_cannot_be_undone(generator: FakeGenerator) -> None:
    plain, other = with_seed(Recipe(), 3), with_psi(with_seed(Recipe(), 3), 0.5)
    assert ended(mixing.sources(generator, [plain, plain], Recipe())) == [Seed(3), Seed(3)]
    (latent,) = ended(mixing.sources(generator, [other], with_psi(Recipe(), 0.0)))
    assert isinstance(latent, Vector)
    assert np.isfinite(latent.array).all()
