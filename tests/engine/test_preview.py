"""Live pictures are smaller or less exact only where others are too slow; stills never are."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Noise
from latentstudio.engine.messages import Frame, RenderRequest
from latentstudio.engine.preview import Preview
from latentstudio.engine.render import draw
from tests.engine.conftest import Bench, recipe_of, request
from tests.fakes import FakeGenerator, fake_info

SLOW = fake_info(resolution=128)  # stops at 32 and 64 pixels, too


@dataclass
class Clock:
    """Time that only the fake generator moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class TimedGenerator(FakeGenerator):
    """Takes as long as its table says, on a clock of the test.

    Attributes:
        costs: side -> milliseconds.
        half: the share of them that half precision takes.
    """

    clock: Clock = field(default_factory=Clock)
    costs: dict[int, float] = field(default_factory=dict)
    half: float = 1.0

    def synthesize(self, *args: object, **options: object) -> torch.Tensor:
        image = super().synthesize(*args, **options)  # type: ignore[arg-type]
        share = 1.0 if self.precision == "float32" else self.half
        self.clock.now += share * self.costs[image.shape[-1]] / 1000
        return image


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("latentstudio.engine.render.time.perf_counter", clock)
    return clock


@pytest.fixture(autouse=True)
def abilities(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What the processor can do: nothing that makes half precision worth its while."""
    able: dict[str, bool] = {}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    return able


@pytest.fixture
def swift(clock: Clock, abilities: dict[str, bool]) -> Iterator[Bench]:
    """A model that takes 6 ms for a picture, on a processor with bfloat16; it has drawn one."""
    abilities["avx512_bf16"] = True
    model = TimedGenerator(fake_info(), clock=clock, costs={32: 6.0}, half=0.9)
    bench = Bench(model).opened()
    drag(bench, 1, "still")
    yield bench
    bench.engine.close()


@pytest.fixture
def slow(clock: Clock) -> Iterator[Bench]:
    """A model that takes 40 ms for a picture, 12 for half its side and 5 for a quarter."""
    costs = {128: 40.0, 64: 12.0, 32: 5.0}
    bench = Bench(TimedGenerator(SLOW, clock=clock, costs=costs)).opened()
    yield bench
    bench.engine.close()


def drag(bench: Bench, count: int, purpose: str = "live", first: int = 1) -> list[Frame]:
    """So many pictures one after the other."""
    before = len(bench.frames())
    for seed in range(first, first + count):
        bench.engine.show(request(seed, purpose))
        bench.drain()
    return bench.frames()[before:]


def test_a_slow_model_is_drawn_smaller_while_the_user_drags(slow: Bench) -> None:
    frames = drag(slow, 6)
    assert [frame.resolution for frame in frames] == [128, 128, 128, 64, 64, 64]
    assert [frame.exact for frame in frames] == [True] * 3 + [False] * 3


def test_the_still_is_exact(slow: Bench) -> None:
    drag(slow, 5)
    [still] = drag(slow, 1, "still", first=9)
    assert (still.resolution, still.exact) == (128, True)
    assert np.array_equal(still.pixels, draw(slow.generator, recipe_of(9)).pixels)


def test_thumbnails_are_never_smaller(slow: Bench) -> None:
    drag(slow, 5)
    slow.engine.thumbnails("faces", [request(7, "thumbnail")])
    slow.drain()
    assert slow.frames()[-1].resolution == 128


def test_a_model_in_the_budget_is_never_drawn_smaller(clock: Clock) -> None:
    fast = TimedGenerator(SLOW, clock=clock, costs={128: 24.9, 64: 1.0, 32: 1.0})
    frames = drag(Bench(fast).opened(), 12)
    assert {frame.resolution for frame in frames} == {128}
    assert all(frame.exact for frame in frames)


def test_it_can_be_turned_off(slow: Bench) -> None:
    drag(slow, 5)
    slow.engine.set_preview(False)
    assert drag(slow, 1)[0].resolution == 128
    slow.engine.set_preview(True)
    assert drag(slow, 1)[0].resolution == 64


def test_another_model_is_measured_anew(slow: Bench) -> None:
    assert drag(slow, 5)[-1].resolution == 64
    slow.engine.open("other", "cpu")
    slow.drain()
    slow.engine.show(request(1))
    slow.drain()
    assert slow.frames()[-1].resolution == 128


def test_a_preview_tells_where_the_picture_is(slow: Bench) -> None:
    small = drag(slow, 5)[-1]
    full = draw(slow.generator, recipe_of(5))
    assert small.styles is not None
    assert np.array_equal(small.styles, full.styles)
    assert small.distances == full.distances


# --- half precision -------------------------------------------------------------------------------


def test_a_slow_model_is_drawn_in_half_precision_while_the_user_drags(swift: Bench) -> None:
    frames = drag(swift, 3)
    assert {(frame.precision, frame.exact) for frame in frames} == {("bfloat16", False)}
    assert {frame.resolution for frame in frames} == {32}


def test_the_still_after_it_is_exact(swift: Bench) -> None:
    drag(swift, 3)
    [still] = drag(swift, 1, "still", first=9)
    assert (still.precision, still.exact) == ("float32", True)
    assert np.array_equal(still.pixels, draw(swift.generator, recipe_of(9)).pixels)


def test_faces_are_drawn_exactly_beside_it(swift: Bench) -> None:
    swift.engine.thumbnails("faces", [request(7, "thumbnail")])
    swift.drain()
    face = swift.frames()[-1]
    assert (face.purpose, face.precision, face.exact) == ("thumbnail", "float32", True)


def test_the_copy_draws_and_the_model_knows_where(
    swift: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    synthesize = TimedGenerator.synthesize

    def watched(self: TimedGenerator, *args: object, **options: object) -> torch.Tensor:
        drawn.append(self.precision)
        return synthesize(self, *args, **options)

    monkeypatch.setattr(TimedGenerator, "synthesize", watched)
    live = drag(swift, 1)[0]
    assert drawn == ["bfloat16"]
    assert np.array_equal(np.asarray(live.styles), draw(swift.generator, recipe_of(1)).styles)


def test_half_precision_goes_with_the_preview(swift: Bench) -> None:
    swift.engine.set_preview(False)
    assert drag(swift, 1)[0].exact
    swift.engine.set_preview(True)
    assert not drag(swift, 1)[0].exact


def test_a_quick_model_and_a_plain_processor_stay_exact(
    clock: Clock, abilities: dict[str, bool]
) -> None:
    for able, cost in ((True, 4.0), (False, 6.0)):
        abilities["avx512_bf16"] = able
        bench = Bench(TimedGenerator(fake_info(), clock=clock, costs={32: cost})).opened()
        drag(bench, 1)
        assert all(frame.exact for frame in drag(bench, 3))
        bench.engine.close()


def test_stills_tell_how_slow_moving_pictures_are(clock: Clock, abilities: dict[str, bool]) -> None:
    """Those take half as long, which fits; when even that did not, a still brings them back."""
    abilities["avx512_bf16"] = True
    model = TimedGenerator(SLOW, clock=clock, costs={128: 40.0, 64: 12.0, 32: 5.0}, half=0.5)
    bench = Bench(model).opened()
    drag(bench, 1, "still")
    drag(bench, 5, "still")
    assert drag(bench, 1)[0].resolution == 128
    bench.generator.costs[128] = 90.0  # another program works, too
    assert drag(bench, 5)[-1].resolution == 64
    bench.generator.costs[128] = 40.0
    drag(bench, 3, "still")
    assert drag(bench, 1)[0].resolution == 128
    bench.engine.close()


def test_what_was_measured_before_the_copy_does_not_count(
    clock: Clock, abilities: dict[str, bool]
) -> None:
    abilities["avx512_bf16"] = True
    model = TimedGenerator(SLOW, clock=clock, costs={128: 40.0, 64: 12.0, 32: 5.0}, half=0.5)
    bench = Bench(model).opened()
    for seed in range(1, 4):  # nothing is made quick while they come
        bench.engine.show(request(seed))
        bench.engine.run_once()
    bench.drain()
    assert drag(bench, 1)[0].resolution == 128
    bench.engine.close()


def test_new_noise_is_drawn_exactly_at_once(clock: Clock, abilities: dict[str, bool]) -> None:
    """An exact picture after it would be another one."""
    abilities["avx512_bf16"] = True
    for has_noise in (True, False):
        info = fake_info(noise=has_noise)
        model = TimedGenerator(info, clock=clock, costs={32: 6.0}, half=0.9)
        bench = Bench(model).opened()
        drag(bench, 1, "still")
        for mode in ("random", "const"):
            bench.engine.show(RenderRequest(7, replace(recipe_of(1), noise=Noise(mode))))
            bench.drain()
            assert bench.frames()[-1].exact is (has_noise and mode == "random")
        bench.engine.close()


def test_what_is_drawn_exactly_is_sized_by_its_own_time(
    clock: Clock, abilities: dict[str, bool]
) -> None:
    abilities["avx512_bf16"] = True
    info = replace(SLOW, noise_resolutions=(128,))
    costs = {128: 40.0, 64: 12.0, 32: 5.0}
    bench = Bench(TimedGenerator(info, clock=clock, costs=costs, half=0.5)).opened()
    drag(bench, 6, "still")
    assert drag(bench, 1)[0].resolution == 128  # the copy takes 20 ms
    bench.engine.show(RenderRequest(7, replace(recipe_of(1), noise=Noise("random"))))
    bench.drain()
    assert (bench.frames()[-1].resolution, bench.frames()[-1].precision) == (64, "float32")
    bench.engine.close()


def test_a_copy_that_is_no_faster_is_not_taken(clock: Clock, abilities: dict[str, bool]) -> None:
    abilities["avx512_bf16"] = True
    model = TimedGenerator(fake_info(), clock=clock, costs={32: 6.0}, half=1.0)
    bench = Bench(model).opened()
    drag(bench, 1, "still")
    assert drag(bench, 1)[0].exact
    bench.engine.close()


def test_pictures_come_between_the_parts_of_what_makes_a_model_quick(swift: Bench) -> None:
    swift.opened()
    swift.engine.show(request(1))
    swift.engine.run_once()
    parts = 0
    while swift.engine.run_once():
        parts += 1
        swift.engine.show(request(parts))
        swift.engine.run_once()
        assert swift.frames()[-1].id == parts
    assert parts > 4


@pytest.mark.parametrize(("cost", "traced"), [(90.0, True), (110.0, False)])
def test_a_very_slow_model_is_not_traced(clock: Clock, cost: float, traced: bool) -> None:
    """To trace it would take seconds, and win nothing."""
    bench = Bench(TimedGenerator(fake_info(), clock=clock, costs={32: cost})).opened()
    drag(bench, 1)
    assert ("quick on cpu" in bench.generator.state) is traced
    bench.engine.close()


# --- the choice alone -----------------------------------------------------------------------------


def preview(*full: float, **sides: float) -> Preview:
    made = Preview()
    for time in full:
        made.measured(128, time)
    for side, time in sides.items():
        made.measured(int(side.removeprefix("at")), time)
    return made


def test_one_slow_picture_is_no_slow_model() -> None:
    assert preview(400, 9, 10, 9, 10).size(SLOW) is None
    assert preview(400, 400).size(SLOW) is None


def test_the_largest_size_that_fits_is_taken() -> None:
    assert preview(90, 90, 90).size(SLOW) == 64  # a fourth of the pixels: 22.5 ms
    assert preview(110, 110, 110).size(SLOW) == 32


def test_a_measured_size_counts_more_than_its_guess() -> None:
    assert preview(90, 90, 90, at64=30).size(SLOW) == 32
    assert preview(110, 110, 110, at64=20).size(SLOW) == 64


def test_where_nothing_fits_the_smallest_face_is_drawn() -> None:
    assert preview(9000, 9000, 9000).size(SLOW) == 32


def test_a_full_picture_that_has_become_fast_comes_back() -> None:
    made = preview(90, 90, 90)
    for _ in range(3):
        made.measured(128, 10)
    assert made.size(SLOW) is None


def test_a_family_with_one_output_is_left_alone() -> None:
    info = ModelInfo("dcgan", "dcgan", 128, 16, 16, output_resolutions=(128,))
    assert preview(90, 90, 90).size(info) is None
