"""The colour map rises evenly in lightness, and the scale of a variation is round."""

import numpy as np
import pytest

from latentstudio.core.colormap import colored, sequential, to_oklab
from latentstudio.core.recipe import Recipe
from latentstudio.core.variation import Variation


def variation(*levels: float) -> Variation:
    return Variation(Recipe(), np.array([levels], np.float32))


def test_lightness_rises_in_equal_steps_to_the_end() -> None:
    lightness = to_oklab(sequential() / 255)[:, 0]
    steps = np.diff(lightness)
    assert lightness[0] < 0.2
    assert lightness[-1] > 0.9
    assert (steps > 0).all()
    assert steps.max() < 2.5 * steps.mean()


def test_it_goes_from_dark_through_magenta_to_yellow() -> None:
    colors = sequential().astype(int)
    dark, middle, end = colors[0], colors[120], colors[-1]
    assert dark.max() < 32
    assert middle[0] > middle[2] > middle[1] + 40  # red, then blue, little green
    assert min(end[0], end[1]) > 220 > 160 > end[2]


def test_a_known_colour_in_oklab() -> None:
    # Ottosson's own table: white is (1, 0, 0).
    assert to_oklab(np.ones((1, 3)))[0] == pytest.approx([1, 0, 0], abs=1e-4)


def test_values_take_their_place_on_the_map_and_stop_at_its_ends() -> None:
    shown = colored(np.array([[-1.0, 0.0, 5.0, 10.0, 99.0]]), 10.0)
    ends = sequential()
    assert shown.shape == (1, 5, 3)
    assert (shown[0, [0, 1]] == ends[0]).all()
    assert (shown[0, [3, 4]] == ends[-1]).all()
    assert (shown[0, 2] == ends[128]).all()


@pytest.mark.parametrize(
    ("peak", "top"),
    [
        (0.0, 1.0),
        (0.3, 1.0),
        (1.5, 2.0),
        (4.0, 5.0),
        (7.0, 10.0),
        (101.0, 200.0),
        (np.nan, 500.0),
        (np.inf, 500.0),
    ],
)
def test_the_scale_ends_at_a_round_number(peak: float, top: float) -> None:
    assert variation(0.0, peak).top == top


def test_words_name_the_typical_and_the_greatest() -> None:
    assert variation(1.0, 2.0, 9.5).words == "Typically 2.0 levels of 255, at most 9.5"
    assert variation(0.0, 0.0).words == "The noise changes nothing in this picture."
    assert variation(0.0, 5.0).colors.shape == (1, 2, 3)
