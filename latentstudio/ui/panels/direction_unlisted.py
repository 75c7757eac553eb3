"""Unlisted: a line about the locks whose direction has no row, and whether these hold."""

from collections.abc import Sequence

from latentstudio.core.direction import Direction
from latentstudio.core.direction_edits import without_locks
from latentstudio.core.document import Document, Lock
from latentstudio.ui.controls import InfoLine


class Unlisted(InfoLine):
    """Names what is locked and not listed; its link unlocks that, as one step."""

    def __init__(self, document: Document) -> None:
        super().__init__("", "warning", "Unlock")
        self._document = document
        self._locks: tuple[Lock, ...] = ()
        self.activated.connect(self._unlock)
        self.hide()

    def follow(self, here: Sequence[Direction], locked: Sequence[Direction]) -> None:
        """Show what is locked but not here.

        Args:
            here: the directions that have a row.
            locked: those that are kept still in the model on show.
        """
        names = {direction.name for direction in here}
        held = [direction for direction in locked if direction not in here]
        locks = self._document.state.locks
        lost = [name for name in locks if isinstance(name, str) and name not in names]
        self._locks = (*held, *lost)
        words = [f"Also locked, but not listed here: {_words(held)}."] if held else []
        words += [f"Not held until it is found again: {_words(lost)}."] if lost else []
        self.set_text(" ".join(words))
        self.setVisible(bool(words))

    def _unlock(self) -> None:
        locks = self._locks
        self._document.edit(f"Unlock {_words(locks)}", lambda state: without_locks(state, locks))


def _words(locks: Sequence[Lock]) -> str:
    return ", ".join(lock if isinstance(lock, str) else lock.name for lock in locks)
