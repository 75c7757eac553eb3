"""Which device computes: the choice, and a small self-test before it is trusted."""

import torch

from latentstudio.core.devices import DEVICES
from latentstudio.core.errors import StudioError, nearest

_TOLERANCE = 1e-3


def choose(wanted: str = "auto") -> str:
    """The device to compute on; ``auto`` takes the first that exists and passes the self-test.

    Raises:
        StudioError: an unknown device, or one that this machine or this torch does not have.
    """
    if wanted == "auto":
        return next((name for name in ("cuda", "mps") if _works(name)), "cpu")
    if wanted not in DEVICES:
        raise StudioError(f"Unknown device {wanted}", hint=nearest(wanted, DEVICES))
    if wanted != "cpu" and not _works(wanted):
        raise StudioError(
            f"Cannot compute on {wanted}",
            "this machine or this build of torch has no working one",
            "Use --device cpu, or install a torch build for your card.",
        )
    return wanted


def _exists(name: str) -> bool:
    return torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()


def _works(name: str) -> bool:
    """Whether a small convolution there gives what the processor gives."""
    if not _exists(name):
        return False
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 8, 16, 16, generator=generator)
    weight = torch.randn(8, 8, 3, 3, generator=generator)
    try:
        there = torch.nn.functional.conv2d(x.to(name), weight.to(name), padding=1).cpu()
    except RuntimeError:  # torch's own word for a driver or memory that does not do
        return False
    here = torch.nn.functional.conv2d(x, weight, padding=1)
    return bool((there - here).abs().max() <= _TOLERANCE * here.abs().max())
