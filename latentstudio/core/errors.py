"""StudioError: every failure a user can meet, as what happened, why, and what to do."""

import difflib
from collections.abc import Iterable


class StudioError(Exception):
    """A failure in the user's words.

    Args:
        title: what happened, a short clause without a full stop.
        detail: why it happened.
        hint: what to do about it, a full sentence.
    """

    def __init__(self, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title, detail, hint)
        self.title = title
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        """One line: ``WHAT - WHY. HINT``, as the commands print it."""
        text = self.title
        if self.detail:
            text += f" - {self.detail.rstrip('.')}."
        if self.hint:
            text = f"{text.rstrip('.')}. {self.hint}"
        return " ".join(text.split())


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that offers the known name closest to a mistyped one, or lists what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(names)}." if names else ""
