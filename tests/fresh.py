"""Runs Python in a fresh interpreter, for what an import or a process exit does."""

import os
import subprocess
import sys
from collections.abc import Sequence


def fresh(
    arguments: Sequence[str], stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """``python ARGUMENTS`` to its end, with its output as text."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | environment,
    )  # fmt: skip


def loads(code: str, module: str) -> bool:
    """Whether running ``code`` in a fresh interpreter imports ``module``."""
    ended = fresh(["-c", f"{code}\nimport sys\nprint({module!r} in sys.modules)"])
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()[-1] == "True"
