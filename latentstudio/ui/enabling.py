"""Enabling: which actions can be used now, and what undo and redo would take back."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from latentstudio.core.recipe import ModelRef
from latentstudio.ui import actions

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Conditions = Callable[[], Mapping[str, bool]]


class Enabling:
    """Holds what the actions' ``needs`` stand for; a part of the window adds its own."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._told: tuple[int, int, str] | None = None
        self._sources: list[Conditions] = [self._common]

    def add(self, conditions: Conditions) -> None:
        """Ask a part of the window for further conditions, by the words that ``needs`` uses."""
        self._sources.append(conditions)

    def follow_history(self) -> None:
        """A drag replaces its own step many times: only a new step is news for the menus."""
        document = self._window.document
        now = (document.index, len(document.entries), document.entries[document.index].label)
        if now != self._told:
            self._told = now
            self._window.update_actions()

    def update(self) -> None:
        """Enable what can be done now, and name what undo and redo would do."""
        document, act = self._window.document, self._window.actions_by_name
        conditions = {name: on for source in self._sources for name, on in source().items()}
        for line in actions.ACTIONS:
            act[line.name].setEnabled(conditions.get(line.needs, False))
        entries = document.entries
        undo = entries[document.index].label if document.can_undo else ""
        redo = entries[document.index + 1].label if document.can_redo else ""
        act["undo"].setText(f"Undo {undo}".strip())
        act["redo"].setText(f"Redo {redo}".strip())

    def _common(self) -> Mapping[str, bool]:
        window, recipe = self._window, self._window.document.recipe
        model = window.bridge.info is not None and window.bridge.lacking is None
        return {
            "": True,
            "model": model,
            "space": model and not recipe.forces_w,
            "session": recipe.model != ModelRef(),
            "picture": window.has_picture,
            "undo": window.document.can_undo,
            "redo": window.document.can_redo,
            "job": window.jobs.running > 0,
        }
