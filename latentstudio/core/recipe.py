"""Recipe: the frozen description of one picture; equal recipes are the same picture."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.latent import SEEDS, normalized, plane_anchors, plane_seed, seed_place
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Paste

Space = Literal["z", "w", "w+"]
Blend = Literal["z", "w"]
NoiseMode = Literal["const", "random", "none"]

_LIGHTEST = 0.01
_DOMINANT = 0.5


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model a recipe is for: its name for people, its id for machines, never a path."""

    name: str = ""
    model_id: str = ""

    @classmethod
    def of(cls, info: ModelInfo) -> "ModelRef":
        return cls(info.name, info.model_id)


@dataclass(frozen=True, slots=True)
class Seed:
    """A latent drawn from the model's prior by a number, 0 to 2^32-1."""

    value: int

    def __post_init__(self) -> None:
        if not 0 <= self.value < SEEDS:
            raise ValueError(f"a seed is 0 to {SEEDS - 1}, not {self.value}")


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """A latent given by its numbers: float32 z or w [D], w+ [L, D]; compares by digest."""

    space: Space
    array: npt.NDArray[np.float32]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        array = np.array(self.array, np.float32, order="C")  # a copy of our own, then read-only
        wanted = 2 if self.space == "w+" else 1
        if array.ndim != wanted or not np.isfinite(array).all():
            raise ValueError(f"a {self.space} vector has {wanted} axes and finite numbers")
        array.setflags(write=False)
        digest = hashlib.sha256(f"{self.space}{array.shape}".encode() + array.tobytes())
        object.__setattr__(self, "array", array)
        object.__setattr__(self, "digest", digest.hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vector) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


Latent = Seed | Vector


@dataclass(frozen=True, slots=True)
class Anchor:
    """One of the latents that a picture is blended from, and its share of the blend.

    Attributes:
        latent: where it lies.
        weight: its share in every style layer.
        layers: its share in each style layer instead, for style mixing; empty for ``weight``.
    """

    latent: Latent
    weight: float = 1.0
    layers: tuple[float, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it has a share in any layer."""
        return any(self.layers) if self.layers else self.weight != 0

    def share(self, layer: int) -> float:
        """Its share in a style layer; layers beyond its list have the last one's."""
        return self.layers[min(layer, len(self.layers) - 1)] if self.layers else self.weight


@dataclass(frozen=True, slots=True)
class Truncation:
    """Pull towards the mean style: psi 1 leaves it, 0 is the mean; up to style layer cutoff.

    ``resample`` draws the z of seeds anew from a normal cut off at twice psi (Brock et al. 2019,
    section 3.1), for models whose prior is one; vectors are scaled as without it.
    """

    psi: float = 1.0
    cutoff: int | None = None
    resample: bool = False


@dataclass(frozen=True, slots=True)
class Noise:
    """Per-layer noise: constant by seed, random in every picture, or none.

    ``strength`` (0 to 2) multiplies the learned one, ``layers`` that of each noise input on top;
    inputs beyond the list, or all where it is empty, have 1.
    """

    mode: NoiseMode = "const"
    seed: int = 0
    strength: float = 1.0
    layers: tuple[float, ...] = ()

    def strengths(self, inputs: int) -> tuple[float, ...]:
        """The factor of each noise input."""
        given = (*self.layers[:inputs], *[1.0] * (inputs - len(self.layers)))
        return tuple(self.strength * factor for factor in given)


@dataclass(frozen=True, slots=True)
class Span:
    """Style layers first to last, both in; beyond the ends a share that falls over soft layers."""

    first: int
    last: int
    soft: int = 0

    def share(self, layer: int) -> float:
        """1 inside, falling in equal steps to 0 over ``soft`` layers outside."""
        outside = max(self.first - layer, layer - self.last, 0)
        return max(0.0, 1.0 - outside / (self.soft + 1))


@dataclass(frozen=True, slots=True)
class Move:
    """A step along a direction, added to the styles after truncation.

    Attributes:
        name: of the direction, for people.
        vector: one standard deviation along it, w [D] or w+ [L, D]; what other directions were
            locked against is already taken out.
        amount: how many of them.
        span: the style layers that move; all where it is None.
        along: digest of the direction's own vector, for names repeat: component 1 of two methods.
            Empty in recipes of before, whose moves belong to any direction of the name.
    """

    name: str
    vector: Vector
    amount: float
    span: Span | None = None
    along: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything needed to make one picture again.

    Order of the render: anchors are mapped and blended, then truncated, then moved, then drawn,
    then set into the hole of a picture where there is a ``paste``.
    ``blend`` says where anchors meet: in z two slerp and more are a rescaled sum, in w they are a
    weighted sum; anchors that share the style layers out (style mixing) meet in w.
    """

    model: ModelRef = ModelRef()
    anchors: tuple[Anchor, ...] = (Anchor(Seed(0)),)
    blend: Blend = "z"
    truncation: Truncation = Truncation()
    classes: tuple[tuple[str, float], ...] = ()
    noise: Noise = Noise()
    moves: tuple[Move, ...] = ()
    paste: Paste | None = None

    @property
    def active(self) -> tuple[Anchor, ...]:
        """The anchors that count: those with a share, or the first where none has one."""
        return tuple(a for a in self.anchors if a.counts) or self.anchors[:1]

    @property
    def mixed(self) -> bool:
        """Whether style layers take different shares of the anchors."""
        return any(a.layers for a in self.anchors)

    @property
    def given_styles(self) -> tuple[Anchor, ...]:
        """The anchors that count and are styles, w or w+: neither z nor classes lead to them."""
        return tuple(
            a for a in self.active if isinstance(a.latent, Vector) and a.latent.space != "z"
        )

    @property
    def forces_w(self) -> bool:
        """Whether the anchors can meet in w alone: mixing, or one of them is a style."""
        return self.mixed or bool(self.given_styles)

    @property
    def space(self) -> Blend:
        """Where the anchors are blended."""
        return "w" if self.forces_w else self.blend

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, for bounding the history."""
        pixels = self.paste.nbytes if self.paste else 0
        return pixels + sum(vector.array.nbytes for vector in self.vectors)

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """Every array in it: of the anchors, then of the moves."""
        given = tuple(a.latent for a in self.anchors if isinstance(a.latent, Vector))
        beneath = self.paste.face.vectors if self.paste and self.paste.face else ()
        return (*given, *(move.vector for move in self.moves), *beneath)


# --- changes: pure functions recipe -> recipe, used by panels, commands and scripts -------------


def with_model(recipe: Recipe, info: ModelInfo) -> Recipe:
    """The same seeds for another model; what belongs to the old one's layers and classes goes.

    A truncation beyond what means something to the new one becomes the nearest that does.
    """
    anchors = tuple(replace(a, layers=()) for a in recipe.anchors if isinstance(a.latent, Seed))
    lowest, highest = info.psi_range
    psi = min(max(recipe.truncation.psi, lowest), highest)
    truncation = replace(recipe.truncation, psi=psi, cutoff=None)
    return replace(
        recipe,
        model=ModelRef.of(info),
        anchors=anchors or (Anchor(Seed(0)),),
        truncation=truncation,
        classes=(),
        noise=replace(recipe.noise, layers=()),
        moves=(),
        paste=None,
    )


def without_paste(recipe: Recipe) -> Recipe:
    """The whole face, not only what of it is seen in the hole of a picture."""
    return replace(recipe, paste=None)


def with_seed(recipe: Recipe, seed: int) -> Recipe:
    """One plain sample of a seed, whole; truncation and the rest stay."""
    return replace(recipe, anchors=(Anchor(Seed(seed % SEEDS)),), paste=None)


def with_place(recipe: Recipe, x: float, y: float) -> Recipe:
    """The bilinear blend of the lattice seeds around a point of the seed plane."""
    anchors = tuple(Anchor(Seed(seed), weight) for seed, weight in plane_anchors(x, y))
    return replace(recipe, anchors=anchors, paste=None)


def with_neighbour(recipe: Recipe, seed: int, radius: float) -> Recipe:
    """A face near this one: the blend so far, with a share ``radius`` (0 to 1) of another seed.

    Shares below one percent are dropped, so a long walk keeps about a dozen anchors. Where style
    layers take different shares, they go on doing so.
    """
    layers = max(len(a.layers) for a in recipe.active)
    columns = [normalized([a.share(i) for a in recipe.active]) for i in range(max(layers, 1))]
    anchors = []
    for anchor, row in zip(recipe.active, zip(*columns, strict=True), strict=True):
        shares = tuple(share * (1 - radius) for share in row)
        if max(shares) >= _LIGHTEST and anchor.latent != Seed(seed):
            anchors.append(Anchor(anchor.latent, shares[0], shares if layers else ()))
    other = Anchor(Seed(seed), radius, (radius,) * layers)
    return replace(recipe, anchors=(*anchors, other))


def with_blend(recipe: Recipe, blend: Blend) -> Recipe:
    return replace(recipe, blend=blend)


def with_psi(recipe: Recipe, psi: float) -> Recipe:
    return replace(recipe, truncation=replace(recipe.truncation, psi=float(psi)))


def with_cutoff(recipe: Recipe, cutoff: int | None) -> Recipe:
    return replace(recipe, truncation=replace(recipe.truncation, cutoff=cutoff))


def with_resample(recipe: Recipe, resample: bool) -> Recipe:
    """Draw the z of seeds anew from a narrower normal, or scale them, to truncate them."""
    return replace(recipe, truncation=replace(recipe.truncation, resample=resample))


def with_anchor(recipe: Recipe, index: int, latent: Latent) -> Recipe:
    """Replace the latent of an anchor, or append one of weight 0 (the picture stays)."""
    anchors = list(recipe.anchors)
    if index < len(anchors):
        anchors[index] = replace(anchors[index], latent=latent)
    else:
        # Beside anchors that share the layers out, a weight alone would count in every layer.
        layers = tuple(0.0 for _ in anchors[0].layers)
        anchors.append(Anchor(latent, 0.0, layers))
    return replace(recipe, anchors=tuple(anchors))


def without_anchor(recipe: Recipe, index: int) -> Recipe:
    """Drop an anchor; the last one cannot be dropped."""
    rest = tuple(a for i, a in enumerate(recipe.anchors) if i != index)
    return replace(recipe, anchors=rest) if rest else recipe


def with_weight(recipe: Recipe, index: int, weight: float) -> Recipe:
    """Give an anchor a share (0 to 1) of the blend; the others keep their proportions."""
    rest = sum(a.weight for i, a in enumerate(recipe.anchors) if i != index)
    count = len(recipe.anchors) - 1

    def share(anchor: Anchor, i: int) -> float:
        if i == index:
            return weight
        return (1 - weight) * anchor.weight / rest if rest > 0 else (1 - weight) / count

    anchors = tuple(replace(a, weight=share(a, i), layers=()) for i, a in enumerate(recipe.anchors))
    return replace(recipe, anchors=anchors)


def with_position(recipe: Recipe, t: float) -> Recipe:
    """Move between the first two anchors, A at 0 and B at 1; further anchors get no weight."""
    weights = (1.0 - t, t) + (0.0,) * (len(recipe.anchors) - 2)
    pairs = zip(recipe.anchors, weights, strict=True)
    anchors = tuple(replace(a, weight=w, layers=()) for a, w in pairs)
    return replace(recipe, anchors=anchors)


# --- readings: what a control shows of a recipe ---------------------------------------------------


def seed_of(recipe: Recipe) -> int | None:
    """The seed of a plain sample, or of the heaviest seed of a blend; None where there is none."""
    seeds = [a for a in recipe.anchors if isinstance(a.latent, Seed)]
    if not seeds:
        return None
    heaviest = max(seeds, key=lambda anchor: anchor.weight)
    return heaviest.latent.value if isinstance(heaviest.latent, Seed) else None


def place_of(recipe: Recipe) -> tuple[float, float] | None:
    """The point of the seed plane that a recipe stands on; None for blends off the plane."""
    seeds = {a.latent.value: a.weight for a in recipe.anchors if isinstance(a.latent, Seed)}
    if recipe.mixed or len(seeds) != len(recipe.anchors) or min(seeds.values()) < 0:
        return None
    present = [seed for seed, weight in seeds.items() if weight > 0]
    for corner in present:
        x, y = seed_place(corner)
        square = [plane_seed(int(x) + i, int(y) + j) for j in (0, 1) for i in (0, 1)]
        if set(present) <= set(square):
            w = [seeds.get(seed, 0.0) for seed in square]
            total = sum(w)
            return x + (w[1] + w[3]) / total, y + (w[2] + w[3]) / total
    return None


def position_of(recipe: Recipe) -> float | None:
    """Where between A and B a recipe stands, 0 to 1; None unless only the first two count."""
    if len(recipe.anchors) < 2 or recipe.mixed or any(a.weight for a in recipe.anchors[2:]):
        return None
    a, b = (anchor.weight for anchor in recipe.anchors[:2])
    return b / (a + b) if a + b > 0 else 0.5


def title_of(recipe: Recipe) -> str:
    """A name for people: ``Seed 48``, ``Between 3 and 7``, ``Blend of 4``, ``Inpainted``."""
    active = recipe.active
    if recipe.paste is not None:
        return "Inpainted"
    names = [str(a.latent.value) if isinstance(a.latent, Seed) else "a vector" for a in active]
    if recipe.mixed:
        return f"Mix of {' and '.join(names)}" if len(active) == 2 else f"Mix of {len(active)}"
    if len(active) == 1:
        return f"Seed {names[0]}" if isinstance(active[0].latent, Seed) else "A vector"
    if place_of(recipe) is not None:
        return f"Near seed {seed_of(recipe)}"
    if len(active) == 2:
        return f"Between {names[0]} and {names[1]}"
    most = _DOMINANT * sum(a.weight for a in active)
    if any(isinstance(a.latent, Seed) and a.weight > most for a in active):
        return f"Near seed {seed_of(recipe)}"
    return f"Blend of {len(active)}"
