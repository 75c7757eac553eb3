import math

import pytest
import torch
from torch import nn

from trainers.losses import LOSSES
from trainers.regularizers import gradient_penalty, orthogonality, path_lengths, r1

REAL, FAKE = torch.tensor([2.0, -1.0]), torch.tensor([0.5, -3.0])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def test_nonsaturating_is_cross_entropy() -> None:
    loss = LOSSES["nonsaturating"]
    expected = (softplus(-2) + softplus(1)) / 2 + (softplus(0.5) + softplus(-3)) / 2
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx((softplus(-0.5) + softplus(3)) / 2)
    bce = nn.functional.binary_cross_entropy_with_logits
    both = bce(REAL, torch.ones(2)) + bce(FAKE, torch.zeros(2))
    assert float(both) == pytest.approx(expected)


def test_hinge_stops_at_the_margin() -> None:
    loss = LOSSES["hinge"]
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx((0 + 2) / 2 + (1.5 + 0) / 2)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(1.25)


def test_every_loss_has_a_config_and_says_how_to_read_its_critic() -> None:
    assert {name: loss.critic for name, loss in LOSSES.items()} == {
        "nonsaturating": "logit",
        "hinge": "hinge",
        "wasserstein": "wasserstein",
        "relativistic": "wasserstein",
    }


def test_wasserstein_is_a_difference_of_means() -> None:
    loss = LOSSES["wasserstein"]
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(-1.25 - 0.5)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(1.25)


def test_relativistic_compares_pairs() -> None:
    loss = LOSSES["relativistic"]
    expected = (softplus(-1.5) + softplus(-2.0)) / 2
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx((softplus(1.5) + softplus(2)) / 2)


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


def test_the_gradient_penalty_of_a_linear_critic_is_known() -> None:
    weight = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    real, fake = torch.randn(2, 5, 3, 4, 4)

    def criticise(images: torch.Tensor) -> torch.Tensor:
        return (images * weight).sum((1, 2, 3))

    found = gradient_penalty(criticise, real, fake, target=2.0, drift=0.1, gamma=10.0)
    length = float(weight.norm())
    drift = 0.1 * float(criticise(real).square().mean())
    assert float(found) == pytest.approx(10 * (length - 2) ** 2 / 4 + drift, rel=1e-4)


def test_path_lengths_of_a_linear_generator_are_known() -> None:
    """For pictures A w the mean squared length is |A|^2 over the number of pixels."""
    matrix = torch.randn(3 * 8 * 8, 6, generator=torch.Generator().manual_seed(1))
    styles = torch.randn(4000, 1, 6, requires_grad=True)
    lengths = path_lengths(lambda w: (w[:, 0] @ matrix.T).reshape(-1, 3, 8, 8), styles)
    assert lengths.shape == (4000,)
    expected = float(matrix.square().sum()) / 64
    assert float(lengths.square().mean().detach()) == pytest.approx(expected, rel=0.05)


def test_orthogonality_is_zero_for_orthogonal_filters_only() -> None:
    layer = nn.Conv2d(2, 3, 3)
    nn.init.orthogonal_(layer.weight)
    embedding = nn.Embedding(4, 2)
    network = nn.Sequential(layer, embedding)
    assert float(orthogonality(network).detach()) == pytest.approx(0, abs=1e-8)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[0, 0, 0, 0] = layer.weight[1, 0, 0, 0] = 2.0
    assert float(orthogonality(network).detach()) == pytest.approx(2 * 4.0**2)
    assert embedding.weight.grad is None
