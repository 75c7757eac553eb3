"""Memory: what operators free is kept for the next ones, and given back after a long task."""

import ctypes
import os
import sys

# Options of glibc's mallopt(3), and what they are set to.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_OPTIONS = ((_MMAP_THRESHOLD, 32 * 2**20), (_TRIM_THRESHOLD, 2**30), (_TOP_PAD, 64 * 2**20))
_OF_THE_USER = "MALLOC_"


def keep_freed_memory() -> bool:
    """Tell the C library to reuse large blocks, in this process; whether it was told.

    By default glibc gives each freed block of some megabytes back to the system, and the next
    operator's result meets empty pages again: an eighth of a training's time, and of a picture's.
    What the user has set by variables of the environment stays, and other systems are left alone.
    """
    if sys.platform != "linux" or any(name.startswith(_OF_THE_USER) for name in os.environ):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # not in musl
    return mallopt is not None and all(mallopt(option, value) for option, value in _OPTIONS)


def give_freed_memory_back() -> bool:
    """Give the system what is free in this process, as after a long task; whether any was.

    Only glibc holds on to it; elsewhere nothing is done.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    return trim is not None and trim(0) == 1
