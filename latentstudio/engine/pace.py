"""Pace job: draws the pictures along a path and measures how far each is from the one before."""

from collections.abc import Generator as Steps
from collections.abc import Sequence

import numpy as np

from latentstudio.core.pace import Pace, pace_of
from latentstudio.core.recipe import Recipe
from latentstudio.engine.messages import Step
from latentstudio.engine.render import draw
from latentstudio.models.generator import Generator


def pace(generator: Generator, recipes: Sequence[Recipe]) -> Steps[Step, None, Pace]:
    """The pace of a path from recipes at even places on it, by root mean square pixel distance."""
    distances = []
    before: np.ndarray | None = None
    for done, recipe in enumerate(recipes, start=1):
        picture = draw(generator, recipe).pixels[..., :3].astype(np.float32)
        if before is not None:
            distances.append(float(np.sqrt(((picture - before) ** 2).mean())))
        before = picture
        yield Step(done, len(recipes))
    return pace_of(distances)
