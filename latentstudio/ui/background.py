"""The io thread: one worker for files, so that the window never waits for a disk."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from latentstudio.core.errors import StudioError

T = TypeVar("T")


class Background(QObject):
    """Runs work in order on one thread and brings the result back to the main thread."""

    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="io")
        self._finished.connect(self._deliver)
        self._closed = False

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[StudioError], object],
    ) -> None:
        """Do ``work`` on the io thread, then call ``done`` or ``failed`` on the main thread."""

        def deliver(future: Future[T]) -> None:
            if not self._closed:
                self._finished.emit(future, (done, failed))

        self._pool.submit(work).add_done_callback(deliver)

    def close(self) -> None:
        """Finish what is queued, then end the thread; results are no longer delivered."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def _deliver(self, future: Future[Any], receivers: tuple[Any, Any]) -> None:
        if self._closed:  # queued before, delivered after
            return
        done, failed = receivers
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, StudioError):
            failed(error)
        else:
            raise error  # a bug: the exception hook shows it
