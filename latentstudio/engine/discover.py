"""Jobs that find directions without examples: principal components, closed form, from a file."""

from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.direction import Direction
from latentstudio.core.direction_file import read_directions, unmeasured
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Span
from latentstudio.engine.direction_cache import Directions, cache_file, cached, keep
from latentstudio.engine.messages import Step
from latentstudio.metrics.samples import classes_of, styles_of
from latentstudio.models.generator import Generator
from latentstudio.models.style_space import StyleMoments, StyleSpace, direction_of, signed

Batch = tuple[Tensor, Tensor]

COUNT = 40
"""So many components are found by default."""

MOST = 80
"""So many are kept at most."""

SAMPLES = 20_000
"""Faces that the components of mapped styles are measured on; none of them is drawn."""

DRAWN = 4_000
"""Faces that are drawn for the components of a model whose style is z."""

MEASURED = 2_000
"""Faces that tell mean and deviation along directions found otherwise."""

_BATCH, _DRAWN_BATCH = 64, 8
_SIDE = 16  # pixels that drawn faces are pooled to
_TOLD = 0.05  # a component that z tells less of is left out: a share of its variance


def components(
    generator: Generator, count: int = COUNT, samples: int | None = None
) -> Steps[Step, None, Directions]:
    """Principal components of the styles (Härkönen et al. 2020, section 3), largest first.

    Where the style is z, which spreads the same way everywhere, faces are drawn instead: their
    pictures of 16 pixels have principal components, and least squares tell which z leads along
    each (section 3.2). Found once for a model and a number of samples, then kept in the user's
    cache.

    Args:
        generator: the model.
        count: how many, 1 to 80; fewer where styles have fewer numbers.
        samples: faces to measure; 20,000, or 4,000 where they must be drawn.

    Returns:
        Directions in group ``components`` with their eigenvalues.
    """
    count = max(1, min(count, MOST))
    space = StyleSpace.of(generator)
    samples = max(2 * MOST, samples or (DRAWN if space.is_z else SAMPLES))
    file = cache_file(generator, f"pca-{samples}")
    found = cached(file, generator)
    if not found:
        found = yield from (_of_pictures if space.is_z else _of_styles)(generator, space, samples)
        keep(file, found)
    yield Step(samples, samples)
    return found[:count]


def sefa(generator: Generator, count: int = COUNT) -> Steps[Step, None, Directions]:
    """Directions that change the first layers most (Shen and Zhou 2021, equations 3 and 4).

    The eigenvectors of A^T A, where A stacks the weights that styles meet first, as they are: not
    normed by column. Sorted by eigenvalue. Where each layer has a style of its own, each direction
    lies in one layer.

    Args:
        generator: the model.
        count: how many, 1 to 80.

    Returns:
        Directions in group ``components`` with their eigenvalues.
    """
    space = StyleSpace.of(generator)
    moments = yield from measure(generator, space)
    weights = [weight.double().cpu() for weight in generator.style_weights()]
    values, vectors, layers = _eigen_of(weights, space)
    found = []
    for place in range(min(count, MOST, len(values))):
        layer = layers[place]
        found.append(
            direction_of(
                space,
                moments,
                f"Axis {place + 1}",
                vectors[place],
                group="components",
                found=f"SeFa, closed form; spread of {MEASURED:,} faces",
                eigenvalue=float(values[place]),
                span=None if layer is None else Span(layer, layer),
                model_id=generator.info.model_id,
            )
        )
    return tuple(found)


def import_directions(generator: Generator, path: Path) -> Steps[Step, None, Directions]:
    """The directions of a file; where it does not say how faces spread, 2,000 faces tell.

    Returns:
        Directions in group ``mine``.

    Raises:
        StudioError: as ``read_directions``.
    """
    found = read_directions(Path(path), generator.info)
    if any(map(unmeasured, found)):
        space = StyleSpace.of(generator)
        moments = yield from measure(generator, space)
        found = tuple(
            _measured(direction, space, moments) if unmeasured(direction) else direction
            for direction in found
        )
    own = generator.info.model_id
    return tuple(replace(d, group="mine", model_id=d.model_id or own) for d in found)


def measure(
    generator: Generator, space: StyleSpace, more: int = 0
) -> Steps[Step, None, StyleMoments]:
    """How 2,000 faces spread; ``more`` steps of the job are still to come."""
    moments = StyleMoments()
    for done, (_, coordinates) in faces(generator, space, MEASURED):
        moments.add(coordinates)
        yield Step(done, MEASURED + more)
    return moments


def faces(
    generator: Generator, space: StyleSpace, count: int, batch: int = _BATCH, first: int = 0
) -> Iterator[tuple[int, Batch]]:
    """The first seeds' styles [B, L, D] and coordinates [B, F], with how many there were so far.

    The classes of a model that has some take turns.
    """
    for start in range(first, first + count, batch):
        numbers = range(start, min(start + batch, first + count))
        with torch.no_grad():
            z = generator.sample_z(numbers)
            styles = styles_of(generator, z, classes_of(generator, numbers))
        yield numbers.stop - first, (styles, space.flat(styles))


# --- components ----------------------------------------------------------------------------------


def _of_styles(
    generator: Generator, space: StyleSpace, samples: int
) -> Steps[Step, None, Directions]:
    moments = StyleMoments()
    for done, (_, coordinates) in faces(generator, space, samples):
        moments.add(coordinates)
        yield Step(done, samples, f"{done:,} of {samples:,} faces")
    values, vectors = _largest(moments.covariance, MOST)
    return _directions(
        generator, space, moments, vectors, values, f"PCA of the styles of {samples:,} faces"
    )


def _of_pictures(
    generator: Generator, space: StyleSpace, samples: int
) -> Steps[Step, None, Directions]:
    """What changes pictures most, and the z that leads there."""
    moments, seen = StyleMoments(), StyleMoments()
    # Two arrays from the start: thousands of small ones between large ones scatter the memory.
    kept = torch.zeros(samples, space.size)
    pictures = torch.zeros(samples, 3 * _SIDE**2)
    for done, (styles, coordinates) in faces(generator, space, samples, _DRAWN_BATCH):
        with torch.no_grad():
            images = generator.synthesize(styles, max_resolution=_SIDE)
        small = F.adaptive_avg_pool2d(images.float().cpu(), _SIDE).flatten(1)
        moments.add(coordinates)
        seen.add(small)
        kept[done - len(small) : done] = coordinates.float()
        pictures[done - len(small) : done] = small
        yield Step(done, samples, f"{done:,} of {samples:,} faces drawn")
    values, axes = _largest(seen.covariance, MOST)
    yield Step(samples, samples)
    z = kept.double() - moments.mean
    turn, middle = axes.T.float(), seen.mean.float()
    along = ((pictures - middle) @ turn).double()  # uncorrelated
    yield Step(samples, samples)
    steps = (along.T @ z) / (along.square().sum(0)[:, None] + 1e-12)
    told = _share_told(along, z @ F.normalize(steps, dim=1).T)
    good = told >= _TOLD
    if not bool(good.any()):
        raise StudioError(
            "No components were found",
            f"the pictures of {generator.info.name} do not follow its latents",
            "Open another model.",
        )
    words = f"PCA of {samples:,} drawn faces at {_SIDE} px, led to by least squares"
    return _directions(generator, space, moments, steps[good], values[good], words)


def _share_told(along: Tensor, moved: Tensor) -> Tensor:
    """How much of the variance of coordinates [N, K] the moves [N, K] tell, one by one: R^2 [K]."""
    moved = moved - moved.mean(0)
    product = (along * moved).sum(0).square()
    return product / (along.square().sum(0) * moved.square().sum(0) + 1e-12)


def _directions(
    generator: Generator,
    space: StyleSpace,
    moments: StyleMoments,
    vectors: Tensor,
    values: Tensor,
    found: str,
) -> Directions:
    return tuple(
        direction_of(
            space,
            moments,
            f"Component {place + 1}",
            vector,
            group="components",
            found=found,
            eigenvalue=float(value),
            model_id=generator.info.model_id,
        )
        for place, (vector, value) in enumerate(zip(signed(vectors), values, strict=True))
    )


def _largest(covariance: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest eigenvalues [K], falling, and their eigenvectors [K, F]; zero ones left out."""
    values, vectors = torch.linalg.eigh(covariance)
    values, vectors = values.flip(0)[:count], vectors.flip(1).T[:count]
    real = values > 1e-9 * values[0]
    return values[real], vectors[real]


def _eigen_of(
    weights: Sequence[Tensor], space: StyleSpace
) -> tuple[Tensor, Tensor, list[int | None]]:
    """Eigenvalues of A^T A, falling, eigenvectors [K, F], and the layer of each or None."""
    if space.shared:
        values, vectors = _largest(sum((w.T @ w for w in weights), torch.zeros(())), MOST)
        return values, signed(vectors), [None] * len(values)
    found: list[tuple[float, int, Tensor]] = []
    begin = 0
    for layer, weight in enumerate(weights):
        free = space.free[layer]
        end = begin + int(free.sum())
        values, vectors = _largest(weight[:, free].T @ weight[:, free], MOST)
        for value, vector in zip(values, signed(vectors), strict=True):
            step = torch.zeros(space.size, dtype=torch.float64)
            step[begin:end] = vector
            found.append((float(value), layer, step))
        begin = end
    found.sort(key=lambda row: -row[0])
    rows = torch.stack([step for _, _, step in found])
    return torch.tensor([value for value, _, _ in found]), rows, [layer for _, layer, _ in found]


def _measured(direction: Direction, space: StyleSpace, moments: StyleMoments) -> Direction:
    try:
        told_by = None if direction.told_by is None else space.step(direction.told_by)
        step = space.step(direction.vector)
        found = direction_of(space, moments, direction.name, step, told_by)
    except ValueError as error:
        raise StudioError(
            f"{direction.name} cannot be a slider",
            "the faces of this model do not differ along it",
            "Choose directions that were found in this model.",
        ) from error
    words = f"{direction.found}; spread of {MEASURED:,} faces".removeprefix("; ")
    return replace(direction, mean=found.mean, scale=found.scale, found=words)
