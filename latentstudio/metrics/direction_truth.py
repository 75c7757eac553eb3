"""Do attribute sliders tell the truth? Moves faces along directions, and asks another referee."""

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Generator as Steps
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.direction import Direction, gain, reading, rows, step_along
from latentstudio.metrics.attribute_directions import read_faces
from latentstudio.metrics.attributes import ATTRIBUTES, Attribute, Kind, heads_of
from latentstudio.metrics.referee import Referee
from latentstudio.metrics.samples import classes_of, styles_of
from latentstudio.models.generator import Generator

FACES = 500
"""New faces that are moved."""

FIRST = 1_000_000
"""Seed of the first one: directions were learned from smaller seeds."""

FLIPPED = 0.85
"""So many of the faces must change to what the slider says."""

FOLLOWED = 0.9
"""So many of the faces must follow an ordered slider, with so high a rank correlation."""

KEPT = 0.1
"""So many faces may change in an attribute that is locked."""

POSITIONS = (-2.0, -1.0, 0.0, 1.0, 2.0)
WORKS = {"binary": 0.75, "ordered": 0.5}
"""What fewer faces follow is no slider: it could neither be trusted nor locked."""

FEW = 5
_BATCH = 8
_NORMAL = 1.959964  # of 95 %

Levels = dict[str, Tensor]
Look = Callable[[Tensor], Levels]


@dataclass(frozen=True)
class Share:
    """So many of some faces, with the interval that the true share lies in by 95 %."""

    hits: int
    faces: int

    @property
    def value(self) -> float:
        return self.hits / self.faces if self.faces else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (Wilson 1927); 0 to 1 where there are no faces."""
        return wilson(self.hits, self.faces)


Tally = dict[str, Share]


@dataclass(frozen=True)
class Truth:
    """How far a slider does what it says.

    Attributes:
        name: of the direction.
        kind: binary or ordered.
        shares: binary: ``up`` (of the faces without it, those that have it at +2) and ``down``;
            ordered: ``follow`` (faces whose reading has a rank correlation of 0.9 or more with
            five positions of the slider).
        locked: the same while the other attributes are locked.
        others: of all faces moved so, those in which another binary attribute changed, by name;
            an ordered slider counts at both of its ends.
    """

    name: str
    kind: Kind
    shares: Mapping[str, Share]
    locked: Mapping[str, Share] = field(default_factory=dict)
    others: Mapping[str, Share] = field(default_factory=dict)

    @property
    def value(self) -> float:
        """The smallest of its shares; NaN where no face could be moved."""
        return min((share.value for share in self.shares.values()), default=math.nan)

    @property
    def bound(self) -> float:
        return FLIPPED if self.kind == "binary" else FOLLOWED

    @property
    def holds(self) -> bool:
        return self.value >= self.bound

    @property
    def keeps(self) -> bool:
        """Whether locked attributes stay in nearly all faces."""
        worst = self.worst_other
        return worst is None or worst[1].value <= KEPT

    @property
    def works(self) -> bool:
        """Whether enough of the faces, where there are some to tell, follow."""
        enough = WORKS[self.kind]
        return all(s.value >= enough for s in self.shares.values() if s.faces >= FEW)

    @property
    def worst_other(self) -> tuple[str, Share] | None:
        """The locked attribute that changed most often."""
        return max(self.others.items(), key=lambda item: item[1].value, default=None)


@dataclass(frozen=True)
class Slider:
    """A direction, the attribute that it is for, and those that can be locked beside it."""

    direction: Direction
    attribute: Attribute
    locks: tuple[Direction, ...] = ()


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The interval that a share lies in by 95 %, from ``hits`` of ``count`` (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    share, z = hits / count, _NORMAL
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def judged(directions: Sequence[Direction], judge: Referee) -> tuple[str, ...]:
    """The names of the directions that a referee can judge: attributes that it reads."""
    return tuple(slider.direction.name for slider in sliders_of(directions, judge))


def faces_moved(
    directions: Sequence[Direction], judge: Referee, count: int = FACES, locked: bool = True
) -> int:
    """How many pictures ``direction_truth`` draws, for a progress bar."""
    sliders = sliders_of(directions, judge)
    each = {"binary": 1, "ordered": len(POSITIONS)}
    return count * (1 + (1 + locked) * sum(each[slider.attribute.kind] for slider in sliders))


def direction_truth(
    generator: Generator,
    directions: Sequence[Direction],
    judge: Referee,
    count: int = FACES,
    *,
    first: int = FIRST,
    locked: bool = True,
) -> Steps[int, None, list[Truth]]:
    """Move new faces along attribute directions, and read them; yields how many were drawn.

    A binary slider goes to +2 where the judge reads 'no' and to -2 where it reads 'yes', an ordered
    one to -2, -1, 0, 1 and 2: once alone, once with the other attributes locked.
    Positions are absolute, as in the window. Attributes of the same part of a face rule each other
    out and are not locked beside each other.

    Args:
        generator: the model.
        directions: its attribute directions; those that the judge does not read are passed over.
        judge: best another referee than they were learned with.
        count: faces.
        first: seed of the first one.
        locked: whether to move them with locks as well.
    """
    sliders = sliders_of(directions, judge)
    look = reader_of(generator, sliders, judge)
    tallies: dict[str, list[Tally]] = {}
    for start in range(first, first + count, _BATCH):
        numbers = range(start, min(start + _BATCH, first + count))
        with torch.no_grad():
            z = generator.sample_z(numbers)
            styles = styles_of(generator, z, classes_of(generator, numbers))
        before = look(styles)
        yield len(styles)
        for slider in sliders:
            found, drawn = _moved(slider, styles, before, look, locked)
            tallies.setdefault(slider.direction.name, []).append(found)
            yield drawn
    return [_truth(slider, tallies.get(slider.direction.name, [])) for slider in sliders]


def reader_of(generator: Generator, sliders: Sequence[Slider], judge: Referee) -> Look:
    """What tells styles [B, L, D] the level of each slider's attribute on their faces."""
    heads = heads_of(judge)

    def look(moved: Tensor) -> Levels:
        read = read_faces(generator, judge, moved)
        levels = {s.attribute.name: s.attribute.level(read, heads) for s in sliders}
        return {name: level for name, level in levels.items() if level is not None}

    return look


def sliders_of(directions: Sequence[Direction], judge: Referee) -> list[Slider]:
    """The directions for attributes that a referee reads, with what can be locked beside each."""
    known = {attribute.name: attribute for attribute in ATTRIBUTES}
    heads = heads_of(judge)
    found = [
        Slider(direction, known[direction.name])
        for direction in directions
        if direction.name in known and known[direction.name].read_by(heads)
    ]
    return [replace(slider, locks=_locks(slider, found)) for slider in found]


def _locks(slider: Slider, sliders: Sequence[Slider]) -> tuple[Direction, ...]:
    place = slider.attribute.place
    return tuple(other.direction for other in sliders if other.attribute.place != place)


def _moved(
    slider: Slider, styles: Tensor, before: Levels, look: Look, locked: bool
) -> tuple[Tally, int]:
    """What a slider does to faces: counts by name, and how many faces were drawn for it."""
    ways = {"": (), "locked ": slider.locks} if locked else {"": ()}
    tally: Tally = {}
    drawn = 0
    for how, locks in ways.items():
        if slider.attribute.kind == "ordered":
            levels = walked(slider, styles, look, locks)
            drawn += len(styles) * len(POSITIONS)
            found, after = {"follow": followed(slider, levels)}, [levels[0], levels[-1]]
        else:
            found, after = _flipped(slider, styles, before, look, locks)
            drawn += len(styles)
        tally |= {f"{how}{name}": share for name, share in found.items()}
    if locked:
        tally |= _changed(slider, before, after)
    return tally, drawn


def _flipped(
    slider: Slider, styles: Tensor, before: Levels, look: Look, locks: Sequence[Direction]
) -> tuple[Tally, list[Levels]]:
    """The faces that a binary slider gives the other answer, and what is read on all after it."""
    name, had = slider.attribute.name, before[slider.attribute.name] > 0.5
    moved = moved_to(slider.direction, locks, styles, np.where(had.numpy(), -2.0, 2.0))
    after = before if moved is None else look(moved)
    has = after[name] > 0.5
    up = Share(int((has & ~had).sum()), int((~had).sum()))
    down = Share(int((had & ~has).sum()), int(had.sum()))
    return {"up": up, "down": down}, [after]


def _changed(slider: Slider, before: Levels, after: Sequence[Levels]) -> Tally:
    """The faces in which a locked binary attribute is another one than before."""
    tally = {}
    for other in {lock.name for lock in slider.locks} & before.keys():
        if next(a for a in ATTRIBUTES if a.name == other).kind == "binary":
            changed = [(levels[other] > 0.5) != (before[other] > 0.5) for levels in after]
            tally[f"other {other}"] = Share(int(torch.cat(changed).sum()), sum(map(len, changed)))
    return tally


def walked(
    slider: Slider, styles: Tensor, look: Look, locks: Sequence[Direction] = ()
) -> list[Levels]:
    """What is read on faces at each of the five positions of a slider."""
    found = []
    for position in POSITIONS:
        moved = moved_to(slider.direction, locks, styles, np.full(len(styles), position))
        found.append(look(styles if moved is None else moved))
    return found


def followed(slider: Slider, levels: Sequence[Levels]) -> Share:
    """The faces whose attribute follows an ordered slider through its five positions."""
    table = torch.stack([level[slider.attribute.name] for level in levels], 1)
    shown = table[table.isfinite().all(1)]
    follow = [rank_correlation(np.array(POSITIONS), row.numpy()) >= FOLLOWED for row in shown]
    return Share(sum(follow), len(follow))


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of two series; 0 where one of them never changes."""
    ranks = [_ranks(np.round(series, 6)) for series in (a, b)]
    one, other = (rank - rank.mean() for rank in ranks)
    length = math.sqrt(float((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / length if length else 0.0


def _ranks(series: np.ndarray) -> np.ndarray:
    """Ranks from 0; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(series, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    shared: np.ndarray = (ends - (counts + 1) / 2)[inverse]
    return shared


def moved_to(
    direction: Direction, locks: Sequence[Direction], styles: Tensor, targets: np.ndarray
) -> Tensor | None:
    """Styles [B, L, D] with the direction's reading at targets [B]; None where all is locked."""
    layers = styles.shape[1]
    step = step_along(direction, layers, locks)
    rise = gain(direction, step, layers)
    if abs(rise) < 1e-6:
        return None
    stand = [reading(direction, face) for face in styles.float().cpu().numpy()]
    amounts = torch.tensor((targets - np.array(stand)) / rise).to(styles)
    shares = [1.0 if step.span is None else step.span.share(layer) for layer in range(layers)]
    rows_ = torch.tensor(rows(step.vector, layers) * np.array(shares)[:, None]).to(styles)
    return styles + amounts[:, None, None] * rows_


def _truth(slider: Slider, tallies: Sequence[Tally]) -> Truth:
    total: Tally = {}
    for tally in tallies:
        for name, share in tally.items():
            so_far = total.get(name, Share(0, 0))
            total[name] = Share(so_far.hits + share.hits, so_far.faces + share.faces)

    def part(prefix: str, *names: str) -> Tally:
        chosen = names or [n.removeprefix(prefix) for n in total if n.startswith(prefix)]
        return {name: total[prefix + name] for name in chosen if prefix + name in total}

    return Truth(
        slider.direction.name,
        slider.attribute.kind,
        part("", "up", "down", "follow"),
        part("locked "),
        part("other "),
    )
