"""Walks: through every face, without a kink or a jump, closed or without end."""

from itertools import count

import numpy as np
import pytest

from latentstudio.core.latent import blend_z, seed_z
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector, seed_of
from latentstudio.core.walk import Stop, Way, loop, stop_of, walk, with_stop
from tests.fakes import fake_info

INFO: ModelInfo = fake_info(z_dim=32)


def z_of(stop: Stop) -> np.ndarray:
    """The z that is drawn for a stop, by the rules of the render."""
    latents = [
        a.latent.array if isinstance(a.latent, Vector) else seed_z("normal", a.latent.value, 32)
        for a in stop
    ]
    return blend_z(latents, [a.weight for a in stop]).astype(np.float64)


def positions(way: Way, places: np.ndarray) -> np.ndarray:
    return np.stack([z_of(way(place)) for place in places])


def test_a_walk_begins_where_one_is_and_meets_each_face() -> None:
    seeds = count(7)
    way = walk((Anchor(Seed(3)),), lambda: next(seeds))
    assert way(0.0) == (Anchor(Seed(3), 1.0),)
    for place, seed in ((1.0, 7), (2.0, 8), (5.0, 11)):
        assert way(place) == (Anchor(Seed(seed), 1.0),)
    assert next(seeds) == 14  # two faces ahead, no more


def test_a_walk_is_smooth() -> None:
    seeds = count(100)
    steps = 64
    path = positions(walk((Anchor(Seed(3)),), lambda: next(seeds)), np.arange(0, 5, 1 / steps))
    speed = np.diff(path, axis=0) * steps
    assert np.linalg.norm(np.diff(speed, axis=0), axis=1).max() < np.linalg.norm(path[0]) / 4
    assert np.linalg.norm(path, axis=1).min() > 0.8 * np.linalg.norm(path[0])


def test_a_walk_from_a_blend_begins_with_that_very_picture() -> None:
    blend = Recipe(anchors=(Anchor(Seed(1), 0.6), Anchor(Seed(2), 0.4)))
    stop = stop_of(blend, INFO)
    way = walk(stop, lambda: 9)
    there = z_of(blend.active)
    assert np.abs(z_of(way(0.0)) - there).max() < 1e-5
    assert np.abs(z_of(way(1e-4)) - there).max() < 1e-3


def test_a_blend_in_w_keeps_its_anchors() -> None:
    blend = Recipe(anchors=(Anchor(Seed(1), 3.0), Anchor(Seed(2), 1.0)), blend="w")
    way = walk(stop_of(blend, INFO), lambda: 9)
    assert way(0.0) == (Anchor(Seed(1), 0.75), Anchor(Seed(2), 0.25))
    assert sum(a.weight for a in way(0.3)) == pytest.approx(1.0)


def test_mixed_styles_stay_mixed_on_the_first_leg() -> None:
    mixed = Recipe(anchors=(Anchor(Seed(1), 0.5, (1.0, 0.0)), Anchor(Seed(2), 0.5, (0.0, 1.0))))
    way = walk(stop_of(mixed, INFO), lambda: 9)
    assert [a.layers for a in way(0.0)] == [(1.0, 0.0), (0.0, 1.0)]
    half = {a.latent: a.layers for a in way(0.5)}
    assert half[Seed(1)] == pytest.approx((0.5, 0.0))
    assert sum(layers[0] for layers in half.values()) == pytest.approx(1.0)


def test_a_loop_is_closed_and_has_no_seam() -> None:
    way = loop([(Anchor(Seed(s)),) for s in (1, 2, 3, 4)])
    assert way(2.0) == (Anchor(Seed(3), 1.0),)
    assert way(4.0) == way(0.0) == (Anchor(Seed(1), 1.0),)
    around = positions(way, np.arange(3.5, 4.5, 1 / 64))
    speed = np.diff(around, axis=0) * 64
    assert np.linalg.norm(np.diff(speed, axis=0), axis=1).max() < np.linalg.norm(around[0]) / 4


def test_a_loop_of_two_goes_there_and_back() -> None:
    way = loop([(Anchor(Seed(1)),), (Anchor(Seed(2)),)])
    there, back = way(0.3), way(1.7)
    assert {a.latent: round(a.weight, 6) for a in there} == {
        a.latent: round(a.weight, 6) for a in back
    }
    assert min(a.weight for a in there) > 0


def test_a_loop_needs_two_faces() -> None:
    with pytest.raises(ValueError, match="two faces"):
        loop([(Anchor(Seed(1)),)])


def test_the_rest_of_the_recipe_stays() -> None:
    recipe = Recipe(blend="w")
    shown = with_stop(recipe, (Anchor(Seed(5)),))
    assert (seed_of(shown), shown.blend) == (5, "w")
