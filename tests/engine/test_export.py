"""Files of pictures and sheets: what is in them."""

from collections.abc import Generator as Steps
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch

from latentstudio.core.layout import GAP
from latentstudio.core.picture import read_picture
from latentstudio.core.steps import ended
from latentstudio.engine.export import pictures, rgb, sheet
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
