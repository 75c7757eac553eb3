"""The choice of style layers, where it is known what each layer draws."""

import torch

from latentstudio.core.direction import Direction
from latentstudio.core.recipe import Span
from latentstudio.core.steps import ended
from latentstudio.metrics.layer_choice import in_their_layers
from tests.fakes import FakeGenerator, fake_info
from tests.metrics.colours import ColourReferee, Flat
from tests.metrics.test_attribute_directions import BLUE, GREEN, RED, along


class Layered(Flat):
    """Number RED of a style is red in layers 2 and 3; in the last two it is green, as GREEN is."""

    def colour(self, styles: torch.Tensor) -> torch.Tensor:
        red = styles[:, 2:4, RED].mean(1)
        green = (styles[:, 4:, GREEN] + styles[:, 4:, RED]).mean(1) / 2
        return torch.stack([red, green, torch.zeros_like(red)], 1)


class Turning(Flat):
    """Number BLUE of a style is blue in layers 0 to 3, and green, as GREEN is, in 0 and 1, too."""

    def colour(self, styles: torch.Tensor) -> torch.Tensor:
        blue = styles[:, :4, BLUE].mean(1)
        green = styles[:, 4:, GREEN].mean(1) + styles[:, :2, BLUE].mean(1)
        return torch.stack([torch.zeros_like(blue), green, blue], 1)


def chosen(generator: FakeGenerator, *directions: Direction) -> dict[str, Direction]:
    found = ended(in_their_layers(generator, directions, ColourReferee(), 40, first=7_000))
    return {direction.name: direction for direction in found}


def test_a_slider_leaves_the_layers_alone_that_change_something_else() -> None:
    generator = Layered(fake_info(layers=6))
    glasses = along(generator, "Glasses", RED)
    found = chosen(generator, glasses, along(generator, "Open mouth", GREEN))
    # Without the last layers no mouth opens; the first ones do nothing.
    assert found["Glasses"].span == Span(2, 3)
    assert (found["Glasses"].mean, found["Glasses"].scale) == (glasses.mean, glasses.scale)
    # GREEN does nothing but what it is to do, and does it in the last layers.
    assert found["Open mouth"].span == Span(4, 5)


def test_a_number_moves_where_locked_attributes_stay() -> None:
    """Any layer that is blue turns every face; only layers 2 and 3 open no mouth meanwhile."""
    generator = Turning(fake_info(layers=6))
    mouth, tilt = along(generator, "Open mouth", GREEN), along(generator, "Tilt", BLUE)
    assert chosen(generator, mouth, tilt)["Tilt"].span == Span(2, 3)
    assert chosen(generator, tilt)["Tilt"].span == Span(0, 1)


def test_a_model_of_one_layer_has_no_choice() -> None:
    generator = FakeGenerator(fake_info(layers=1))
    direction = along(generator, "Glasses", RED)
    assert chosen(generator, direction) == {"Glasses": direction}
