"""On the way between two pictures: both ends are met without a jump, and what can change, does."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from latentstudio.core.between import between
from latentstudio.core.latent import blend_z, normalized, seed_z
from latentstudio.core.mask import Mask
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Paste
from latentstudio.core.recipe import (
    Anchor,
    Move,
    Noise,
    Recipe,
    Seed,
    Span,
    Truncation,
    Vector,
    with_place,
    with_seed,
)
from tests.fakes import fake_info

INFO: ModelInfo = fake_info(z_dim=32, classes=("a", "b", "c"))
LAYERS = 4


def face(*weighted: tuple[int, float], blend: str = "z") -> Recipe:
    return Recipe(anchors=tuple(Anchor(Seed(s), w) for s, w in weighted), blend=blend)  # type: ignore[arg-type]


MIXED = Recipe(anchors=(Anchor(Seed(8), 0.5, (1.0, 0.0)), Anchor(Seed(9), 0.5, (0.0, 1.0))))
FACES = {
    "seed": with_seed(Recipe(), 3),
    "seed in w": face((4, 1.0), blend="w"),
    "two in z": face((1, 0.3), (2, 0.7)),
    "two in w": face((1, 3.0), (5, 1.0), blend="w"),
    "four in z": with_place(Recipe(), 3.3, 2.8),
    "mixed by layer": MIXED,
    "a vector": Recipe(anchors=(Anchor(Vector("w", np.linspace(-1, 1, 32, dtype=np.float32))),)),
}


def styles(recipe: Recipe) -> np.ndarray:
    """What is drawn, by the rules of the render, for a model whose map bends: [layers, D]."""

    def z(anchor: Anchor) -> np.ndarray:
        latent = anchor.latent
        return latent.array if isinstance(latent, Vector) else seed_z("normal", latent.value, 32)

    anchors = recipe.active
    if recipe.space == "z":
        one = np.tanh(blend_z([z(a) for a in anchors], [a.weight for a in anchors]))
        return np.repeat(one[None], LAYERS, 0)
    mapped = []
    for anchor in anchors:
        in_w = isinstance(anchor.latent, Vector) and anchor.latent.space == "w"
        mapped.append(z(anchor) if in_w else np.tanh(z(anchor)))
    rows = [normalized([a.share(layer) for a in anchors]) for layer in range(LAYERS)]
    return np.array(rows) @ np.array(mapped)


@pytest.mark.parametrize(("start", "end"), list(product(FACES, FACES)))
def test_a_way_has_no_jump(start: str, end: str) -> None:
    a, b = FACES[start], FACES[end]
    steps = 200
    way = np.array([styles(between(a, b, i / steps, INFO)) for i in range(steps + 1)])
    assert np.array_equal(way[0], styles(a))
    assert np.array_equal(way[-1], styles(b))
    speed = np.linalg.norm(np.diff(way, axis=0), axis=(1, 2))
    assert speed.max() < 4 * np.linalg.norm(way[-1] - way[0]) / steps + 1e-5


def test_two_seeds_slerp() -> None:
    made = between(FACES["seed"], with_seed(Recipe(), 7), 0.25)
    assert made == Recipe(anchors=(Anchor(Seed(3), 0.75), Anchor(Seed(7), 0.25)))


def test_the_ends_are_the_pictures_themselves() -> None:
    a, b = FACES["two in z"], FACES["mixed by layer"]
    assert [between(a, b, t, INFO) for t in (-1.0, 0.0, 1.0, 2.0)] == [a, a, b, b]


def test_shares_by_layer_go_over_into_each_other() -> None:
    made = between(FACES["seed"], MIXED, 0.5)
    assert {a.latent: a.layers for a in made.anchors} == {
        Seed(3): (0.5, 0.5),
        Seed(8): (0.5, 0.0),
        Seed(9): (0.0, 0.5),
    }


def test_truncation_goes_evenly_and_its_cutoff_where_it_is_not_seen() -> None:
    a = replace(Recipe(), truncation=Truncation(1.0))
    b = replace(Recipe(), truncation=Truncation(0.5, 3))
    assert between(a, b, 0.1).truncation == Truncation(pytest.approx(0.95), 3)
    assert between(b, a, 0.9).truncation == Truncation(pytest.approx(0.95), 3)
    c = replace(Recipe(), truncation=Truncation(0.3, 5))
    assert [between(b, c, t).truncation.cutoff for t in (0.4, 0.6)] == [3, 5]


def test_classes_go_over_into_each_other() -> None:
    a, b = replace(Recipe(), classes=(("b", 1.0),)), replace(Recipe(), classes=(("c", 1.0),))
    assert dict(between(a, b, 0.25).classes) == {"b": 0.75, "c": 0.25}
    # No class is the first one, which only the model knows.
    assert dict(between(Recipe(), b, 0.25, INFO).classes) == {"a": 0.75, "c": 0.25}
    assert [between(Recipe(), b, t).classes for t in (0.4, 0.6)] == [(), b.classes]


def test_noise_grows_and_its_kind_changes_in_the_middle() -> None:
    a = replace(Recipe(), noise=Noise("const", 1, 1.0))
    b = replace(Recipe(), noise=Noise("const", 2, 0.0, (0.0, 2.0)))
    assert between(a, b, 0.75).noise == Noise("const", 1, 0.25, (0.25, 1.75))
    c = replace(Recipe(), noise=Noise("random", 2, 0.5))
    assert [between(a, c, t).noise.mode for t in (0.4, 0.6)] == ["const", "random"]
    none = replace(Recipe(), noise=Noise("none"))
    assert between(none, a, 0.1).noise == Noise("const", 1, pytest.approx(0.1))


def test_moves_come_and_go() -> None:
    vector = Vector("w", np.ones(32, np.float32))
    smile, age = Move("Smile", vector, 2.0), Move("Age", vector, -1.0, Span(0, 2))
    a, b = (
        replace(Recipe(), moves=(smile,)),
        replace(Recipe(), moves=(age, replace(smile, amount=1))),
    )
    assert between(a, b, 0.25).moves == (replace(smile, amount=1.75), replace(age, amount=-0.25))


def test_a_hole_changes_in_the_middle() -> None:
    paste = Paste(Mask(np.full((8, 8), 255, np.uint8)))
    b = replace(FACES["seed"], paste=paste)
    assert [between(Recipe(), b, t).paste for t in (0.4, 0.6)] == [None, paste]
