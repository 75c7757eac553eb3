import math

import pytest
import torch
from torch import nn

from trainers.losses import LOSSES
from trainers.regularizers import r1

REAL, FAKE = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_nonsaturating_is_cross_entropy() -> None:
    loss = LOSSES["nonsaturating"]
    expected = (softplus(-2) + softplus(1)) / 2 + (softplus(0.5) + softplus(-3)) / 2
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected)
    assert float(loss.generator(FAKE)) == pytest.approx((softplus(-0.5) + softplus(3)) / 2)
    bce = nn.functional.binary_cross_entropy_with_logits
    both = bce(REAL, torch.ones(2)) + bce(FAKE, torch.zeros(2))
    assert float(both) == pytest.approx(expected)


def test_hinge_stops_at_the_margin() -> None:
    loss = LOSSES["hinge"]
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx((0 + 2) / 2 + (1.5 + 0) / 2)
    assert float(loss.generator(FAKE)) == pytest.approx(1.25)


def test_every_loss_has_a_config_and_says_how_to_read_its_critic() -> None:
    assert {name: loss.critic for name, loss in LOSSES.items()} == {
        "nonsaturating": "logit",
        "hinge": "hinge",
    }


def test_r1_of_a_linear_critic_is_half_its_squared_weight() -> None:
    weight = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))

    class Linear(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return (images * weight).sum((1, 2, 3))

    penalty = r1(Linear(), torch.randn(5, 3, 4, 4))
    assert float(penalty) == pytest.approx(float(weight.square().sum()) / 2, rel=1e-5)


def test_r1_reaches_the_weights() -> None:
    critic = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Tanh(), nn.Flatten(), nn.LazyLinear(1))
    images = torch.randn(2, 3, 6, 6)
    critic(images)
    r1(critic, images).backward()  # type: ignore[no-untyped-call]
    assert critic[0].weight.grad is not None
