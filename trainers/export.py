"""From a training to a model file: settled average, plain critic, a card with what is known."""

import contextlib
import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from latentstudio import __version__
from latentstudio.core.bundle import DRAWN_NOT_REAL, Card, read_card
from latentstudio.core.errors import StudioError
from latentstudio.core.families import ProgressiveConfig, ProgressiveCriticConfig
from latentstudio.models.checkpoint import save_bundle
from latentstudio.models.progressive import ProgressiveGenerator
from latentstudio.models.registry import open_model
from latentstudio.resources import find_model
from trainers.config import RunConfig
from trainers.ema import estimate_statistics
from trainers.judge import Judge, chunked, draw_some, settle
from trainers.loop import Training
from trainers.pictures import Pictures
from trainers.previews import with_previews
from trainers.spectral import plain
from trainers.streams import stream

STATISTICS_IMAGES = 8000
"""So many z at least give the average its batch statistics."""

MEAN_OF = 10_000
"""The mean style is that of so many z (Karras et al. 2020)."""

FITTED_ON = 512
"""So many z fit the smaller picture layers of a progressive GAN."""

C = TypeVar("C")

AVATARS = "avatars:"


@dataclass(frozen=True)
class Provenance:
    """What a card says that the training does not know.

    Attributes:
        licence: of the weights: that of the works learned from.
        attributions: a sentence for each of those works.
        limits: known faults and limits, a sentence each.
        metrics: measured on the file.
        half: store the weights in half precision.
    """

    licence: str = ""
    attributions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    metrics: Mapping[str, str | int | float] = field(default_factory=dict)
    half: bool = True


def publish(path: Path, training: Training, judge: Judge, about: Provenance) -> Card:
    """Write a training as a model file to be given away.

    The average gets batch statistics of its own from at least 8,000 z, and the metrics on the card
    are measured on the file itself, opened as a user opens it.

    Raises:
        StudioError: the file cannot be written.
    """
    config = training.config
    settle(training, max(STATISTICS_IMAGES, config.snapshots.statistics_images))
    write_model(path, training, judge, about)
    model = open_model(str(path), judge.device.type)
    distance = judge.distance(lambda z, *classes: model.synthesize(model.map(z, *classes)))
    levels = {f"swd{side}": round(value, 2) for side, value in distance.levels.items()}
    metrics = {"swd": round(distance.mean, 2), **levels, "swd_images": len(judge.real)}
    return write_model(path, training, judge, dataclasses.replace(about, metrics=metrics))


def write_model(path: Path, training: Training, judge: Judge, about: Provenance) -> Card:
    """Write the average, as it is, and the critic; the file's stem becomes the model's name.

    Raises:
        StudioError: the file cannot be written.
    """
    model = training.config.model
    classes = len(training.classes)
    config = _at_stage(model.generator(classes), training)
    critic_config = _at_stage(model.discriminator(training.loss.critic, classes), training)
    critic = plain(training.discriminator)
    estimate_statistics(critic, ((batch,) for batch in judge.batches(training.average)))
    card = Card(
        name=path.stem,
        family=model.family,
        config=config,
        classes=training.classes,
        discriminator=critic_config,
        training=_facts(training.config, training.images),
        metrics=about.metrics,
        licence=about.licence or "not stated: that of the training pictures is not known",
        attributions=about.attributions,
        limits=about.limits,
    )
    stats = {
        "style_mean": _mean_style(training),
        "critic_real": _mean_and_spread(judge.verdicts(critic)),
    }
    weights = _final_average(training).state_dict(), critic.state_dict()
    return save_bundle(path, card, *weights, stats, half=about.half)


def _at_stage(config: C, training: Training) -> C:
    """The config of a network that has not grown to the end says how far it has."""
    stage = training.stage
    grown = stage.resolution == training.config.model.resolution and stage.alpha == 1
    if grown or not isinstance(config, ProgressiveConfig | ProgressiveCriticConfig):
        return config
    return dataclasses.replace(config, stage=stage.resolution, alpha=stage.alpha)


def _final_average(training: Training) -> nn.Module:
    """The average, with picture layers of smaller sides that fit if it has grown to the end."""
    average, stage = training.average, training.stage
    if not isinstance(average, ProgressiveGenerator) or stage.alpha < 1:
        return average
    if stage.resolution < average.resolution:
        return average
    random = stream("statistics", training.config.seed)
    return with_previews(average, (z for (z,) in chunked(*draw_some(training, FITTED_ON, random))))


@torch.no_grad()
def _mean_style(training: Training) -> Tensor:
    """The mean of styles over many z and all classes: [1, D]; of z itself, it is 0."""
    if hasattr(training.average, "mean_style"):
        known: Tensor = training.average.mean_style()  # type: ignore[operator]
        return known
    if not hasattr(training.average, "mapping"):
        return torch.zeros(1, training.config.model.z_dim)
    random = stream("statistics", training.config.seed)
    parts = chunked(*draw_some(training, MEAN_OF, random))
    w = torch.cat([training.average.mapping(*part) for part in parts])  # type: ignore[operator]
    return w.mean(0, keepdim=True)


def provenance_of(
    data: Pictures, spec: str, limits: tuple[str, ...] = (), *, half: bool = True
) -> Provenance:
    """What is to be said of any model trained on this data."""
    drawn = (DRAWN_NOT_REAL,) if spec.startswith(AVATARS) else ()
    said = tuple(dict.fromkeys((*drawn, *limits)))
    return Provenance(data.licence, data.attributions, said, half=half)


def _facts(config: RunConfig, images: int) -> dict[str, str | int | float]:
    return {
        **_stages_before(config.init),
        "data": config.data if config.data.startswith(AVATARS) else Path(config.data).name,
        "kimg": round(images / 1000, 1),
        "preset": config.preset,
        "loss": config.loss.kind,
        "seed": config.seed,
        "code version": __version__,
    }


def _stages_before(init: str) -> dict[str, str | int | float]:
    """Which model a training went on from and, where its file is still there, after how much."""
    if not init:
        return {}
    known: dict[str, str | int | float] = {"went on from": Path(init).stem}
    with contextlib.suppress(StudioError):
        earlier = read_card(find_model(init)).training
        counts = (earlier.get(key, 0) for key in ("kimg", "kimg before"))
        before = math.fsum(count for count in counts if isinstance(count, int | float))
        known["kimg before"] = round(before, 1)
    return known


def _mean_and_spread(values: Tensor) -> Tensor:
    spread, mean = torch.std_mean(values)
    return torch.stack([mean, spread])
