"""The engine: one compute thread that owns the networks and always draws the newest recipe first.

Importing this file needs no torch; the compute thread imports it when it starts.
"""

import gc
import itertools
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from latentstudio.core.errors import StudioError
from latentstudio.core.faults import explain
from latentstudio.core.memory import give_freed_memory_back
from latentstudio.core.recipe import Recipe
from latentstudio.engine.jobs import BATCHES, JOBS, Job
from latentstudio.engine.messages import (
    DeviceChanged,
    Failure,
    Frame,
    JobDone,
    Message,
    ModelOpened,
    RenderRequest,
)
from latentstudio.engine.preview import Preview

if TYPE_CHECKING:
    from latentstudio.engine.render import Drawing
    from latentstudio.models.generator import Generator

_FRAMES_PER_SLICE = 2  # while the user moves a control, a job gets a step after so many frames


@dataclass(frozen=True)
class _Open:
    id: int
    source: str
    device: str
    precision: str


@dataclass(frozen=True)
class _Picture:
    """A picture that was asked for, and what draws it."""

    request: RenderRequest
    generator: "Generator"

    @property
    def id(self) -> int:
        return self.request.id


@dataclass(frozen=True)
class _Chore:
    """Take some moments, after the first picture, to draw faster from then on."""

    moments: Iterator[None]
    id: int = 0


_Work = _Open | _Picture | Job | _Chore


class Engine:
    """Draws requests and advances jobs; every answer goes through one callable.

    Args:
        publish: called on the compute thread with each Message; must return at once.
        opener: (source, device, precision) -> Generator; the registry's by default.
        threads: how many threads to draw with; by default as ``settle_threads`` says.

    The order of work: opening a model, the newest live request, the newest still, what makes the
    model quick, one step of a job (jobs take turns), one thumbnail.
    """

    def __init__(
        self,
        publish: Callable[[Message], None],
        opener: "Callable[[str, str, str], Generator] | None" = None,
        threads: int | None = None,
    ) -> None:
        self._publish = publish
        self._opener = opener
        self._threads = threads
        self._generator: Generator | None = None
        self._device = self._precision = ""
        self._ids = itertools.count(1)
        self._wake = threading.Condition()
        self._open: _Open | None = None
        self._live: RenderRequest | None = None
        self._still: RenderRequest | None = None
        self._thumbnails: deque[RenderRequest] = deque()
        self._jobs: deque[Job] = deque()
        self._frames_since_slice = 0
        self._preview = Preview()
        self._thumbnail_turn = False
        self._chore: _Chore | None = None
        self._drawn = False
        self._before: Drawing | None = None  # the last live one
        self._closing = False
        self._thread: threading.Thread | None = None

    # --- asked for, on any thread ---------------------------------------------------------------

    def start(self) -> None:
        """Start the compute thread; it imports torch."""
        self._thread = threading.Thread(target=self._run, name="compute", daemon=True)
        self._thread.start()

    def open(self, source: str, device: str = "auto", precision: str = "float32") -> int:
        """Open a model by name or path; jobs and requests for the old one end."""
        with self._wake:
            self._open = _Open(next(self._ids), source, device, precision)
            self._live = self._still = None
            self._thumbnails.clear()
            self._wake.notify()
            return self._open.id

    def show(self, request: RenderRequest) -> None:
        """Draw this next; an older request for the same purpose is forgotten."""
        with self._wake:
            if request.purpose == "live":
                self._live, self._still = request, None
            else:
                self._still = request
            self._wake.notify()

    def set_preview(self, on: bool) -> None:
        """Whether live pictures may be less than exact where the exact ones are too slow."""
        self._preview.on = on

    def thumbnails(self, batch: str, requests: Sequence[RenderRequest]) -> None:
        """Draw these when there is time; they replace the batch's earlier ones."""
        with self._wake:
            kept = [request for request in self._thumbnails if request.batch != batch]
            self._thumbnails = deque([*kept, *(replace(r, batch=batch) for r in requests)])
            self._wake.notify()

    def start_job(self, name: str, title: str, /, **options: Any) -> int:
        """Queue a long task from JOBS; its id comes back with every message about it."""
        if name not in JOBS:
            raise KeyError(name)
        with self._wake:
            job = Job(next(self._ids), name, title, options)
            self._jobs.append(job)
            self._wake.notify()
            return job.id

    def cancel(self, job: int) -> None:
        """Stop a job before its next step; an id that has ended is no error."""
        with self._wake:
            for running in self._jobs:
                if running.id == job:
                    running.cancelled = True
            self._wake.notify()

    def close(self, timeout: float = 10.0) -> None:
        """End the compute thread and wait for it; running jobs close their files."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    # --- the compute thread ---------------------------------------------------------------------

    def run_once(self, wait: bool = False) -> bool:
        """Do the next thing; False when there was none (or, waiting, when the engine closes)."""
        with self._wake:
            while wait and not self._closing and not self._waiting():
                self._wake.wait()
            closing = self._closing
            work = None if closing else self._take()
        if closing:
            self._end_jobs()
        if work is None:
            return False
        self._guard(work)
        return True

    def _run(self) -> None:
        from latentstudio.engine.preload import preload_torch

        preload_torch()
        from latentstudio.engine.device import prepare_thread

        gc.freeze()  # the import makes a million objects that stay: no search need look at them
        prepare_thread(self._threads)
        while self.run_once(wait=True):
            pass

    def _waiting(self) -> bool:
        if self._open or self._jobs or (self._chore and self._drawn):
            return True
        drawable = self._live or self._still or self._thumbnails
        return bool(drawable) and self._generator is not None

    def _take(self) -> _Work | None:
        """The next piece of work; called with the lock held."""
        if self._open:
            work, self._open = self._open, None
            return work
        first = self._jobs[0] if self._jobs else None
        cancelled = [job for job in self._jobs if job.cancelled]
        job = min(cancelled, key=lambda job: job.id) if cancelled else first
        if self._generator is None:
            return job
        if self._live and not (job and self._frames_since_slice >= _FRAMES_PER_SLICE):
            request, self._live = self._live, None
            self._frames_since_slice += 1
            return _Picture(request, self._generator)
        if self._still and not self._live:
            request, self._still = self._still, None
            return _Picture(request, self._generator)
        if self._chore and self._drawn and not self._live:
            return self._chore
        # A job and the thumbnails take turns, so that neither waits for the other's end.
        self._thumbnail_turn = not self._thumbnail_turn or job is None
        if self._thumbnails and (self._thumbnail_turn or job is None) and not self._live:
            return _Picture(self._take_thumbnail(), self._generator)
        self._frames_since_slice = 0
        return job

    def _take_thumbnail(self) -> RenderRequest:
        """One of the batch with the fewest left: a few faces need not wait for a map of many."""
        left = Counter(request.batch for request in self._thumbnails)
        place = min(range(len(self._thumbnails)), key=lambda at: left[self._thumbnails[at].batch])
        request = self._thumbnails[place]
        del self._thumbnails[place]
        return request

    def _guard(self, work: _Work) -> None:
        """Do one piece of work; whatever goes wrong becomes a Failure, and the loop lives on."""
        try:
            if isinstance(work, _Open):
                self._open_model(work)
            elif isinstance(work, _Picture):
                self._render(work.request, work.generator)
            elif isinstance(work, _Chore):
                self._go_on(work)
            else:
                self._advance(work)
        except StudioError as error:
            self._fail(work, error, "")
        except Exception as error:  # noqa: BLE001 - a bug must not end the thread
            self._fail(work, explain(error, _TITLES[type(work)]), traceback.format_exc())

    def _fail(self, work: _Work, error: StudioError, trace: str) -> None:
        if isinstance(work, Job):
            self._drop(work)
        elif isinstance(work, _Chore):
            self._chore = None
        self._publish(Failure(_kind_of(work), work.id, error, trace))

    def _open_model(self, work: _Open) -> None:
        from latentstudio.engine.device import settle_threads
        from latentstudio.models.device import choose

        device = choose(work.device)
        generator = self._open_generator(work.source, device, work.precision)
        self._end_jobs()
        settle_threads(generator, self._threads)
        self._generator, self._device, self._precision = generator, device, work.precision
        self._hasten(generator)
        self._publish(ModelOpened(work.id, work.source, generator.info, device, work.precision))

    def _hasten(self, generator: "Generator") -> None:
        """Begin with another generator; a processor draws faster with it after the next picture."""
        self._preview.forget()
        self._before, self._drawn = None, False
        on_cpu = self._device == "cpu"
        self._chore = _Chore(self._preview.prepare(generator)) if on_cpu else None

    def _go_on(self, chore: _Chore) -> None:
        if next(chore.moments, chore) is chore:
            self._chore = None

    def _open_generator(self, source: str, device: str, precision: str) -> "Generator":
        if self._opener is not None:
            return self._opener(source, device, precision)
        from latentstudio.models.registry import open_model

        return open_model(source, device=device, precision=precision)

    def _render(self, request: RenderRequest, generator: "Generator") -> None:
        import torch

        live = request.purpose == "live"
        swift = self._preview.swift(request.recipe, generator.info) if live else None
        try:
            drawing = self._draw(request.recipe, generator, live, swift)
        except torch.OutOfMemoryError:
            drawing = self._draw(request.recipe, self._retreat(generator), live, None)
        if live:
            self._before = drawing
        if request.purpose != "thumbnail":
            self._drawn = True
            self._preview.measured(len(drawing.pixels), drawing.forward_ms, swift is not None)
        self._publish(
            Frame(
                request.id,
                request.recipe,
                request.purpose,
                drawing.pixels,
                exact=drawing.exact,
                render_ms=drawing.render_ms,
                forward_ms=drawing.forward_ms,
                device=self._device,
                precision=drawing.precision,
                threads=torch.get_num_threads(),
                torch=torch.__version__,
                key=request.key,
                batch=request.batch,
                styles=drawing.styles,
                distances=drawing.distances,
            )
        )

    def _draw(
        self, recipe: Recipe, generator: "Generator", live: bool, swift: "Generator | None"
    ) -> "Drawing":
        """A drawing of a recipe; a live one may be smaller, and builds on the last."""
        from latentstudio.engine.render import draw

        if not live:
            return draw(generator, recipe)
        side = self._preview.size(generator.info, swift is not None)
        return draw(generator, recipe, side, swift=swift, before=self._before)

    def _retreat(self, generator: "Generator") -> "Generator":
        """Out of memory: go on with the processor, and say so."""
        from latentstudio.engine.device import settle_threads

        if self._device == "cpu":
            raise StudioError(
                "Out of memory",
                "the picture needs more than is free",
                "Close other programs, or open a smaller model.",
            )
        self._generator = moved = generator.to("cpu", self._precision)
        settle_threads(moved, self._threads)
        reason = f"{self._device} ran out of memory, so the processor draws now"
        self._device = "cpu"
        self._hasten(moved)
        self._publish(DeviceChanged("cpu", reason))
        return moved

    def _advance(self, job: Job) -> None:
        from latentstudio.engine.device import every_core

        cores = every_core() if job.name in BATCHES and not self._threads else nullcontext()
        with cores:
            message = job.advance(self._generator)
        if isinstance(message, JobDone):
            self._drop(job)
        else:
            self._put_last(job)
        self._publish(message)

    def _put_last(self, job: Job) -> None:
        """Jobs take turns, so that a short one does not wait for a long one's end."""
        with self._wake:
            if len(self._jobs) > 1 and self._jobs[0] is job:
                self._jobs.rotate(-1)

    def _drop(self, job: Job) -> None:
        job.close()
        with self._wake:
            if job in self._jobs:
                self._jobs.remove(job)
        if job.name in BATCHES:  # they take a hundred megabytes and more
            give_freed_memory_back()

    def _end_jobs(self) -> None:
        """End all jobs: their model goes, or the engine closes."""
        for job in sorted(self._jobs, key=lambda job: job.id):
            job.cancelled = True
            self._guard(job)


_TITLES: dict[type[_Work], str] = {
    _Open: "Could not open the model",
    _Picture: "Could not draw the picture",
    _Chore: "Could not make drawing faster",
    Job: "The task stopped",
}


def _kind_of(work: _Work) -> Literal["open", "render", "job"]:
    if isinstance(work, _Open):
        return "open"
    return "job" if isinstance(work, Job) else "render"
