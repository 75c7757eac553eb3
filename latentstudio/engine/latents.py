"""Latents job: where kept faces are, as a table of numbers in a file."""

from collections.abc import Generator as Steps
from collections.abc import Sequence
from pathlib import Path

import torch

from latentstudio.core.gallery import Kept
from latentstudio.core.latent import Array, blend_z
from latentstudio.core.latents_table import Row, check_ending, write_latents
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Recipe, Seed
from latentstudio.engine.messages import Step
from latentstudio.engine.render import latent_z, styles_of
from latentstudio.models.generator import Generator


def latents(generator: Generator, faces: Sequence[Kept], out: Path) -> Steps[Step, None, Path]:
    """Write z and styles of each face with its name, seed, note and star; returns the path.

    Raises:
        StudioError: no .npz or .csv, or a face of another model.
    """
    check_ending(out)
    rows = []
    for done, kept in enumerate(faces, start=1):
        with torch.no_grad():
            styles = styles_of(generator, kept.recipe)[0].float().cpu().numpy()
        rows.append(Row(kept, z_of(generator.info, kept.recipe), styles))
        yield Step(done, len(faces))
    write_latents(out, rows)
    return out


def z_of(info: ModelInfo, recipe: Recipe) -> Array | None:
    """The z that a face is mapped from, float32 [z_dim]; None where its anchors meet in w."""
    anchors = recipe.active
    in_z = all(isinstance(a.latent, Seed) or a.latent.space == "z" for a in anchors)
    if not in_z or (len(anchors) > 1 and recipe.space == "w"):
        return None
    found = [latent_z(info, anchor, recipe.truncation) for anchor in anchors]
    return blend_z(found, [anchor.weight for anchor in anchors])
