"""The commands of latentstudio-train that train and export; each a few lines over the modules."""

import argparse
import json
from typing import Any

import torch

from latentstudio.metrics.evaluation import choose_referee
from latentstudio.models.device import choose
from trainers.checkpoint import BEST, NEWEST, read_snapshot
from trainers.config import RunConfig, merge, parse_settings, resolve
from trainers.data.cache import usable_cores
from trainers.data.dataset import Dataset, open_data, open_source
from trainers.export import provenance_of, publish
from trainers.facts import Facts
from trainers.judge import Judge
from trainers.labels import check_classes
from trainers.loop import Training
from trainers.probe import Probe, probe
from trainers.referee import train_referee
from trainers.referee_config import resolve_referee
from trainers.run import Run, read_config
from trainers.statistics import write_statistics
from trainers.terminal import Progress, answer, note

DONE, INTERRUPTED = 0, 130

FEW = 5000
"""With fewer pictures than this, DiffAugment is offered."""


def train(options: argparse.Namespace) -> int:
    """Train to the end, or until asked to stop."""
    config = _config(options)
    _use_threads(config)
    device = choose(options.device)
    source = open_source(config.data)
    check_classes(config.model.family, source.classes)  # before faces are drawn in vain
    if options.dry_run:
        return _answer_dry_run(config, probe(config, source.classes, device), options.json)
    data = _open(config.data, config.model.resolution, config.data_count)
    if source.size is not None and len(data) < FEW and not config.augment:
        note(
            f"Only {len(data)} pictures: the discriminator may learn them by heart. "
            "--set augment=[color,translation,cutout] works against it."
        )
    with _Screen(config) as screen:
        run = Run(options.out, config, data, screen, device)
        screen.begin(run)
        finished = run.train()
    answer(
        {"run": str(options.out), "kimg": run.training.images / 1000, "best_swd": run.best.swd},
        f"{run.training.images / 1000:.1f} thousand images; the best snapshot is of "
        f"{run.best.kimg:.1f} (swd {run.best.swd:.2f}).",
        options.json,
    )
    return DONE if finished else INTERRUPTED


def export(options: argparse.Namespace) -> int:
    """Bundle a snapshot of a run."""
    config = read_config(options.run)
    _use_threads(config)
    device = choose(options.device)
    state = read_snapshot(options.run / (BEST if options.snapshot == "best" else NEWEST))
    judged = config.snapshots.judged_images
    data = _open(config.data, config.model.resolution, judged)
    training = Training(config, classes=data.classes, device=device)
    training.load_state(state["training"])
    about = provenance_of(data, config.data, tuple(options.limits), half=not options.float32)
    card = publish(options.out, training, Judge(config, data, training.device), about)
    facts = {"file": str(options.out), "model_id": card.model_id, "metrics": dict(card.metrics)}
    answer(facts, f"Wrote {options.out}: {json.dumps(facts['metrics'])}", options.json)
    return DONE


def referee(options: argparse.Namespace) -> int:
    """Train a referee and measure it on held-out faces."""
    config = resolve_referee(options.referee)
    torch.set_num_threads(options.threads or usable_cores())
    made = train_referee(config, options.out, note)
    facts = {"file": str(options.out), "weights_hash": made.weights_hash}
    read = "\n".join(
        f"{name:16} {value:7.2%}{'' if name in made.trusted else '  not to be judged by'}"
        for name, value in made.accuracy.items()
    )
    found = {**facts, "accuracy": dict(made.accuracy), "trusted": list(made.trusted)}
    answer(found, f"Wrote {options.out}. Read on held-out faces:\n{read}", options.json)
    return DONE


def statistics(options: argparse.Namespace) -> int:
    """Write the statistics of real pictures."""
    torch.set_num_threads(usable_cores())
    judge = choose_referee(options.referee, options.resolution)
    with Progress("pictures") as progress:
        real = write_statistics(
            options.spec, judge, options.count, options.out, progress.show, note
        )
    floors = {name: marks.floor for name, marks in real.marks[max(real.marks)].items()}
    facts = {"file": str(options.out), "referee": judge.name, "pictures": real.origin.count}
    answer(
        {**facts, "floors": floors}, f"Wrote {options.out}: {real.origin.pictures}.", options.json
    )
    return DONE


def _config(options: argparse.Namespace) -> RunConfig:
    changes: dict[str, Any] = merge({"data": options.data}, parse_settings(options.settings))
    if options.kimg is not None:
        changes["kimg"] = options.kimg
    if options.init:
        changes["init"] = options.init
    return resolve(options.preset, changes)


def _use_threads(config: RunConfig) -> None:
    torch.set_num_threads(config.threads or usable_cores())


def _open(spec: str, resolution: int, count: int | None) -> Dataset:
    with Progress("pictures") as progress:
        opened = open_data(spec, resolution, count, progress=progress.show)
    for problem in opened.problems[:20]:
        note(f"skipped {problem}")
    return opened


def _answer_dry_run(config: RunConfig, found: Probe, as_json: bool) -> int:
    facts = {"config": config.model_dump(mode="json"), **found.facts()}
    answer(facts, f"{config.to_yaml()}\n{found}", as_json)
    return DONE


class _Screen(Progress):
    """Shows how a run goes."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__("img")
        self._bar.unit_scale = True
        self._bar.total = round(config.kimg * 1000)

    def begin(self, run: Run) -> None:
        images, device = run.training.images, run.training.device.type
        self._bar.initial = self._bar.n = images  # the rate counts from here
        if run.resumed:
            note(f"Going on after {images / 1000:.1f} thousand images.")
        if device != "cpu":
            note(f"Computing on {device}.")

    def step(self, images: int, facts: Facts) -> None:
        self._bar.update(images - self._bar.n)

    def note(self, text: str) -> None:
        note(text)
