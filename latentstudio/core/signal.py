"""Signal: plain observers without Qt; a listener that is a method does not keep its owner alive."""

import weakref
from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Signal(Generic[P]):
    """Listeners that are called in the order in which they connected."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], Callable[P, object] | None]] = []

    def connect(self, listener: Callable[P, object]) -> None:
        """Call ``listener`` at every emit; methods are held weakly, functions strongly."""
        self._listeners.append(_reference(listener))

    def disconnect(self, listener: Callable[P, object]) -> None:
        """Stop calling ``listener``; a listener that is not connected is no error."""
        self._listeners = [ref for ref in self._listeners if ref() not in (None, listener)]

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every listener that is still alive."""
        for reference in tuple(self._listeners):
            listener = reference()
            if listener is None:
                self._listeners = [ref for ref in self._listeners if ref is not reference]
            else:
                listener(*args, **kwargs)


def _reference(listener: Callable[P, object]) -> Callable[[], Callable[P, object] | None]:
    if hasattr(listener, "__self__") and hasattr(listener, "__func__"):
        return weakref.WeakMethod(listener)
    return lambda: listener
