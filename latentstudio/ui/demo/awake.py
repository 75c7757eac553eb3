"""Awake: keeps the machine and its screen from sleeping while a demo runs, where there is a way."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

_WHY = ("Latent Studio", "Demo mode")
# Each runs a command and holds its promise as long as that runs: ``cat`` ends with its input, so
# that nothing is left behind even where this program is killed.
_LINUX: tuple[tuple[str, ...], ...] = (
    ("systemd-inhibit", "--what=idle:sleep", f"--who={_WHY[0]}", f"--why={_WHY[1]}", "cat"),
    ("gnome-session-inhibit", "--inhibit", "idle:suspend", "--reason", _WHY[1], "cat"),
    ("kde-inhibit", "--power", "--screenSaver", "cat"),
)
_CONTINUOUS, _SYSTEM, _DISPLAY = 0x80000000, 0x1, 0x2  # of SetThreadExecutionState
_END_S = 2.0


class Awake:
    """Begins with ``start`` and ends with ``stop``; where nothing is at hand it does nothing."""

    def __init__(self) -> None:
        self._held: list[subprocess.Popen[bytes]] = []

    @property
    def processes(self) -> Sequence[subprocess.Popen[bytes]]:
        """What holds the promise now."""
        return tuple(self._held)

    def start(self) -> None:
        if self._held:
            return
        if sys.platform == "win32":
            ctypes.windll.kernel32.SetThreadExecutionState(_CONTINUOUS | _SYSTEM | _DISPLAY)
            return
        for command in _commands():
            try:
                self._held.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
            except OSError:  # there, and not to be run
                continue

    def stop(self) -> None:
        if sys.platform == "win32":
            ctypes.windll.kernel32.SetThreadExecutionState(_CONTINUOUS)
            return
        for process in self._held:
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()
        for process in self._held:
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._held = []


def _commands() -> list[tuple[str, ...]]:
    """What this machine has to stay awake with."""
    if sys.platform == "darwin":
        known: tuple[tuple[str, ...], ...] = (("caffeinate", "-dims", "-w", str(os.getpid())),)
    else:
        known = _LINUX
    return [command for command in known if shutil.which(command[0])]
