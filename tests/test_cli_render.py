"""``render``: the same pixels again, from every kind of file, and files that lie or are broken."""

import io
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latentstudio.core.bundle import read_card
from latentstudio.core.document import State
from latentstudio.core.picture import Drawn, PictureNote, read_picture, write_picture
from latentstudio.core.recents import remember
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Recipe,
    Seed,
    Truncation,
    Vector,
    with_seed,
)
from latentstudio.core.recipe_json import recipe_text
from latentstudio.core.session import Session, save_session
from latentstudio.engine.export import rgb
from tests.commands import Run, runner
from tests.shelf import Shelf, make_shelf, write_model


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return make_shelf(tmp_path, monkeypatch)


def made_with(shelf: Shelf, name: str = "one", seed: int = 5) -> Recipe:
    return with_seed(Recipe(ModelRef.of(read_card(shelf.path(name)).info)), seed)


def pixels_of(path: Path) -> np.ndarray:
    return read_picture(path)[0]


def picture(folder: Path, recipe: Recipe, **drawn: object) -> Path:
    """A grey PNG that says it was drawn from a recipe."""
    path = folder / "picture.png"
    note = PictureNote(recipe, Drawn(**drawn))  # type: ignore[arg-type]
    write_picture(path, np.full((4, 4, 3), 99, np.uint8), note)
    return path


# --- the same again ------------------------------------------------------------------------------


def test_a_generated_picture_again(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    options = ("--truncation", "0.6", "--out", tmp_path / "a")
    assert run("generate", "two", "--seeds", "3", *options).code == 0
    first, again = tmp_path / "a" / "seed0003.png", tmp_path / "b.png"
    ended = run("render", first, "--out", again, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.data["model"] == "two"
    assert (ended.data["width"], ended.data["height"]) == (32, 32)
    assert again.read_bytes() == first.read_bytes()


def test_a_session(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    vector = Vector("w", np.linspace(-1, 1, 16, dtype=np.float32))
    recipe = replace(made_with(shelf), anchors=(Anchor(vector), Anchor(Seed(2))))
    steps = (("Start", State(made_with(shelf, "two"))), ("Later", State(recipe)))
    save_session(tmp_path / "a.latent", Session(steps, 1))
    out = tmp_path / "a.png"
    assert run("render", tmp_path / "a.latent", "--out", out).out == f"{out}: 32 x 32, one\n"
    assert np.array_equal(pixels_of(out), rgb(shelf.open_model("one"), recipe))


def test_a_recipe_in_a_file_and_on_standard_input(
    run: Run, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = made_with(shelf, seed=8)
    (tmp_path / "r.json").write_text(recipe_text(recipe))
    assert run("render", tmp_path / "r.json", "--out", tmp_path / "a.png").code == 0
    data = io.BytesIO(b'{"model": {"name": "one"}, "anchors": [{"seed": 8}]}')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(data))
    assert run("render", "-", "--out", tmp_path / "b.png").code == 0
    assert np.array_equal(pixels_of(tmp_path / "a.png"), rgb(shelf.open_model("one"), recipe))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_recent_model_is_found_by_its_id(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    mine = write_model(tmp_path / "mine.safetensors", seed=9)
    recipe = with_seed(Recipe(ModelRef.of(read_card(mine).info)), 1)
    source = picture(tmp_path, recipe)
    assert run("render", source, "--out", tmp_path / "a.png").code == 1
    remember(mine)
    assert run("render", source, "--out", tmp_path / "a.png", "--json").data["model"] == "mine"


def test_the_threads_that_a_picture_records(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    source = picture(tmp_path, made_with(shelf), threads=3)
    ended = run("render", source, "--out", tmp_path / "a.png", "--json")
    assert (ended.data["threads"], ended.err) == (3, "")
    note = read_picture(tmp_path / "a.png")[1]
    assert note is not None
    assert note.drawn.threads == 3


def test_other_circumstances_are_said(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    source = picture(tmp_path, made_with(shelf), threads=4096, precision="bfloat16", device="cuda")
    ended = run("render", source, "--out", tmp_path / "a.png", "--device", "cpu", "--json")
    assert ended.data["threads"] == 256
    assert ended.err == (
        "It was drawn on cuda in bfloat16 with 4096 threads, now on cpu in float32 with 256: "
        "pixels may differ by a grey level.\n"
    )


def test_a_device_that_is_not_here(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    source = picture(tmp_path, made_with(shelf), device="a card of the future")
    ended = run("render", source, "--out", tmp_path / "a.png", "--json")
    assert ended.code == 0
    assert ended.err.startswith("It was drawn on a card of the future")


# --- scale ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [4, 8])
def test_scaled_by_squares(run: Run, shelf: Shelf, tmp_path: Path, factor: int) -> None:
    source = picture(tmp_path, made_with(shelf))
    run("render", source, "--out", tmp_path / "one.png")
    run("render", source, "--out", tmp_path / "large.png", "--scale", factor)
    large = pixels_of(tmp_path / "large.png")
    assert large.shape == (32 * factor, 32 * factor, 3)
    assert np.array_equal(large[::factor, ::factor], pixels_of(tmp_path / "one.png"))
    assert np.array_equal(large[:, factor - 1 :: factor], large[:, ::factor])
    assert run("render", tmp_path / "large.png", "--out", tmp_path / "again.png").code == 0
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "one.png").read_bytes()


def test_scaled_smoothly(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    source = picture(tmp_path, made_with(shelf))
    run("render", source, "--out", tmp_path / "a.png", "--scale", "4", "--smooth")
    small = rgb(shelf.open_model("one"), made_with(shelf))
    expected = Image.fromarray(small).resize((128, 128), Image.Resampling.LANCZOS)
    assert np.array_equal(pixels_of(tmp_path / "a.png"), np.asarray(expected))


# --- other models --------------------------------------------------------------------------------


def test_another_model_is_refused_with_the_way_out(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    recipe = replace(made_with(shelf), model=ModelRef("one", "0" * 64))
    ended = run("render", picture(tmp_path, recipe), "--out", tmp_path / "a.png")
    assert ended.code == 1
    assert "It was made with another one - its id is 000000000000" in ended.err
    assert "add --model one; it will look different" in ended.err
    assert not (tmp_path / "a.png").exists()


def test_another_model_on_demand_is_said(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    recipe = replace(made_with(shelf), model=ModelRef("three", "0" * 64))
    source = picture(tmp_path, recipe)
    ended = run("render", source, "--model", "one", "--out", tmp_path / "a.png", "--json")
    assert ended.code == 0
    assert ended.err.startswith("warning: it was made with three (000000000000), not with this one")
    note = read_picture(tmp_path / "a.png")[1]
    assert note is not None
    assert note.recipe.model == made_with(shelf).model


def test_an_unknown_model_asks_for_its_file(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    recipe = replace(made_with(shelf), model=ModelRef("three", "0" * 64))
    ended = run("render", picture(tmp_path, recipe), "--out", tmp_path / "a.png")
    assert ended.code == 1
    assert "it was made with three - that is not among the bundled and the recent" in ended.err
    assert "--model" in ended.err


def test_a_path_in_a_file_is_never_opened(
    run: Run, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = write_model(tmp_path / "hidden.safetensors", seed=4)
    opened: list[str] = []

    def open_model(source: str, *rest: str) -> object:
        opened.append(source)
        return shelf.open_model(source, *rest)

    monkeypatch.setattr("latentstudio.open_model", open_model)
    for name in (str(hidden), f"file://{hidden}", "hf://a/b/c"):
        recipe = {"model": {"name": name}, "anchors": [{"seed": 1}]}
        (tmp_path / "r.json").write_text(json.dumps(recipe))
        assert run("render", tmp_path / "r.json", "--out", tmp_path / "a.png").code == 1
    assert opened == []


def test_a_latent_of_another_length(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    vector = Vector("z", np.zeros(12, np.float32))
    recipe = replace(made_with(shelf), anchors=(Anchor(vector),))
    ended = run("render", picture(tmp_path, recipe), "--out", tmp_path / "a.png")
    assert ended.code == 1
    assert "This face belongs to another model - its latent has 12 numbers" in ended.err


# --- broken files --------------------------------------------------------------------------------


def _broken(folder: Path, shelf: Shelf) -> None:
    good = picture(folder, made_with(shelf)).read_bytes()
    place = good.index(b"iTXt") - 4
    (length,) = struct.unpack_from(">I", good, place)
    end = place + 12 + length
    body = b"iTXt" + b"latentstudio\0\0\0\0\0" + b'{"format_version": 1, "recipe": {"anchors": 7}}'
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    (folder / "chunk.png").write_bytes(good[:place] + chunk + good[end:])
    newer = body.replace(b'"format_version": 1', b'"format_version": 9')
    chunk = struct.pack(">I", len(newer) - 4) + newer + struct.pack(">I", zlib.crc32(newer))
    (folder / "newer.png").write_bytes(good[:place] + chunk + good[end:])
    (folder / "cut.png").write_bytes(good[: place + 30])
    write_picture(folder / "plain.png", np.zeros((4, 4, 3), np.uint8))
    Image.new("RGB", (4, 4)).save(folder / "photo.jpg")
    recipe = replace(made_with(shelf), truncation=Truncation(0.5))
    save_session(folder / "whole.latent", Session((("Start", State(recipe)),)))
    (folder / "cut.latent").write_bytes((folder / "whole.latent").read_bytes()[:-20])
    _newer_session(folder)
    (folder / "empty.json").touch()
    (folder / "list.json").write_text("[1, 2]")
    (folder / "field.json").write_text('{"anchor": []}')
    (folder / "nan.json").write_text('{"truncation": {"psi": NaN}}')


def _newer_session(folder: Path) -> None:
    import zipfile

    with (
        zipfile.ZipFile(folder / "whole.latent") as old,
        zipfile.ZipFile(folder / "newer.latent", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"format_version": 1', b'"format_version": 9'))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("chunk.png", "recipe in chunk.png is broken - note.recipe.anchors is 7"),
        ("newer.png", "a newer Latent Studio made it"),
        ("cut.png", "damaged or cut short"),
        ("plain.png", "plain.png carries no recipe"),
        ("photo.jpg", "a JPEG picture"),
        ("cut.latent", "damaged or cut short"),
        ("newer.latent", "a newer Latent Studio made it (format 9"),
        ("empty.json", "an empty file"),
        ("list.json", "recipe is a list"),
        ("field.json", "Did you mean anchors?"),
        ("nan.json", "the text is not JSON"),
        ("models/one.safetensors", "one.safetensors is a model"),
        ("models", "it is not a file"),
        ("gone.png", "there is no such file"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    run: Run, shelf: Shelf, tmp_path: Path, name: str, told: str
) -> None:
    _broken(tmp_path, shelf)
    ended = run("render", tmp_path / name, "--out", tmp_path / "out.png")
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("name", ["out.jpg", "out", "out.png.txt"])
def test_only_a_png_can_carry_its_recipe(run: Run, shelf: Shelf, tmp_path: Path, name: str) -> None:
    ended = run("render", picture(tmp_path, made_with(shelf)), "--out", tmp_path / name)
    assert ended.code == 1
    assert "Give a name that ends in .png." in ended.err


def test_a_folder_that_is_missing(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    source = picture(tmp_path, made_with(shelf))
    ended = run("render", source, "--out", tmp_path / "missing" / "out.png")
    assert ended.code == 1
    assert "the folder does not exist" in ended.err
