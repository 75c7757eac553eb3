"""The budget check reads what the benchmark says: one too slow number fails it."""

import copy
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

GOOD: dict[str, Any] = {
    "dropped_last": 0, "slider_to_paint_ms": {"p50": 12.0, "p95": 18.0},
    "frame_ms": {"p50": 5.0, "p95": 6.0}, "forward_ms": {"p50": 4.2, "p95": 5.0},
    "event_loop_gap_ms_max": 20.0, "startup_gap_ms_max": 180.0, "startup_window_s": 0.5,
    "startup_first_image_s": 2.0, "import_torch_s": 1.4, "peak_rss_mb": 400.0,
    "inpaint": {
        "event_loop_gap_ms_max": 60.0, "peak_rss_mb": 700.0,
        "first_candidate_s": 0.2, "seconds": 14.0,
    },
}  # fmt: skip


@pytest.fixture
def budgets() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "check.py"
    spec = importlib.util.spec_from_file_location("budgets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_good_result_holds(budgets: ModuleType) -> None:
    assert all(holds for *_, holds in budgets.check(GOOD, side=64))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dropped_last", 1),
        ("event_loop_gap_ms_max", 51.0),
        ("startup_first_image_s", 2.7),
        ("slider_to_paint_ms", {"p50": 10.0, "p95": 20.1}),
        ("frame_ms", {"p50": 6.3, "p95": 7.0}),
        ("inpaint", GOOD["inpaint"] | {"seconds": 15.1}),
    ],
)
def test_one_slow_number_fails(budgets: ModuleType, key: str, value: object) -> None:
    slow = copy.deepcopy(GOOD) | {key: value}
    assert sum(not holds for *_, holds in budgets.check(slow, side=64)) == 1


def test_a_larger_model_may_search_longer(budgets: ModuleType) -> None:
    slow = GOOD | {"inpaint": GOOD["inpaint"] | {"first_candidate_s": 2.0, "seconds": 45.0}}
    assert not all(holds for *_, holds in budgets.check(slow, side=64))
    assert all(holds for *_, holds in budgets.check(slow, side=128))


def test_a_larger_model_may_answer_a_little_later(budgets: ModuleType) -> None:
    slow = GOOD | {"slider_to_paint_ms": {"p50": 10.0, "p95": 25.0}}
    assert not all(holds for *_, holds in budgets.check(slow, side=64))
    assert all(holds for *_, holds in budgets.check(slow, side=128))
