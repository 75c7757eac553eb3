"""Walks through seeds: where they begin and end, how evenly they go, and loops."""

import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.interpolation import MAX_FRAMES, path, stations
from latentstudio.core.pace import pace_of
from latentstudio.core.recipe import Anchor, Recipe, Seed, with_psi


def stops(recipes: list[Recipe]) -> list[tuple[tuple[int, float], ...]]:
    return [tuple((a.latent.value, round(a.weight, 6)) for a in r.anchors) for r in recipes]


def test_a_walk_goes_from_the_first_to_the_last_evenly() -> None:
    walk = path(Recipe(), [3, 7, 9], frames=5)
    assert stops(walk) == [
        ((3, 1.0),),
        ((3, 0.5), (7, 0.5)),
        ((7, 1.0),),
        ((7, 0.5), (9, 0.5)),
        ((9, 1.0),),
    ]


def test_a_loop_ends_one_step_before_its_start() -> None:
    walk = path(Recipe(), [3, 7], frames=4, loop=True)
    assert stops(walk) == [((3, 1.0),), ((3, 0.5), (7, 0.5)), ((7, 1.0),), ((7, 0.5), (3, 0.5))]


def test_the_rest_of_the_recipe_stays() -> None:
    walk = path(with_psi(Recipe(), 0.4), [3, 7], frames=3, space="w")
    assert {(r.truncation.psi, r.blend) for r in walk} == {(0.4, "w")}
    assert walk[0].anchors == (Anchor(Seed(3)),)


@pytest.mark.parametrize(("seeds", "frames"), [([1], 9), ([], 9), ([1, 2], 1), ([1, 2], -3)])
def test_impossible_walks_are_refused(seeds: list[int], frames: int) -> None:
    with pytest.raises(StudioError):
        path(Recipe(), seeds, frames)
    with pytest.raises(StudioError, match=str(MAX_FRAMES)):
        path(Recipe(), [1, 2], MAX_FRAMES + 1)


def test_with_a_pace_the_frames_are_where_the_change_is() -> None:
    walk = path(Recipe(), [3, 7], frames=3, pace=pace_of([3.0, 1.0]))
    assert stops(walk) == [((3, 1.0),), ((3, 0.666667), (7, 0.333333)), ((7, 1.0),)]


def test_stations_of_a_loop_end_where_they_begin() -> None:
    found = stops(stations(Recipe(), [3, 7], 2, loop=True))
    assert len(found) == 5
    assert found[0] == found[-1] == ((3, 1.0),)
    assert stops(stations(Recipe(), [3, 7], 2))[-1] == ((7, 1.0),)
    with pytest.raises(StudioError, match="two or more"):
        stations(Recipe(), [3], 2, loop=True)
