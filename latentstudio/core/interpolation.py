"""Interpolation: the recipes along a path from seed to seed, evenly spaced."""

from collections.abc import Sequence
from dataclasses import replace

from latentstudio.core.errors import StudioError
from latentstudio.core.pace import Pace
from latentstudio.core.recipe import Anchor, Blend, Recipe, Seed

MAX_FRAMES = 36_000  # twenty minutes at 30 frames a second


def path(
    recipe: Recipe,
    seeds: Sequence[int],
    frames: int,
    space: Blend = "z",
    loop: bool = False,
    pace: Pace | None = None,
) -> list[Recipe]:
    """Recipes of a walk through seeds; the rest of ``recipe`` (truncation, ...) stays.

    Args:
        recipe: what every frame has in common.
        seeds: two or more; a loop goes on from the last to the first.
        frames: how many; a loop's last frame is one step before its first.
        space: z walks the arc between two seeds, w the straight line between their styles.
        loop: whether the walk returns to its start.
        pace: of the pictures on the whole walk, for an even visual speed; None for even latents.

    Raises:
        StudioError: fewer than two seeds, or an impossible number of frames.
    """
    if len(seeds) < 2:
        raise StudioError("Nothing to walk between", "one seed is one face", "Give two or more.")
    if not 2 <= frames <= MAX_FRAMES:
        raise StudioError(f"Cannot make {frames} frames", hint=f"Give 2 to {MAX_FRAMES}.")
    stops = [*seeds, seeds[0]] if loop else list(seeds)
    length = len(stops) - 1
    last = frames if loop else frames - 1
    even = pace or Pace()
    return [_between(recipe, stops, length * even.place(i / last), space) for i in range(frames)]


def stations(
    recipe: Recipe, seeds: Sequence[int], a_leg: int, space: Blend = "z", loop: bool = False
) -> list[Recipe]:
    """Recipes at even places on a walk, ``a_leg`` from one seed to the next, both its ends too.

    They are what the pace of the walk is measured on; errors as ``path``.
    """
    stops = [*seeds, *seeds[:1]] if loop and len(seeds) > 1 else seeds
    count = min(a_leg * (len(stops) - 1) + 1, MAX_FRAMES)
    return path(recipe, stops, max(count, 2), space)


def _between(recipe: Recipe, stops: Sequence[int], place: float, space: Blend) -> Recipe:
    leg = min(int(place), len(stops) - 2)
    t = place - leg
    ends = (Anchor(Seed(stops[leg]), 1.0 - t), Anchor(Seed(stops[leg + 1]), t))
    anchors = tuple(anchor for anchor in ends if anchor.weight > 0)
    return replace(recipe, anchors=anchors, blend=space)
