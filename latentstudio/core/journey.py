"""Journey: pictures at times and the way between them, read as a recipe at any moment."""

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from latentstudio.core.between import between
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe

Ease = Literal["linear", "in", "out", "smooth", "hold"]
EASES: tuple[Ease, ...] = ("linear", "smooth", "in", "out", "hold")

MAX_KEYFRAMES = 1000
MAX_SECONDS = 1200.0
MAX_FPS = 60
NAME = 200
"""Characters of a keyframe's name."""

_SLACK = 1e-6  # of a frame: times that differ by less are the same


@dataclass(frozen=True)
class Keyframe:
    """A picture at a time.

    Attributes:
        recipe: the picture.
        time: seconds from the start, 0 to ``MAX_SECONDS``.
        ease: how the way from here to the next one goes.
        name: for people; empty for the picture's own title.

    Raises:
        ValueError: a time out of range or not a number, an unknown ease.
    """

    recipe: Recipe
    time: float
    ease: Ease = "smooth"
    name: str = ""

    def __post_init__(self) -> None:
        _check(self.time, "a keyframe's time", 0.0)
        if self.ease not in EASES:
            raise ValueError(f"an ease is one of {', '.join(EASES)}, not {self.ease}")


@dataclass(frozen=True)
class Journey:
    """Keyframes in the order of their times, one frame apart at least; edits give new journeys.

    Attributes:
        keyframes: of one model, in the order of their times.
        loop: whether it returns to its first keyframe and begins again.
        fps: frames a second, 1 to ``MAX_FPS``.
        tail: seconds of the way back where it loops.

    Raises:
        ValueError: keyframes out of order or at one time, numbers out of range.
        StudioError: keyframes of different models.
    """

    keyframes: tuple[Keyframe, ...] = ()
    loop: bool = False
    fps: int = 30
    tail: float = 2.0

    def __post_init__(self) -> None:
        _check(self.tail, "the way back", 0.0)
        if not 1 <= self.fps <= MAX_FPS:
            raise ValueError(f"a journey has 1 to {MAX_FPS} frames a second, not {self.fps}")
        if any(not a.time < b.time for a, b in pairwise(self.keyframes)):
            raise ValueError("keyframes stand in the order of their times, two never at one")
        _check_models(self.keyframes)

    # --- readings ---------------------------------------------------------------------------------

    @property
    def model(self) -> ModelRef:
        """The model that it is for; a nameless one where it is empty."""
        found = [keyframe.recipe.model for keyframe in self.keyframes]
        return next((model for model in found if model.model_id), (*found, ModelRef())[0])

    @property
    def duration(self) -> float:
        """Seconds from 0 to the last keyframe, and back to the first one where it loops."""
        end = self.keyframes[-1].time if self.keyframes else 0.0
        return end + self.tail if self.loops else end

    @property
    def loops(self) -> bool:
        """Whether there is a way back: a loop of two keyframes at least that takes some time."""
        return self.loop and len(self.keyframes) > 1 and self.tail > 0

    @property
    def frames(self) -> int:
        """Pictures of the whole clip; the last of a loop is one step before its first."""
        if not self.keyframes:
            return 0
        steps = max(1, round(self.duration * self.fps))
        return steps if self.loops else (steps + 1 if self.duration > 0 else 1)

    def time_of(self, frame: int) -> float:
        """When a frame (0 to ``frames`` - 1) is seen, in seconds; all are evenly apart."""
        steps = self.frames if self.loops else self.frames - 1
        return self.duration * frame / steps if steps > 0 else 0.0

    def span_at(self, t: float) -> int | None:
        """The keyframe from which the way leads at a time; None where nothing moves.

        That is before the first keyframe, from the last one on (unless it loops: the way back is
        of the last one), and with fewer than two.
        """
        t = self._inside(t)
        begun = [i for i, keyframe in enumerate(self.keyframes) if keyframe.time <= t]
        if not begun or len(self.keyframes) < 2:
            return None
        return begun[-1] if self.loops or begun[-1] < len(self.keyframes) - 1 else None

    def recipe_at(self, t: float, info: ModelInfo | None = None) -> Recipe:
        """The picture at a time in seconds; at a keyframe's time it is that keyframe's own.

        Before the first keyframe it is the first; after the end the last, or, where it loops, what
        a whole round earlier was.

        Args:
            t: any finite time.
            info: of the model; with it faces that are blends in z join others without a step.

        Raises:
            StudioError: the journey is empty.
        """
        if not self.keyframes:
            raise StudioError("The journey is empty", "it has no keyframe", "Insert one first.")
        index, t = self.span_at(t), self._inside(t)
        if index is None:
            return self.keyframes[0 if t < self.keyframes[0].time else -1].recipe
        start = self.keyframes[index]
        back = index == len(self.keyframes) - 1
        end = self.keyframes[0 if back else index + 1]
        span = self.tail if back else end.time - start.time
        share = progress(start.ease, min(1.0, (t - start.time) / span))
        return between(start.recipe, end.recipe, share, info)

    def at(self, t: float) -> int | None:
        """The keyframe at a time, half a frame around it; None where there is none."""
        near = [(abs(k.time - t), i) for i, k in enumerate(self.keyframes)]
        return min(near)[1] if near and min(near)[0] < self._gap / 2 else None

    def free_time(self, t: float, index: int | None = None) -> float:
        """The time nearest to ``t`` that is a frame away from every keyframe but ``index``.

        Raises:
            StudioError: there is none left.
        """
        t = _clamped(t)
        taken = [k.time for i, k in enumerate(self.keyframes) if i != index]
        own = [] if index is None else [self.keyframes[index].time]
        wanted = [t, *own, *(time + step for time in taken for step in (-self._gap, self._gap))]
        slack = self._gap * (1 - _SLACK)

        def is_free(time: float) -> bool:
            place = bisect(taken, time)
            beside = taken[max(0, place - 1) : place + 1]
            return 0 <= time <= MAX_SECONDS and all(abs(time - x) >= slack for x in beside)

        wanted.sort(key=lambda time: abs(time - t))
        free = next((time for time in wanted if is_free(time)), None)
        if free is None:
            raise _full(len(taken))
        return free

    def check(self, info: ModelInfo | None = None) -> None:
        """Refuse what is no clip, or none of a model.

        Raises:
            StudioError: fewer than two keyframes, or keyframes of another model.
        """
        if len(self.keyframes) < 2:
            found = "the journey has one keyframe" if self.keyframes else "the journey is empty"
            raise StudioError("There is no clip yet", found, "Insert two keyframes or more.")
        wanted = self.model
        if info is not None and wanted.model_id not in ("", info.model_id):
            name = wanted.name or "another model"
            raise StudioError(
                f"The journey needs {name}",
                f"its faces were made with it ({wanted.model_id[:12]}), and {info.name} is open",
                f"Open {name} first.",
            )

    # --- edits ------------------------------------------------------------------------------------

    def insert(self, recipe: Recipe, t: float) -> "Journey":
        """With a picture at a time; where a keyframe stands there already it is given the picture.

        Raises:
            StudioError: the picture is of another model, or there are ``MAX_KEYFRAMES``.
            ValueError: a time that is not a number.
        """
        taken = self.at(_clamped(t))
        if taken is not None:
            return self.with_recipe(taken, recipe)
        if len(self.keyframes) >= MAX_KEYFRAMES:
            raise _full(MAX_KEYFRAMES)
        return self._with((*self.keyframes, Keyframe(recipe, self.free_time(t))))

    def with_recipe(self, index: int, recipe: Recipe) -> "Journey":
        """With another picture at a keyframe, which keeps the rest; errors as ``insert``."""
        return self._changed(index, recipe=recipe)

    def moved(self, index: int, t: float) -> "Journey":
        """With a keyframe at ``free_time(t, index)``, before or after others as that may be."""
        return self._changed(index, time=self.free_time(t, index))

    def removed(self, index: int) -> "Journey":
        rest = (k for i, k in enumerate(self.keyframes) if i != index)
        return replace(self, keyframes=tuple(rest))

    def eased(self, index: int, ease: Ease) -> "Journey":
        """With another way from a keyframe to the next."""
        return self._changed(index, ease=ease)

    def renamed(self, index: int, name: str) -> "Journey":
        """With a name, one line of at most ``NAME`` characters, for a keyframe."""
        line = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME]
        return self._changed(index, name=line)

    def stretched(self, duration: float) -> "Journey":
        """As long as ``duration`` seconds in all, the way back included; the proportions stay.

        One that is too short for its keyframes to be a frame apart becomes as short as it can be.
        """
        if self.duration <= 0:
            return self
        factor = _clamped(duration) / self.duration
        apart = min((b.time - a.time for a, b in pairwise(self.keyframes)), default=self._gap)
        factor = max(factor, self._gap / min(apart, self.tail if self.loops else apart))
        factor = min(factor, MAX_SECONDS / self.duration)
        times = (replace(k, time=min(MAX_SECONDS, k.time * factor)) for k in self.keyframes)
        tail = min(MAX_SECONDS, self.tail * factor) if self.loops else self.tail
        return replace(self, keyframes=tuple(times), tail=tail)

    def with_loop(self, loop: bool) -> "Journey":
        return replace(self, loop=loop)

    def with_tail(self, seconds: float) -> "Journey":
        """With another way back, a frame to ``MAX_SECONDS``."""
        return replace(self, tail=max(self._gap, _clamped(seconds)))

    def with_fps(self, fps: int) -> "Journey":
        """With other frames a second; keyframes that are then too near each other make room."""
        slower = replace(self, fps=max(1, min(int(fps), MAX_FPS)))
        return slower._with(self.keyframes)

    # --- within -----------------------------------------------------------------------------------

    @property
    def _gap(self) -> float:
        return 1.0 / self.fps

    def _inside(self, t: float) -> float:
        """A time within the journey."""
        if self.loops:
            return t % self.duration
        return min(max(t, 0.0), self.duration)

    def _changed(self, index: int, **fields: object) -> "Journey":
        keyframes = list(self.keyframes)
        keyframes[index] = replace(keyframes[index], **fields)  # type: ignore[arg-type]
        return self._with(keyframes)

    def _with(self, keyframes: Iterable[Keyframe]) -> "Journey":
        """With keyframes in order, each a frame after the one before, within the longest time."""
        rising = sorted(keyframes, key=lambda keyframe: keyframe.time)
        gap = self._gap
        for i in range(1, len(rising)):
            if rising[i].time - rising[i - 1].time < gap * (1 - _SLACK):
                rising[i] = replace(rising[i], time=min(rising[i - 1].time + gap, MAX_SECONDS))
        for i in range(len(rising) - 2, -1, -1):
            if rising[i + 1].time - rising[i].time < gap * (1 - _SLACK):
                rising[i] = replace(rising[i], time=max(rising[i + 1].time - gap, 0.0))
        return replace(self, keyframes=tuple(rising))


def progress(ease: Ease, share: float) -> float:
    """The share of the way that is gone after a share (0 to 1) of its time."""
    if ease == "linear":
        return share
    if ease == "in":
        return share * share
    if ease == "out":
        return share * (2 - share)
    if ease == "smooth":
        return share * share * (3 - 2 * share)
    return float(share >= 1)


def _full(count: int) -> StudioError:
    return StudioError("The journey is full", f"it has {count} keyframes", "Remove some first.")


def _clamped(t: float) -> float:
    """A time within the range of times; one that is not a number is a ValueError."""
    if t != t:
        raise ValueError("a time is a number of seconds")
    return min(max(float(t), 0.0), MAX_SECONDS)


def _check(seconds: float, what: str, least: float) -> None:
    if not least <= seconds <= MAX_SECONDS:  # also false for what is not a number
        raise ValueError(f"{what} is {least:g} to {MAX_SECONDS:g} seconds, not {seconds}")


def _check_models(keyframes: tuple[Keyframe, ...]) -> None:
    models = {k.recipe.model.model_id: k.recipe.model for k in keyframes if k.recipe.model.model_id}
    if len(models) > 1:
        first, second = (model.name or "a nameless one" for model in list(models.values())[:2])
        raise StudioError(
            "A journey stays with one model",
            f"it is made of faces of {first}, and this one is of {second}",
            f"Open {first} to go on, or begin a new journey.",
        )
