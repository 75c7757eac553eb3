import math

import pytest
import torch

from latentstudio.metrics.ppl import (
    lerp,
    path_lengths,
    path_places,
    perceptual_distance,
    slerp,
    summary,
)

SIDE = 4


def angle_picture(angles: torch.Tensor) -> torch.Tensor:
    """Pictures [N, 3, 4, 4] whose every pixel is a unit vector at an angle in the first plane."""
    vectors = torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], 1)
    return vectors[:, :, None, None].expand(-1, -1, SIDE, SIDE)


def test_a_turn_has_the_length_of_its_chord() -> None:
    a, b = angle_picture(torch.tensor([0.0, 0.3])), angle_picture(torch.tensor([0.4, 0.3]))
    found = perceptual_distance([a, 2 * a], [b, 5 * b])  # two layers, of any strength
    expected = 2 * (2 - 2 * math.cos(0.4))
    assert found.tolist() == [pytest.approx(expected), pytest.approx(0, abs=1e-12)]


def test_a_steady_turn_has_its_speed_squared_at_any_step() -> None:
    start = torch.linspace(0, 1, 8).double()
    for step in (1e-2, 1e-3):
        pictures = angle_picture(start), angle_picture(start + 3 * step)
        found = path_lengths(*pictures, lambda images: [images], step)
        torch.testing.assert_close(found, torch.full_like(found, 9.0), rtol=1e-3, atol=0)


def test_the_mean_leaves_the_extremes_out() -> None:
    lengths = torch.full((200,), 5.0)
    lengths[:2], lengths[-2:] = 0.0, 1e9
    assert summary(lengths).mean == pytest.approx(5)
    spread = summary(torch.arange(100.0)).spread
    kept = torch.arange(1.0, 99.0)
    assert spread == pytest.approx(float(kept.std()) / 98**0.5)
    assert summary(torch.tensor([2.0])).spread == 0


def test_the_arc_keeps_length_and_passes_through_the_middle() -> None:
    a, b = torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 2.0], [0.0, 3.0]])
    t = torch.tensor([0.5, 0.5])
    root = 0.5**0.5
    expected = torch.tensor([[2 * root, 2 * root], [2 * root, 2 * root]])
    torch.testing.assert_close(slerp(a, b, t), expected)
    torch.testing.assert_close(slerp(a, b, torch.zeros(2)), a)
    torch.testing.assert_close(lerp(a, b, t), (a + b) / 2)


def test_straight_lines_between_styles_of_layers() -> None:
    a, b = torch.zeros(2, 3, 4), torch.ones(2, 3, 4)
    found = lerp(a, b, torch.tensor([0.25, 1.0]))
    assert found[:, 0, 0].tolist() == [0.25, 1.0]


def test_steps_begin_anywhere_or_at_the_end() -> None:
    random = torch.Generator().manual_seed(0)
    assert path_places("end", 5, random).tolist() == [0] * 5
    full = path_places("full", 1000, random)
    assert 0 <= float(full.min()) < 0.01
    assert 0.99 < float(full.max()) < 1
