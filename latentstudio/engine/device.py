"""How a thread is made ready to draw, and with how many others."""

import contextlib
import math
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

PRECISIONS = ("float32", "bfloat16", "float16")

QUICK_MS = 15.0
"""A picture that one thread draws in this time is drawn by one: waking others costs more than they
save (a StyleGAN of 64 px on two cores: 11.1 ms with two threads, 6.6 with one), and a core stays
free for the window."""

_TRIES = 3
_FAR = 20  # times too slow: no further try will tell otherwise


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
        threads = 1 if best_ms(generator, QUICK_MS) <= QUICK_MS else None
    torch.set_num_threads(threads or thread_count())
    return torch.get_num_threads()


def hasty(generator: "Generator") -> "Generator":
    """A copy in bfloat16 where this processor is faster with it, else the generator itself.

    For the many steps of a search, whose slope need not be exact, and for a picture that moves;
    what is kept in the end is drawn by the generator. The processor says what it can do and no
    clock is asked, for the same search has to find the same answers again.
    """
    if generator.device != "cpu" or generator.precision != "float32":
        return generator
    ask = getattr(torch.cpu, "get_capabilities", dict)  # torch 2.6 has it not
    abilities: dict[str, Any] = ask()
    if not (abilities.get("avx512_bf16") or abilities.get("amx_bf16")):
        return generator
    return generator.to("cpu", "bfloat16")


@contextlib.contextmanager
def every_core() -> Iterator[None]:
    """Compute a block with every core: worth it for batches, whose every operation is long."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(before, thread_count()))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def best_ms(generator: "Generator", enough: float = 0.0) -> float:
    """Milliseconds the network takes for a picture: the least of a few tries, the first warms up.

    No more tries are made once one took no longer than is ``enough``, or all took far longer.
    """
    best = math.inf
    with torch.no_grad():
        styles = generator.map(generator.sample_z([0]))
        for tried in range(1 + _TRIES):
            begin = time.perf_counter()
            generator.synthesize(styles)
            best = min(best, (time.perf_counter() - begin) * 1000)
            if best <= enough or (tried and best > _FAR * max(enough, 1.0)):
                break
    return best
