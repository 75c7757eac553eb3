"""Walks: smooth paths through faces, open and random or closed, as blends of the nearest four."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from latentstudio.core.latent import blend_z, normalized, seed_z
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Anchor, Latent, Recipe, Seed, Vector

Stop = tuple[Anchor, ...]
"""A face on the way: the anchors that it is blended from."""

Way = Callable[[float], Stop]
"""Where a path is after so many faces, counted from its start: the anchors of the picture there."""

_LIGHTEST = 1e-6
_KEPT = 4  # stops that a place lies among


def stop_of(recipe: Recipe, info: ModelInfo) -> Stop:
    """The picture of a recipe as a stop.

    A blend in z becomes the z that it is: two latents slerp and more do not, so one that joins
    with no share yet would make the picture jump.
    """
    anchors = recipe.active
    resampled = recipe.truncation.resample and info.prior == "truncnormal"
    if recipe.space != "z" or len(anchors) == 1 or resampled:
        return anchors
    latents = [
        a.latent.array
        if isinstance(a.latent, Vector)
        else seed_z(info.prior, a.latent.value, info.z_dim)
        for a in anchors
    ]
    return (Anchor(Vector("z", blend_z(latents, [a.weight for a in anchors]))),)


def walk(start: Stop, next_seed: Callable[[], int]) -> Way:
    """A way from a face through random seeds, without end; only what lies ahead is asked for.

    Places are to be asked for in rising order: the walk forgets what is behind it.
    """
    stops = {0: start}

    def at(place: float) -> Stop:
        leg = int(place)
        for index in range(max(stops), leg + 2):
            stops[index + 1] = (Anchor(Seed(next_seed())),)
        for passed in [index for index in stops if index < leg - 1]:
            del stops[passed]
        near = [stops[max(index, 0)] for index in range(leg - 1, leg + _KEPT - 1)]
        return _on_spline(near, place - leg)

    return at


def loop(stops: Sequence[Stop]) -> Way:
    """A closed way through faces: after the last one comes the first again.

    Raises:
        ValueError: fewer than two faces.
    """
    if len(stops) < 2:
        raise ValueError("a loop goes through two faces at least")

    def at(place: float) -> Stop:
        leg = int(np.floor(place))
        near = [stops[index % len(stops)] for index in range(leg - 1, leg + _KEPT - 1)]
        return _on_spline(near, place - leg)

    return at


def with_stop(recipe: Recipe, stop: Stop) -> Recipe:
    """Show the face of a stop; truncation, moves and the rest stay."""
    return replace(recipe, anchors=stop)


def _on_spline(near: Sequence[Stop], t: float) -> Stop:
    """The point of a Catmull-Rom spline between the second and the third of four stops.

    It goes through every stop without a kink (Catmull and Rom 1974); the shares, some slightly
    negative, sum to one, and a sum in z is brought back to the length of its parts.
    """
    shares = (
        -0.5 * t * (1 - t) ** 2,
        1 - 2.5 * t**2 + 1.5 * t**3,
        0.5 * t * (1 + 4 * t - 3 * t**2),
        -0.5 * t**2 * (1 - t),
    )
    return blended(near, shares)


def blended(stops: Sequence[Stop], shares: Sequence[float]) -> Stop:
    """One set of anchors with the shares of all stops, layer by layer where one mixes styles."""
    layers = max(len(anchor.layers) for stop in stops for anchor in stop)
    total: dict[Latent, npt.NDArray[np.float64]] = {}
    for stop, share in zip(stops, shares, strict=True):
        for anchor, row in zip(stop, _rows(stop, max(layers, 1)), strict=True):
            total[anchor.latent] = total.get(anchor.latent, np.zeros(len(row))) + share * row
    return tuple(
        Anchor(latent, float(row.mean()), tuple(row.tolist()) if layers else ())
        for latent, row in total.items()
        if np.abs(row).max() > _LIGHTEST
    )


def _rows(stop: Stop, layers: int) -> npt.NDArray[np.float64]:
    """The shares of a stop's anchors in each layer, which sum to one: [anchors, layers]."""
    columns = [normalized([anchor.share(layer) for anchor in stop]) for layer in range(layers)]
    return np.array(columns).T
