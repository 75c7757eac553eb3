"""The engine on its own thread, as the window runs it."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from latentstudio.engine.messages import Failure, Frame, JobDone, JobProgress, ModelOpened
from latentstudio.engine.render import draw
from tests.engine.conftest import Bench, recipe_of, request
from tests.fakes import FakeGenerator, fake_info

pytestmark = pytest.mark.usefixtures("jobs")


@pytest.fixture
def running() -> Iterator[Bench]:
    bench = Bench(FakeGenerator(fake_info(noise=True), delay=0.003))
    bench.engine.start()
    bench.engine.open("fake", "cpu")
    bench.wait_for(ModelOpened)
    yield bench
    bench.engine.close()


def test_of_500_requests_in_a_second_the_last_is_drawn_exactly(running: Bench) -> None:
    start = time.monotonic()
    for seed in range(500):
        running.engine.show(request(seed))
        time.sleep(max(0.0, start + seed / 500 - time.monotonic()))
    running.engine.show(request(499, "still"))
    running.wait_until(lambda: running.order()[-1] == "still")
    frames = running.frames()
    assert [frame.id for frame in frames[-2:]] == [499, 499]
    expected = draw(running.generator, recipe_of(499)).pixels
    assert all(np.array_equal(frame.pixels, expected) for frame in frames[-2:])
    assert sorted({f.id for f in frames}) == [f.id for f in frames[:-1]]  # in order, none twice
    assert running.generator.drawn < 500


def test_a_frame_is_its_own_memory(running: Bench) -> None:
    running.engine.show(request(1))
    running.wait_for(Frame)
    running.engine.show(request(2))
    running.wait_for(Frame, count=2)
    first, second = running.frames()
    assert not np.shares_memory(first.pixels, second.pixels)


def test_closing_joins_the_thread_and_ends_its_jobs(running: Bench) -> None:
    log: list[str] = []
    running.engine.start_job("count", "Counting", to=10**6, log=log)
    running.wait_for(JobProgress)
    running.engine.close()
    assert log == ["began on fake", "closed"]
    assert "compute" not in {thread.name for thread in threading.enumerate()}
    done = running.wait_for(JobDone)[0]
    assert isinstance(done, JobDone)
    assert done.cancelled


def test_the_thread_draws_with_as_many_threads_as_asked_for(running: Bench) -> None:
    running.engine.show(request(1))
    running.wait_for(Frame)
    assert running.frames()[0].threads == 1
    assert running.frames()[0].exact


def test_the_thread_outlives_a_bug(running: Bench) -> None:
    running.generator.error = ZeroDivisionError("division by zero")
    running.engine.show(request(1))
    running.wait_for(Failure)
    running.generator.error = None
    running.engine.show(request(2))
    running.wait_for(Frame)
