from collections.abc import Generator as Steps
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Anchor, ModelRef, Noise, Recipe, Seed, Vector
from latentstudio.core.search import Rgb, Tuned
from latentstudio.core.steps import ended
from latentstudio.engine.messages import Step
from latentstudio.engine.render import draw, styles_of, to_rgb
from latentstudio.engine.tune import tune
from latentstudio.models.generator import Generator
from latentstudio.models.registry import FAMILIES, open_model
from tests.models.examples import write_example


def finish(steps: Steps[Step, None, Tuned]) -> tuple[Tuned, list[Step]]:
    seen: list[Step] = []
    return ended(steps, seen.append), seen


@pytest.fixture(params=sorted(FAMILIES))
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    write_example(path, request.param)
    return path


def found(generator: Generator, seed: int = 3) -> tuple[Recipe, Rgb]:
    """A recipe, and a picture that it nearly draws: a little brighter on one side."""
    recipe = Recipe(ModelRef.of(generator.info), (Anchor(Seed(seed)),))
    drawn = to_rgb(draw(generator, recipe).pixels).astype(float)
    drawn[:, :8] += 20
    return recipe, np.clip(drawn, 0, 255).astype(np.uint8)


def bend(model: Path, tmp_path: Path, steps: int = 20, **more: Any) -> tuple[Tuned, list[Step]]:
    generator = open_model(str(model))
    recipe, picture = found(generator)
    path = tmp_path / "bent.safetensors"
    more = {"features": "none", **more}
    return finish(tune(generator, str(model), path, recipe, picture, steps, **more))


def test_a_copy_comes_nearer_and_is_a_model_of_its_own(model: Path, tmp_path: Path) -> None:
    before = model.read_bytes()
    generator = open_model(str(model))
    recipe, picture = found(generator)
    began = np.abs(to_rgb(draw(generator, recipe).pixels).astype(float) - picture).mean()
    bent, steps = bend(model, tmp_path)
    assert bent.difference < began
    assert bent.moved > 0
    copy = open_model(str(bent.path))
    assert bent.recipe.model == ModelRef.of(copy.info) != recipe.model
    assert np.array_equal(to_rgb(draw(copy, bent.recipe).pixels), bent.picture)
    assert model.read_bytes() == before
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_card_says_what_it_is(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    base = write_example(model)
    bent, _ = bend(model, tmp_path, 2)
    card = read_card(bent.path)
    assert card.name == "bent"
    assert card.training["bent from"] == base.name
    assert card.training["bent from model id"] == base.model_id
    assert card.training["bent by steps"] == 2
    assert (card.licence, card.attributions) == (base.licence, base.attributions)
    assert card.metrics == {}  # nobody has measured the copy
    assert card.limits[: len(base.limits)] == base.limits
    assert "bent to one picture" in " ".join(card.limits)
    assert open_model(str(bent.path)).critic_real == open_model(str(model)).critic_real


def test_other_faces_are_held(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model)
    free, _ = bend(model, tmp_path, 40, held=0.0)
    held, _ = bend(model, tmp_path, 40, held=3.0)
    assert held.moved < free.moved


def test_the_same_is_bent_twice(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model, "stylegan")
    one, _ = bend(model, tmp_path, 5, features="critic")
    first = one.path.read_bytes()
    bend(model, tmp_path, 5, features="critic")
    assert one.path.read_bytes() == first


def test_it_ends_where_nothing_is_left(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model)
    generator = open_model(str(model))
    recipe, _ = found(generator)
    own = to_rgb(draw(generator, recipe).pixels)
    path = tmp_path / "bent.safetensors"
    bent, _ = finish(tune(generator, str(model), path, recipe, own, 50, features="none"))
    assert bent.steps == 0
    assert bent.difference < 0.5


def test_noise_and_styles_are_those_of_the_recipe(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model, "stylegan")
    generator = open_model(str(model))
    layers = styles_of(generator, Recipe())[0].numpy()
    noise = Noise("random", 7, 1.5)
    recipe = Recipe(ModelRef.of(generator.info), (Anchor(Vector("w+", layers)),), noise=noise)
    picture = to_rgb(draw(generator, replace(recipe, noise=replace(noise, mode="const"))).pixels)
    path = tmp_path / "bent.safetensors"
    bent, _ = finish(tune(generator, str(model), path, recipe, picture, 3, features="none"))
    assert bent.steps == 0  # what is not drawn with the same noise is off
    assert bent.recipe.noise == replace(noise, mode="const")


def test_no_model_is_written_over(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model)
    generator = open_model(str(model))
    recipe, picture = found(generator)

    def refused(words: str, **changed: Any) -> None:
        given = {"source": str(model), "path": tmp_path / "bent.safetensors", "picture": picture}
        given |= changed
        with pytest.raises(StudioError, match=words):
            finish(tune(generator, recipe=recipe, steps=2, **given))  # type: ignore[arg-type]

    refused("stays as it is", path=model)
    refused("stays as it is", path=tmp_path / "." / "model.safetensors")
    refused("Could not write", path=tmp_path / "bent.pt")
    refused("Could not write", path=tmp_path / "nowhere" / "bent.safetensors")
    refused("does not fit", picture=picture[:8])
    write_example(model, seed=1)
    refused("has changed")


def test_cancelled_it_leaves_no_file(tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    write_example(model)
    generator = open_model(str(model))
    recipe, picture = found(generator)
    steps = tune(generator, str(model), tmp_path / "bent.safetensors", recipe, picture, 50)
    for _ in range(8):
        next(steps)
    steps.close()
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]
