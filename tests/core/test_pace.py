"""Even speed: the table from a share of the change to a place, and back."""

import numpy as np
import pytest

from latentstudio.core.pace import Pace, pace_of


def test_a_steady_path_is_left_as_it_is() -> None:
    pace = pace_of([2.0, 2.0, 2.0, 2.0])
    for share in (0.0, 0.1, 0.5, 0.77, 1.0):
        assert pace.place(share) == pytest.approx(share)


def test_where_the_picture_changes_fast_one_goes_slowly() -> None:
    pace = pace_of([3.0, 1.0])
    assert pace.place(0.75) == pytest.approx(0.5)
    assert pace.place(0.375) == pytest.approx(0.25)
    assert pace.place(0.875) == pytest.approx(0.75)


def test_it_rises_and_has_an_inverse() -> None:
    pace = pace_of([0.0, 5.0, 0.0, 0.0, 1.0, 9.0])
    shares = np.linspace(0, 1, 101)
    places = np.array([pace.place(share) for share in shares])
    assert (np.diff(places) > 0).all()
    assert (places[0], places[-1]) == (0.0, 1.0)
    assert [pace.share(place) for place in places] == pytest.approx(shares.tolist(), abs=1e-9)


def test_even_shares_of_a_bent_path_change_the_picture_evenly() -> None:
    """A quantity that moves as t^3: after the pace, its steps are alike."""
    ends = np.linspace(0, 1, 33)
    pace = pace_of(np.diff(ends**3).tolist())
    seen = np.array([pace.place(share) for share in np.linspace(0, 1, 11)]) ** 3
    steps = np.diff(seen)
    assert steps.max() / steps.min() < 1.6
    plain = np.diff(np.linspace(0, 1, 11) ** 3)
    assert plain.max() / plain.min() > 100


@pytest.mark.parametrize("distances", [[], [0.0, 0.0]])
def test_a_path_without_change_is_even(distances: list[float]) -> None:
    assert pace_of(distances) == Pace()
    assert Pace().place(0.3) == pytest.approx(0.3)
