"""Clip jobs: recipes as the frames of an .mp4, .gif or .webp, or as a folder of pictures."""

import contextlib
import tempfile
from collections.abc import Generator as Steps
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from latentstudio.core.errors import StudioError
from latentstudio.core.files import make_folder, write_error
from latentstudio.core.journey import Journey
from latentstudio.core.recipe import Recipe
from latentstudio.core.still import Scale, Still, check_size, scaled, write_still
from latentstudio.engine.animation import Append, gif, webp
from latentstudio.engine.export import note_of, rgb
from latentstudio.engine.film import film
from latentstudio.engine.messages import Pixels, Step
from latentstudio.models.generator import Generator

ENDINGS = (".mp4", ".gif", ".webp")


@dataclass(frozen=True)
class Look:
    """How a clip is written: frames a second, whether it repeats, and how large.

    Attributes:
        smooth: scaled by Lanczos, or each pixel as a square.
    """

    fps: int = 30
    loop: bool = False
    scale: Scale = 1
    smooth: bool = True


def clip(
    generator: Generator, recipes: Sequence[Recipe], out: Path, fps: int = 30, loop: bool = False
) -> Steps[Step, None, Path]:
    """Write recipes as the frames of a clip, as they were drawn; the ending says which kind.

    Raises:
        StudioError: an unknown ending, or .mp4 without the video extra.
    """
    return (yield from _written(generator, recipes, len(recipes), out, Look(fps, loop)))


def journey(
    generator: Generator,
    journey: Journey,
    out: Path,
    fps: int | None = None,
    scale: Scale = 1,
    smooth: bool = True,
) -> Steps[Step, None, Path]:
    """Write a journey as a clip; the same one twice has the same frames.

    Args:
        generator: of the journey's model.
        journey: two keyframes at least.
        out: its ending says which kind; a name without one is a folder of pictures, each with its
            recipe.
        fps: frames a second; the journey's own by default.
        scale: times as large as drawn.
        smooth: scaled by Lanczos, or each pixel as a square.

    Raises:
        StudioError: nothing moves, another model is open, an unknown ending, too large, or .mp4
            without the video extra.
    """
    journey.check(generator.info)
    timed = replace(journey, fps=fps or journey.fps)
    look = Look(timed.fps, timed.loops, scale, smooth)
    frames = (_frame(generator, timed, index) for index in range(timed.frames))
    return (yield from _written(generator, frames, timed.frames, out, look))


def _frame(generator: Generator, journey: Journey, index: int) -> Recipe:
    recipe = journey.recipe_at(journey.time_of(index), generator.info)
    if recipe.noise.mode != "random":
        return recipe
    # Fresh in every frame, and the same whenever the clip is written.
    noise = replace(recipe.noise, mode="const", seed=(recipe.noise.seed + index) % 2**32)
    return replace(recipe, noise=noise)


def _written(
    generator: Generator, recipes: Iterable[Recipe], total: int, out: Path, look: Look
) -> Steps[Step, None, Path]:
    side = generator.info.resolution * look.scale
    check_size(side, side)
    if out.suffix == "":
        yield from _pictures(generator, recipes, total, out, look)
        return out
    last: tuple[Recipe, Pixels] | None = None
    with _writer(out, side, look) as append:
        for done, recipe in enumerate(recipes, start=1):
            if last is None or last[0] != recipe:  # a picture that stands still is drawn once
                pixels = scaled(rgb(generator, recipe), look.scale, look.smooth)
                last = recipe, pixels
            append(last[1])
            yield Step(done, total)
    return out


def _writer(out: Path, side: int, look: Look) -> AbstractContextManager[Append]:
    kind = out.suffix.lower()
    if kind == ".mp4":
        return film(out, side, look.fps)
    if kind == ".gif":
        return gif(out, side, look.fps, look.loop)
    if kind == ".webp":
        return webp(out, side, look.fps, look.loop)
    raise StudioError(
        f"Cannot write a clip as {kind}",
        "known endings are .mp4, .gif and .webp",
        "Choose one of them, or a name without an ending for a folder of pictures.",
    )


def _pictures(
    generator: Generator, recipes: Iterable[Recipe], total: int, folder: Path, look: Look
) -> Steps[Step, None, None]:
    """Write ``frame00000.png`` and so on; they come to their places all at once, at the end."""
    still = Still(look.scale, look.smooth)
    with _folder(folder, total) as temporary:
        for index, recipe in enumerate(recipes):
            path = temporary / _name(index)
            write_still(path, still, rgb(generator, recipe), note_of(generator, recipe))
            yield Step(index + 1, total, path.name)


@contextlib.contextmanager
def _folder(folder: Path, total: int) -> Iterator[Path]:
    """Yield a folder for frames; on success they are in ``folder``, which may exist already.

    Raises:
        StudioError: the disk refuses, or a longer clip is there, whose end would stay behind.
    """
    make_folder(folder.parent)
    if folder.exists() and not folder.is_dir():
        make_folder(folder)  # which says what is in the way
    if (folder / _name(total)).exists():
        raise StudioError(
            f"Could not write the frames into {folder.name}",
            "a clip with more frames is there already",
            "Choose another folder, or empty this one.",
        )
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:40]}.") as name:
            frames = Path(name, "frames")
            frames.mkdir()
            yield frames
            if not folder.exists():
                frames.replace(folder)
                return
            for frame in sorted(frames.iterdir()):
                frame.replace(folder / frame.name)
    except OSError as error:
        raise write_error(folder, error) from error


def _name(index: int) -> str:
    return f"frame{index:05d}.png"
