"""Export jobs: single pictures, a contact sheet, a clip; one drawn face per step."""

import itertools
from collections.abc import Generator as Steps
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file, make_folder
from latentstudio.core.layout import table_of
from latentstudio.core.picture import Drawn, PictureNote, write_picture
from latentstudio.core.recipe import Recipe
from latentstudio.core.still import EXACT, Still
from latentstudio.engine.film import film
from latentstudio.engine.messages import Pixels, Step
from latentstudio.engine.page import Page
from latentstudio.engine.render import draw, to_rgb
from latentstudio.models.generator import Generator


def pictures(
    generator: Generator, recipes: Sequence[tuple[str, Recipe]], folder: Path
) -> Steps[Step, None, list[Path]]:
    """Write each named recipe as ``NAME.png`` with its recipe inside; returns the paths."""
    make_folder(folder)
    paths = []
    for done, (name, recipe) in enumerate(recipes, start=1):
        path = folder / f"{name}.png"
        write_picture(path, rgb(generator, recipe), note_of(generator, recipe))
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


def clip(
    generator: Generator, recipes: Sequence[Recipe], out: Path, fps: int = 30, loop: bool = False
) -> Steps[Step, None, Path]:
    """Write recipes as the frames of a clip: .mp4, .gif, .webp, or a folder of PNGs.

    Raises:
        StudioError: an unknown ending, or .mp4 without the video extra.
    """
    kind = out.suffix.lower()
    if kind == "":
        names = [(f"frame{i:05d}", recipe) for i, recipe in enumerate(recipes)]
        yield from pictures(generator, names, out)
    elif kind == ".mp4":
        yield from _mp4(generator, recipes, out, fps)
    elif kind in (".gif", ".webp"):
        yield from _animation(generator, recipes, out, fps, loop)
    else:
        raise StudioError(
            f"Cannot write a clip as {kind}",
            "known endings are .mp4, .gif and .webp",
            "Choose one of them, or a name without an ending for a folder of pictures.",
        )
    return out


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


def _mp4(
    generator: Generator, recipes: Sequence[Recipe], out: Path, fps: int
) -> Steps[Step, None, None]:
    with film(out, generator.info.resolution, fps) as append:
        for done, recipe in enumerate(recipes, start=1):
            append(rgb(generator, recipe))
            yield Step(done, len(recipes))


def _animation(
    generator: Generator, recipes: Sequence[Recipe], out: Path, fps: int, loop: bool
) -> Steps[Step, None, None]:
    from PIL import Image

    frames = []
    for done, recipe in enumerate(recipes, start=1):
        frames.append(Image.fromarray(rgb(generator, recipe)))
        yield Step(done, len(recipes))
    options: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
    options["duration"] = _durations(len(frames), fps, 10 if out.suffix.lower() == ".gif" else 1)
    if out.suffix.lower() == ".webp":
        options |= {"quality": 90, "method": 4, "loop": 0 if loop else 1}
    elif loop:
        options["loop"] = 0  # a .gif without the field plays once
    with atomic_file(out) as temporary:
        frames[0].save(temporary, **options)


def _durations(count: int, fps: int, grain: int) -> list[int]:
    """Milliseconds of each frame in steps of ``grain`` that add up to the clip's true length."""
    ends = [round(i * 1000 / fps / grain) * grain for i in range(count + 1)]
    return [max(grain, b - a) for a, b in itertools.pairwise(ends)]
