"""Copy as command: what is pasted into a shell draws the same picture, byte for byte."""

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import latentstudio
from latentstudio.core.bundle import read_card
from latentstudio.core.command_line import LONGEST, command_of, command_with_file, file_name
from latentstudio.core.picture import Drawn, read_picture
from latentstudio.core.recents import remember
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Recipe,
    Seed,
    Span,
    Truncation,
    Vector,
)
from latentstudio.core.recipe_json import parse_recipe, recipe_text
from latentstudio.engine.render import draw, to_rgb
from tests.models.examples import write_example

THREADS = 1


@pytest.fixture
def mixed(tmp_path: Path) -> Recipe:
    """A recipe with everything in it, for a small model that the command knows as a recent one."""
    path = tmp_path / "it's mine.safetensors"
    write_example(path, "stylegan")
    remember(path, tmp_path / "state" / "latentstudio")
    info = read_card(path).info
    step = Vector("w", np.linspace(-1, 1, info.style_dim, dtype=np.float32))
    return Recipe(
        ModelRef.of(info),
        (Anchor(Seed(3), 0.3), Anchor(Seed(2**32 - 1), 0.7)),
        "w",
        Truncation(0.7, 3),
        moves=(Move('It\'s $HOME `pwd` "Smile" ü', step, 0.5, Span(0, 2, 1)),),
    )


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as sh would after a paste, with this interpreter's ``latentstudio``."""
    programs = Path(sys.executable).parent
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(folder / "state"),
    }
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | environment,
    )  # fmt: skip


def test_a_pasted_command_draws_the_same_bytes(tmp_path: Path, mixed: Recipe) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        generator = latentstudio.open_model(str(tmp_path / "it's mine.safetensors"), "cpu")
        expected = to_rgb(draw(generator, mixed).pixels)
    finally:
        torch.set_num_threads(threads)
    command = command_of(mixed, Drawn(THREADS), "a face.png")
    assert len(command) <= LONGEST
    ended = shell(command, tmp_path)
    assert ended.returncode == 0, ended.stderr
    pixels, note = read_picture(tmp_path / "a face.png")
    assert pixels.tobytes() == expected.tobytes()
    assert note is not None
    assert note.recipe == mixed
    assert note.drawn.threads == THREADS

    folder = tmp_path / "of $(touch harm) mine"
    folder.mkdir()
    (folder / "face.json").write_text(recipe_text(mixed))
    ended = shell(command_with_file(folder / "face.json", Drawn(THREADS), "b.png"), tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert read_picture(tmp_path / "b.png")[0].tobytes() == expected.tobytes()
    assert not (tmp_path / "harm").exists()


def test_a_shell_gives_every_recipe_on_as_it_is(tmp_path: Path, mixed: Recipe) -> None:
    for name in ("EOF", "a\\b", "$(exit 3)", "`exit 3`", "'; exit 3 #", "%s\\n", "顔"):
        recipe = replace(mixed, classes=((name, 1.0),))
        command = command_of(recipe, Drawn())
        first, *_ = command.splitlines()
        assert first.startswith("latentstudio render - ")
        ended = shell(command.replace(first.split(" <<")[0], "cat"), tmp_path)
        assert ended.returncode == 0
        assert parse_recipe(ended.stdout) == recipe


def test_the_command_says_what_the_bytes_depend_on() -> None:
    words = shlex.split(command_with_file(Path("/a b/c.json"), Drawn(7, device="cuda:1")))
    assert words == [
        "latentstudio", "render", "/a b/c.json",
        "--device", "cuda", "--threads", "7", "--out", "face.png",
    ]  # fmt: skip
    assert "--device" not in command_with_file(Path("c.json"), Drawn(1, device="xpu"))


def test_names_of_files_are_plain() -> None:
    assert file_name("Near seed 7", ".png") == "near-seed-7.png"
    assert file_name("../Mix of A & B", ".json") == "mix-of-a-b.json"
    assert file_name("顔", ".png") == "face.png"
