"""Jobs: long tasks as generator functions that the compute thread advances one step at a time."""

import importlib
import time
from collections.abc import Generator as Steps
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import ModelRef
from latentstudio.engine.messages import JobDone, JobProgress, Step

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

# name -> module:function. The function takes (generator, **options), yields a Step after each of
# its steps, and returns the result. Its finally blocks run when it is cancelled.
JOBS: dict[str, str] = {
    "face_map": "latentstudio.engine.face_map:face_map",
    "pace": "latentstudio.engine.pace:pace",
    "inpaint": "latentstudio.engine.inpaint:inpaint",
    "blend": "latentstudio.engine.inpaint:blend",
    "restore": "latentstudio.engine.restore:restore",
    "known": "latentstudio.engine.restore:known",
    "project": "latentstudio.engine.project:project",
    "tune": "latentstudio.engine.tune:tune",
    "pictures": "latentstudio.engine.export:pictures",
    "sheet": "latentstudio.engine.export:sheet",
    "latents": "latentstudio.engine.latents:latents",
    "variation": "latentstudio.engine.variation:variation",
    "clip": "latentstudio.engine.clip:clip",
    "journey": "latentstudio.engine.clip:journey",
    "attributes": "latentstudio.engine.attributes:attributes",
    "components": "latentstudio.engine.discover:components",
    "sefa": "latentstudio.engine.discover:sefa",
    "import_directions": "latentstudio.engine.discover:import_directions",
    "learn": "latentstudio.engine.examples:learn",
    "arithmetic": "latentstudio.engine.examples:arithmetic",
    "sources": "latentstudio.engine.mixing:sources",
    "mixing_grid": "latentstudio.engine.mixing:grid",
}

BATCHES = frozenset(
    (
        "attributes", "components", "inpaint", "learn", "project", "restore", "sefa", "tune",
        "variation",
    )
)  # fmt: skip
"""The tasks that compute in batches, with every core; others draw as the window does."""


@dataclass
class Job:
    """A queued or running task."""

    id: int
    name: str
    title: str
    options: Mapping[str, Any]
    cancelled: bool = False
    model: ModelRef = field(default_factory=ModelRef)
    _steps: Steps[Step, None, Any] | None = None
    _started: float = 0.0

    def advance(self, generator: "Generator | None") -> JobProgress | JobDone:
        """Take one step; the first one begins the task on the model that is open now."""
        if self.cancelled:
            return self.cancel()
        if self._steps is None:
            self._steps = self._begin(generator)
        try:
            step = next(self._steps)
        except StopIteration as end:
            return JobDone(self.id, self.name, self.title, end.value, self.model)
        return JobProgress(self.id, self.title, step, self._seconds_left(step))

    def cancel(self) -> JobDone:
        """End it where it stands."""
        self.close()
        return JobDone(self.id, self.name, self.title, None, self.model, cancelled=True)

    def close(self) -> None:
        """Run the task's finally blocks: half files go."""
        if self._steps is not None:
            self._steps.close()

    def _begin(self, generator: "Generator | None") -> Steps[Step, None, Any]:
        if generator is None:
            raise StudioError(f"{self.title} cannot start", "no model is open", "Open one first.")
        module, function = JOBS[self.name].split(":")
        self.model = ModelRef.of(generator.info)
        self._started = time.monotonic()
        begin = getattr(importlib.import_module(module), function)
        steps: Steps[Step, None, Any] = begin(generator, **self.options)
        return steps

    def _seconds_left(self, step: Step) -> float | None:
        if step.done <= 0 or step.total <= 0:
            return None
        return (time.monotonic() - self._started) * (step.total - step.done) / step.done
