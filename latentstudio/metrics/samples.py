"""Pictures of a generator, drawn for metrics: by seed, so that the same numbers come out again."""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor

from latentstudio.metrics.ppl import (
    STEP,
    Maps,
    lerp,
    path_lengths,
    path_places,
    slerp,
)
from latentstudio.models.generator import Generator

BATCH = 64


def samples(
    generator: Generator, count: int, psi: float = 1.0, first: int = 0
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Draw the seeds from ``first`` on, a batch at a time, and their classes.

    The classes of a model that has some take turns. The noise of a model that takes some is
    another in each batch.

    Yields:
        Pictures [B, 3, R, R], classes int64 [B] or None.
    """
    for start in range(first, first + count, BATCH):
        seeds = range(start, min(start + BATCH, first + count))
        classes = classes_of(generator, seeds)
        with torch.no_grad():
            styles = styles_of(generator, generator.sample_z(seeds), classes, psi)
            images = generator.synthesize(styles, psi=psi, noise_seed=start // BATCH)
        yield images, classes


def latents_of(generator: Generator, count: int) -> dict[str, Tensor]:
    """The latents of the first seeds: ``z`` [count, z_dim], and ``w`` where all layers share one.

    Without truncation, which moves them along straight lines only.
    """
    parts: dict[str, list[Tensor]] = {"z": [], "w": []}
    for start in range(0, count, BATCH):
        seeds = range(start, min(start + BATCH, count))
        with torch.no_grad():
            z = generator.sample_z(seeds)
            styles = styles_of(generator, z, classes_of(generator, seeds))
        parts["z"].append(z.float().cpu())
        if generator.info.style_layers > 1 and bool((styles == styles[:, :1]).all()):
            parts["w"].append(styles[:, 0].float().cpu())
    return {space: torch.cat(found) for space, found in parts.items() if found}


def steps_along_paths(
    generator: Generator,
    maps: Maps,
    space: Literal["z", "w"],
    kind: Literal["full", "end"],
    count: int,
    psi: float = 1.0,
) -> Iterator[Tensor]:
    """Perceptual lengths of steps on paths between latents (Karras et al. 2019, section 4.1).

    Both ends of a path have the same class and noise. In z the path is an arc, in w straight.

    Args:
        generator: whose paths.
        maps: pictures to feature maps, as ``Referee.feature_maps``.
        space: where the path lies.
        kind: steps anywhere on the path, or at its end.
        count: how many paths.
        psi: truncation.

    Yields:
        Lengths [B].
    """
    places = path_places(kind, count, torch.Generator().manual_seed(0))
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        t, classes = places[numbers.start : numbers.stop], classes_of(generator, numbers)
        with torch.no_grad():
            a, b = (generator.sample_z([2 * i + side for i in numbers]) for side in (0, 1))
            if space == "w":
                a, b = (styles_of(generator, z, classes) for z in (a, b))
            ends = []
            for place in (t, t + STEP):
                point = lerp(a, b, place) if space == "w" else slerp(a, b, place)
                styles = (
                    truncated(generator, point, psi)
                    if space == "w"
                    else styles_of(generator, point, classes, psi)
                )
                ends.append(generator.synthesize(styles, psi=psi, noise_seed=start // BATCH).cpu())
            yield path_lengths(ends[0], ends[1], maps)


def classes_of(generator: Generator, numbers: range) -> Tensor | None:
    """The classes of pictures by their number, in turns; None for a model without."""
    count = len(generator.info.classes)
    return torch.tensor(numbers) % count if count else None


def styles_of(generator: Generator, z: Tensor, classes: Tensor | None, psi: float = 1.0) -> Tensor:
    """Styles [B, L, D] of latents z [B, z_dim], truncated."""
    chosen = None if classes is None else classes.tolist()
    return truncated(generator, generator.map(z, chosen), psi)


def truncated(generator: Generator, styles: Tensor, psi: float) -> Tensor:
    """Styles nearer to the mean, where that does anything."""
    if psi == 1.0 or not generator.info.has_truncation:
        return styles
    return generator.truncate(styles, psi)
