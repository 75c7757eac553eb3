"""The benchmark: how fast this machine starts, draws and answers a slider, in fresh processes."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from latentstudio.core.errors import StudioError
from latentstudio.core.memory import keep_freed_memory
from latentstudio.core.openmp import wait_briefly
from latentstudio.display import no_display

_TIMEOUT_S = 300
_DRAWS = 300
_WARM = 20


def run(
    model: str, device: str = "auto", precision: str = "float32", threads: int | None = None
) -> dict[str, Any]:
    """Measure a model; keys as documented, times in milliseconds unless named ``_s``.

    Raises:
        StudioError: the model cannot be opened, a measuring process ended early, or there is no
            Python to start one with.
    """
    if getattr(sys, "frozen", False):
        detail = "measuring starts fresh processes of Python, and this application brings none"
        raise StudioError("Could not measure", detail, "Install Latent Studio with pip to do so.")
    options = {"model": model, "device": device, "precision": precision, "threads": threads}
    drawing = _child("drawing", options)
    _child("window", options)  # the first start warms the disk; the second one counts
    window = _child("window", options)
    result = {"model": model, **drawing, **window}
    result["import_torch_s"] = _import_torch()
    return result


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    cuts = quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 3), "p95": round(cuts[18], 3)}


def _child(part: str, options: dict[str, Any]) -> dict[str, Any]:
    """Measure one part in a fresh process, which is told when it was started."""
    started = time.monotonic()
    command = [sys.executable, "-m", "latentstudio.benchmark", part, json.dumps(options)]
    environment = {**os.environ, "LATENTSTUDIO_STARTED": repr(started)}
    wait_briefly(environment)
    if no_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_S, env=environment, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise StudioError(f"The {part} benchmark stopped", lines[-1].removeprefix("error: "))
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _import_torch() -> float:
    """Seconds of a bare ``import torch``, the second of two."""
    code = "import time; s = time.perf_counter(); import torch; print(time.perf_counter() - s)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                             check=True).stdout)
        for _ in range(2)
    ]  # fmt: skip
    return round(times[-1], 3)


# --- in the measuring processes -----------------------------------------------------------------


def measure_drawing(options: dict[str, Any]) -> dict[str, Any]:
    """Recipe to pixels and the network alone, and what the machine could do at best."""
    import torch

    from latentstudio.core.recipe import Recipe, with_seed
    from latentstudio.engine.device import prepare_thread, settle_threads
    from latentstudio.engine.render import draw
    from latentstudio.models.device import choose
    from latentstudio.models.registry import open_model

    prepare_thread(options["threads"])
    device = choose(options["device"])
    generator = open_model(options["model"], device=device, precision=options["precision"])
    settle_threads(generator, options["threads"])
    generator.make_quick()  # as the window does after its first picture
    drawings = [draw(generator, with_seed(Recipe(), seed)) for seed in range(_WARM + _DRAWS)]
    counted = drawings[_WARM:]
    forward = percentiles([drawing.forward_ms for drawing in counted])
    gflop = _gflop(generator)
    peak = _conv_peak(device)
    return {
        "device": device,
        "precision": options["precision"],
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "forward_ms": forward,
        "frame_ms": percentiles([drawing.render_ms for drawing in counted]),
        "gflop_per_image": round(gflop, 4),
        "conv_peak_gflops": round(peak, 1),
        "peak_fraction": round(gflop / (forward["p50"] / 1000) / peak, 3),
    }


def _gflop(generator: Any) -> float:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad():
        styles = generator.map(generator.sample_z([0]))
        with FlopCounterMode(display=False) as counter:
            generator.synthesize(styles)
    return float(counter.get_total_flops()) / 1e9


def _conv_peak(device: str) -> float:
    """GFLOP a second of a large 3x3 convolution in float32, the best of ten."""
    import torch

    layout = torch.channels_last
    x = torch.randn(8, 128, 64, 64, device=device).to(memory_format=layout)
    weight = torch.randn(128, 128, 3, 3, device=device).to(memory_format=layout)
    best = float("inf")
    with torch.no_grad():
        for _ in range(10):
            start = time.perf_counter()
            torch.nn.functional.conv2d(x, weight, padding=1)
            if device == "cuda":
                torch.cuda.synchronize()
            best = min(best, time.perf_counter() - start)
    return 2 * x.numel() * 128 * 9 / best / 1e9


def measure_window(options: dict[str, Any]) -> dict[str, Any]:
    """A real window: its start, a slider dragged at 125 Hz for five seconds, a search, its gaps."""
    from PySide6.QtCore import QSettings

    from latentstudio import app
    from latentstudio.bench_window import Probe

    application = app.make_application()
    with tempfile.TemporaryDirectory(prefix="latentstudio-bench-") as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = app.make_window(settings, Path(folder), options["threads"])
        window.desk.restore()
        probe = Probe(window, float(os.environ["LATENTSTUDIO_STARTED"]))
        window.show()
        probe.when_painted(
            lambda: app.begin(window, [options["model"]], options["device"], options["precision"])
        )
        code = application.exec()
        if code != 0 or probe.error:
            raise StudioError("The window did not draw", probe.error or f"exit code {code}")
        result = probe.result()
        result["slider_to_paint_ms"] = percentiles(result["slider_to_paint_ms"])
        return result


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=("drawing", "window"))
    parser.add_argument("options", type=json.loads)
    given = parser.parse_args()
    keep_freed_memory()  # as the programs do
    measure = {"drawing": measure_drawing, "window": measure_window}[given.part]
    try:
        result = measure(given.options)
    except StudioError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
