"""A hand-driven engine whose every answer is kept."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch

from latentstudio.core.recipe import Anchor, ModelRef, Recipe, Seed
from latentstudio.engine.engine import Engine
from latentstudio.engine.jobs import JOBS
from latentstudio.engine.messages import Frame, Message, RenderRequest
from tests.fakes import FakeGenerator, fake_opener

Kinds = type[Message] | tuple[type[Message], ...]


@pytest.fixture(autouse=True)
def own_torch_settings() -> Iterator[None]:
    """Threads and grad mode belong to a thread: give the test's thread its own back."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        yield
    torch.set_num_threads(threads)


class Bench:
    """An engine and its answers.

    Attributes:
        engine: driven by hand through ``drain``, or by its own thread after ``engine.start()``.
        messages: every answer, oldest first.
        generator: the fake that the engine opens copies of, or the last one it opened.
    """

    def __init__(self, generator: FakeGenerator | None = None) -> None:
        self.messages: list[Message] = []
        self.generator = generator or FakeGenerator()
        self._arrived = threading.Condition()
        self.engine = Engine(self._publish, self._open, threads=1)

    def _open(self, source: str, device: str, precision: str) -> FakeGenerator:
        self.generator = fake_opener(self.generator)(source, device, precision)
        return self.generator

    def _publish(self, message: Message) -> None:
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    def opened(self, source: str = "fake") -> "Bench":
        """Open a model by hand and forget the message about it."""
        self.engine.open(source, "cpu")
        self.drain()
        self.messages.clear()
        return self

    def drain(self, limit: int = 1000) -> int:
        """Work by hand until there is nothing to do; how many pieces that were."""
        return next((n for n in range(limit) if not self.engine.run_once()), limit)

    def wait_until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until the thread's answers make something true; fails after some seconds."""
        with self._arrived:
            assert self._arrived.wait_for(true, seconds), f"only {self.order()}"

    def wait_for(self, wanted: Kinds, count: int = 1) -> list[Message]:
        """Wait for the thread's answers of a kind."""
        self.wait_until(lambda: len(self.of(wanted)) >= count)
        return self.of(wanted)

    def of(self, wanted: Kinds) -> list[Message]:
        return [message for message in self.messages if isinstance(message, wanted)]

    def frames(self) -> list[Frame]:
        return [message for message in self.messages if isinstance(message, Frame)]

    def order(self) -> list[str]:
        """What was published, in words: the purpose of frames, else the kind of message."""
        return [m.purpose if isinstance(m, Frame) else type(m).__name__ for m in self.messages]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench().opened()
    yield bench
    bench.engine.close()


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the jobs of tests/engine/tasks.py to the table, by their names."""
    for name in ("count", "fail", "divide", "exhaust", "stumble"):
        monkeypatch.setitem(JOBS, name, f"tests.engine.tasks:{name}")


def recipe_of(seed: int, name: str = "fake") -> Recipe:
    return Recipe(ModelRef(name, f"id-of-{name}"), (Anchor(Seed(seed)),))


def request(seed: int, purpose: str = "live", **more: object) -> RenderRequest:
    """A request whose id is its seed."""
    return RenderRequest(seed, recipe_of(seed), purpose, **more)  # type: ignore[arg-type]


def seeds_of(frames: Sequence[Frame]) -> list[int]:
    return [frame.id for frame in frames]
