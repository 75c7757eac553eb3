"""Clips: every frame and the right length, the same each time, and never a half one."""

import errno
import re
import subprocess
from collections.abc import Generator as Steps
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image, ImageSequence

from latentstudio.core.errors import StudioError
from latentstudio.core.interpolation import path as walk
from latentstudio.core.journey import Journey
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import ModelRef, Noise, Recipe
from latentstudio.core.steps import ended
from latentstudio.core.still import scaled
from latentstudio.engine.clip import clip, journey
from latentstudio.engine.export import rgb
from latentstudio.engine.messages import Step
from tests.engine.conftest import recipe_of
from tests.fakes import FakeGenerator, fake_info

T = TypeVar("T")
SIDE = 32


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator(fake_info(resolution=SIDE))


def finish(steps: Steps[Step, None, T]) -> tuple[list[Step], T]:
    """All steps of a job and its result."""
    taken: list[Step] = []
    result = ended(steps, taken.append)
    return taken, result


def frames(count: int) -> list[Recipe]:
    return walk(recipe_of(0), [1, 2], count)


def animation(path: Path) -> tuple[list[np.ndarray], list[int], dict[Any, Any]]:
    """Frames uint8 [H, W, 3], the milliseconds of each, and the file's facts."""
    with Image.open(path) as image:
        pairs = [
            (np.asarray(frame.convert("RGB")), frame.info["duration"])
            for frame in ImageSequence.Iterator(image)
        ]
        return [p for p, _ in pairs], [round(d) for _, d in pairs], dict(image.info)


def frames_of(film: Path, side: int) -> np.ndarray:
    """The frames of a film, uint8 [N, H, W, 3]."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", film]
    raw = [*command, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(raw, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, side, side, 3)


def facts_of(film: Path) -> str:
    """What ffmpeg says about a film."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", film]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


# --- clips ----------------------------------------------------------------------------------------


def test_a_gif_has_every_frame_and_the_right_length(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    steps, out = finish(clip(generator, frames(30), tmp_path / "a.gif", fps=30))
    pixels, durations, facts = animation(out)
    assert len(steps) == len(pixels) == 30
    assert sum(durations) == 1000
    assert set(durations) == {30, 40}
    assert "loop" not in facts
    assert np.abs(pixels[0].astype(int) - rgb(generator, recipe_of(1))).mean() < 4  # 256 colours


def test_a_webp_has_every_frame_and_the_right_length(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    _, out = finish(clip(generator, frames(30), tmp_path / "a.webp", fps=30))
    pixels, durations, facts = animation(out)
    assert len(pixels) == 30
    assert sum(durations) == 1000
    assert facts["loop"] == 1
    assert np.abs(pixels[-1].astype(int) - rgb(generator, recipe_of(2))).mean() < 4


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_a_loop_is_endless(generator: FakeGenerator, tmp_path: Path, name: str) -> None:
    _, out = finish(clip(generator, frames(3), tmp_path / name, fps=10, loop=True))
    assert animation(out)[2]["loop"] == 0


def test_a_film_has_every_frame_and_the_right_length(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    steps, out = finish(clip(generator, frames(24), tmp_path / "a.mp4", fps=12))
    assert len(steps) == 24
    assert imageio_ffmpeg.count_frames_and_secs(str(out)) == (24, 2.0)
    assert "Video: h264" in facts_of(out)
    assert "yuv420p" in facts_of(out)
    first = frames_of(out, SIDE)[0]
    assert np.abs(first.astype(int) - rgb(generator, recipe_of(1))).mean() < 4


def test_a_name_without_an_ending_is_a_folder_of_frames(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    recipes = frames(3)
    _, out = finish(clip(generator, recipes, tmp_path / "frames"))
    assert [p.name for p in sorted(out.iterdir())] == [f"frame{i:05d}.png" for i in range(3)]
    note = read_picture(out / "frame00001.png")[1]
    assert note is not None
    assert note.recipe == recipes[1]


def test_an_unknown_ending_is_refused(generator: FakeGenerator, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"Cannot write a clip as \.avi"):
        finish(clip(generator, frames(2), tmp_path / "a.avi"))


def test_without_the_video_extra_it_says_what_to_install(
    generator: FakeGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(StudioError, match=r'pip install "latentstudio\[video\]"'):
        finish(clip(generator, frames(2), tmp_path / "a.mp4"))


# --- nothing by halves ----------------------------------------------------------------------------

ENDINGS = [".mp4", ".gif", ".webp"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_cancelled_clip_leaves_no_half_file(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    steps = clip(generator, frames(9), tmp_path / f"a{ending}")
    next(steps)
    next(steps)
    steps.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [*ENDINGS, ""])
def test_a_folder_that_cannot_be_made_is_told(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StudioError, match=r"Could not (write|make)"):
        finish(clip(generator, frames(2), tmp_path / "file" / f"a{ending}"))


@pytest.mark.parametrize("ending", [".gif", ".webp", ""])
def test_a_full_disk_leaves_the_old_file_whole(
    generator: FakeGenerator, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"a{ending}"
    old = out / "frame00000.png" if ending == "" else out
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"old")

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StudioError, match="the disk is full"):
        finish(clip(generator, frames(2), out))
    assert old.read_bytes() == b"old"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [old]


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script in ffmpeg's place."""
    file = folder / "ffmpeg"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: str(file))


@pytest.mark.parametrize("when", ["cat > /dev/null;", ""], ids=["at the end", "at once"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("av_write_trailer: No space left on device", "the disk is full"),
        ("Unknown encoder libx264", "ffmpeg: Unknown encoder libx264"),
        ("", "it gave no reason"),
    ],
)
def test_a_film_that_fails_leaves_the_old_file_whole(
    generator: FakeGenerator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    words: str,
    told: str,
) -> None:
    program(tmp_path, monkeypatch, f"{when} echo '{words}' >&2; exit 1")
    out = tmp_path / "films" / "a.mp4"
    out.parent.mkdir()
    out.write_bytes(b"old")
    with pytest.raises(StudioError, match=told):
        finish(clip(generator, frames(300), out))
    assert out.read_bytes() == b"old"
    assert list(out.parent.iterdir()) == [out]


def test_a_film_without_ffmpeg_says_what_to_install(
    generator: FakeGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.raises(StudioError, match="there is no ffmpeg here"):
        finish(clip(generator, frames(2), tmp_path / "a.mp4"))


def test_a_film_of_an_odd_side_is_padded(tmp_path: Path) -> None:
    generator = FakeGenerator(fake_info(resolution=33))
    _, out = finish(clip(generator, frames(2), tmp_path / "a.mp4"))
    assert frames_of(out, 34).shape == (2, 34, 34, 3)


# --- journeys -------------------------------------------------------------------------------------

THERE = Journey(fps=10).insert(recipe_of(1), 0.0).insert(recipe_of(2), 1.0)
ROUND = THERE.insert(recipe_of(3), 2.0).with_loop(True)


def frames_in(out: Path) -> list[np.ndarray]:
    """The frames of a clip of any kind."""
    if out.is_dir():
        return [read_picture(path)[0] for path in sorted(out.iterdir())]
    if out.suffix == ".mp4":
        side = re.search(r", (\d+)x\d+", facts_of(out))
        assert side is not None
        return list(frames_of(out, int(side[1])))
    return animation(out)[0]


@pytest.mark.parametrize("ending", [*ENDINGS, ""])
def test_a_journey_has_the_frames_of_its_recipes(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    steps, out = finish(journey(generator, ROUND, tmp_path / f"a{ending}"))
    found = frames_in(out)
    assert [step.done for step in steps] == list(range(1, 41))
    assert len(found) == ROUND.frames == 40
    for index in (0, 5, 10, 39):
        drawn = rgb(generator, ROUND.recipe_at(ROUND.time_of(index), generator.info))
        assert np.abs(found[index].astype(int) - drawn).mean() < (5 if ending else 1e-9)


@pytest.mark.parametrize("ending", [*ENDINGS, ""])
def test_a_journey_twice_has_the_same_frames(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    restless = replace(recipe_of(4), noise=Noise("random", seed=5))
    twice = [
        frames_in(finish(journey(generator, THERE.insert(restless, 0.5), tmp_path / name))[1])
        for name in (f"a{ending}", f"b{ending}")
    ]
    assert len(twice[0]) == 11
    assert np.array_equal(twice[0], twice[1])


def test_noise_that_is_random_is_fresh_in_every_frame(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    restless = replace(recipe_of(4), noise=Noise("random", seed=5))
    still = Journey(fps=10).insert(restless, 0.0).insert(restless, 0.2)
    _, out = finish(journey(generator, still, tmp_path / "a"))
    notes = [read_picture(path)[1] for path in sorted(out.iterdir())]
    assert [note.recipe.noise for note in notes if note] == [Noise(seed=5 + i) for i in range(3)]


def test_what_stands_still_is_drawn_once(generator: FakeGenerator, tmp_path: Path) -> None:
    held = THERE.eased(0, "hold")
    finish(journey(generator, held, tmp_path / "a.gif"))
    assert generator.drawn == 2


@pytest.mark.parametrize("ending", [*ENDINGS, ""])
def test_a_journey_is_written_larger(generator: FakeGenerator, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"a{ending}"
    finish(journey(generator, THERE, out, scale=4, smooth=False))
    first = frames_in(out)[0]
    drawn = rgb(generator, recipe_of(1)).repeat(4, 0).repeat(4, 1)
    assert first.shape == (4 * SIDE, 4 * SIDE, 3)
    assert np.abs(first.astype(int) - drawn).mean() < 5
    finish(journey(generator, THERE, out, scale=4, smooth=True))
    smooth = scaled(rgb(generator, recipe_of(1)), 4, smooth=True)
    again = frames_in(out)[0]
    assert np.abs(again.astype(int) - smooth).mean() < 5
    assert not np.array_equal(again, first)


def test_another_rate_has_the_same_length(generator: FakeGenerator, tmp_path: Path) -> None:
    _, out = finish(journey(generator, ROUND, tmp_path / "a.webp", fps=25))
    pixels, durations, facts = animation(out)
    assert (len(pixels), sum(durations), facts["loop"]) == (100, 4000, 0)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (Journey(), "the journey is empty"),
        (Journey().insert(recipe_of(1), 0.5), "the journey has one keyframe"),
        (Journey().insert(replace(recipe_of(1), model=ModelRef("hers", "ff" * 32)), 0)
         .insert(replace(recipe_of(2), model=ModelRef("hers", "ff" * 32)), 1),
         "The journey needs hers - its faces were made with it"),
    ],
    ids=["empty", "one", "missing model"],
)  # fmt: skip
def test_what_is_no_clip_is_refused(
    generator: FakeGenerator, tmp_path: Path, made: Journey, words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        finish(journey(generator, made, tmp_path / "a.gif"))
    assert list(tmp_path.iterdir()) == []


def test_a_gif_that_no_player_shows_is_refused(generator: FakeGenerator, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"Cannot write 60 frames a second into a \.gif"):
        finish(journey(generator, THERE, tmp_path / "a.gif", fps=60))
    assert list(tmp_path.iterdir()) == []


def test_frames_replace_those_of_a_clip_that_is_not_longer(
    generator: FakeGenerator, tmp_path: Path
) -> None:
    out = tmp_path / "frames"
    finish(clip(generator, frames(3), out))
    (out / "notes.txt").write_text("mine")
    first = (out / "frame00000.png").read_bytes()
    finish(journey(generator, ROUND, out))
    assert len(list(out.glob("frame*.png"))) == 40
    with pytest.raises(StudioError, match="a clip with more frames is there already"):
        finish(clip(generator, frames(3), out))
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "frame00000.png").read_bytes() == first
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("ending", [*ENDINGS, ""])
def test_a_cancelled_journey_leaves_what_was_there(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"a{ending}"
    finish(clip(generator, frames(2), out))
    before = [frame.tobytes() for frame in frames_in(out)]
    steps = journey(generator, ROUND, out)
    next(steps)
    next(steps)
    steps.close()
    assert [frame.tobytes() for frame in frames_in(out)] == before
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_frames_are_written_as_they_come(
    generator: FakeGenerator, tmp_path: Path, ending: str
) -> None:
    steps = journey(
        generator, replace(ROUND, fps=60 if ending == ".webp" else 50), tmp_path / f"a{ending}"
    )
    for _ in range(60):
        next(steps)
    halfway = sum(path.stat().st_size for path in tmp_path.iterdir())
    steps.close()
    assert halfway > 60 * 100
