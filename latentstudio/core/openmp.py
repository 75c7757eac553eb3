"""OpenMP: how threads that compute together wait for one another; set before torch is imported."""

import os
from collections.abc import MutableMapping

_SPINS = 100_000
"""Turns of waiting awake, about two milliseconds: longer than Python takes from one operator to the
next, so that threads that share short operators need not be woken for each (a search in a StyleGAN
of 128 px: 47 s with 1,000 turns, 32 to 35 with these). Without an end they would take the time of
the window and of other programs. A picture that one thread draws quickly waits for none."""


def wait_briefly(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let threads sleep soon; what the user has set stays. Torch's libraries read it once."""
    environment.setdefault("OMP_WAIT_POLICY", "passive")
    environment.setdefault("GOMP_SPINCOUNT", str(_SPINS))
