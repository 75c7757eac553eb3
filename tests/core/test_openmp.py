"""How threads wait is said before torch is imported, unless the user has said it."""

from latentstudio.core.openmp import wait_briefly


def test_threads_sleep_soon_but_not_at_once() -> None:
    environment: dict[str, str] = {}
    wait_briefly(environment)
    assert environment["OMP_WAIT_POLICY"] == "passive"
    assert 0 < int(environment["GOMP_SPINCOUNT"]) < 300_000  # which is what OpenMP does by itself


def test_what_the_user_has_set_stays() -> None:
    given = {"OMP_WAIT_POLICY": "active", "GOMP_SPINCOUNT": "7"}
    environment = dict(given)
    wait_briefly(environment)
    assert environment == given
