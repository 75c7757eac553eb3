"""Tuning job: bends a copy of a model to one picture, and writes it as a model of its own.

Pivotal tuning (Roich et al. 2021, sections 3.2 and 3.3): the latent that was found stays, the
weights move until it draws the picture, and other faces are held where they were.
"""

import time
from collections.abc import Generator as Steps
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from latentstudio.core.bundle import Card
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import ModelRef, Noise, NoiseMode, Recipe
from latentstudio.core.search import Features, Rgb, Tuned
from latentstudio.engine.features import Likeness, likeness
from latentstudio.engine.inpaint import PREVIEW_S, to_image, to_picture
from latentstudio.engine.messages import Step
from latentstudio.engine.render import class_weights, draw, styles_of, to_rgb
from latentstudio.models.bendable import Bendable
from latentstudio.models.checkpoint import Bundle, open_bundle, save_bundle
from latentstudio.models.generator import Generator
from latentstudio.models.noise import constant_noise
from latentstudio.models.registry import FAMILIES
from latentstudio.resources import bundled_models, find_model

STEPS = (1, 10_000)
HELD = 1.0
"""Weight of the other faces' pixels beside the picture's."""

_RATE = 0.004  # of Adam, as a share of the root mean square of each tensor
_BETAS = (0.9, 0.99)
_SMALLEST = 0.01  # tensors below, such as biases, are bent as if they were so large
_OTHERS = 64  # faces that are held, in turn
_NEAREST = 0.3  # they lie at least so far along the way from the pivot to a sample
_EXACT = 0.5  # levels of 255 that the picture is off: pixels are rounded to whole ones
_LOOKED = 16  # samples that tell how far the rest of the model has moved


def tune(
    generator: Generator,
    source: str,
    path: Path,
    recipe: Recipe,
    picture: Rgb,
    steps: int = 300,
    *,
    features: Features = "auto",
    held: float = HELD,
    seed: int = 0,
) -> Steps[Step, None, Tuned]:
    """Bend a copy of a model until what a recipe draws is a picture.

    Args:
        generator: the model; it stays as it is.
        source: what it was opened from: a bundled name or a path.
        path: the file to be written, ``NAME.safetensors``; never a model's own.
        recipe: where the picture was found; drawn by the copy it is the picture.
        picture: uint8 [R, R, 3] of the model's resolution.
        steps: of Adam at most; it ends earlier where nothing is left but rounding.
        features: what looks beside pixels and edges; see ``likeness``.
        held: weight of the faces that are to stay; 0 lets the rest of the model go.
        seed: of the faces that are held.

    Yields:
        a Step; now and then its ``preview`` is the picture so far, uint8 [R, R, 3].

    Raises:
        StudioError: the picture does not fit, the file is a model's own or cannot be written, the
            model's file has changed.
    """
    begun = time.monotonic()
    bundle = _opened(generator, source)
    _check(generator, bundle, path, picture)
    yield Step(0, steps, "Copying the model")
    bending = _Bending(generator, Bendable(bundle, generator.device), recipe, held, seed)
    yield Step(0, steps, "Copying the model")
    target = to_image(picture).to(generator.device)
    given = class_weights(generator.info, recipe) if generator.info.classes else None
    measurement = likeness(generator, target, features, given)
    taken = yield from _bent(bending, measurement, steps)
    moved = yield from _moved(bending, steps)
    card = _card(bundle.card, path.stem, taken)
    save_bundle(path, card, bending.copy.tensors(), bundle.discriminator, bundle.stats)
    drawn = _drawn(path, generator, recipe)
    off = float(np.abs(drawn[1].astype(np.float64) - picture).mean())
    return Tuned(path, *drawn, off, moved, taken, time.monotonic() - begun)


@dataclass
class _Bending:
    """The copy, where it is bent, and the faces that are to stay."""

    generator: Generator
    copy: Bendable
    recipe: Recipe
    held: float
    seed: int

    def __post_init__(self) -> None:
        generator, noise = self.generator, self.recipe.noise
        self.noises = noise_maps(noise, generator.info.noise_resolutions, generator.device)
        with torch.no_grad():
            self.pivot = styles_of(generator, self.recipe)
            self.samples = self._samples()
        shares = torch.Generator().manual_seed(self.seed)
        part = torch.rand(_OTHERS, 1, 1, generator=shares) * (1 - _NEAREST) + _NEAREST
        self.others = torch.lerp(self.pivot, self.samples, part.to(self.pivot.device))

    def _samples(self) -> Tensor:
        generator = self.generator
        z = generator.sample_z([(self.seed + number) % 2**32 for number in range(_OTHERS)])
        classes = class_weights(generator.info, self.recipe)
        return generator.map(z, None if classes is None else classes.expand(len(z), -1).to(z))

    def before(self, styles: Tensor) -> Tensor:
        """What the model as it is draws of styles, with the recipe's noise."""
        noise = self.recipe.noise
        mode: NoiseMode = "none" if noise.mode == "none" else "const"
        strengths = noise.strengths(len(self.generator.info.noise_resolutions))
        with torch.no_grad():
            return self.generator.synthesize(
                styles, mode, noise_seed=noise.seed, noise_strengths=strengths
            ).float()

    def strayed(self, number: int) -> Tensor:
        """How far one of the other faces is from what it was: the mean of its pixels."""
        styles = self.others[number % _OTHERS][None]
        return (self.copy.draw(styles, self.noises) - self.before(styles)).abs().mean()


def _bent(bending: _Bending, measurement: Likeness, steps: int) -> Steps[Step, None, int]:
    """Move the weights; how many steps it took."""
    target, due = measurement.pixels.target, 0.0
    weights = [_Weight(one) for one in bending.copy.weights()]
    for number in range(steps):
        with torch.enable_grad():
            image = bending.copy.draw(bending.pivot, bending.noises)
            loss = measurement.distance(image).sum()
            loss.backward()  # type: ignore[no-untyped-call]
        off = float((image.detach().clamp(-1, 1) - target).abs().mean()) * 127.5
        if not np.isfinite(off):
            raise StudioError(
                "The bending came apart",
                "the copy left the finite numbers",
                "Begin again with fewer steps.",
            )
        if off < _EXACT:
            return number
        yield Step(number + 0.5, steps, "Bending a copy")
        if bending.held:
            with torch.enable_grad():
                (bending.held * bending.strayed(number)).backward()  # type: ignore[no-untyped-call]
        for weight in weights:
            weight.step(number + 1, 1 - number / steps)
        now, preview = time.monotonic(), None
        if now >= due:
            due, preview = now + PREVIEW_S, to_picture(image.detach()[0].cpu())
        yield Step(number + 1, steps, f"Bending a copy: {off:.1f} of 255 off", preview)
    return steps


def _moved(bending: _Bending, steps: int) -> Steps[Step, None, float]:
    """How far samples have moved, in levels of 255."""
    off = 0.0
    for one in bending.samples[:_LOOKED, None]:
        with torch.no_grad():
            after = bending.copy.draw(one, bending.noises).clamp(-1, 1)
        off += float((after - bending.before(one).clamp(-1, 1)).abs().mean()) * 127.5 / _LOOKED
        yield Step(steps, steps, "Looking at other faces")
    return off


class _Weight:
    """A tensor and its moments: Adam, at a rate of its own (torch's takes seconds to load)."""

    def __init__(self, tensor: nn.Parameter) -> None:
        self._tensor = tensor
        self._first, self._second = torch.zeros_like(tensor), torch.zeros_like(tensor)
        # So that families with weights of any size bend alike.
        size = float(tensor.detach().square().mean().sqrt())
        self._rate = _RATE * max(size, _SMALLEST)

    def step(self, number: int, share: float) -> None:
        """Step ``number``, from 1 on, at a share of the rate; the slope begins at 0 again."""
        slope, self._tensor.grad = self._tensor.grad, None
        if slope is None:  # it has no part in drawing styles
            return
        with torch.no_grad():
            self._first.lerp_(slope, 1 - _BETAS[0])
            self._second.lerp_(slope.square(), 1 - _BETAS[1])
            spread = (self._second / (1 - _BETAS[1] ** number)).sqrt_().add_(1e-12)
            far = share * self._rate / (1 - _BETAS[0] ** number)
            self._tensor.addcdiv_(self._first, spread, value=-far)


def noise_maps(noise: Noise, sides: tuple[int, ...], device: str) -> list[Tensor | None]:
    """The noise of a recipe for each input; random noise is held at its seed."""
    if noise.mode == "none":
        return [None] * len(sides)
    strengths = noise.strengths(len(sides))
    return [
        constant_noise(noise.seed, layer, side).to(device) * strength
        for layer, (side, strength) in enumerate(zip(sides, strengths, strict=True))
    ]


def _drawn(path: Path, generator: Generator, recipe: Recipe) -> tuple[Recipe, Rgb]:
    """The recipe for the model in a file, and its picture."""
    bundle = open_bundle(path)
    bent = FAMILIES[bundle.card.family].open(bundle, generator.device, "float32")
    noise = recipe.noise
    held = replace(noise, mode="const") if noise.mode == "random" else noise
    moved = replace(recipe, model=ModelRef.of(bent.info), noise=held, paste=None)
    return moved, to_rgb(draw(bent, moved).pixels)


def _card(base: Card, name: str, steps: int) -> Card:
    """What the file says of itself: nothing that was measured on the model it comes from."""
    return replace(
        base,
        name=name,
        training={
            **base.training,
            "bent from": base.name,
            "bent from model id": base.model_id,
            "bent by steps": steps,
        },
        metrics={},
        limits=(
            *base.limits,
            f"A copy of {base.name} that was bent to one picture: it draws this face well, and "
            "others less well than the model it comes from.",
            "It holds that picture: whoever has this file can draw it again.",
            f"Its directions, if any, were found in {base.name}, and its licence is that of "
            f"{base.name}.",
        ),
        path=None,
        tensors={},
    )


def _opened(generator: Generator, source: str) -> Bundle:
    bundle = open_bundle(find_model(source))
    if bundle.card.model_id != generator.info.model_id:
        raise StudioError(
            f"{generator.info.name} has changed",
            "its file is not the one that was opened",
            "Open the model again.",
        )
    return bundle


def _check(generator: Generator, bundle: Bundle, path: Path, picture: Rgb) -> None:
    side = generator.info.resolution
    if picture.shape != (side, side, 3):
        raise StudioError(
            "The picture does not fit the model",
            f"it has {picture.shape[1]} x {picture.shape[0]} pixels, the model {side} x {side}",
            "Crop it to the model's frame first.",
        )
    own = {file.resolve() for file in (bundle.card.path, *bundled_models().values()) if file}
    if path.resolve() in own:
        raise StudioError(
            f"{path.name} stays as it is",
            "a bent copy is never written over a model that it could come from",
            "Choose another name.",
        )
    if path.suffix != ".safetensors" or not path.parent.is_dir():
        raise StudioError(
            f"Could not write {path.name}",
            "a model is a .safetensors file in a folder that exists",
            "Choose another name or folder.",
        )
