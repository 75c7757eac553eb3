"""Draws a recipe: anchors to z, to styles, truncated, synthesised, to pixels; one stage each."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.latent import blend_z, normalized, seed_z
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector
from latentstudio.engine.messages import Pixels
from latentstudio.models.generator import Generator


@dataclass(frozen=True)
class Drawing:
    """Pixels uint8 [H, W, 4] as B, G, R, 255, and how long they took in milliseconds."""

    pixels: Pixels
    render_ms: float
    forward_ms: float


def draw(generator: Generator, recipe: Recipe) -> Drawing:
    """The picture of a recipe, drawn alone (a batch of one): same machine, same bytes.

    Raises:
        StudioError: the recipe asks for what the model does not have.
    """
    start = time.perf_counter()
    with torch.no_grad():
        styles = styles_of(generator, recipe)
        before = time.perf_counter()
        image = generator.synthesize(
            styles,
            noise=recipe.noise.mode,
            psi=recipe.truncation.psi,
            noise_seed=recipe.noise.seed,
        )
        after = time.perf_counter()
        pixels = to_pixels(image)
    end = time.perf_counter()
    return Drawing(pixels, (end - start) * 1000, (after - before) * 1000)


def styles_of(generator: Generator, recipe: Recipe) -> Tensor:
    """The styles [1, L, D] that a recipe is drawn from: blended, then truncated."""
    styles = blend(generator, recipe)
    truncation = recipe.truncation
    if truncation.psi != 1.0 and generator.info.has_truncation:
        styles = generator.truncate(styles, truncation.psi, truncation.cutoff)
    return styles


def blend(generator: Generator, recipe: Recipe) -> Tensor:
    """The anchors of a recipe as one set of styles [1, L, D]; those of weight 0 do not count."""
    anchors = recipe.active
    weights = class_weights(generator.info, recipe)
    if recipe.space == "z":
        z = blend_z([latent_z(generator.info, a) for a in anchors], [a.weight for a in anchors])
        return _map(generator, z, weights)
    shares = normalized([a.weight for a in anchors])
    styles = [_anchor_styles(generator, anchor, weights) for anchor in anchors]
    return torch.stack([s * share for s, share in zip(styles, shares, strict=True)]).sum(0)


def latent_z(info: ModelInfo, anchor: Anchor) -> np.ndarray:
    """The z of an anchor, float32 [z_dim]."""
    if isinstance(anchor.latent, Seed):
        return seed_z(info.prior, anchor.latent.value, info.z_dim)
    _check_length(anchor.latent, info.z_dim, info)
    return anchor.latent.array


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
    levels = image[0].float().mul(127.5).add(127.5).round().clamp(0, 255).to(torch.uint8)
    opaque = torch.full_like(levels[:1], 255)
    order = torch.cat([levels.flip(0), opaque]).permute(1, 2, 0).contiguous()
    return order.cpu().numpy()


def to_rgb(pixels: Pixels) -> Pixels:
    """B, G, R, 255 to R, G, B: uint8 [H, W, 3], its own memory."""
    return np.ascontiguousarray(pixels[..., 2::-1])


def _map(generator: Generator, z: np.ndarray, weights: Tensor | None) -> Tensor:
    placed = _placed(generator, z)
    return generator.map(placed[None], None if weights is None else weights.to(placed.device))


def _placed(generator: Generator, numbers: np.ndarray) -> Tensor:
    """A tensor where the generator draws; copied, because a seed's z is read-only and shared."""
    return torch.from_numpy(numbers.copy()).to(generator.sample_z([0]).device)


def _anchor_styles(generator: Generator, anchor: Anchor, weights: Tensor | None) -> Tensor:
    latent, info = anchor.latent, generator.info
    if isinstance(latent, Seed) or latent.space == "z":
        return _map(generator, latent_z(info, anchor), weights)
    _check_length(latent, info.style_dim, info)
    styles = _placed(generator, latent.array)
    return styles.expand(1, info.style_layers, info.style_dim)


def _check_length(vector: Vector, wanted: int, info: ModelInfo) -> None:
    shape = vector.array.shape
    if shape[-1] != wanted or (vector.space == "w+" and shape[0] != info.style_layers):
        raise StudioError(
            "This face belongs to another model",
            f"its latent has {' x '.join(map(str, shape))} numbers, {info.name} needs {wanted}",
            "Open the model that it was made with.",
        )
