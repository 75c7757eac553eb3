"""Mixing: how much each source has in each style layer, and the handles on that table.

Style mixing gives style layers to different latents (Karras et al. 2019, section 3.1); here every
layer may also be shared out. A table of shares is float64 [sources, layers]; the columns of a
picture that is made of the sources alone sum to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from latentstudio.core.latent import normalized
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Anchor, Latent, Recipe

Table = npt.NDArray[np.float64]
Latents = Sequence[Latent | None]

ONE_LAYER = "one style layer, none to mix"
_EVEN = 1e-6  # shares closer than this are the same
_BANDS = (
    ("coarse", "Coarse", 0, 8, "Pose and head shape"),
    ("middle", "Middle", 16, 32, "Features and hair"),
    ("fine", "Fine", 64, 1 << 30, "Colours and texture"),
)


@dataclass(frozen=True, slots=True)
class Band:
    """Style layers of neighbouring resolutions (Karras et al. 2019, figure 3).

    Attributes:
        key, name: ``coarse``, ``Coarse``.
        what: that the layers move, for people.
        layers: which ones; none where a model does not reach these resolutions.
        pixels: their resolutions, for people: ``16-32 px``.
    """

    key: str
    name: str
    what: str
    layers: tuple[int, ...]
    pixels: str


def bands(info: ModelInfo) -> tuple[Band, ...]:
    """Coarse (to 8 px), middle (16 and 32 px) and fine (from 64 px) layers of a model."""
    sides = info.layer_resolutions or (0,) * info.style_layers
    found = []
    for key, name, low, high, what in _BANDS:
        layers = tuple(layer for layer, side in enumerate(sides) if low <= side <= high)
        ends = [sides[layer] for layer in layers] or [low]
        least, most = min(ends), max(ends)
        pixels = f"{least} px" if least == most else f"{least}\N{EN DASH}{most} px"
        found.append(Band(key, name, what, layers, pixels))
    return tuple(found)


def mixes(info: ModelInfo) -> str:
    """Why styles cannot be mixed by layer in a model, in words; empty where they can."""
    return ONE_LAYER if info.style_layers < 2 else ""


# --- the table ------------------------------------------------------------------------------------


def shares(recipe: Recipe, latents: Latents, layers: int) -> Table:
    """What each source has in each style layer; what other faces have is in no row."""
    anchors = recipe.active
    columns = [normalized([a.share(layer) for a in anchors]) for layer in range(layers)]
    given = np.array(columns, np.float64).T
    table = np.zeros((len(latents), layers))
    free = list(range(len(latents)))
    for anchor, row in zip(anchors, given, strict=True):
        place = next((i for i in free if latents[i] == anchor.latent), None)
        if place is not None:
            free.remove(place)  # a face may be two sources: the next anchor of it is the other one
            table[place] = row
    return table


def is_mix(table: Table) -> bool:
    """Whether the picture is made of the sources alone."""
    return bool(table.size) and bool(np.abs(table.sum(0) - 1).max() < _EVEN)


def is_even(table: Table) -> bool:
    """Whether every layer has the same shares."""
    return bool(np.abs(table - table[:, :1]).max(initial=0.0) < _EVEN)


def with_shares(recipe: Recipe, latents: Latents, table: Table) -> Recipe:
    """Make the picture of sources by a table; sources without a share are left out.

    A picture of one source, or one that was even and stays so, keeps its blend in z or w.
    """
    rows = [row for row in range(len(latents)) if latents[row] is not None and table[row].any()]
    if not rows:
        return recipe
    even = is_even(table[rows]) and (len(rows) == 1 or not recipe.mixed)
    anchors = [_anchor(latents[row], table[row], even) for row in rows]
    return replace(recipe, anchors=tuple(a for a in anchors if a is not None))


def with_even(recipe: Recipe, latents: Latents, weights: Sequence[float], layers: int) -> Recipe:
    """Give every layer the same shares; what was mixed is then blended in w, where it was."""
    table = np.repeat(np.array(weights, np.float64)[:, None], layers, 1)
    blend = "w" if recipe.mixed else recipe.blend
    plain = replace(recipe, anchors=recipe.anchors[:1], blend=blend)
    return with_shares(_unmixed(plain), latents, table)


def with_share(
    recipe: Recipe, latents: Latents, layers: int, source: int, layer: int, share: float
) -> Recipe:
    """Give a source a share (0 to 1) of one layer; the others keep their proportions.

    Where the others have nothing yet, the first of them takes the rest.
    """
    table = _begun(recipe, latents, layers)
    others = _others(latents, source)
    if not others:
        return recipe
    rest = table[others, layer].sum()
    if rest > _EVEN:
        table[others, layer] *= (1 - share) / rest
    else:
        table[others, layer] = 0
        table[others[0], layer] = 1 - share
    table[source, layer] = share
    return with_shares(recipe, latents, table)


def with_layer_source(
    recipe: Recipe, latents: Latents, layers: int, source: int, layer: int
) -> Recipe:
    """Give all of a layer to one source."""
    return with_share(recipe, latents, layers, source, layer, 1.0)


def with_taken(
    recipe: Recipe, latents: Latents, layers: int, band: Band, old: int, new: int
) -> Recipe:
    """Give what a source has in the layers of a band to another one."""
    table = _begun(recipe, latents, layers)
    chosen = list(band.layers)
    table[new, chosen] += table[old, chosen]
    table[old, chosen] = 0
    return with_shares(recipe, latents, table)


# --- handles on the table: each reads None where the table is not what it can make ----------------


def band_share(table: Table, band: Band, pair: tuple[int, int]) -> float | None:
    """How much of the second of a pair is in a band, 0 to 1, the rest being of the first."""
    if not band.layers or max(pair) >= len(table):
        return None
    here = table[:, list(band.layers)]
    both = here[list(pair)].sum(0)
    if np.abs(both - 1).max() > _EVEN or not is_even(here):
        return None
    return float(here[pair[1], 0])


def with_band(
    recipe: Recipe,
    latents: Latents,
    layers: int,
    band: Band,
    pair: tuple[int, int],
    strength: float,
) -> Recipe:
    """Share a band out between two sources: ``strength`` (0 to 1) is the second one's."""
    table = _begun(recipe, latents, layers)
    chosen = list(band.layers)
    table[:, chosen] = 0
    table[pair[0], chosen] = 1 - strength
    table[pair[1], chosen] = strength
    return with_shares(recipe, latents, table)


def weights(table: Table) -> tuple[float, ...] | None:
    """The share of each source where every layer has the same."""
    if not is_mix(table) or not is_even(table):
        return None
    return tuple(float(share) for share in table[:, 0])


def with_weight(
    recipe: Recipe, latents: Latents, layers: int, source: int, weight: float
) -> Recipe:
    """Give a source a share (0 to 1) of every layer; the others keep their proportions."""
    table = _begun(recipe, latents, layers)
    now = table.mean(1)
    others = _others(latents, source)
    if not others:
        return recipe
    rest = now[others].sum()
    if rest > _EVEN:
        now[others] *= (1 - weight) / rest
    else:
        now[others[0]] = 1 - weight
    now[source] = weight
    return with_even(recipe, latents, list(now), layers)


def position(table: Table) -> float | None:
    """Where between A (0) and B (1) the picture stands."""
    even = weights(table)
    if even is None or len(even) < 2 or max(even[2:], default=0.0) > _EVEN:
        return None
    return even[1]


def with_position(recipe: Recipe, latents: Latents, layers: int, t: float) -> Recipe:
    """Stand between A (0) and B (1); further sources get nothing."""
    rest = [0.0] * (len(latents) - 2)
    return with_even(recipe, latents, [1 - t, t, *rest], layers)


def corner(table: Table) -> tuple[float, float] | None:
    """The point between A, B (above) and C, D (below) that a bilinear blend stands on."""
    even = weights(table)
    if even is None or len(even) < 4 or max(even[4:], default=0.0) > _EVEN:
        return None
    x, y = even[1] + even[3], even[2] + even[3]
    return (x, y) if np.allclose(even[:4], corner_weights(x, y), atol=1e-4) else None


def corner_weights(x: float, y: float) -> tuple[float, float, float, float]:
    """Shares of A, B, C and D at a point: x from A to B, y from A to C, both 0 to 1."""
    return (1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y


def with_corner(recipe: Recipe, latents: Latents, layers: int, x: float, y: float) -> Recipe:
    """Stand on a point between four sources."""
    rest = [0.0] * (len(latents) - 4)
    return with_even(recipe, latents, [*corner_weights(x, y), *rest], layers)


def crossed(
    recipe: Recipe, row: Latent, column: Latent, chosen: Sequence[int], layers: int
) -> Recipe:
    """A cell of the mixing grid: the row's face with the chosen layers of the column's."""
    table = np.zeros((2, layers))
    table[0] = 1
    table[:, list(chosen)] = [[0.0], [1.0]]
    return with_shares(_unmixed(recipe), (row, column), table)


def _others(latents: Latents, source: int) -> list[int]:
    """The other sources; none where this one is empty, or went while its share was typed."""
    there = [row for row, latent in enumerate(latents) if latent is not None]
    return [row for row in there if row != source] if source in there else []


def _begun(recipe: Recipe, latents: Latents, layers: int) -> Table:
    """The table to go on from: the picture's, or all of the first source."""
    table = shares(recipe, latents, layers)
    if not is_mix(table):
        table[:] = 0
        table[next((i for i, latent in enumerate(latents) if latent is not None), 0)] = 1
    return table


def _unmixed(recipe: Recipe) -> Recipe:
    return replace(recipe, anchors=tuple(replace(a, layers=()) for a in recipe.anchors))


def _anchor(latent: Latent | None, row: Table, even: bool) -> Anchor | None:
    if latent is None:
        return None
    mean = float(row.mean())
    return Anchor(
        latent, mean if not even else float(row[0]), () if even else tuple(map(float, row))
    )
