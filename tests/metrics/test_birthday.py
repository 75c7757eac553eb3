import pytest
import torch

from latentstudio.metrics.birthday import Twins, count_twins, twin_thresholds
from tests.metrics.gaussians import gaussian


def colours(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features, and flat pictures of colours that are the first three of them."""
    features = gaussian(count, 8, seed)
    return features, features[:, :3, None, None].expand(-1, -1, 16, 16).mul(0.3)


def test_the_thresholds_leave_the_nearest_pairs() -> None:
    features, images = colours(1600, 0)  # 1,279,200 pairs, of which 26 lie below
    found = twin_thresholds(features, images)
    by_features, by_pixels = (
        torch.pdist(features.double()),
        torch.pdist(images[:, :, 0, 0] / 3**0.5),
    )
    assert int((by_features < found.features).sum()) == 26
    assert int((by_pixels < found.pixels - 1e-6).sum()) in (25, 26)


def test_a_twin_is_near_in_features_and_in_pixels() -> None:
    features, images = torch.zeros(4, 2), torch.zeros(4, 3, 32, 32)
    features[3] = 5.0
    images[2] = 1.0  # an RMS of 1 away from all
    assert count_twins(features, images, Twins(1.0, 0.5)) == 1  # 0 and 1
    assert count_twins(features, images, Twins(1.0, 1.1)) == 3  # 0, 1 and 2
    assert count_twins(features, images, Twins(9.0, 0.5)) == 3  # 0, 1 and 3
    assert count_twins(features, images, Twins(0.0, 0.0)) == 0


def test_few_kinds_give_many_twins() -> None:
    # 1,100 pictures of 100 kinds, 11 each: 100 * 11 * 10 / 2 pairs, across parts of rows too.
    features, images = colours(1600, 0)
    twins = twin_thresholds(features, images)
    few_features, few_images = colours(100, 1)
    repeated = few_features.repeat(11, 1), few_images.repeat(11, 1, 1, 1)
    assert abs(count_twins(*repeated, twins) - 5500) < 50
    assert count_twins(*colours(1100, 2), twins) < 20


def test_two_pictures_are_enough_for_a_threshold() -> None:
    features = torch.tensor([[0.0], [3.0]])
    images = torch.zeros(2, 3, 16, 16)
    images[1] = 1
    found = twin_thresholds(features, images)
    assert (found.features, found.pixels) == (3.0, pytest.approx(1.0))
