"""Ways to a place of the window: a section, a tab of the strip, the slider of a direction."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from latentstudio.core.direction import Direction
from latentstudio.ui import theme
from latentstudio.ui.panels import PANELS
from latentstudio.ui.panels.directions import DirectionsPanel

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_BY_KEY = Qt.FocusReason.ShortcutFocusReason
_ROOM = 12  # pixels at 100 % that stay above and below what was scrolled to


def section(window: "MainWindow", key: str) -> None:
    """Show, open and focus a section, in this workspace if it is here, else in its first one."""
    line = next(line for line in PANELS if line.kind.key == key)
    _uncover(window, line.workspaces)
    if line.rail == "left":
        window.desk.reveal(key)
    else:
        window.right.setVisible(True)
        window.rails[1].reveal(key)
    window.desk.tell_actions()
    window.panel(key).header.setFocus(_BY_KEY)


def tab(window: "MainWindow", key: str) -> None:
    """Show a tab of the strip and let the keys work on it."""
    _uncover(window, window.strip.tab(key).workspaces)
    window.bottom.setVisible(True)
    window.strip.choose(key)
    window.desk.tell_actions()
    window.strip.tabs.tabs.setFocus(_BY_KEY)


def direction(window: "MainWindow", wanted: Direction) -> None:
    """Show the slider of a direction, ready for the arrow keys."""
    section(window, "directions")
    row = cast(DirectionsPanel, window.panel("directions")).row_of(wanted)
    if row is not None:
        row.track.setFocus(_BY_KEY)
        scroll_to(row)


def scroll_to(widget: QWidget) -> None:
    """Scroll whatever a widget lies in until it can be seen."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget, 0, theme.px(_ROOM))
        above = above.parentWidget()


def _uncover(window: "MainWindow", workspaces: tuple[str, ...]) -> None:
    """Bring up a workspace that has the place, and nothing over it."""
    window.start.close()
    if window.workspaces.current.key not in workspaces:
        window.workspaces.show(workspaces[0])
    if window.actions_by_name["picture_only"].isChecked():
        window.actions_by_name["picture_only"].trigger()
