import pytest
import torch

from latentstudio.metrics.class_frechet import (
    class_accuracy,
    class_frechet_distances,
    moments_by_class,
)
from tests.metrics.gaussians import gaussian


def test_a_class_that_is_off_stands_out() -> None:
    classes = torch.arange(3000) % 3
    real = moments_by_class(gaussian(3000, 4, 0), classes, 3)
    fake = gaussian(3000, 4, 1)
    fake[classes == 1] += 2.0  # 4 dimensions, each 2 away
    found = class_frechet_distances(fake, classes, real)
    assert found[1] == pytest.approx(16, rel=0.1)
    assert max(found[0], found[2]) < 0.1


def test_swapped_classes_are_seen_though_the_whole_is_right() -> None:
    features = torch.cat([gaussian(500, 4, 0, mean=-3), gaussian(500, 4, 1, mean=3)])
    classes = torch.arange(1000) // 500
    real = moments_by_class(features, classes, 2)
    assert min(class_frechet_distances(features, 1 - classes, real)) > 100


def test_accuracy_is_the_share_read_as_asked() -> None:
    read = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    assert class_accuracy(read, torch.tensor([0, 1, 1, 0])) == 0.75
