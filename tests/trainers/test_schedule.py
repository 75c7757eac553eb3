import pytest

from latentstudio.core.errors import StudioError
from trainers.config import preset_names, resolve
from trainers.schedule import Phase, Span, Stage, spans, stage_at

PHASES = (
    Phase(resolution=4, stable_kimg=0.1, batch=8),
    Phase(resolution=8, fade_kimg=0.2, stable_kimg=0.3, batch=6),
    Phase(resolution=16, fade_kimg=0.4, batch=4),
)


@pytest.mark.parametrize(
    ("images", "stage"),
    [
        (0, Stage(4, 1.0, 8)),
        (99, Stage(4, 1.0, 8)),
        (100, Stage(8, 0.0, 6)),
        (150, Stage(8, 0.25, 6)),
        (300, Stage(8, 1.0, 6)),
        (599, Stage(8, 1.0, 6)),
        (600, Stage(16, 0.0, 4)),
        (700, Stage(16, 0.25, 4)),
        (1000, Stage(16, 1.0, 4)),
        (10**9, Stage(16, 1.0, 4)),
    ],
)
def test_the_clock_says_the_stage(images: int, stage: Stage) -> None:
    assert stage_at(PHASES, images) == stage


def test_alpha_only_grows_within_a_resolution() -> None:
    stages = [stage_at(PHASES, images) for images in range(0, 1200, 7)]
    order = [(stage.resolution, stage.alpha) for stage in stages]
    assert order == sorted(order)


def test_spans_fill_the_run() -> None:
    assert spans(PHASES, 2000) == [Span(0, 100), Span(300, 500), Span(1000, 1400)]
    assert spans(PHASES, 1000) == [Span(0, 100), Span(300, 500), Span(800, 400)]
    assert spans(PHASES, 200) == [Span(0, 100), Span(150, 100)]
    for images in (50, 200, 600, 1000, 5000):
        assert sum(span.images for span in spans(PHASES, images)) == images


def test_a_run_without_a_schedule_is_one_phase() -> None:
    config = resolve("dcgan-test", {})
    assert stage_at(config.phases, 12345) == Stage(16, 1.0, 8)


def phase(resolution: int, fade_kimg: float = 0.0, stable_kimg: float = 1.0) -> dict[str, float]:
    return {
        "resolution": resolution, "fade_kimg": fade_kimg, "stable_kimg": stable_kimg, "batch": 8,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ([phase(4, 1)], "nothing below"),
        ([phase(4), phase(16)], "4 pixels is followed by one of 8"),
        ([phase(16), phase(8)], "16 pixels is followed by one of 32"),
        ([phase(4), phase(8)], "resolution of 16"),
        ([phase(16, 0, 0)], "needs fade_kimg, stable_kimg or both"),
        ([{**phase(16), "batch": 7}], "batch of 7 cannot be split"),
    ],
)
def test_schedules_that_lead_nowhere_are_refused(
    schedule: list[dict[str, float]], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        resolve("progressive-test", {"schedule": schedule, "accumulate": 2})


def test_only_networks_that_grow_have_a_schedule() -> None:
    with pytest.raises(StudioError, match=r"model\.family=progressive"):
        resolve("dcgan-test", {"schedule": [phase(16)]})


@pytest.mark.parametrize("name", [n for n in preset_names() if n.startswith("progressive")])
def test_presets_end_with_their_schedule(name: str) -> None:
    config = resolve(name, {})
    assert sum(phase.images for phase in config.schedule) == pytest.approx(config.kimg * 1000)
    assert stage_at(config.phases, config.kimg * 1000).alpha == 1
