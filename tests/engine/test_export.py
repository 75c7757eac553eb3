"""Files of pictures, sheets and clips: what is in them, and that none is ever a half one."""

import errno
import subprocess
from collections.abc import Generator as Steps
from pathlib import Path
from typing import Any, TypeVar

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from latentstudio.core.errors import StudioError
from latentstudio.core.interpolation import path as walk
from latentstudio.core.layout import GAP
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import Recipe
from latentstudio.engine.export import clip, pictures, rgb, sheet
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
    taken = []
    while True:
        try:
            taken.append(next(steps))
        except StopIteration as end:
            return taken, end.value


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


# --- pictures and sheets --------------------------------------------------------------------------


def test_pictures_carry_their_recipes(generator: FakeGenerator, tmp_path: Path) -> None:
    named = [(f"seed{seed:04d}", recipe_of(seed)) for seed in (3, 42)]
    steps, paths = finish(pictures(generator, named, tmp_path / "new" / "folder"))
    assert [(s.done, s.total, s.note) for s in steps] == [
        (1, 2, "seed0003.png"),
        (2, 2, "seed0042.png"),
    ]
    for path, (_, recipe) in zip(paths, named, strict=True):
        pixels, note = read_picture(path)
        assert np.array_equal(pixels, rgb(generator, recipe))
        assert note is not None
        assert note.recipe == recipe
        assert (note.drawn.threads, note.drawn.precision, note.drawn.device) == (
            1,
            "float32",
            "cpu",
        )
        assert note.drawn.torch == torch.__version__


def test_the_same_pictures_are_the_same_bytes(generator: FakeGenerator, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        finish(pictures(generator, [("one", recipe_of(1))], tmp_path / folder))
    assert (tmp_path / "a/one.png").read_bytes() == (tmp_path / "b/one.png").read_bytes()


def test_a_sheet_has_its_faces_in_rows(generator: FakeGenerator, tmp_path: Path) -> None:
    recipes = [recipe_of(seed) for seed in range(5)]
    steps, out = finish(sheet(generator, recipes, tmp_path / "grid.png"))
    pixels, note = read_picture(out)
    step = SIDE + GAP
    assert pixels.shape == (2 * step + GAP, 3 * step + GAP, 3)
    assert [step.done for step in steps][:5] == [1, 2, 3, 4, 5]
    for index, recipe in enumerate(recipes):
        top, left = GAP + index // 3 * step, GAP + index % 3 * step
        assert np.array_equal(pixels[top : top + SIDE, left : left + SIDE], rgb(generator, recipe))
    assert (pixels[-SIDE:, -SIDE:] == 255).all()  # the empty sixth place
    assert note is not None
    assert note.recipe == recipes[0]


def test_a_sheet_of_given_columns(generator: FakeGenerator, tmp_path: Path) -> None:
    _, out = finish(sheet(generator, [recipe_of(0)] * 4, tmp_path / "row.png", columns=4))
    assert read_picture(out)[0].shape == (SIDE + 2 * GAP, 4 * (SIDE + GAP) + GAP, 3)


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
