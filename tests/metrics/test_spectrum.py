import math

import pytest
import torch

from latentstudio.metrics.observe import coarsened
from latentstudio.metrics.spectrum import log_power, spectrum_distance

SIDE = 32


def noise(scale: float, count: int = 64) -> torch.Tensor:
    random = torch.Generator().manual_seed(0)
    return scale * torch.randn(count, 1, SIDE, SIDE, generator=random).expand(-1, 3, -1, -1)


def test_a_wave_stands_at_its_frequency_with_its_power() -> None:
    # A cosine of amplitude a has |F|^2 = (a R / 2)^2 at two of all frequencies of a unitary
    # transform; the ring of radius 5 holds those two and others that hold rounding alone.
    wave = 0.5 * torch.cos(2 * math.pi * 5 * torch.arange(SIDE) / SIDE)
    images = wave.expand(1, 3, SIDE, SIDE)
    found = log_power(images)[0]
    assert found.shape == (SIDE // 2,)
    assert int(found.argmax()) == 4  # five cycles
    rows = torch.fft.fftfreq(SIDE) * SIDE
    ring = int((torch.hypot(rows[:, None], rows).round() == 5).sum())
    floor = 10 * math.log10((1 / 127.5) ** 2 / 12)
    peak = 10 * math.log10((0.5 * SIDE / 2) ** 2)
    assert float(found[4]) == pytest.approx((2 * peak + (ring - 2) * floor) / ring, abs=1e-3)
    assert float(found[10]) == pytest.approx(floor, abs=1e-3)


def test_white_noise_is_flat() -> None:
    # log |F|^2 of Gaussian noise: power times an exponential variable, whose log has the mean
    # -0.577 (Euler); 10 / ln 10 turns that into decibels.
    found = log_power(noise(0.5)).mean(0)
    expected = 20 * math.log10(0.5) - 0.5772 * 10 / math.log(10)
    torch.testing.assert_close(found, torch.full_like(found, expected), atol=0.6, rtol=0)


def test_ten_times_the_amplitude_is_twenty_decibels() -> None:
    loud, soft = (log_power(noise(scale)).mean(0) for scale in (1.0, 0.1))
    assert spectrum_distance(loud, soft) == pytest.approx(20, abs=0.1)
    assert spectrum_distance(loud, loud) == 0


def test_blur_takes_the_high_frequencies_only() -> None:
    sharp = noise(0.5)
    gap = log_power(sharp).mean(0) - log_power(coarsened(sharp, 2)).mean(0)
    assert float(gap[-1]) > 10
    assert abs(float(gap[0])) < 1
