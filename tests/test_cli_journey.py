"""``journey``: the clip of a session or of a JSON text, on the fake generator; and what is none."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latentstudio.core.bundle import read_card
from latentstudio.core.document import State
from latentstudio.core.journey import Journey
from latentstudio.core.journey_json import journey_text
from latentstudio.core.picture import PictureNote, read_picture, write_picture
from latentstudio.core.recipe import ModelRef, Recipe, with_psi, with_seed
from latentstudio.core.session import Session, save_session
from tests.commands import Run, runner
from tests.shelf import Shelf, make_shelf

GONE = json.dumps(
    {"keyframes": [{"recipe": {"model": {"name": "gone"}}, "time": t} for t in (0, 1)]}
)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return make_shelf(tmp_path, monkeypatch)


def journey_of(shelf: Shelf, name: str = "two") -> Journey:
    face = with_seed(Recipe(ModelRef.of(read_card(shelf.path(name)).info)), 5)
    made = Journey(fps=4).insert(face, 0.0).insert(with_seed(face, 6), 1.0)
    return made.insert(with_psi(face, 0.4), 1.5).eased(1, "linear")


@pytest.fixture
def session(shelf: Shelf, tmp_path: Path) -> Path:
    made = journey_of(shelf)
    path = tmp_path / "faces.latent"
    state = State(made.keyframes[0].recipe, journey=made)
    save_session(path, Session((("Start", state),)))
    return path


def test_the_clip_of_a_session(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.gif"
    ended = run("journey", session, "--out", out, "--json")
    assert (ended.code, ended.err) == (0, "")
    told = {
        key: ended.data[key] for key in ("model", "keyframes", "frames", "fps", "loop", "width")
    }
    assert told == {
        "model": "two", "keyframes": 3, "frames": 7, "fps": 4, "loop": False, "width": 32,
    }  # fmt: skip
    with Image.open(out) as image:
        assert image.n_frames == 7


def test_a_text_is_the_same_clip(run: Run, session: Path, shelf: Shelf, tmp_path: Path) -> None:
    text = tmp_path / "journey.json"
    text.write_text(journey_text(journey_of(shelf)))
    for source, folder in ((session, "a"), (text, "b")):
        ended = run("journey", source, "--out", tmp_path / folder)
        assert ended.out == f"{tmp_path / folder}: 7 frames, 1.8 s, 32 x 32\n"
    for one, other in zip(*(sorted((tmp_path / f).iterdir()) for f in "ab"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_larger_and_faster(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    ended = run(
        "journey", session, "--out", out, "--scale", 4, "--pixelated", "--fps", 10, "--json"
    )
    assert ended.code == 0
    assert (ended.data["frames"], ended.data["width"]) == (16, 128)
    pixels = read_picture(out / "frame00003.png")[0]
    assert np.array_equal(pixels, pixels[::4, ::4].repeat(4, 0).repeat(4, 1))


def test_another_model_is_used_when_it_is_named(run: Run, session: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.webp"
    ended = run("journey", session, "--model", "one", "--out", out, "--json")
    assert (ended.code, ended.data["model"]) == (0, "one")


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "journey.json has no journey - it has no keyframes"),
        ('{"keyframes": [{"recipe": {"model": {"name": "one"}}, "time": 0}]}',
         "There is no clip yet - the journey has one keyframe"),
        (GONE,
         "No model to draw with, it was made with gone"),
        ('{"keyframes": [{"recipe": {}, "time": NaN}]}', "the text is not JSON"),
        ('{"keyframes": 5}', "journey.keyframes is 5, not a list"),
        ("[]", "the text is not an object"),
        ("hello", "it is of an unknown kind, and no session or journey"),
        ("", "it is an empty file"),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_journey(run: Run, tmp_path: Path, text: str, told: str) -> None:
    source = tmp_path / "journey.json"
    source.write_text(text)
    ended = run("journey", source, "--out", tmp_path / "a.gif")
    assert ended.code == 1
    assert told in ended.err
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "a.gif").exists()


def test_a_model_that_is_missing(run: Run, shelf: Shelf, session: Path, tmp_path: Path) -> None:
    shelf.path("two").unlink()
    ended = run("journey", session, "--out", tmp_path / "a.gif")
    assert ended.code == 1
    assert "it was made with two" in ended.err


def test_a_picture_is_no_journey(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    write_picture(source, np.zeros((4, 4, 3), np.uint8), PictureNote(Recipe()))
    ended = run("journey", source, "--out", tmp_path / "a.gif")
    assert "it is a PNG picture, and no session or journey" in ended.err


def test_where_it_cannot_be_written(run: Run, session: Path, tmp_path: Path) -> None:
    ended = run("journey", session, "--out", tmp_path / "missing" / "a.gif")
    assert ended.code == 1
    assert "the folder does not exist" in ended.err


def test_an_unknown_ending(run: Run, session: Path, tmp_path: Path) -> None:
    ended = run("journey", session, "--out", tmp_path / "a.avi")
    assert "known endings are .mp4, .gif and .webp" in ended.err


def test_a_text_by_hand(run: Run, shelf: Shelf, tmp_path: Path) -> None:
    model = {"name": "one", "model_id": read_card(shelf.path("one")).model_id}
    faces = [{"model": model, "anchors": [{"seed": seed}]} for seed in (1, 2)]
    text = {"fps": 5, "keyframes": [{"recipe": f, "time": t} for t, f in enumerate(faces)]}
    (tmp_path / "a.json").write_text(json.dumps(text))
    ended = run("journey", tmp_path / "a.json", "--out", tmp_path / "a.mp4")
    assert (ended.code, ended.out) == (0, f"{tmp_path / 'a.mp4'}: 6 frames, 1.2 s, 32 x 32\n")
