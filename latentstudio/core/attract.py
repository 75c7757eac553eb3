"""Attract: the journey through faces that a demo shows while nobody is there."""

from collections.abc import Callable, Sequence

from latentstudio.core.direction import without_moves
from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.recipe import Recipe, with_seed

REST_S, WAY_S = 4.0, 5.0
"""Seconds that a face stays, and that the way to the next one takes."""
LEG_S = REST_S + WAY_S
MOST = 24
"""Faces of one round."""
_STRANGERS = 6


def tour(
    faces: Sequence[Recipe], start: Recipe, next_seed: Callable[[], int]
) -> tuple[Recipe, ...]:
    """The faces of a round: what visitors kept, newest first, or others where that is too little.

    Args:
        faces: of one model, that of ``start``.
        start: stands at the end of a round of one; strangers share all with it but seed and moves.
        next_seed: draws strangers.
    """
    found = tuple(dict.fromkeys(faces))[:MOST]
    if len(found) == 1 and found[0] != start:
        return (*found, start)
    if len(found) > 1:
        return found
    plain = without_moves(start)
    return (start, *(with_seed(plain, next_seed()) for _ in range(_STRANGERS)))


def loop_through(faces: Sequence[Recipe]) -> Journey:
    """A closed way through faces that rests at each; ``LEG_S`` seconds from one to the next."""
    keyframes = []
    for place, face in enumerate(faces):
        arrived = place * LEG_S
        keyframes += [Keyframe(face, arrived, "hold"), Keyframe(face, arrived + REST_S, "smooth")]
    return Journey(tuple(keyframes), loop=True, tail=WAY_S)


def face_at(count: int, seconds: float) -> int:
    """Which of ``count`` faces is shown, or is being left, after so many seconds."""
    return int(seconds // LEG_S) % max(count, 1)
