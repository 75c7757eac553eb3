"""Power spectrum by frequency: does detail have the strength that it has in real pictures?"""

from functools import lru_cache

import torch
from torch import Tensor

_ROUNDING = (1 / 127.5) ** 2 / 12
"""The power that rounding to 8 bits adds at every frequency; less than that tells nothing."""

_GREY = (0.299, 0.587, 0.114)


def log_power(images: Tensor) -> Tensor:
    """The azimuthal mean of the log power of pictures [B, 3, R, R]: [B, R / 2] in decibels.

    Entry f is the mean over the frequencies whose distance from 0 rounds to f + 1 cycles a picture
    (Durall et al. 2020, section 3.1); the mean grey itself is left out. A unitary transform, so
    noise of one grey level has the same power at every resolution.
    """
    weights = images.new_tensor(_GREY)
    grey = (images * weights[:, None, None]).sum(1)
    power = torch.fft.rfft2(grey, norm="ortho").abs().square()
    decibels = 10 * torch.log10(power + _ROUNDING)
    rings = _rings(images.shape[-1]).to(images.device)
    return decibels.flatten(1) @ rings


def spectrum_distance(a: Tensor, b: Tensor) -> float:
    """The mean absolute difference of two mean spectra [R / 2], in decibels."""
    return float((a.double() - b.double()).abs().mean())


@lru_cache(maxsize=4)
def _rings(side: int) -> Tensor:
    """Weights [frequencies, R / 2] that take the mean over each ring of frequencies."""
    rows, columns = torch.fft.fftfreq(side) * side, torch.fft.rfftfreq(side) * side
    radius = torch.hypot(rows[:, None], columns).round().long().flatten()
    # The real transform holds one of each pair of frequencies; the others count as well.
    pairs = torch.full((side, len(columns)), 2.0)
    pairs[:, 0] = 1
    if side % 2 == 0:
        pairs[:, -1] = 1
    ring = (radius[:, None] == torch.arange(1, side // 2 + 1)) * pairs.flatten()[:, None]
    return ring / ring.sum(0)
