"""Export jobs: single pictures and contact sheets; one drawn face per step."""

from collections.abc import Generator as Steps
from collections.abc import Sequence
from pathlib import Path

import torch

from latentstudio.core.files import make_folder
from latentstudio.core.layout import table_of
from latentstudio.core.picture import Drawn, PictureNote
from latentstudio.core.recipe import Recipe
from latentstudio.core.still import EXACT, Still, write_still
from latentstudio.engine.messages import Pixels, Step
from latentstudio.engine.page import Page
from latentstudio.engine.render import draw, to_rgb
from latentstudio.models.generator import Generator


def pictures(
    generator: Generator,
    recipes: Sequence[tuple[str, Recipe]],
    folder: Path,
    still: Still = EXACT,
) -> Steps[Step, None, list[Path]]:
    """Write each named recipe as ``NAME.png`` with its recipe inside; returns the paths."""
    make_folder(folder)
    paths = []
    for done, (name, recipe) in enumerate(recipes, start=1):
        path = folder / f"{name}.png"
        write_still(path, still, rgb(generator, recipe), note_of(generator, recipe))
        paths.append(path)
        yield Step(done, len(recipes), path.name)
    return paths


def sheet(
    generator: Generator,
    recipes: Sequence[Recipe],
    out: Path,
    columns: int | None = None,
    captions: Sequence[str] = (),
    still: Still = EXACT,
) -> Steps[Step, None, Path]:
    """Write all recipes as one picture, row by row; it carries the recipe of its first face.

    Args:
        generator: the open model.
        recipes: at least one.
        out: a PNG.
        columns: of faces; as many as rows by default.
        captions: words under each face; none where it is empty.
        still: how large, and whether the recipe goes along.
    """
    rows, columns = table_of(len(recipes), columns)
    page = Page(rows, columns, generator.info.resolution, still, words=any(captions))
    for index, recipe in enumerate(recipes):
        words = captions[index] if captions else ""
        page.put(*divmod(index, columns), rgb(generator, recipe), words)
        yield Step(index + 1, len(recipes))
    return (yield from page.write(out, note_of(generator, recipes[0]), len(recipes)))


def rgb(generator: Generator, recipe: Recipe) -> Pixels:
    """The exact pixels of a recipe: uint8 [H, W, 3]."""
    return to_rgb(draw(generator, recipe).pixels)


def note_of(generator: Generator, recipe: Recipe) -> PictureNote:
    """What a picture says of its making."""
    return PictureNote(recipe, drawn_by(generator))


def drawn_by(generator: Generator) -> Drawn:
    """The circumstances that the bytes of a picture depend on."""
    return Drawn(
        threads=torch.get_num_threads(),
        precision=generator.precision,
        device=generator.device,
        torch=torch.__version__,
    )
