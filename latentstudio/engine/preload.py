"""Loads torch's libraries without holding the interpreter, so that the window goes on meanwhile."""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

# In the order of their needs; the import of torch then finds them loaded.
_LIBRARIES = ("libtorch_global_deps.so", "libc10.so", "libtorch_cpu.so")


def preload_torch() -> None:
    """Map and initialise torch's large libraries, if this system lets us.

    ``import torch`` does the same with the interpreter held, which stops every other thread for a
    quarter of a second. A foreign call lets it go. Where this does nothing, the import still works.
    """
    if sys.platform != "linux" or "torch" in sys.modules:
        return
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        library = Path(spec.origin).parent / "lib" / name
        dlopen(os.fsencode(library), os.RTLD_NOW | os.RTLD_GLOBAL)
