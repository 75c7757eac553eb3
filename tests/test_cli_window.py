"""``latentstudio [PATH ...]`` and ``bench``: what they pass on, without a window."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from latentstudio import benchmark
from latentstudio.commands.bench import lines_of
from latentstudio.core.errors import StudioError
from latentstudio.core.picture import read_picture
from tests.commands import Run, runner
from tests.shelf import make_shelf

Call = tuple[list[str], str, str]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What the window was asked for; it is closed at once with code 3."""
    found: list[Call] = []

    def run_window(paths: Sequence[str], device: str, precision: str) -> int:
        found.append((list(paths), device, precision))
        return 3

    app = ModuleType("latentstudio.app")
    app.run = run_window  # type: ignore[attr-defined]
    app.list_controls = lambda as_json: ['{"controls": []}' if as_json else "canvas", "x"]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "latentstudio.app", app)
    return found


def test_without_words_the_window_opens(run: Run, calls: list[Call]) -> None:
    assert run().code == 3
    assert calls == [([], "auto", "float32")]


def test_the_window_opens_files_and_addresses(run: Run, calls: list[Call], tmp_path: Path) -> None:
    session = tmp_path / "a.latent"
    session.touch()
    run(session, "hf://someone/something/model.safetensors", "--device", "cpu")
    assert calls == [([str(session), "hf://someone/something/model.safetensors"], "cpu", "float32")]


def test_a_file_may_have_the_name_of_a_command(
    run: Run, calls: list[Call], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").touch()
    run("./models")
    assert calls[0][0] == ["./models"]


@pytest.mark.usefixtures("calls")
def test_the_window_refuses_what_is_not_there(run: Run, calls: list[Call]) -> None:
    assert run("gone.png").code == 1
    assert run("interpolat").code == 2
    assert calls == []


def test_the_controls_are_listed(run: Run, calls: list[Call]) -> None:
    assert run("--print-controls").out == "canvas\nx\n"
    assert run("--print-controls", "--json").out.startswith('{"controls": []}')
    assert calls == []


def test_without_a_display_a_sheet_is_drawn(
    run: Run, calls: list[Call], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_shelf(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("latentstudio.display.no_display", lambda: "No display: none is set.")
    monkeypatch.setattr("latentstudio.engine.device.prepare_thread", lambda threads: None)
    ended = run("--device", "cpu")
    sheet = tmp_path / "out" / "one-faces.png"
    assert (ended.code, ended.out) == (0, f"{sheet}\n")
    assert ended.err == "No display: none is set. A contact sheet of 64 faces is drawn instead.\n"
    assert read_picture(sheet)[0].shape == (8 * 34 + 2, 8 * 34 + 2, 3)
    assert calls == []


def test_a_missing_library_is_one_line(
    run: Run, calls: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "Qt needs the library libEGL; install it: sudo apt-get install libegl1"
    monkeypatch.setattr("latentstudio.display.missing_library", lambda: sentence)
    ended = run()
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"error: Could not open the window - {sentence}.\n"
    assert calls == []


# --- bench ---------------------------------------------------------------------------------------

RESULT: dict[str, Any] = {
    "model": "some", "device": "cpu", "precision": "float32", "threads": 2, "torch": "2.13.0",
    "startup_window_s": 0.4, "startup_first_image_s": 2.5, "import_torch_s": 1.4,
    "forward_ms": {"p50": 8.25, "p95": 9.5}, "frame_ms": {"p50": 8.5, "p95": 9.75},
    "slider_to_paint_ms": {"p50": 10, "p95": 17}, "dropped_last": 0, "event_loop_gap_ms_max": 20.0,
    "startup_gap_ms_max": 160.0, "fps": 60.0, "gflop_per_image": 0.31, "conv_peak_gflops": 140.0,
    "peak_fraction": 0.27, "peak_rss_mb": None, "inpaint": {
        "first_candidate_s": 0.7, "seconds": 12.5, "steps_per_s": 12.0,
        "event_loop_gap_ms_max": 40.0, "peak_rss_mb": None,
    },
}  # fmt: skip


def test_bench_passes_its_options_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def measure(*given: object) -> dict[str, Any]:
        asked.extend(given)
        return RESULT

    monkeypatch.setattr(benchmark, "run", measure)
    ended = run("bench", "some", "--threads", "2", "--device", "cpu", "--json")
    assert asked == ["some", "cpu", "float32", 2]
    assert ended.data == RESULT
    assert ended.err.startswith("Measuring some")


def test_bench_shows_a_table() -> None:
    heading, *lines = lines_of(RESULT)
    assert heading == "some on cpu, float32, 2 threads, torch 2.13.0"
    assert "Slider to paint               10 (95%: 17)     ms" in lines
    assert "Inpainting: all answers       12.5             s" in lines
    assert lines[-1].split() == ["Memory", "at", "most", "not", "measured", "MB"]


def test_bench_without_any_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.commands.bench.bundled_models", dict)
    ended = run("bench")
    assert ended.code == 1
    assert "no model is bundled" in ended.err


def test_bench_that_fails_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise StudioError("The window benchmark stopped", "no display")

    monkeypatch.setattr(benchmark, "run", fail)
    assert run("bench", "some").err.endswith("error: The window benchmark stopped - no display.\n")
