import pytest
import torch
from torch import nn

from trainers.ema import ema_decay, estimate_statistics, update_average


def test_after_a_half_life_half_is_left() -> None:
    decay = ema_decay(images=10**6, batch=50, half_life=1000, ramp=None)
    assert decay**20 == pytest.approx(0.5)


def test_the_ramp_forgets_the_start() -> None:
    assert ema_decay(0, 32, 10_000, 0.05) == 0
    assert ema_decay(1000, 50, 10_000, 0.05) == pytest.approx(0.5)
    assert ema_decay(10**7, 50, 10_000, 0.05) == ema_decay(10**7, 50, 10_000, None)


def test_the_average_is_the_closed_form() -> None:
    average, module = nn.Linear(3, 3), nn.Linear(3, 3)
    start, decay, shown = average.weight.clone(), 0.9, []
    for step in range(5):
        with torch.no_grad():
            module.weight.fill_(step)
        shown.append(module.weight.clone())
        update_average(average, module, decay)
    expected = decay**5 * start
    expected = expected + sum((1 - decay) * decay ** (4 - i) * w for i, w in enumerate(shown))
    torch.testing.assert_close(average.weight, expected)


def test_statistics_are_the_mean_over_the_batches() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2))
    random = torch.Generator().manual_seed(0)
    batches = [torch.randn(16, 2, 4, 4, generator=random) * 3 + 1 for _ in range(4)]
    estimate_statistics(network, ((batch,) for batch in batches))
    norm = network[0]
    assert isinstance(norm, nn.BatchNorm2d)
    means = torch.stack([batch.mean((0, 2, 3)) for batch in batches]).mean(0)
    spreads = torch.stack([batch.var((0, 2, 3)) for batch in batches]).mean(0)
    torch.testing.assert_close(norm.running_mean, means)
    torch.testing.assert_close(norm.running_var, spreads)
    assert norm.momentum == 0.1
    assert not network.training


def test_a_network_without_batch_norm_looks_at_no_batch() -> None:
    network = nn.Linear(2, 2)
    estimate_statistics(network, iter([(torch.zeros(99),)]))
    assert not network.training
