"""Focus order: Tab goes through the regions in the order of the render, F6 from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QLayout, QWidget
from shiboken6 import isValid

from latentstudio.ui.go_to import scroll_to

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

REGIONS = ("top", "left", "over", "middle", "right", "bottom", "status")
_AREAS = {
    Qt.DockWidgetArea.LeftDockWidgetArea: "left",
    Qt.DockWidgetArea.RightDockWidgetArea: "right",
    Qt.DockWidgetArea.BottomDockWidgetArea: "bottom",
    Qt.DockWidgetArea.TopDockWidgetArea: "top",
    Qt.DockWidgetArea.NoDockWidgetArea: "over",
}
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_TAB, _BACK = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
_LINE = 8  # pixels: what stands less than this apart in height is on one line


class FocusOrder(QObject):
    """Knows the stops of the window; each is asked for anew, as panels come and go."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._last: dict[str, QWidget] = {}  # where the focus was in a region

    def regions(self) -> dict[str, list[QWidget]]:
        """The parts of the window by region, in order; what lies over it comes after the left."""
        window, central = self._window, self._window.centralWidget()
        parts: dict[str, list[QWidget]] = {name: [] for name in REGIONS}
        parts["top"], parts["middle"] = [window.top_bar], [central] if central else []
        parts["status"] = [window.statusBar()]
        for dock in window.findChildren(QDockWidget, options=_DIRECT):
            parts[_AREAS[window.dockWidgetArea(dock)]].append(dock)
        known = {id(part) for found in parts.values() for part in found}
        for child in window.findChildren(QWidget, options=_DIRECT):
            if child.isVisible() and not child.isWindow() and id(child) not in known:
                parts["over"].append(child)
        return parts

    def stops(self) -> list[QWidget]:
        """All that Tab goes to now, in order."""
        return [stop for parts in self.regions().values() for stop in stops_in(*parts)]

    def step(self, forward: bool) -> bool:
        """Go to the next stop or the one before; False where there is none."""
        now = QApplication.focusWidget()
        parts, here = self.regions(), self.region_of(now)
        turn = 1 if forward else -1
        begin = REGIONS.index(here) if here else (-1 if forward else len(REGIONS))
        beside = self._beside(now, parts[here], turn) if here else None
        for distance in range(1, len(REGIONS) + 1):
            if beside is not None:
                break
            stops = stops_in(*parts[REGIONS[(begin + turn * distance) % len(REGIONS)]])
            beside = stops[0 if forward else -1] if stops else None
        if beside is None:
            return False
        self._go(beside, _TAB if forward else _BACK)
        return True

    def next_region(self, forward: bool = True) -> None:
        """Go to another region: to where the focus was in it, or to its first stop."""
        if self._window.start.screen is not None:
            return  # it covers them
        regions = {name: stops_in(*parts) for name, parts in self.regions().items()}
        names = [name for name, stops in regions.items() if stops]
        if not names:
            return
        now = QApplication.focusWidget()
        here = self.region_of(now)
        if here in names and now is not None:
            self._last[here] = now
            name = names[(names.index(here) + (1 if forward else -1)) % len(names)]
        else:
            name = names[0 if forward else -1]
        before = self._last.get(name)
        known = before is not None and isValid(before) and before in regions[name]
        first = self._first(name, regions[name])
        self._go(before if known and before is not None else first, _TAB if forward else _BACK)

    def region_of(self, widget: QWidget | None) -> str:
        """The name of the region that a widget is in, or nothing."""
        if widget is None:
            return ""
        for name, parts in self.regions().items():
            if any(part.isAncestorOf(widget) for part in parts):
                return name
        return ""

    def _first(self, name: str, stops: list[QWidget]) -> QWidget:
        canvas = self._window.canvas
        return canvas if name == "middle" and canvas in stops else stops[0]

    @staticmethod
    def _beside(now: QWidget | None, parts: list[QWidget], turn: int) -> QWidget | None:
        """The stop after or before a widget, which may be no stop itself, within its region."""
        order = [w for part in parts for w in reading_order(part) if w is now or is_stop(w)]
        if now not in order:
            return None
        place = order.index(now) + turn
        return order[place] if 0 <= place < len(order) else None

    @staticmethod
    def _go(widget: QWidget, reason: Qt.FocusReason) -> None:
        widget.setFocus(reason)
        scroll_to(widget)


def stops_in(*parts: QWidget) -> list[QWidget]:
    """What takes the focus by Tab in some parts of the window, as one reads it."""
    return [widget for part in parts for widget in reading_order(part) if is_stop(widget)]


def is_stop(widget: QWidget) -> bool:
    """Whether Tab goes to a widget: it wants to, can be seen and works."""
    wants = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return (
        wants and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
        and not _is_other_choice(widget)
    )  # fmt: skip


def reading_order(root: QWidget) -> Iterator[QWidget]:
    """A widget and all that is visible in it: as the layouts say, else line by line."""
    yield root
    for child in _in_order(root):
        if child.isVisible() and not child.isWindow():
            yield from reading_order(child)


def _in_order(parent: QWidget) -> list[QWidget]:
    children = [c for c in parent.children() if isinstance(c, QWidget)]
    layout = parent.layout()
    laid: dict[QWidget, int] = {}
    if layout is not None:
        laid = {widget: at for at, widget in enumerate(_laid_out(layout, children))}
    free = [child for child in children if child not in laid]
    free.sort(key=lambda w: (w.geometry().center().y() // _LINE, w.x()))
    return [*sorted((c for c in children if c in laid), key=laid.__getitem__), *free]


def _laid_out(layout: QLayout, widgets: Sequence[QWidget]) -> Iterator[QWidget]:
    """Those of the widgets that a layout and the ones in it hold, in its order.

    Without its items: PySide keeps what it made of a spacer for whatever comes to the same place
    in memory when the spacer is gone.
    """
    inner = [child for child in layout.children() if isinstance(child, QLayout)]
    parts: list[tuple[int, QWidget | QLayout]] = [
        *((layout.indexOf(widget), widget) for widget in widgets),
        *((layout.indexOf(child), child) for child in inner),
    ]
    for place, part in sorted(parts, key=lambda entry: entry[0]):
        if isinstance(part, QLayout):
            yield from _laid_out(part, widgets)
        elif place >= 0:
            yield part


def _is_other_choice(widget: QWidget) -> bool:
    """One of several segments of which one is on: that one is the stop, arrows go on from it."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None or not group.exclusive() or group.checkedButton() is None:
        return False
    return group.checkedButton() is not widget
