"""JourneyEdits: what can be done to a journey, each as one undo step, with its words."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from latentstudio.core.document import Document
from latentstudio.core.errors import StudioError
from latentstudio.core.journey import Ease, Journey
from latentstudio.core.recipe import Recipe
from latentstudio.ui.timeline_lanes import Lane, with_value

APART = 2.0  # seconds from the last keyframe to one that is put after it


class JourneyEdits:
    """Changes the journey of a document; what cannot be done is told.

    Args:
        document: whose journey.
        complain: is given the errors.
    """

    def __init__(self, document: Document, complain: Callable[[StudioError], None]) -> None:
        self._document, self._complain = document, complain

    @property
    def journey(self) -> Journey:
        return self._document.state.journey

    def edit(
        self, label: str, change: Callable[[Journey], Journey], merge: Hashable | None = None
    ) -> bool:
        """Change the journey as an undo step; whether it could be done."""
        try:
            changed = change(self.journey)
        except StudioError as error:
            self._complain(error)
            return False
        self._document.edit(label, lambda state: replace(state, journey=changed), merge)
        return True

    def insert(self, recipes: Sequence[Recipe], seconds: float) -> float | None:
        """Put faces onto the timeline, each some time after the one before.

        Returns:
            The time of the last one, None where there is no room.
        """
        at = seconds

        def change(journey: Journey) -> Journey:
            nonlocal at
            for number, recipe in enumerate(recipes):
                at = journey.free_time(seconds + number * APART)
                journey = journey.insert(recipe, at)
            return journey

        words = "Insert keyframe" if len(recipes) == 1 else f"Insert {len(recipes)} keyframes"
        return at if recipes and self.edit(words, change) else None

    def move(self, index: int, seconds: float) -> float | None:
        """Give a keyframe another time, the nearest free one, which is returned."""
        try:
            free = self.journey.free_time(seconds, index)
        except (StudioError, ValueError):
            return None
        done = self.edit("Move keyframe", lambda j: j.moved(index, free), "timeline.move")
        return free if done else None

    def remove(self, index: int) -> bool:
        """Take a keyframe out."""
        return self.edit("Delete keyframe", lambda j: j.removed(index))

    def loop(self, on: bool) -> None:
        """Lead back to the first face, or end at the last."""
        self.edit("Loop", lambda j: j.with_loop(on))

    def ease(self, index: int, ease: Ease) -> None:
        """How the way from a keyframe to the next one goes."""
        self.edit("Ease", lambda j: j.eased(index, ease))

    def ease_all(self, ease: Ease) -> None:
        """The same for every keyframe."""
        self.edit(
            "Ease of all keyframes",
            lambda j: replace(j, keyframes=tuple(replace(k, ease=ease) for k in j.keyframes)),
        )

    def name(self, index: int, name: str) -> None:
        """Call a keyframe something."""
        self.edit("Name keyframe", lambda j: j.renamed(index, name))

    def face(self, index: int, recipe: Recipe) -> None:
        """Give a keyframe another face."""
        self.edit("Face of a keyframe", lambda j: j.with_recipe(index, recipe))

    def value(self, lane: Lane, index: int, value: float) -> None:
        """Move a slider of a keyframe."""
        self.edit(lane.name, lambda j: with_value(j, lane, index, value), "timeline.lane")
