"""What the engine does first: driven by hand, so that the order is exact."""

import pytest

from latentstudio.engine.messages import JobDone, JobProgress, ModelOpened
from tests.engine.conftest import Bench, request, seeds_of
from tests.fresh import loads

pytestmark = pytest.mark.usefixtures("jobs")


def test_the_newest_request_wins(bench: Bench) -> None:
    for seed in (1, 2, 3):
        bench.engine.show(request(seed))
    assert bench.drain() == 4  # the model is then found to be quick enough, and made quick
    assert seeds_of(bench.frames()) == [3]
    assert bench.generator.drawn == 2  # once to measure it


def test_the_last_position_is_always_drawn(bench: Bench) -> None:
    for seed in range(100):
        bench.engine.show(request(seed))
        if seed % 7 == 0:
            bench.engine.run_once()
    bench.drain()
    assert bench.frames()[-1].id == 99


def test_a_still_waits_for_the_live_frame(bench: Bench) -> None:
    bench.engine.show(request(1))
    bench.engine.show(request(1, "still"))
    bench.drain()
    assert bench.order() == ["live", "still"]


def test_a_live_request_drops_an_older_still(bench: Bench) -> None:
    bench.engine.show(request(1, "still"))
    bench.engine.show(request(2))
    bench.drain()
    assert seeds_of(bench.frames()) == [2]


def test_thumbnails_wait_for_live_and_still(bench: Bench) -> None:
    bench.engine.thumbnails("gallery", [request(7, "thumbnail"), request(8, "thumbnail")])
    bench.engine.show(request(1, "still"))
    bench.engine.run_once()
    bench.engine.show(request(2))
    bench.drain()
    assert bench.order() == ["still", "live", "thumbnail", "thumbnail"]


def test_a_batch_of_thumbnails_replaces_its_older_ones_only(bench: Bench) -> None:
    bench.engine.thumbnails("gallery", [request(1, "thumbnail")])
    bench.engine.thumbnails("history", [request(2, "thumbnail", key="two")])
    bench.engine.thumbnails("gallery", [request(3, "thumbnail")])
    bench.drain()
    assert [(f.id, f.batch, f.key) for f in bench.frames()] == [
        (2, "history", "two"),
        (3, "gallery", None),
    ]


def test_a_small_batch_of_thumbnails_does_not_wait_for_a_large_one(bench: Bench) -> None:
    bench.engine.thumbnails("map", [request(seed, "thumbnail") for seed in range(5)])
    bench.engine.thumbnails("strip", [request(seed, "thumbnail") for seed in (7, 8)])
    bench.drain()
    assert seeds_of(bench.frames()) == [7, 8, 0, 1, 2, 3, 4]


def test_a_job_gets_a_step_after_every_second_live_frame(bench: Bench) -> None:
    bench.engine.start_job("count", "Counting", to=3, log=[])
    for seed in range(8):
        bench.engine.show(request(seed))
        bench.engine.run_once()
        if seed % 2:
            bench.engine.show(request(seed))
            bench.engine.run_once()
    assert bench.order()[:9] == ["live", "live", "JobProgress"] * 3


def test_a_job_alone_runs_to_its_end(bench: Bench) -> None:
    job = bench.engine.start_job("count", "Counting", to=3, log=[])
    bench.drain()
    assert bench.order() == ["JobProgress"] * 3 + ["JobDone"]
    steps = [m.step.done for m in bench.messages if isinstance(m, JobProgress)]
    assert steps == [1, 2, 3]
    done = bench.messages[-1]
    assert isinstance(done, JobDone)
    assert (done.job, done.result, done.cancelled, done.model.name) == (job, 3, False, "fake")


def test_a_job_tells_how_long_it_will_take(bench: Bench) -> None:
    bench.engine.start_job("count", "Counting", to=2, log=[])
    bench.drain()
    left = [m.seconds_left for m in bench.messages if isinstance(m, JobProgress)]
    assert left[0] is not None
    assert left[0] >= 0
    assert left[1] == 0


def test_thumbnails_and_a_job_take_turns(bench: Bench) -> None:
    bench.engine.start_job("count", "Counting", to=2, log=[])
    bench.engine.thumbnails("gallery", [request(seed, "thumbnail") for seed in (1, 2)])
    bench.drain()
    order = bench.order()[:4]
    assert order in (["thumbnail", "JobProgress"] * 2, ["JobProgress", "thumbnail"] * 2)


def test_a_short_job_does_not_wait_for_the_end_of_a_long_one(bench: Bench) -> None:
    long = bench.engine.start_job("count", "Long", to=5, log=[])
    short = bench.engine.start_job("count", "Short", to=1, log=[])
    bench.drain()
    steps = [m.job for m in bench.messages if isinstance(m, JobProgress | JobDone)]
    assert steps == [long, short, long, short, long, long, long, long]


def test_nothing_to_do_is_told(bench: Bench) -> None:
    assert not bench.engine.run_once()


def test_requests_wait_for_the_first_model() -> None:
    bench = Bench()
    bench.engine.show(request(1))
    assert not bench.engine.run_once()
    bench.engine.open("fake", "cpu")
    bench.engine.show(request(2))
    bench.drain()
    assert bench.order() == ["ModelOpened", "live"]
    opened = bench.messages[0]
    assert isinstance(opened, ModelOpened)
    assert (opened.source, opened.info.name, opened.device) == ("fake", "fake", "cpu")


def test_an_unknown_job_is_a_mistake_of_the_caller(bench: Bench) -> None:
    with pytest.raises(KeyError, match="knit"):
        bench.engine.start_job("knit", "Knitting")


def test_importing_the_engine_needs_no_torch() -> None:
    assert not loads("import latentstudio.engine.engine", "torch")
