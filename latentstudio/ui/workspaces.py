"""Workspaces: what stands in the regions for a kind of work, each left as it was."""

import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal

from latentstudio.ui import theme
from latentstudio.ui.panels import PANELS, SIDES, panels_of

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_STATE_VERSION = 1
_LOWEST = 108  # the strip, at 100 %
_CORNERS = (
    (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
    (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
)
_REST = 395  # what the bars and a picture of the least size take


@dataclass(frozen=True)
class Workspace:
    """A kind of work.

    Attributes:
        key: its name in the tables of panels and of the strip's tabs.
        title: what people read.
        icon: shown where words do not fit.
        help: one sentence for the tooltip.
        strip: height of the strip in a wide and in a narrower window, in pixels at 100 %.
        first: the section of the right rail that alone is open at first in narrower windows.
        hints: keys that the status bar names.
        wide: whether the strip takes the full width, under the rails too.
    """

    key: str
    title: str
    icon: str
    help: str
    strip: tuple[int, int]
    first: str
    hints: tuple[tuple[str, str], ...]
    wide: bool = False


WORKSPACES: tuple[Workspace, ...] = (
    Workspace(
        "explore",
        "Explore",
        "scan-face",
        "Find faces and steer them",
        (148, 120),
        "directions",
        (("Drag", "the picture to walk"), ("Space", "random"), ("← →", "seeds"), ("K", "keep")),
    ),
    Workspace(
        "mix",
        "Mix",
        "combine",
        "Make a face out of several",
        (328, 200),
        "styles",
        (
            ("Drop", "a face on A, B, C or D"),
            ("X", "swap A and B"),
            ("Shift A", "current face to A"),
            ("K", "keep"),
        ),
    ),
    Workspace(
        "inpaint",
        "Inpaint",
        "brush",
        "Paint over a part of a picture and fill it",
        (262, 150),
        "inpaint",
        (
            ("[ ]", "brush size"),
            ("B", "brush"),
            ("E", "eraser"),
            ("H", "hide mask"),
            ("Ctrl Enter", "fill"),
        ),
    ),
    Workspace(
        "animate",
        "Animate",
        "film",
        "Let faces become others, and take the clip home",
        (274, 238),
        "keyframe",
        (
            ("P", "play or pause"),
            ("I", "add keyframe"),
            (", .", "previous and next keyframe"),
            ("Alt ← →", "one frame"),
        ),
        wide=True,
    ),
)


@dataclass
class Left:
    """How the user left a workspace: docks, sections and scrolling of both rails, the tab.

    ``wide`` tells which kind of window the docks were sized for.
    """

    docks: str = ""
    rails: list[str] = field(default_factory=list)
    scrolls: list[int] = field(default_factory=list)
    tab: str = ""
    wide: bool = True


class Workspaces(QObject):
    """Switches between workspaces; nothing is computed anew.

    Attributes:
        changed: the key of the workspace on show.
    """

    changed = Signal(str)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._left: dict[str, Left] = {}
        self._scrolls: list[int] = []
        self._as_begun = True  # nobody has folded or moved a section of this workspace
        for rail in window.rails:
            rail.changed.connect(self._arranged)
        # A rail that has just got other sections knows its length only after its layout.
        self._scroll = QTimer(self, singleShot=True, interval=0)
        self._scroll.timeout.connect(self._take_scrolls)
        self.current = WORKSPACES[0]
        for workspace in WORKSPACES:
            window.top_bar.workspaces.add_workspace(
                workspace.key,
                workspace.title,
                workspace.icon,
                f"{workspace.help}  (Ctrl+{WORKSPACES.index(workspace) + 1})",
            )
        window.top_bar.workspaces.chosen.connect(self.show)
        self._present(self.current)

    def show(self, key: str) -> None:
        """Go to a workspace; the one on show is left as it is."""
        if key == self.current.key:
            self._tell()
            return
        window = self._window
        if window.actions_by_name["picture_only"].isChecked():
            window.actions_by_name["picture_only"].trigger()
        window.setUpdatesEnabled(False)
        self._left[self.current.key] = self._leave()
        self.current = next(w for w in WORKSPACES if w.key == key)
        self._present(self.current)
        self._return(self._left.get(key))
        window.setUpdatesEnabled(True)
        self.changed.emit(key)

    def size_strip(self) -> None:
        """Give the strip the height that the workspace begins with."""
        window = self._window
        wanted = theme.px(self.current.strip[0 if window.desk.is_wide else 1])
        height = max(theme.px(_LOWEST), min(wanted, window.height() - theme.px(_REST)))
        window.resizeDocks([window.bottom], [height], Qt.Orientation.Vertical)

    def reset(self) -> None:
        """Every workspace as at the first start."""
        self._left.clear()
        self._present(self.current)
        self._open_sections()
        self.size_strip()

    # --- remembered -----------------------------------------------------------------------------

    def state(self) -> str:
        """How every workspace was left, as JSON."""
        views = {**self._left, self.current.key: self._leave()}
        left = {key: asdict(view) for key, view in views.items()}
        return json.dumps({"current": self.current.key, "left": left})

    def restore(self, state: str) -> None:
        """Take a saved state; what cannot be read is as at the first start."""
        try:
            saved = json.loads(state)
            self._left = {key: _read(view) for key, view in saved["left"].items()}
            current = saved["current"]
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        known = {workspace.key: workspace for workspace in WORKSPACES}
        self.current = known.get(current, WORKSPACES[0])
        self._present(self.current)
        self._return(self._left.get(self.current.key))
        self.changed.emit(self.current.key)

    # --- switching ------------------------------------------------------------------------------

    def _present(self, workspace: Workspace) -> None:
        """Show the panels and tabs of a workspace in their first order."""
        window = self._window
        for side, rail in zip(SIDES, window.rails, strict=True):
            rail.set_present([kind.key for kind in panels_of(workspace.key, side)])
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        for corner, area in _CORNERS:
            window.setCorner(corner, bottom if workspace.wide else area)
        window.strip.set_workspace(workspace.key)
        window.status.hints.set_hints(list(workspace.hints))
        self._tell()

    def _tell(self) -> None:
        window = self._window
        window.top_bar.workspaces.set_current(self.current.key)
        for workspace in WORKSPACES:
            action = window.actions_by_name[f"workspace_{workspace.key}"]
            action.setChecked(workspace is self.current)

    def _leave(self) -> Left:
        window = self._window
        state = window.saveState(_STATE_VERSION).toBase64().data()
        return Left(
            bytes(state).decode(),
            [rail.state() for rail in window.rails],
            [rail.verticalScrollBar().value() for rail in window.rails],
            window.strip.tabs.current(),
            window.desk.is_wide,
        )

    def _return(self, left: Left | None) -> None:
        window = self._window
        if left is None:
            self._open_sections()
            self.size_strip()
            return
        self._as_begun = False
        for rail, state in zip(window.rails, left.rails, strict=False):
            rail.restore(state)
        docks = QByteArray.fromBase64(QByteArray(left.docks.encode()))
        if not window.restoreState(docks, _STATE_VERSION):
            self.size_strip()
        elif left.wide != window.desk.is_wide:
            window.desk.size_docks()
        window.strip.choose(left.tab)
        self._scrolls = left.scrolls
        self._scroll.start()
        window.desk.tell_actions()

    def fit_sections(self) -> None:
        """The window has another width: open what suits it, if the user has not arranged them."""
        if self._as_begun:
            self._open_sections()

    def _arranged(self) -> None:
        self._as_begun = False

    def _open_sections(self) -> None:
        self._as_begun = True
        closed = {line.kind.key for line in PANELS if self.current.key in line.closed}
        if not self._window.desk.is_wide:
            closed |= self._all_but_one(closed)
        for panel in self._window.panels():
            panel.set_open(panel.key not in closed)

    def _all_but_one(self, closed: Set[str]) -> set[str]:
        """The sections of the right rail without the first one that works with the model."""
        right = [kind.key for kind in panels_of(self.current.key, "right")]
        order = sorted(right, key=lambda key: key != self.current.first)
        free = [k for k in order if k not in closed and not self._window.panel(k).reason()]
        return set(right) - set(free[:1])

    def _take_scrolls(self) -> None:
        for rail, place in zip(self._window.rails, self._scrolls, strict=False):
            rail.verticalScrollBar().setValue(place)


def _read(view: Mapping[str, Any]) -> Left:
    """A saved view, whatever is in it."""
    rails, scrolls = view.get("rails"), view.get("scrolls")
    return Left(
        str(view.get("docks", "")),
        [str(rail) for rail in rails] if isinstance(rails, list) else [],
        [s for s in scrolls if isinstance(s, int)] if isinstance(scrolls, list) else [],
        str(view.get("tab", "")),
        bool(view.get("wide", True)),
    )
