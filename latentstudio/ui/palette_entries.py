"""What the command palette offers: actions, sections, tabs, directions and models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtGui import QKeySequence

from latentstudio.core.fuzzy import match
from latentstudio.ui import go_to
from latentstudio.ui.actions import ACTIONS, Action
from latentstudio.ui.panels.directions import DirectionsPanel

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from latentstudio.core.direction import Direction
    from latentstudio.ui.main_window import MainWindow

RECENT = 6
"""So many of the last commands come first."""

WHY = {
    "model": "Open a model first",
    "space": "Only with a model, and where faces need not meet in W",
    "session": "There is nothing to save yet",
    "picture": "There is no picture yet",
    "undo": "Nothing to undo",
    "redo": "Nothing was undone",
    "job": "Nothing is running",
    "inpaint": "Only where a hole is painted, in Inpaint",
    "work": "Only in Inpaint",
    "answer": "No answer is chosen",
    "result": "There is no result yet",
    "hole": "Fill a hole first",
    "projected": "Find a picture in the model first",
    "bend": "Find a picture in the model first",
    "compare": "There is nothing to compare it with",
    "animate": "Only in Animate, with a keyframe",
    "keyframe": "No keyframe is chosen",
}
"""Why an action is off, by what it needs."""

_OFF = "Not possible now"
_MENUS = ("Picture", "View", "Edit", "Model", "File", "Help")  # the order before anything is typed
_SETTING = "palette/recent"
_BONUS = 2.0  # of a recent command among those that fit
_IN_GROUP = -25.0  # letters of the kind fit worse than those of a name,
_IN_HELP = -50.0  # and words of the help worse still


@dataclass(frozen=True)
class Entry:
    """A line of the palette.

    Attributes:
        key: what it is remembered by.
        title: what it is called.
        group: what kind of thing it is.
        help: what it does, in a sentence.
        icon: name of a drawing.
        keys: shortcuts, to be shown.
        reason: why it cannot be done now, or nothing.
        run: does it.
    """

    key: str
    title: str
    group: str
    run: Callable[[], None]
    help: str = ""
    icon: str = ""
    keys: tuple[str, ...] = ()
    reason: str = ""

    @property
    def spoken(self) -> str:
        """The line for a screen reader."""
        return ", ".join(
            filter(None, (self.title, self.group, " or ".join(self.keys), self.reason))
        )


@dataclass(frozen=True)
class Found:
    """An entry that fits what was typed, and the letters of its title that do."""

    entry: Entry
    places: tuple[int, ...] = ()


def entries_of(window: MainWindow) -> list[Entry]:
    """Everything there is to do or to go to, in the order of an empty search."""
    return [
        *_actions(window),
        *_sections(window),
        *_tabs(window),
        *_directions(window),
        *_models(window),
    ]


def find(query: str, entries: Sequence[Entry], recent: Sequence[str]) -> list[Found]:
    """The entries that fit a query, best first; for an empty one all, recent ones first."""
    if not query.strip():
        places = {key: at for at, key in enumerate(recent)}
        ordered = sorted(entries, key=lambda entry: places.get(entry.key, len(places)))
        return [Found(entry) for entry in ordered]
    scored = [(*one, entry) for entry in entries if (one := _fit(query, entry)) is not None]
    bonus = dict.fromkeys(recent, _BONUS)
    scored.sort(key=lambda one: -(one[0] + bonus.get(one[2].key, 0.0)))
    return [Found(entry, places) for _, places, entry in scored]


def read_recent(settings: QSettings) -> list[str]:
    """Keys of the last commands, the newest first."""
    try:
        keys = json.loads(str(settings.value(_SETTING, "[]")))
    except ValueError:
        return []
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def remember(settings: QSettings, key: str) -> None:
    """Put a command first."""
    keys = [key, *(other for other in read_recent(settings) if other != key)][:RECENT]
    settings.setValue(_SETTING, json.dumps(keys))


def _fit(query: str, entry: Entry) -> tuple[float, tuple[int, ...]] | None:
    found = match(query, entry.title)
    if found is not None:
        return found.score, found.places
    wide = match(query, f"{entry.title} {entry.group}")
    if wide is not None:
        return wide.score + _IN_GROUP, tuple(p for p in wide.places if p < len(entry.title))
    return (_IN_HELP, ()) if query.strip().lower() in entry.help.lower() else None


# --- what there is ------------------------------------------------------------------------------


def _actions(window: MainWindow) -> Iterator[Entry]:
    lines = [line for line in ACTIONS if line.name != "palette"]
    for line in sorted(lines, key=lambda line: _MENUS.index(line.menu)):
        yield _action(window, line)


def _action(window: MainWindow, line: Action) -> Entry:
    action = window.actions_by_name[line.name]
    keys = tuple(QKeySequence(keys).toString() for keys in line.keys[:1])
    return Entry(
        f"action.{line.name}",
        action.text(),
        "Workspace" if line.name.startswith("workspace_") else line.menu,
        action.trigger,
        line.help,
        "check" if action.isChecked() else line.icon,
        keys,
        "" if action.isEnabled() else WHY.get(line.needs, _OFF),
    )


def _sections(window: MainWindow) -> Iterator[Entry]:
    for panel in window.panels():
        run = partial(go_to.section, window, panel.key)
        reason = panel.reason()
        yield Entry(f"section.{panel.key}", panel.title, "Section", run, "", panel.icon, (), reason)


def _tabs(window: MainWindow) -> Iterator[Entry]:
    for key, title in window.strip.titles().items():
        run = partial(go_to.tab, window, key)
        yield Entry(f"tab.{key}", title, "Strip", run, "", "panel-bottom")


def _directions(window: MainWindow) -> Iterator[Entry]:
    panel = cast(DirectionsPanel, window.panel("directions"))
    known: dict[str, Direction] = {}
    for direction in panel.known():
        known.setdefault(direction.name, direction)
    for name, direction in known.items():
        run = partial(go_to.direction, window, direction)
        yield Entry(f"direction.{name}", name, "Direction", run, "", "move-3d")


def _models(window: MainWindow) -> Iterator[Entry]:
    bundled, recent = window.files.models()
    for name in bundled:
        run = partial(window.files.open_model, name)
        yield Entry(f"model.{name}", name, "Model", run, "Comes with the studio", "box")
    for path in recent:
        run = partial(window.files.open_model, str(path))
        yield Entry(f"model.{path}", path.stem, "Model", run, str(path), "file")
