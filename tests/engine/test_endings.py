"""How things end: jobs cancelled and failed, models replaced, memory gone, the engine closed."""

from pathlib import Path

import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.engine.engine import Engine
from latentstudio.engine.messages import DeviceChanged, Failure, JobDone, ModelOpened
from tests.engine.conftest import Bench, recipe_of, request
from tests.fakes import FakeGenerator

pytestmark = pytest.mark.usefixtures("jobs")


def failure(bench: Bench) -> Failure:
    found = bench.of(Failure)
    assert len(found) == 1
    assert isinstance(found[0], Failure)
    return found[0]


def job_ends(bench: Bench) -> list[tuple[int, bool]]:
    return [(m.job, m.cancelled) for m in bench.messages if isinstance(m, JobDone)]


# --- jobs -----------------------------------------------------------------------------------------


def test_cancelling_closes_a_running_job(bench: Bench) -> None:
    log: list[str] = []
    job = bench.engine.start_job("count", "Counting", to=9, log=log)
    bench.engine.run_once()
    bench.engine.cancel(job)
    bench.drain()
    assert job_ends(bench) == [(job, True)]
    assert log == ["began on fake", "closed"]


def test_a_queued_job_can_be_cancelled(bench: Bench) -> None:
    log: list[str] = []
    first = bench.engine.start_job("count", "First", to=2, log=[])
    second = bench.engine.start_job("count", "Second", to=2, log=log)
    bench.engine.run_once()
    bench.engine.cancel(second)
    bench.drain()
    assert job_ends(bench) == [(second, True), (first, False)]
    assert log == []


def test_cancelling_what_has_ended_does_nothing(bench: Bench) -> None:
    job = bench.engine.start_job("count", "Counting", to=1, log=[])
    bench.drain()
    bench.engine.cancel(job)
    assert bench.drain() == 0


def test_a_failing_job_is_told_and_the_next_one_runs(bench: Bench) -> None:
    job = bench.engine.start_job("fail", "Failing")
    bench.engine.start_job("count", "Counting", to=1, log=[])
    bench.drain()
    told = failure(bench)
    assert (told.what, told.id, told.trace) == ("job", job, "")
    assert str(told.error) == "The test failed - it was told to. Tell it otherwise."
    assert bench.order()[-1] == "JobDone"


def test_a_bug_in_a_job_keeps_its_trace(bench: Bench) -> None:
    bench.engine.start_job("divide", "Dividing")
    bench.drain()
    told = failure(bench)
    assert told.error.title == "The task stopped"
    assert "ZeroDivisionError" in told.error.detail
    assert "1 / by" in told.trace


def test_a_job_without_memory_says_so(bench: Bench) -> None:
    bench.engine.start_job("exhaust", "Exhausting")
    bench.drain()
    told = failure(bench)
    assert told.error.detail == "out of memory"


def test_a_job_that_fails_while_closing_is_gone_all_the_same(bench: Bench) -> None:
    job = bench.engine.start_job("stumble", "Stumbling")
    bench.engine.run_once()
    bench.engine.cancel(job)
    bench.drain()
    assert failure(bench).error.detail == "No space left on device"
    assert bench.drain() == 0


def test_a_job_needs_a_model() -> None:
    bench = Bench()
    bench.engine.start_job("count", "Counting", to=1, log=[])
    bench.drain()
    assert failure(bench).error.detail == "no model is open"


# --- pictures -------------------------------------------------------------------------------------


def test_a_failed_picture_is_a_value_and_life_goes_on(bench: Bench) -> None:
    bench.generator.error = StudioError("No picture", "told so", "Try again.")
    bench.engine.show(request(1))
    bench.drain()
    told = failure(bench)
    assert (told.what, told.id, told.error.title) == ("render", 1, "No picture")
    bench.generator.error = None
    bench.engine.show(request(2))
    bench.drain()
    assert bench.order() == ["Failure", "live"]


def test_a_bug_in_a_picture_keeps_its_trace(bench: Bench) -> None:
    bench.generator.error = ZeroDivisionError("division by zero")
    bench.engine.show(request(1))
    bench.drain()
    told = failure(bench)
    assert told.error.detail == "an unexpected ZeroDivisionError"
    assert "synthesize" in told.trace


def test_a_model_that_cannot_be_made_quick_draws_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FakeGenerator) -> None:
        raise RuntimeError("no graph")

    monkeypatch.setattr(FakeGenerator, "make_quick", fail)
    bench.opened()
    for seed in (1, 2):
        bench.engine.show(request(seed))
        bench.drain()
    assert bench.order() == ["live", "Failure", "live"]
    assert failure(bench).error.title == "Could not make drawing faster"


def test_out_of_memory_moves_to_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.models.device.choose", lambda wanted: "meta")
    bench = Bench(FakeGenerator(error=torch.OutOfMemoryError("full"))).opened()
    for seed in (1, 2):
        bench.engine.show(request(seed))
        bench.drain()
    assert bench.order() == ["DeviceChanged", "live", "live"]
    moved = bench.messages[0]
    assert isinstance(moved, DeviceChanged)
    assert (moved.device, moved.reason) == (
        "cpu",
        "meta ran out of memory, so the processor draws now",
    )
    assert {frame.device for frame in bench.frames()} == {"cpu"}
    # It is made quick there, too.
    assert "quick on cpu" in bench.generator.state


def test_out_of_memory_on_the_processor_is_told(bench: Bench) -> None:
    bench.generator.error = torch.OutOfMemoryError("full")
    bench.engine.show(request(1))
    bench.drain()
    assert failure(bench).error.title == "Out of memory"


# --- models ---------------------------------------------------------------------------------------


def test_opening_a_model_ends_jobs_and_drops_requests(bench: Bench) -> None:
    log: list[str] = []
    running = bench.engine.start_job("count", "Running", to=9, log=log)
    queued = bench.engine.start_job("count", "Queued", to=9, log=log)
    bench.engine.run_once()
    bench.messages.clear()
    bench.engine.show(request(1))
    bench.engine.show(request(2, "still"))
    bench.engine.thumbnails("gallery", [request(3, "thumbnail")])
    bench.engine.open("other", "cpu")
    bench.drain()
    assert job_ends(bench) == [(running, True), (queued, True)]
    assert log == ["began on fake", "closed"]
    assert bench.order() == ["JobDone", "JobDone", "ModelOpened"]


def test_a_request_after_opening_is_for_the_new_model(bench: Bench) -> None:
    bench.engine.open("other", "cpu")
    bench.engine.show(request(1))
    bench.drain()
    assert bench.order() == ["ModelOpened", "live"]


def test_only_the_newest_model_is_opened(bench: Bench) -> None:
    for source in ("a", "b", "c"):
        bench.engine.open(source, "cpu")
    bench.drain()
    assert [m.source for m in bench.messages if isinstance(m, ModelOpened)] == ["c"]


def test_a_model_that_cannot_be_opened_leaves_the_old_one(bench: Bench) -> None:
    def refuse(*_: str) -> FakeGenerator:
        raise StudioError("Unknown model nothing", hint="Did you mean fake?")

    bench.engine._opener = refuse
    job = bench.engine.start_job("count", "Counting", to=1, log=[])
    opening = bench.engine.open("nothing", "cpu")
    bench.engine.show(request(1))
    bench.drain()
    told = failure(bench)
    assert (told.what, told.id) == ("open", opening)
    assert bench.order()[:2] == ["Failure", "live"]
    assert job_ends(bench) == [(job, False)]


def test_an_unknown_device_is_told(bench: Bench) -> None:
    bench.engine.open("fake", "cpuu")
    bench.drain()
    assert str(failure(bench).error) == "Unknown device cpuu. Did you mean cpu?"


def test_a_job_that_fails_while_closing_does_not_keep_a_model_from_opening(bench: Bench) -> None:
    bench.engine.start_job("stumble", "Stumbling")
    bench.engine.run_once()
    bench.messages.clear()
    bench.engine.open("other", "cpu")
    bench.drain()
    assert bench.order() == ["Failure", "ModelOpened"]


# --- the end --------------------------------------------------------------------------------------


def test_closing_closes_the_files_of_jobs(bench: Bench, tmp_path: Path) -> None:
    recipes = [recipe_of(seed) for seed in range(50)]
    bench.engine.start_job("clip", "Clip", recipes=recipes, out=tmp_path / "clip.mp4")
    bench.engine.run_once()
    assert len(list(tmp_path.iterdir())) == 1  # the temporary file
    bench.engine.close()
    bench.drain()
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_every_job_also_after_one_that_fails_to_close(bench: Bench) -> None:
    log: list[str] = []
    bench.engine.start_job("stumble", "Stumbling")
    bench.engine.run_once()
    counting = bench.engine.start_job("count", "Counting", to=2, log=log)
    bench.engine.close()
    bench.drain()
    assert job_ends(bench) == [(counting, True)]


def test_nothing_is_drawn_after_closing(bench: Bench) -> None:
    bench.engine.show(request(1))
    bench.engine.close()
    assert bench.drain() == 0
    assert bench.frames() == []


def test_closing_an_engine_that_never_started_is_fine() -> None:
    engine = Engine(lambda message: None)
    engine.close()
