"""Recorder: makes keyframes of what the user does to the picture, as it happens."""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from latentstudio.core.between import between
from latentstudio.core.document import Document, State
from latentstudio.core.journey import MAX_SECONDS, Ease, Journey, Keyframe
from latentstudio.core.latent import normalized
from latentstudio.core.recipe import Recipe

FPS = 30
MOST = 300
"""Keyframes of a recording; of more, those that are missed least go."""
_TOLERANCE = 0.005  # of a share, of psi, of a standard deviation: nobody sees less
_WINDOW = 16  # samples that one straight way may stand for
_PAUSE = 0.25  # seconds without a change that the picture rests and does not creep


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture from a time in seconds on, and the ease to the next sample."""

    time: float
    recipe: Recipe
    ease: Ease = "linear"

    @property
    def frame(self) -> int:
        """The frame that it is seen in first."""
        return round(self.time * FPS)


class Recorder:
    """Listens to a document from its making until ``finish``.

    Steps that lie on the way between others are dropped as they come, so that a drag of seconds is
    a few keyframes, and ending a recording takes no time. Another model ends it.

    Args:
        document: what is changed.
        clock: seconds that pass.
    """

    def __init__(self, document: Document, clock: Callable[[], float] = time.monotonic) -> None:
        self._document, self._clock = document, clock
        self._begun = clock()
        self._model = document.recipe.model
        self._kept: list[Sample] = []
        self._losses: list[float] = []  # of each kept sample: what the picture misses without it
        self._pending: list[Sample] = []
        self._newest = Sample(0.0, document.recipe)
        self._end: float | None = None
        document.changed.connect(self._changed)

    @property
    def seconds(self) -> float:
        """How long it has been recording."""
        return min(self._clock() - self._begun, MAX_SECONDS)

    @property
    def running(self) -> bool:
        """Whether it still listens: not after ``finish``, another model, or ``MAX_SECONDS``."""
        return self._end is None and self.seconds < MAX_SECONDS

    def finish(self) -> Journey:
        """What was done, in its own time; without keyframes where nothing was changed."""
        self._stop()
        samples = [*self._kept, *self._pending[-1:]]
        if len(samples) < 2:
            return Journey(fps=FPS)
        keyframes = [Keyframe(s.recipe, s.frame / FPS, s.ease) for s in samples]
        last, end = samples[-1], round((self._end or 0.0) * FPS)
        if end > last.frame:  # it rests until the recording ends
            keyframes[-1] = Keyframe(last.recipe, last.frame / FPS, "hold")
            keyframes.append(Keyframe(last.recipe, end / FPS))
        return Journey(tuple(keyframes), fps=FPS)

    def _changed(self, old: State, new: State) -> None:
        if new.recipe == old.recipe:
            return
        if new.recipe.model != self._model or not self.running:
            self._stop()
            return
        sample = Sample(self.seconds, new.recipe)
        if sample.frame != self._newest.frame:  # of several in a frame the last one is seen
            self._settle(self._newest)
        self._newest = sample

    def _stop(self) -> None:
        self._document.changed.disconnect(self._changed)
        if self._end is None:
            self._settle(self._newest)
            self._end = self.seconds

    def _settle(self, sample: Sample) -> None:
        """Add a sample; those before it that lie on the way to it need not be kept."""
        if not self._kept:
            self._keep(sample)
            return
        last = self._pending[-1] if self._pending else self._kept[-1]
        if sample.time - last.time > _PAUSE:
            self._rest(last)
            self._pending = [sample]
        elif len(self._pending) < _WINDOW and _on_the_way(self._kept[-1], self._pending, sample):
            self._pending.append(sample)
        else:
            self._keep(last)
            self._pending = [sample]

    def _rest(self, last: Sample) -> None:
        """The picture stays as it was until what comes next."""
        held = Sample(last.time, last.recipe, "hold")
        if self._pending:
            self._keep(held)
        else:
            self._kept[-1] = held
            self._weigh(len(self._kept) - 2)

    def _keep(self, sample: Sample) -> None:
        self._kept.append(sample)
        self._losses.append(float("inf"))
        self._weigh(len(self._kept) - 2)
        if len(self._kept) >= MOST:
            least = min(range(len(self._losses)), key=self._losses.__getitem__)
            if self._losses[least] == float("inf"):
                least = len(self._kept) // 2  # jumps only: one of them goes
            del self._kept[least], self._losses[least]
            for index in (least - 1, least):
                self._weigh(index)

    def _weigh(self, index: int) -> None:
        """Reckon what would be missed without a sample; the ends are never dropped."""
        if 0 < index < len(self._kept) - 1:
            before, it, after = self._kept[index - 1 : index + 2]
            self._losses[index] = _miss(before, it, after)


def _on_the_way(start: Sample, passed: Sequence[Sample], end: Sample) -> bool:
    """Whether a straight way from start to end passes all samples."""
    return all(_miss(start, sample, end) <= _TOLERANCE for sample in passed)


def _miss(before: Sample, it: Sample, after: Sample) -> float:
    """How far a sample is from the straight way between two others."""
    if "hold" in (before.ease, it.ease):
        return float("inf")
    share = (it.time - before.time) / (after.time - before.time)
    return difference(between(before.recipe, after.recipe, share), it.recipe)


def difference(a: Recipe, b: Recipe) -> float:
    """The most that any number of two recipes differs by; infinite where more than numbers do."""
    same = (a.space, a.paste, a.truncation.cutoff, a.truncation.resample, a.noise.mode)
    if same != (b.space, b.paste, b.truncation.cutoff, b.truncation.resample, b.noise.mode):
        return float("inf")
    if a.noise.seed != b.noise.seed or a.model != b.model:
        return float("inf")
    found = [abs(a.truncation.psi - b.truncation.psi)]
    inputs = max(len(a.noise.layers), len(b.noise.layers), 1)
    pairs = zip(a.noise.strengths(inputs), b.noise.strengths(inputs), strict=True)
    found += [abs(one - other) for one, other in pairs]
    layers = max(1, *(len(anchor.layers) for anchor in (*a.active, *b.active)))
    ours, others = _numbers(a, layers), _numbers(b, layers)
    found += [abs(ours.get(key, 0.0) - others.get(key, 0.0)) for key in ours.keys() | others.keys()]
    return max(found)


def _numbers(recipe: Recipe, layers: int) -> dict[Hashable, float]:
    """The shares of latents in each layer and of classes, and how far directions are gone."""
    found: dict[Hashable, float] = dict(recipe.classes)
    anchors = recipe.active
    for layer in range(layers):
        shares = normalized([anchor.share(layer) for anchor in anchors])
        for anchor, share in zip(anchors, shares, strict=True):
            found[anchor.latent, layer] = found.get((anchor.latent, layer), 0.0) + share
    for move in recipe.moves:
        key = (move.name, move.vector, move.span)
        found[key] = found.get(key, 0.0) + move.amount
    return found
