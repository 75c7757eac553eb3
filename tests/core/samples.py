"""Recipes and pictures from a random generator, for tests that try many."""

import numpy as np

from latentstudio.core.recipe import (
    Anchor,
    Latent,
    ModelRef,
    Noise,
    Recipe,
    Seed,
    Truncation,
    Vector,
)


def random_latent(rng: np.random.Generator) -> Latent:
    space = rng.choice(["seed", "z", "w", "w+"])
    if space == "seed":
        return Seed(int(rng.integers(2**32)))
    shape = (int(rng.integers(1, 19)), 16) if space == "w+" else (16,)
    return Vector(str(space), rng.standard_normal(shape).astype(np.float32))


def random_recipe(rng: np.random.Generator) -> Recipe:
    return Recipe(
        model=ModelRef(str(rng.choice(["", "avatars-dcgan", "Gesichter ü 顔"])), "ab" * 32),
        anchors=tuple(
            Anchor(random_latent(rng), float(rng.standard_normal()))
            for _ in range(rng.integers(1, 6))
        ),
        blend=str(rng.choice(["z", "w"])),
        truncation=Truncation(
            float(rng.uniform(-1, 2)), None if rng.random() < 0.5 else int(rng.integers(18))
        ),
        classes=tuple((f"class {i}", float(rng.random())) for i in range(rng.integers(3))),
        noise=Noise(str(rng.choice(["const", "random", "none"])), int(rng.integers(2**32))),
    )


def gradient(height: int = 24, width: int = 32) -> np.ndarray:
    """A picture in which no two rows or columns are alike."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 7, y * 9, x + y], axis=-1).astype(np.uint8)
