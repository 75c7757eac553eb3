"""What each band of style layers decides: how much a factor changes when that band is mixed."""

from collections.abc import Generator as Steps
from collections.abc import Mapping

import torch
from torch import Tensor

from latentstudio.core.mixing import bands
from latentstudio.core.model_info import ModelInfo
from latentstudio.metrics.attribute_directions import read_faces
from latentstudio.metrics.attributes import heads_of
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.samples import classes_of, styles_of
from latentstudio.models.generator import Generator

FACES = 1000
"""Faces that are mixed, each with the one before it."""

_BATCH = 32

Table = Mapping[str, Mapping[str, float]]
"""By factor and band, the band's share of the factor's change: 1 in all."""


def mixed_bands(info: ModelInfo) -> dict[str, list[int]]:
    """The bands that have layers in a model: key -> layers; one or none where nothing is mixed."""
    return {band.key: list(band.layers) for band in bands(info) if band.layers}


def pictures(info: ModelInfo, count: int = FACES) -> int:
    """How many pictures ``band_shares`` draws."""
    return count * (1 + len(mixed_bands(info)))


def band_shares(
    generator: Generator, referee: Referee, count: int = FACES, psi: float = 1.0
) -> Steps[int, None, Table]:
    """Mix faces a band at a time (Karras et al. 2019, section 3.1), and read what has changed.

    The change of a number is squared and that of a category the share of its probability that went
    elsewhere, so that both are like a variance. Yields how many pictures each step drew.
    """
    layers, heads = mixed_bands(generator.info), heads_of(referee)
    sums = {factor: dict.fromkeys(layers, 0.0) for factor in heads}
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        with torch.no_grad():
            z = generator.sample_z(numbers)
            styles = styles_of(generator, z, classes_of(generator, numbers), psi)
        before = read_faces(generator, referee, styles)
        yield len(styles)
        for band, places in layers.items():
            mixed = styles.clone()
            mixed[:, places] = styles.roll(1, 0)[:, places]
            after = read_faces(generator, referee, mixed)
            for factor, head in heads.items():
                change = _change(before[factor], after[factor], bool(head.values))
                sums[factor][band] += change
            yield len(styles)
    return {factor: _shares(parts) for factor, parts in sums.items()}


def _change(before: Tensor, after: Tensor, category: bool) -> float:
    if category:
        return float((after - before).abs().sum()) / 2
    return float((after - before).square().sum())


def _shares(parts: Mapping[str, float]) -> dict[str, float]:
    total = sum(parts.values())
    return {band: value / total if total else 1 / len(parts) for band, value in parts.items()}
