"""``gallery`` and the form options of other commands: sheets, tables, sizes, captions."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latentstudio.core.document import State
from latentstudio.core.gallery import Kept
from latentstudio.core.layout import Layout, table_of
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import ModelRef, Recipe, with_seed
from latentstudio.core.session import Session, save_session
from latentstudio.resources import asset
from tests.commands import Run, runner
from tests.shelf import Shelf, make_shelf

SIDE = 32


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    (tmp_path / "fonts").symlink_to(asset("fonts"))  # the shelf takes the place of all assets
    return make_shelf(tmp_path, monkeypatch)


@pytest.fixture
def session(shelf: Shelf, tmp_path: Path) -> Path:
    one, two = (Recipe(ModelRef.of(shelf.open_model(name).info)) for name in ("one", "two"))
    faces = [Kept(with_seed(one, seed)) for seed in (5, 6, 7)]
    faces[1] = replace(faces[1], starred=True, note="Grin")
    path = tmp_path / "work.latent"
    save_session(path, Session((("Start", State(one, (*faces, Kept(two)))),)))
    return path


def test_a_sheet_with_captions_for_paper(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    words = ["--captions", "--scale", "4", "--print-width", "100", "--json"]
    ended = run("gallery", session, "--out", out, *words)
    assert ended.code == 0
    assert ended.data["faces"] == 3
    assert "Left out: 1 of other models" in ended.err
    size = Layout(*table_of(3), SIDE, 4, words=True).size
    pixels, note = read_picture(out)
    assert pixels.shape[1::-1] == size
    assert note is not None
    with Image.open(out) as picture:
        assert picture.info["dpi"][0] == pytest.approx(size[0] / 100 * 25.4, abs=0.1)


def test_single_pictures_without_their_recipes(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "faces"
    ended = run("gallery", session, "--out", out, "--starred", "--no-recipe", "--json")
    assert [Path(name).name for name in ended.data["files"]] == ["face001.png"]
    pixels, note = read_picture(out / "face001.png")
    assert pixels.shape == (SIDE, SIDE, 3)
    assert note is None


def test_latents_as_a_table(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "latents.npz"
    assert run("gallery", session, "--out", out).code == 0
    with np.load(out, allow_pickle=False) as data:
        assert list(data["seed"]) == [5, 6, 7]
        assert list(data["note"]) == ["", "Grin", ""]
        assert data["z"].shape == (3, 16)


def test_what_cannot_be_done_is_said(run: Run, session: Path, tmp_path: Path) -> None:
    ended = run("gallery", session, "--out", tmp_path / "faces.gif")
    assert ended.code == 1
    assert "pictures, a sheet or a table" in ended.err
    empty = tmp_path / "empty.latent"
    save_session(empty, Session((("Start", State()),)))
    ended = run("gallery", empty, "--out", tmp_path / "faces")
    assert ended.code == 1
    assert "nothing to draw - no face is kept in it" in ended.err


def test_generate_writes_in_any_form(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    words = ["--seeds", "1-3", "--out", tmp_path, "--scale", "8", "--smooth"]
    assert run("generate", "one", *words).code == 0
    assert read_picture(tmp_path / "seed0001.png")[0].shape == (8 * SIDE, 8 * SIDE, 3)
    assert run("generate", "one", *words, "--grid", "--captions").code == 0
    size = Layout(*table_of(3), SIDE, 8, words=True).size
    assert read_picture(tmp_path / "grid.png")[0].shape[1::-1] == size


def test_render_for_paper_without_the_recipe(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "face.png"
    words = ["--scale", "4", "--print-width", "50", "--no-recipe"]
    assert run("render", session, "--out", out, *words).code == 0
    pixels, note = read_picture(out)
    assert pixels.shape == (4 * SIDE, 4 * SIDE, 3)
    assert note is None
    with Image.open(out) as picture:
        assert picture.info["dpi"][0] == pytest.approx(65.0, abs=0.1)
