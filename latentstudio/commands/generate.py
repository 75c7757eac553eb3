"""``latentstudio generate``: the faces of some seeds, as files or as one sheet."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import add_device, add_picture, seeds
from latentstudio.commands.drawing import Drawer, finish, noise_of, open_drawer, recipe_of
from latentstudio.commands.stills import add_still, still_of
from latentstudio.core.files import atomic_file, make_folder
from latentstudio.core.recipe import Recipe, title_of, with_seed

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument("--seeds", metavar="LIST", type=seeds, required=True, help="such as 0-7,42")
    add_picture(parser)
    parser.add_argument("--grid", action="store_true", help="write one sheet, grid.png")
    parser.add_argument(
        "--latents", action="store_true",
        help="add latents.npz: seeds, z, and w as drawn (float32, after truncation)",
    )  # fmt: skip
    add_still(parser, captions=True)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="made if missing")
    add_device(parser)


def run(options: argparse.Namespace) -> Answer:
    """Draw each seed alone, so that the same seed always gives the same bytes."""
    begun = time.monotonic()
    drawer = open_drawer(options.model, options.device, options.precision)
    from latentstudio.engine import export

    chosen = list(dict.fromkeys(options.seeds))
    recipes = recipes_of(drawer, chosen, options)
    folder, still = make_folder(options.out), still_of(options)
    if options.grid:
        names = [title_of(recipe) for recipe in recipes] if options.captions else []
        out = folder / "grid.png"
        files = [finish(export.sheet(drawer.generator, recipes, out, captions=names, still=still))]
    else:
        named = [(f"seed{seed:04d}", r) for seed, r in zip(chosen, recipes, strict=True)]
        files = finish(export.pictures(drawer.generator, named, folder, still))
    latents = folder / "latents.npz" if options.latents else None
    if latents is not None:
        write_latents(latents, drawer.generator, chosen, recipes)
    written = [*files, *([latents] if latents else [])]
    data = {
        **drawer.facts,
        "files": [str(path) for path in files],
        "latents": str(latents) if latents else None,
        "seconds": round(time.monotonic() - begun, 3),
    }
    return Answer(data, [_sentence(written, folder)])


def recipes_of(drawer: Drawer, chosen: Sequence[int], options: argparse.Namespace) -> list[Recipe]:
    """One recipe a seed."""
    common = recipe_of(drawer.info, options)
    return [
        replace(with_seed(common, seed), noise=noise_of(options, index))
        for index, seed in enumerate(chosen)
    ]


def write_latents(
    path: Path, generator: "Generator", chosen: Sequence[int], recipes: Sequence[Recipe]
) -> None:
    """Write seeds int64 [N], z float32 [N, z_dim] and w float32 [N, style_layers, style_dim]."""
    import numpy as np

    from latentstudio.engine.render import latent_z, styles_of

    z = [latent_z(generator.info, recipe.anchors[0], recipe.truncation) for recipe in recipes]
    w = [styles_of(generator, recipe)[0].float().cpu().numpy() for recipe in recipes]
    with atomic_file(path) as temporary:
        np.savez(temporary, seeds=np.array(chosen, np.int64), z=np.stack(z), w=np.stack(w))


def _sentence(written: Sequence[Path], folder: Path) -> str:
    names = [path.name for path in written]
    return f"{', '.join(names) if len(names) < 4 else f'{len(names)} files'} in {folder}"
