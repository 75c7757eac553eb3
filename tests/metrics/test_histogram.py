import pytest
import torch

from latentstudio.metrics.histogram import (
    histogram_of,
    missing_values,
    total_variation,
    value_names,
    varies,
)
from latentstudio.metrics.referee import Head

MOUTH = Head("mouth", ("smile", "sad", "open"))
TURN = Head("rotate", range=(-20.0, 20.0))


def test_the_likeliest_value_counts() -> None:
    read = torch.tensor([[0.6, 0.4, 0.0], [0.2, 0.5, 0.3], [0.9, 0.1, 0.0], [0.4, 0.3, 0.3]])
    assert histogram_of(MOUTH, read).tolist() == [0.75, 0.25, 0.0]
    assert value_names(MOUTH) == ("smile", "sad", "open")


def test_numbers_are_counted_in_ten_parts() -> None:
    read = torch.tensor([-99.0, -20.0, -16.1, 0.0, 3.9, 20.0, 99.0, 19.0])
    shares = histogram_of(TURN, read)
    assert shares.tolist() == [0.375, 0, 0, 0, 0, 0.25, 0, 0, 0, 0.375]
    assert value_names(TURN)[::9] == ("-20 to -16", "16 to 20")


def test_total_variation_is_the_share_that_must_change() -> None:
    p, q = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.5, 0.0, 0.5])
    assert total_variation(p, q) == pytest.approx(0.3)
    assert total_variation(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])) == 1


def test_what_is_common_in_real_pictures_and_rare_in_fakes_is_missing() -> None:
    real = torch.tensor([0.5, 0.41, 0.05, 0.04])
    fake = torch.tensor([0.88, 0.11, 0.01, 0.0])
    assert missing_values(real, fake, ("a", "b", "c", "d")) == ["c"]  # b is above a quarter
    assert missing_values(real, real, ("a", "b", "c", "d")) == []


def test_a_histogram_of_one_value_says_nothing() -> None:
    assert varies(torch.tensor([0.98, 0.02]))
    assert not varies(torch.tensor([0.995, 0.005]))
