"""The meter: a change is seen when its picture, or a later one, is painted."""

from latentstudio.ui.meter import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_latency_counts_from_the_change_to_the_picture_that_includes_it() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.record = []
    meter.asked(1)
    clock.now = 0.010
    meter.asked(2)
    clock.now = 0.030
    meter.painted(2)  # includes change 1, which was skipped
    assert [round(value, 6) for value in meter.record] == [30.0, 20.0]
    assert meter.latency() == 25.0


def test_rate_is_of_the_last_two_seconds() -> None:
    clock = Clock()
    meter = Meter(clock)
    for frame in range(11):
        clock.now = frame * 0.1
        meter.painted(frame)
    assert round(meter.rate(), 6) == 10.0
    clock.now = 60.0
    assert meter.rate() == 0.0
    assert meter.latency() is None


def test_forgotten_changes_are_never_seen() -> None:
    meter = Meter(Clock())
    meter.record = []
    meter.asked(1)
    meter.forget()
    meter.painted(5)
    assert meter.record == []
