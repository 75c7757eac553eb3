import math

import pytest
import torch
from torch.nn import functional as F

from latentstudio.metrics.separability import conditional_entropy, separability
from tests.metrics.gaussians import gaussian


def read(values: torch.Tensor, count: int = 2, sureness: float = 5.0) -> torch.Tensor:
    return (sureness * F.one_hot(values, count)).softmax(1)


def test_entropy_by_hand() -> None:
    y, x = torch.tensor([0, 1, 0, 0]), torch.tensor([0, 0, 1, 1])
    assert conditional_entropy(y, x) == pytest.approx(0.5)  # a bit on one side of two
    assert conditional_entropy(y, y) == 0
    thirds = torch.tensor([0, 1, 2])
    assert conditional_entropy(thirds, torch.zeros(3).long()) == pytest.approx(math.log2(3))


def test_a_plane_that_parts_the_values_leaves_nothing_open() -> None:
    latents = gaussian(1000, 8)
    kinds = (latents @ torch.arange(8.0) > 1).long()
    sectors = latents[:, :3].argmax(1)
    found = separability(latents, {"kind": read(kinds), "sector": read(sectors, 3)})
    assert found.score == pytest.approx(1, abs=0.1)
    assert set(found.entropies) == {"kind", "sector"}


def test_values_on_both_sides_of_any_plane_stay_open() -> None:
    latents = gaussian(4000, 2)
    crossed = (latents[:, 0] * latents[:, 1] > 0).long()  # the exclusive or
    found = separability(latents, {"crossed": read(crossed)})
    assert found.score == pytest.approx(2, rel=0.02)
    both = separability(latents, {"a": read(crossed), "b": read(1 - crossed)})
    assert both.score == pytest.approx(4, rel=0.04)


def test_scale_and_place_of_the_latents_do_not_matter() -> None:
    latents = gaussian(1000, 4)
    values = (latents[:, 0] + 0.3 * gaussian(1000, 1, 1)[:, 0] > 0).long()
    plain = separability(latents, {"a": read(values)})
    moved = separability(latents * torch.tensor([1e-3, 1, 10, 1e3]) + 50, {"a": read(values)})
    assert moved.score == pytest.approx(plain.score, rel=0.02)
    assert 1.1 < plain.score < 1.8


def test_only_the_surest_half_counts_and_one_value_says_nothing() -> None:
    latents = gaussian(1000, 4)
    right = (latents[:, 0] > 0).long()
    noise = torch.randint(0, 2, (500,), generator=torch.Generator().manual_seed(0))
    probabilities = torch.cat([read(right[:500], sureness=9.0), read(noise, sureness=1.0)])
    found = separability(latents, {"a": probabilities, "same": read(torch.zeros(1000).long())})
    assert found.score == pytest.approx(1, abs=0.05)
    assert set(found.entropies) == {"a"}


def test_it_learns_where_gradients_are_off() -> None:
    latents = gaussian(200, 4)
    with torch.no_grad():
        found = separability(latents, {"a": read((latents[:, 0] > 0).long())})
    assert found.score < 1.3
