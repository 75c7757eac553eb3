"""Which band decides a factor, where it is known what each layer draws."""

import pytest
import torch

from latentstudio.core.steps import ended
from latentstudio.metrics.band_shares import band_shares, mixed_bands, pictures
from tests.fakes import fake_info
from tests.metrics.colours import ColourReferee, Flat
from tests.metrics.test_attribute_directions import BLUE, GREEN, RED


class Banded(Flat):
    """Red comes from layers of 4 and 8 px, blue from those of 64 px, green from both alike."""

    def colour(self, styles: torch.Tensor) -> torch.Tensor:
        red, blue = styles[:, :4, RED].mean(1), styles[:, 8:, BLUE].mean(1)
        green = (styles[:, :4, GREEN].mean(1) + styles[:, 8:, GREEN].mean(1)) / 2
        return torch.stack([red, green, blue], 1)


def test_each_factor_has_its_band() -> None:
    generator = Banded(fake_info(layers=10, resolution=64))
    assert list(mixed_bands(generator.info)) == ["coarse", "middle", "fine"]
    table = ended(band_shares(generator, ColourReferee(), 100))
    assert table["glasses"]["coarse"] == pytest.approx(1)
    assert table["rotate"]["fine"] == pytest.approx(1)
    assert table["mouth_open"]["coarse"] == pytest.approx(0.5, abs=0.1)
    assert table["mouth_open"]["middle"] == pytest.approx(0, abs=1e-6)
    assert all(sum(row.values()) == pytest.approx(1) for row in table.values())


def test_a_model_of_one_layer_has_nothing_to_mix() -> None:
    info = fake_info(layers=1)
    assert len(mixed_bands(info)) < 2
    assert pictures(info, 10) <= 20
