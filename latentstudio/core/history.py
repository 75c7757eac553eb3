"""History: the states that can be undone and redone, bounded by the memory of their arrays."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

LIMIT_BYTES = 64 * 2**20
_ENTRY_BYTES = 2048  # a state without arrays still costs about this much


class Sized(Protocol):
    """A state that knows the bytes of its arrays."""

    @property
    def nbytes(self) -> int: ...

    def nbytes_beyond(self, before: Any, /) -> int:
        """The bytes of those arrays that the state before does not hold, too."""
        ...


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class Entry(Generic[S]):
    """A state, the name of the edit that led to it, and the key of the gesture it belongs to."""

    label: str
    state: S
    merge: Hashable | None = None


class History(Generic[S]):
    """A line of entries with a current one; a new entry drops what was undone."""

    def __init__(self, label: str, state: S, limit: int = LIMIT_BYTES) -> None:
        self._entries = [Entry(label, state)]
        self._weights = [state.nbytes]  # of each entry, what the one before does not hold, too
        self._index = 0
        self._limit = limit

    @property
    def entries(self) -> Sequence[Entry[S]]:
        return tuple(self._entries)

    @property
    def index(self) -> int:
        """The place of the current entry."""
        return self._index

    @property
    def current(self) -> Entry[S]:
        return self._entries[self._index]

    @property
    def can_undo(self) -> bool:
        return self._index > 0

    @property
    def can_redo(self) -> bool:
        return self._index + 1 < len(self._entries)

    def push(self, label: str, state: S, merge: Hashable | None = None) -> None:
        """Append a state; the same merge key as the current entry's replaces it instead."""
        del self._entries[self._index + 1 :], self._weights[self._index + 1 :]
        entry = Entry(label, state, merge)
        if merge is not None and self.current.merge == merge and self._index > 0:
            self._entries[-1] = entry
            self._weights[-1] = state.nbytes_beyond(self._entries[-2].state)
            return
        self._weights.append(state.nbytes_beyond(self.current.state))
        self._entries.append(entry)
        self._index += 1
        self._forget_oldest()

    def seal(self) -> None:
        """End a gesture: the next push with the same merge key is an entry of its own."""
        self._entries[self._index] = replace(self.current, merge=None)

    def go(self, index: int) -> Entry[S]:
        """Make another entry the current one; out of range is the nearest end."""
        self._index = min(max(index, 0), len(self._entries) - 1)
        self.seal()  # a new drag must not take the place of what was come back to
        return self.current

    def _forget_oldest(self) -> None:
        total = sum(self._weights) + _ENTRY_BYTES * len(self._entries)
        while total > self._limit and self._index > 0:
            del self._entries[0]
            self._index -= 1
            # What the oldest shared with the next one is now the next one's alone.
            whole = self._entries[0].state.nbytes
            total -= _ENTRY_BYTES + sum(self._weights[:2]) - whole
            self._weights[:2] = [whole]
