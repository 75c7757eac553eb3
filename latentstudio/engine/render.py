"""Draws a recipe: anchors to z, to styles, truncated, synthesised, to pixels; one stage each."""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.latent import TRUNCATION, blend_z, normalized, seed_z
from latentstudio.core.mask import fitted
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Paste
from latentstudio.core.recipe import Anchor, Move, Recipe, Seed, Truncation, Vector
from latentstudio.engine.blend import blended
from latentstudio.engine.messages import Pixels
from latentstudio.models.generator import Generator

SMALLEST_CUT = 0.02
"""No truncated normal is drawn narrower than this share of the prior's."""

_DECIDE_BLENDED = ("model", "anchors", "blend", "classes")


@dataclass(frozen=True)
class Drawing:
    """Pixels uint8 [H, W, 4] as B, G, R, 255, how they were drawn, and from where.

    ``exact``, the times, ``styles`` and ``distances`` are those of ``Frame``, ``blended`` those of
    ``Place``.
    """

    recipe: Recipe
    blended: Tensor
    pixels: Pixels
    precision: str
    exact: bool
    render_ms: float
    forward_ms: float
    styles: np.ndarray
    distances: tuple[float, float] | None


@dataclass(frozen=True)
class Place:
    """Where a recipe is: styles [1, L, D] blended, truncated, and moved: what is drawn."""

    blended: Tensor
    truncated: Tensor
    moved: Tensor


def draw(
    generator: Generator,
    recipe: Recipe,
    max_resolution: int | None = None,
    *,
    swift: Generator | None = None,
    before: Drawing | None = None,
) -> Drawing:
    """The picture of a recipe, drawn alone (a batch of one): same machine, same bytes.

    Args:
        generator: the model.
        recipe: what to draw.
        max_resolution: makes it smaller, where the family can stop early.
        swift: a less exact copy of the generator that draws the styles in its place.
        before: a drawing by the same generator, whose anchors need not be blended again where
            they are the recipe's, too.

    Raises:
        StudioError: the recipe asks for what the model does not have.
    """
    start, by = time.perf_counter(), swift or generator
    with torch.no_grad():
        place = place_of(generator, recipe, _kept(before, recipe))
        begin = time.perf_counter()
        image = synthesize(by, recipe, place.moved, max_resolution)
        forward_ms = (time.perf_counter() - begin) * 1000
        pixels = to_pixels(image)
        if recipe.paste is not None:
            pixels = pasted(generator, recipe.paste, pixels)
        distances = _distances(generator, place)
    render_ms = (time.perf_counter() - start) * 1000
    styles = place.moved[0].float().cpu().numpy().copy()  # it may be the next drawing's, too
    exact = by.precision == "float32" and len(pixels) == generator.info.resolution
    drawn = (by.precision, exact, render_ms, forward_ms)
    return Drawing(recipe, place.blended, pixels, *drawn, styles, distances)


def pasted(generator: Generator, paste: Paste, drawn: Pixels) -> Pixels:
    """What was drawn in the hole of a picture, uint8 [H, W, 4]; further out no byte is changed.

    Where a file left the picture out the whole face is seen. A smaller preview is set into a
    smaller picture.
    """
    known = None if paste.picture is None else paste.picture.pixels
    if known is None and paste.face is not None:
        known = to_rgb(draw(generator, paste.face).pixels)
    if known is None:
        return drawn
    side, mask = drawn.shape[0], fitted(paste.mask, drawn.shape[0])
    if known.shape[0] != side:
        small = Image.fromarray(known).resize((side, side), Image.Resampling.BOX)
        known = np.asarray(small)
    whole = drawn.copy()
    whole[..., 2::-1] = blended(known, to_rgb(drawn), mask, paste.blend)
    return whole


def synthesize(
    generator: Generator, recipe: Recipe, styles: Tensor, max_resolution: int | None = None
) -> Tensor:
    """Draw styles [B, L, D] with the noise of a recipe: pictures [B, 3, H, W] in [-1, 1]."""
    noise, inputs = recipe.noise, len(generator.info.noise_resolutions)
    plain = noise.strength == 1.0 and not noise.layers
    return generator.synthesize(
        styles,
        noise=noise.mode,
        psi=recipe.truncation.psi,
        max_resolution=max_resolution,
        noise_seed=noise.seed,
        noise_strengths=() if plain else noise.strengths(inputs),
    )


def styles_of(generator: Generator, recipe: Recipe) -> Tensor:
    """The styles [1, L, D] that a recipe is drawn from: blended, truncated and moved."""
    return place_of(generator, recipe).moved


def place_of(generator: Generator, recipe: Recipe, blended: Tensor | None = None) -> Place:
    """The styles of a recipe after each stage; ``blended`` where that stage is done already.

    Raises:
        StudioError: the recipe asks for what the model does not have.
    """
    if blended is None:
        blended = blend(generator, recipe)
    truncation = recipe.truncation
    truncated = blended
    if truncation.psi != 1.0 and generator.info.has_truncation and not resamples(generator, recipe):
        truncated = generator.truncate(blended, truncation.psi, truncation.cutoff)
    moved = truncated
    for move in recipe.moves:
        moved = moved + _offset(generator, move)
    return Place(blended, truncated, moved)


def resamples(generator: Generator, recipe: Recipe) -> bool:
    """Whether the z of seeds are drawn anew for this truncation, which then has done its part."""
    return recipe.truncation.resample and generator.info.prior == "truncnormal"


def blend(generator: Generator, recipe: Recipe) -> Tensor:
    """The anchors of a recipe as one set of styles [1, L, D]; those without a share do not count.

    Every style layer is blended by its own shares, so mixing styles is a blend, too.
    """
    anchors = recipe.active
    weights = class_weights(generator.info, recipe)
    if recipe.space == "z":
        latents = [latent_z(generator.info, a, recipe.truncation) for a in anchors]
        return _map(generator, blend_z(latents, [a.weight for a in anchors]), weights)
    styles = [_anchor_styles(generator, anchor, recipe.truncation, weights) for anchor in anchors]
    if not recipe.mixed:
        shares = normalized([a.weight for a in anchors])
        return torch.stack([s * share for s, share in zip(styles, shares, strict=True)]).sum(0)
    layers = range(generator.info.style_layers)
    rows = [normalized([a.share(layer) for a in anchors]) for layer in layers]
    table = torch.tensor(rows, device=styles[0].device).T[:, None, :, None]  # [anchors, 1, L, 1]
    return (torch.stack(styles) * table).sum(0)


def _kept(before: Drawing | None, recipe: Recipe) -> Tensor | None:
    """Where the anchors of a recipe meet, if those of the drawing before met there, too."""
    if before is None:
        return None
    old, new = before.recipe.truncation, recipe.truncation
    resampled = old != new and (old.resample or new.resample)
    same = all(getattr(before.recipe, n) == getattr(recipe, n) for n in _DECIDE_BLENDED)
    return before.blended if same and not resampled else None


def latent_z(info: ModelInfo, anchor: Anchor, truncation: Truncation) -> np.ndarray:
    """The z of an anchor, float32 [z_dim]."""
    resample = truncation.resample and info.prior == "truncnormal"
    if isinstance(anchor.latent, Seed):
        if resample:
            cut = TRUNCATION * max(abs(truncation.psi), SMALLEST_CUT)
            return seed_z(info.prior, anchor.latent.value, info.z_dim, cut)
        return seed_z(info.prior, anchor.latent.value, info.z_dim)
    _check_length(anchor.latent, info.z_dim, info)
    array = anchor.latent.array
    return array * np.float32(truncation.psi) if resample else array


def class_weights(info: ModelInfo, recipe: Recipe) -> Tensor | None:
    """Class shares [1, C], or None for a model without classes; the first class by default."""
    if not info.classes:
        return None
    weights = torch.zeros(1, len(info.classes))
    for name, share in recipe.classes or ((info.classes[0], 1.0),):
        if name not in info.classes:
            raise StudioError(f"Unknown class {name}", hint=nearest(name, info.classes))
        weights[0, info.classes.index(name)] = share
    return weights


def to_pixels(image: Tensor) -> Pixels:
    """Pictures [1, 3, H, W] in [-1, 1] to uint8 [H, W, 4] B, G, R, 255, turned on the device."""
    levels = image[0].permute(1, 2, 0).float().mul(127.5).add_(127.5).round_().clamp_(0, 255)
    pixels = torch.full((*levels.shape[:2], 4), 255, dtype=torch.uint8, device=levels.device)
    for channel in range(3):  # half the time of a flip and a cat
        pixels[..., 2 - channel] = levels[..., channel]
    return pixels.cpu().numpy()


def to_rgb(pixels: Pixels) -> Pixels:
    """B, G, R, 255 to R, G, B: uint8 [H, W, 3], its own memory."""
    return np.ascontiguousarray(pixels[..., 2::-1])


def _map(generator: Generator, z: np.ndarray, weights: Tensor | None) -> Tensor:
    placed = _placed(generator, z)
    return generator.map(placed[None], None if weights is None else weights.to(placed.device))


def _placed(generator: Generator, numbers: np.ndarray) -> Tensor:
    """A tensor where the generator draws; copied, because a seed's z is read-only and shared."""
    return torch.from_numpy(numbers.copy()).to(generator.device)


def _anchor_styles(
    generator: Generator, anchor: Anchor, truncation: Truncation, weights: Tensor | None
) -> Tensor:
    latent, info = anchor.latent, generator.info
    if isinstance(latent, Seed) or latent.space == "z":
        return _map(generator, latent_z(info, anchor, truncation), weights)
    return _spread(generator, latent)


def _offset(generator: Generator, move: Move) -> Tensor:
    """What a move adds to the styles: [1, L, D]."""
    steps = _spread(generator, move.vector) * move.amount
    if move.span is None:
        return steps
    shares = [move.span.share(layer) for layer in range(generator.info.style_layers)]
    return steps * torch.tensor(shares, device=steps.device)[None, :, None]


def _spread(generator: Generator, vector: Vector) -> Tensor:
    """A w [D] or w+ [L, D] vector as styles [1, L, D]."""
    info = generator.info
    _check_length(vector, info.style_dim, info)
    return _placed(generator, vector.array).expand(1, info.style_layers, info.style_dim)


def _distances(generator: Generator, place: Place) -> tuple[float, float] | None:
    if not generator.info.has_truncation:
        return None
    mean = generator.truncate(place.blended, 0.0)
    layers = math.sqrt(mean.shape[1])
    before, after = (
        float(torch.linalg.vector_norm(styles - mean)) / layers
        for styles in (place.blended, place.moved)
    )
    return before, after


def _check_length(vector: Vector, wanted: int, info: ModelInfo) -> None:
    shape = vector.array.shape
    if shape[-1] != wanted or (vector.space == "w+" and shape[0] != info.style_layers):
        raise StudioError(
            "This face belongs to another model",
            f"its latent has {' x '.join(map(str, shape))} numbers, {info.name} needs {wanted}",
            "Open the model that it was made with.",
        )
