"""Which device draws: the choice, and a small self-test before it is trusted."""

import contextlib
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from latentstudio.core.errors import StudioError, nearest

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("float32", "bfloat16", "float16")
_TOLERANCE = 1e-3

QUICK_MS = 15.0
"""A picture that one thread draws in this time is drawn by one: waking others costs more than they
save (a StyleGAN of 64 px on two cores: 11.1 ms with two threads, 6.6 with one), and a core stays
free for the window."""

_TRIES = 3


def choose(wanted: str = "auto") -> str:
    """The device to draw on; ``auto`` takes the first that exists and passes the self-test.

    Raises:
        StudioError: an unknown device, or one that this machine or this torch does not have.
    """
    if wanted == "auto":
        return next((name for name in ("cuda", "mps") if _works(name)), "cpu")
    if wanted not in DEVICES:
        raise StudioError(f"Unknown device {wanted}", hint=nearest(wanted, DEVICES))
    if wanted != "cpu" and not _works(wanted):
        raise StudioError(
            f"Cannot draw on {wanted}",
            "this machine or this build of torch has no working one",
            "Use --device cpu, or install a torch build for your card.",
        )
    return wanted


def thread_count() -> int:
    """How many threads to draw with: every core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def prepare_thread(threads: int | None = None) -> None:
    """Make this thread one that draws: so many threads (every core by default), no gradients.

    On CUDA convolutions stay float32: torch's own default, TF32, keeps ten bits of the fraction.
    """
    torch.set_num_threads(threads or thread_count())
    torch.set_grad_enabled(False)
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False


def settle_threads(generator: "Generator", threads: int | None = None) -> int:
    """Choose how many threads draw with a network from now on, in this thread.

    Args:
        generator: what draws.
        threads: so many; by default one where that is quick enough, else every core.

    Returns:
        How many.
    """
    if threads is None and generator.device == "cpu":
        torch.set_num_threads(1)
        threads = 1 if _draws_within(generator, QUICK_MS) else None
    torch.set_num_threads(threads or thread_count())
    return torch.get_num_threads()


@contextlib.contextmanager
def every_core() -> Iterator[None]:
    """Compute a block with every core: worth it for batches, whose every operation is long."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(before, thread_count()))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _draws_within(generator: "Generator", limit_ms: float) -> bool:
    """Whether a picture is drawn within a time: the best of a few tries, the first warms up."""
    with torch.no_grad():
        styles = generator.map(generator.sample_z([0]))
        for _ in range(1 + _TRIES):
            begin = time.perf_counter()
            generator.synthesize(styles)
            if (time.perf_counter() - begin) * 1000 <= limit_ms:
                return True
    return False


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
