"""Mixing jobs: faces as sources for a mix, and the mixing grid as one picture."""

from collections.abc import Generator as Steps
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from latentstudio.core.mixing import crossed
from latentstudio.core.recipe import Latent, Recipe, Vector
from latentstudio.core.sources import plain_latent, shown_alone
from latentstudio.core.still import EXACT, Still
from latentstudio.engine.export import note_of, rgb
from latentstudio.engine.messages import Step
from latentstudio.engine.page import Page
from latentstudio.engine.render import place_of, resamples
from latentstudio.models.generator import Generator

_FLAT = 0.05  # a psi closer to 0 than this leaves nothing of a style to scale back up


def sources(
    generator: Generator, faces: Sequence[Recipe], into: Recipe
) -> Steps[Step, None, list[Latent]]:
    """The latents with which a picture like ``into`` looks like each of the faces.

    What truncation and moves of ``into`` will do is undone beforehand, so that a face keeps its
    looks when it becomes a source. Seeds that need none of it stay seeds.
    """
    found: list[Latent] = []
    for done, face in enumerate(faces, start=1):
        with torch.no_grad():
            found.append(plain_latent(face, into) or _latent(generator, face, into))
        if done < len(faces):
            yield Step(done, len(faces))
    return found


def grid(
    generator: Generator,
    recipe: Recipe,
    rows: Sequence[Latent],
    columns: Sequence[Latent],
    chosen: Sequence[int],
    out: Path,
    captions: tuple[Sequence[str], Sequence[str]] = ((), ()),
    still: Still = EXACT,
) -> Steps[Step, None, Path]:
    """Write every row's face with the chosen style layers of every column's, sources around them.

    The picture carries the recipe of its first cell; the corner is empty (Karras et al. 2019,
    figure 3).

    Args:
        generator: the open model.
        recipe: what all cells have in common: truncation, noise, moves, classes.
        rows: faces that give the rest of the layers.
        columns: faces that give the chosen layers.
        chosen: style layers, from 0.
        out: a PNG.
        captions: words under the faces of the rows, and under those of the columns.
        still: how large, and whether the recipe goes along.
    """
    layers, side = generator.info.style_layers, generator.info.resolution
    words = {(i, 0): line for i, line in enumerate(captions[0], start=1)}
    words |= {(0, j): line for j, line in enumerate(captions[1], start=1)}
    page = Page(len(rows) + 1, len(columns) + 1, side, still, words=bool(words))
    cells = {(0, j): shown_alone(recipe, column) for j, column in enumerate(columns, start=1)}
    for i, row in enumerate(rows, start=1):
        cells[i, 0] = shown_alone(recipe, row)
        for j, column in enumerate(columns, start=1):
            cells[i, j] = crossed(recipe, row, column, chosen, layers)
    for done, ((i, j), cell) in enumerate(cells.items(), start=1):
        page.put(i, j, rgb(generator, cell), words.get((i, j), ""))
        yield Step(done, len(cells))
    return (yield from page.write(out, note_of(generator, cells[1, 1]), len(cells)))


def _latent(generator: Generator, face: Recipe, into: Recipe) -> Vector:
    place = place_of(generator, face)
    styles = _before(generator, into, place.moved, place.blended)
    return Vector("w+", styles[0].float().cpu().numpy())


def _before(generator: Generator, into: Recipe, styles: Tensor, blended: Tensor) -> Tensor:
    """Styles that ``into`` will truncate and move to ``styles``; ``blended`` where none are."""
    target = place_of(generator, into)
    still = styles - (target.moved - target.truncated)
    truncation = into.truncation
    works = generator.info.has_truncation and not resamples(generator, into)
    if truncation.psi == 1.0 or not works:
        return still
    if abs(truncation.psi) < _FLAT:
        return blended
    # Truncation is mean + psi (style - mean), so one over psi takes it back.
    return generator.truncate(still, 1 / truncation.psi, truncation.cutoff)
