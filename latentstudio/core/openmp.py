"""OpenMP: how threads that compute together wait for one another; set before torch is imported."""

import os
from collections.abc import MutableMapping

_SPINS = 1_000
"""Turns of waiting awake, some microseconds. Threads that spin long starve those of the window and
of other programs (half the speed beside a training); threads that sleep at once make the short
operators of one face slow (a search step in a StyleGAN of 128 px: 653 ms, and 491 with this)."""


def wait_briefly(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let threads sleep soon; what the user has set stays. Torch's libraries read it once."""
    environment.setdefault("OMP_WAIT_POLICY", "passive")
    environment.setdefault("GOMP_SPINCOUNT", str(_SPINS))
