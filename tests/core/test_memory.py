"""Freed memory is kept where the C library can be told so, and the user's own settings stay."""

import subprocess
import sys

import pytest

from latentstudio.core.memory import give_freed_memory_back, keep_freed_memory

# Takes eight blocks of eight megabytes and frees them, twice; prints how many pages were met anew.
_BLOCKS = """
import resource, sys
import numpy as np
from latentstudio.core.memory import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
def pass_through():
    blocks = [np.ones(2**20) for _ in range(8)]
    del blocks
pass_through()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
pass_through()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_freed_blocks_are_used_again() -> None:
    if sys.platform != "linux":  # other C libraries have no such options: they are left alone
        assert not keep_freed_memory()
        return

    def faults(how: str) -> int:
        line = [sys.executable, "-c", _BLOCKS, how]
        return int(subprocess.run(line, capture_output=True, text=True, check=True).stdout)

    assert faults("keep") < 100 < 1_000 < faults("leave")


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    assert not keep_freed_memory()


# Frees a hundred megabytes below one that stays, and prints how many were resident before, after
# and once they were given back.
_A_LONG_TASK = """
import numpy as np
from latentstudio.core.memory import give_freed_memory_back, keep_freed_memory
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 // 2**20
assert keep_freed_memory()
before = resident()
blocks = [np.ones(2**20) for _ in range(13)]
last = np.ones(2**20)
del blocks
kept = resident()
assert give_freed_memory_back()
print(before, kept, resident())
"""


def test_a_long_task_gives_its_memory_back() -> None:
    if sys.platform != "linux":
        assert not give_freed_memory_back()
        return
    line = [sys.executable, "-c", _A_LONG_TASK]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    before, kept, after = map(int, said.split())
    assert kept - before > 100
    assert after - before < 30
