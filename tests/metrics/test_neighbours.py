import pytest
import torch

from latentstudio.metrics.neighbours import nearest_training
from tests.metrics.gaussians import gaussian


def test_distances_on_a_grid() -> None:
    training = torch.arange(0.0, 100.0)[:, None]
    found = nearest_training(training[:99] + torch.linspace(0, 0.5, 99)[:, None], training)
    assert found.median == pytest.approx(0.25, abs=1e-6)
    assert found.closest == pytest.approx(0.005, abs=1e-4)


def test_a_copyist_is_nearer_than_others() -> None:
    training, others = gaussian(500, 8, 0), gaussian(500, 8, 1)
    mixed = torch.cat([training[:25] + 1e-3, others[:475]])  # one in twenty is a copy
    honest, copied = nearest_training(others, training), nearest_training(mixed, training)
    assert copied.median == pytest.approx(honest.median, rel=0.05)
    assert copied.closest < honest.closest / 50
