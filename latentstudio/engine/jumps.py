"""Jumps of a search that found a wrong valley: starts near the best place, but out of its valley.

Basin hopping (Wales and Doye 1997) with two ways to hop: anywhere, and by crossing with samples.
"""

import math
from collections.abc import Generator as Steps

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.search import Settings
from latentstudio.engine.measure import off_by
from latentstudio.engine.search import Place

_FAR = 0.6  # standard deviations that a jump goes, in each direction
_SAMPLES = 128  # that a place in w+ is crossed with
_LENT = (2, 4, None)  # style layers that a sample lends, in turn: of 4 px, of 4 and 8 px, all
_BLUR = 9  # pixels around a wrong one that count as wrong


def draws_of_jump(settings: Settings) -> int:
    """Pictures that are drawn to find the start of a jump."""
    return _SAMPLES if settings.space == "w+" else 0


def jump(place: Place, row: int, target: Tensor, number: int) -> Steps[float, None, Tensor]:
    """Find a start in another valley than that of a candidate.

    Args:
        place: has its candidates.
        row: of the candidate.
        target: the picture that is searched [3, R, R].
        number: of the jump; each goes elsewhere.

    Yields:
        the share of the work that is done, after each batch of pictures.

    Returns:
        The start [1, ...].
    """
    if place.settings.space == "w+":
        return (yield from _crossed(place, row, target, number))
    point = place.found[row : row + 1]
    random = torch.Generator().manual_seed(place.settings.seed + number)
    off = torch.randn(point.shape, generator=random) * _FAR
    return place.coordinates.bounded(point + off.to(point))


def _crossed(place: Place, row: int, target: Tensor, number: int) -> Steps[float, None, Tensor]:
    """The candidate with coarse styles of a sample: of the one that mends most where it is wrong.

    All over, the child may be off by more than the candidate. But what was right is soon found
    again, while a beard that should not be there is gone at once: no small step takes it away.
    """
    parent, first = place.found[row : row + 1], place.settings.bank + number * _SAMPLES
    lent = _LENT[number % len(_LENT)]
    wrong = F.avg_pool2d(off_by(place.images[row : row + 1], target), _BLUR, 1, _BLUR // 2)
    least, start = math.inf, parent
    for begun in range(0, _SAMPLES, place.rows):
        children = place.coordinates.samples(first + begun, min(place.rows, _SAMPLES - begun))
        if lent is not None:
            children[:, lent:] = parent[:, lent:]
        with torch.no_grad():
            off = (wrong * off_by(place.draw(children), target)).mean((1, 2, 3))
        best = int(off.argmin())
        if float(off[best]) < least:
            least, start = float(off[best]), children[best : best + 1]
        yield (begun + len(children)) / _SAMPLES
    return start
