"""A run folder and the life of a training in it: go on, tick, judge, snapshot, stop."""

import contextlib
import dataclasses
import json
import math
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import yaml

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write, make_folder
from latentstudio.core.locks import try_lock
from latentstudio.core.model_info import ModelInfo
from latentstudio.models.checkpoint import open_bundle
from latentstudio.resources import find_model
from trainers.checkpoint import load_snapshot, save_snapshot
from trainers.config import FREE_TO_CHANGE, RunConfig, parse
from trainers.export import provenance_of, write_model
from trainers.facts import Facts
from trainers.grids import save_grid, to_pixels
from trainers.judge import GRID, Judge, draw_grid, settle
from trainers.labels import check_labels
from trainers.loop import Training
from trainers.pictures import Batch, Pictures
from trainers.streams import data_indices

CONFIG, STATS, LOCK = "config.yaml", "stats.jsonl", ".lock"

TICK_KIMG = 2.0
"""A line of statistics after so many thousand images, and at every snapshot."""


class Watcher(Protocol):
    """Is told how a run goes."""

    def step(self, images: int, facts: Facts) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass
class Best:
    """The snapshot with the lowest distance so far."""

    kimg: float = 0.0
    swd: float = math.inf
    resolution: int = 0

    def is_beaten(self, swd: float, resolution: int) -> bool:
        """Whether a snapshot is better: of a network grown further, or else closer."""
        return (resolution, -swd) >= (self.resolution, -self.swd)


class Run:
    """A training in its folder; goes on from the newest snapshot there, on any device.

    Attributes:
        seconds: time spent on steps, over all starts.
        best: the snapshot with the lowest distance so far.
        resumed: whether there was a snapshot.
    """

    def __init__(
        self, folder: Path, config: RunConfig, data: Pictures, watcher: Watcher, device: str = "cpu"
    ) -> None:
        _check_config(folder, config)
        check_labels(config.model.family, data)
        state = load_snapshot(folder)
        self.resumed = state is not None
        first = open_bundle(find_model(config.init)) if config.init and not self.resumed else None
        self.training = Training(config, first, data.classes, device)
        if first is not None and first.card.info.resolution < config.model.resolution:
            watcher.note(_growth(first.card.info, config.model.resolution))
        self.config = config
        self.data = data
        self.watcher = watcher
        self.seconds = 0.0
        self.best = Best()
        if state is not None:
            self.training.load_state(state["training"])
            self.seconds = state["seconds"]
            # Networks that do not grow have one resolution, which old snapshots do not name.
            self.best = Best(**{"resolution": config.model.resolution, **state["best"]})
        # Nothing is written before everything fits.
        self.folder = make_folder(folder)
        atomic_write(folder / CONFIG, config.to_yaml().encode())
        self._pending: list[Facts] = []
        self._ticked = self._snapped = self.training.images
        self._ticked_at = self._snapped_at = time.monotonic()

    def train(self) -> bool:
        """Train to the end of the config; False when a signal ended it before.

        Either way the last step is in a snapshot.

        Raises:
            StudioError: another process trains here, the numbers came apart, or the folder cannot
                be written.
        """
        training, target = self.training, self.config.kimg * 1000
        with _alone(self.folder), _stop_requested() as stop:
            _forget_after(self.folder / STATS, training.images)
            while training.images < target and not stop:
                resolution = training.stage.resolution
                facts = training.step(self._next_batches())
                self._pending.append(facts)
                self.watcher.step(training.images, facts)
                self._tell_growth(resolution)
                if any(map(math.isnan, facts.values())):
                    self.watcher.note("a number was not finite; that phase was skipped")
                if self._snapshot_due():
                    self._tick()
                    self.snapshot()
                elif training.images - self._ticked >= TICK_KIMG * 1000:
                    self._tick()
            if stop:
                self.watcher.note("Stopping: writing a snapshot; once more to stop without.")
            if training.images > self._snapped:
                self._tick()
                self.snapshot()
        return not stop

    def snapshot(self) -> None:
        """Judge the average, draw it, and write everything down."""
        training, config = self.training, self.config
        kimg = training.images / 1000
        settle(training, config.snapshots.statistics_images)
        distance = self.judge.distance(training.average)
        settled = training.stage.settled
        is_best = self.best.is_beaten(distance.mean, settled)
        if is_best:
            self.best = Best(kimg, distance.mean, settled)
        levels = {f"swd{side}": round(value, 3) for side, value in distance.levels.items()}
        self._write({"kimg": kimg, "swd": round(distance.mean, 3), **levels})
        sheet = to_pixels(draw_grid(training))
        save_grid(self.folder / f"fakes{round(kimg):06d}.png", sheet, GRID)
        state = {
            "training": training.state(),
            "seconds": self.seconds,
            "best": dataclasses.asdict(self.best),
        }
        save_snapshot(self.folder, state, best=is_best)
        if is_best:
            self._export(kimg)
        self.watcher.note(
            f"{kimg:.1f} kimg, swd {distance.mean:.2f}"
            + (" (best so far)" if is_best else f" (best {self.best.swd:.2f})")
        )
        self._snapped, self._snapped_at = training.images, time.monotonic()
        self._ticked_at = self._snapped_at

    def _export(self, kimg: float) -> None:
        """Write a model file of the best so far; the last two are kept.

        Each has a name of its own, since Windows cannot replace a file that a window has open.
        """
        path = self.folder / f"export-{round(kimg):06d}.safetensors"
        write_model(path, self.training, self.judge, provenance_of(self.data, self.config.data))
        for old in sorted(self.folder.glob("export-*.safetensors"))[:-2]:
            with contextlib.suppress(OSError):  # a window may hold it open
                old.unlink()

    @cached_property
    def judge(self) -> Judge:
        """What compares snapshots; made with the first one."""
        return Judge(self.config, self.data, self.training.device)

    def _next_batches(self) -> list[Batch]:
        config, start = self.config, self.training.images
        count = self.training.stage.batch * config.d_steps
        indices = data_indices(config.seed, start, count, len(self.data))
        parts = indices.reshape(config.d_steps, -1)
        return [Batch(self.data.images(part), self.data.labels(part)) for part in parts]

    def _snapshot_due(self) -> bool:
        wanted = self.config.snapshots
        by_time = wanted.seconds and time.monotonic() - self._snapped_at >= wanted.seconds
        by_clock = wanted.kimg and self.training.images - self._snapped >= wanted.kimg * 1000
        return bool(by_time or by_clock)

    def _tick(self) -> None:
        """Write the means since the last tick."""
        now, images = time.monotonic(), self.training.images
        spent = now - self._ticked_at
        self.seconds += spent
        names = dict.fromkeys(name for facts in self._pending for name in facts)
        means = {name: _mean([f[name] for f in self._pending if name in f]) for name in names}
        self._write(
            {
                "kimg": images / 1000,
                "seconds": round(self.seconds, 1),
                "images_per_second": round((images - self._ticked) / max(spent, 1e-9), 1),
                "skipped": self.training.skipped,
                **self._stage(),
                **means,
            }
        )
        self._pending, self._ticked, self._ticked_at = [], images, now

    def _tell_growth(self, before: int) -> None:
        side = self.training.stage.resolution
        if side != before:
            self.watcher.note(f"{self.training.images / 1000:.1f} kimg: now at {side} pixels")

    def _stage(self) -> dict[str, Any]:
        """How far growing networks are."""
        stage = self.training.stage
        if not self.config.schedule:
            return {}
        return {"resolution": stage.resolution, "alpha": round(stage.alpha, 3)}

    def _write(self, line: dict[str, Any]) -> None:
        with (self.folder / STATS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _growth(small: ModelInfo, resolution: int) -> str:
    return (
        f"Grown from {small.name}: {small.resolution} to {resolution} pixels. "
        "What the smaller model lacks begins fresh."
    )


def _mean(values: list[float]) -> float | None:
    """The mean of the finite values; None (null in JSON, which has no nan) without any."""
    finite = [value for value in values if math.isfinite(value)]
    return round(sum(finite) / len(finite), 5) if finite else None


def _check_config(folder: Path, config: RunConfig) -> None:
    """Hold an old run to its own config.

    Raises:
        StudioError: the run in the folder was begun with other settings.
    """
    path = folder / CONFIG
    if path.exists():
        old, new = (_settings(run.model_dump()) for run in (read_config(folder), config))
        changed = [key for key in new if key not in old or new[key] != old[key]]
        changed = [key for key in changed if key.partition(".")[0] not in FREE_TO_CHANGE]
        if changed:
            # Everything else differs with the family.
            first = "model.family" if "model.family" in changed else changed[0]
            raise StudioError(
                f"{folder} holds a run with another {first}",
                f"it has {old.get(first)!r}, asked for is {new[first]!r}",
                "Choose another --out, or leave the setting as it was.",
            )


def _settings(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The settings by the names that --set knows them by."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        inner = isinstance(value, Mapping)
        found |= _settings(value, f"{prefix}{key}.") if inner else {prefix + key: value}
    return found


def read_config(folder: Path) -> RunConfig:
    """The resolved config of a run folder.

    Raises:
        StudioError: the folder holds no run, or its config makes no sense.
    """
    try:
        text = (folder / CONFIG).read_text("utf-8")
    except OSError as error:
        raise StudioError(
            f"{folder} holds no run", f"it has no {CONFIG}", "Give the folder named as --out."
        ) from error
    return parse(yaml.safe_load(text))


def _forget_after(path: Path, images: int) -> None:
    """Drop the statistics of steps that were lost with a kill and will be made again."""
    if not path.exists():
        return
    lines = [line for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
    kept = [line for line in lines if json.loads(line)["kimg"] <= images / 1000]
    atomic_write(path, "".join(line + "\n" for line in kept).encode())


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from training in a run folder.

    Raises:
        StudioError: another one does so already.
    """
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        try_lock(lock)
    except (BlockingIOError, PermissionError) as error:  # other errors: a file system without locks
        os.close(lock)
        raise StudioError(
            f"{folder} is in use",
            "another training writes into it",
            "Wait for its end, stop it, or choose another --out.",
        ) from error
    except OSError:
        pass
    try:
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def _stop_requested() -> Iterator[list[int]]:
    """A list that is empty until the process is asked to stop (Ctrl-C or a polite kill).

    Asked again, the process stops at once.
    """
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
