"""Face map job: where the faces of a model lie, from its styles or from its pictures."""

from collections.abc import Generator as Steps
from collections.abc import Sequence

import numpy as np
import torch

from latentstudio.core import face_map as maps
from latentstudio.core.classes import with_sample
from latentstudio.core.face_map import FACES, FaceMap
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.engine.messages import Step
from latentstudio.engine.render import draw, styles_of
from latentstudio.models.generator import Generator

Features = Steps[Step, None, np.ndarray]


def face_map(generator: Generator, seeds: Sequence[int] = ()) -> Steps[Step, None, FaceMap]:
    """The map of the first faces of a model, kept in the user's cache; or of these seeds on it.

    Styles are what it goes by, or pictures where styles say little of the looks: where they are
    z itself.
    """
    path = maps.map_file(generator.info.model_id)
    made = maps.kept_map(path)
    if made is None:
        first = range(FACES)
        pictures = False
        features = yield from _style_features(generator, first)
        if maps.says_little(features):
            pictures = True
            features = yield from _picture_features(generator, first)
        made = maps.make_map(first, features, pictures)
        maps.keep_map(path, made)
    if not seeds:
        return made
    look = _picture_features if made.pictures else _style_features
    features = yield from look(generator, seeds)
    return made.with_faces(seeds, features)


def _style_features(generator: Generator, seeds: Sequence[int]) -> Features:
    rows = []
    for done, recipe in enumerate(_recipes(generator, seeds), start=1):
        with torch.no_grad():
            styles = styles_of(generator, recipe)[0].float().cpu().numpy()
        rows.append(maps.style_features(styles))
        yield Step(done, len(seeds))
    return np.stack(rows)


def _picture_features(generator: Generator, seeds: Sequence[int]) -> Features:
    rows = []
    for done, recipe in enumerate(_recipes(generator, seeds), start=1):
        rows.append(maps.picture_features(draw(generator, recipe).pixels))
        yield Step(done, len(seeds))
    return np.stack(rows)


def _recipes(generator: Generator, seeds: Sequence[int]) -> list[Recipe]:
    plain = Recipe(ModelRef.of(generator.info))
    return [with_sample(plain, generator.info.classes, seed) for seed in seeds]
