"""TabStrip and WorkspaceBar: words with an accent line under the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabBar, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, fill, painter_on, ring, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent

_STRIP_HEIGHT, _BAR_HEIGHT = 34, 44
_COUNT_GAP = 6
_CORNER_GAP = 1 + 8 + 8 + 12  # before the tabs, around the stretch, after the corner
_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class WordTabs(Control, QTabBar):
    """A tab bar that paints itself: words, a faint count, a line under the chosen tab.

    Args:
        height: in pixels at 100 %.
        role: type of the words.
        space: pixels left and right of the words, at 100 %.
        overhang: how far the line reaches beyond the words.
    """

    chosen = Signal(str)

    def __init__(
        self,
        name: str,
        *,
        height: int,
        role: theme.Role,
        space: int,
        overhang: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._height, self._role, self._space, self._overhang = height, role, space, overhang
        self._counts: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        self.compact = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.tabBarClicked.connect(self._picked)
        self.become(name)

    def add(self, key: str, text: str, icon: str = "", tooltip: str = "") -> None:
        """Adds a tab at the end."""
        self._icons[key] = icon
        at = super().addTab(text)
        self.setTabData(at, key)
        self.setTabToolTip(at, tooltip)

    def at(self, key: str) -> int:
        """The place of a tab, -1 if there is none."""
        found = (i for i in range(self.count()) if self.tabData(i) == key)
        return next(found, -1)

    def set_count(self, key: str, count: int | None) -> bool:
        """Shows a number after the words, or none; whether it is another than before."""
        words = "" if count is None else f"{count:,}"
        if self._counts.get(key) == words:
            return False
        self._counts[key] = words
        self.refresh()
        return True

    def key(self) -> str:
        """The key of the chosen tab."""
        return str(self.tabData(self.currentIndex()) or "")

    def refresh(self) -> None:
        """Measures the tabs again; Qt does so only when something about a tab changes."""
        for at in range(self.count()):
            self.setTabText(at, self.tabText(at))
        self.setIconSize(QSize(theme.px(16), theme.px(16)))
        self.updateGeometry()
        self.update()

    def theme_changed(self) -> None:
        self.setFont(theme.font("heading"))  # a new font makes Qt lay the tabs out again
        self.refresh()

    def _picked(self, index: int) -> None:
        if index >= 0 and self.isTabEnabled(index) and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.chosen.emit(self.key())

    def event(self, event: QEvent) -> bool:
        """Arrows go from tab to tab while one has the focus, not through the window's seeds."""
        ours = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if ours and event.key() in _MOVES and not event.modifiers():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.chosen.emit(self.key())

    # picture

    def _widths(self, index: int) -> tuple[int, int]:
        """Pixels of the words and of the count."""
        words = QFontMetrics(theme.font(self._bold())).horizontalAdvance(self.tabText(index))
        count = self._counts.get(str(self.tabData(index)), "")
        if not count:
            return words, 0
        return words, QFontMetrics(theme.font(self._role)).horizontalAdvance(count)

    def _bold(self) -> theme.Role:
        return "strong" if self._role == "label" else "heading"

    def tabSizeHint(self, index: int) -> QSize:
        if self.compact:
            return QSize(theme.px(40), theme.px(self._height))
        words, count = self._widths(index)
        gap = theme.px(_COUNT_GAP) if count else 0
        return QSize(words + gap + count + 2 * theme.px(self._space), theme.px(self._height))

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        for index in range(self.count()):
            if self.isTabVisible(index):
                self._paint_tab(painter, index, QRectF(self.tabRect(index)))
        painter.end()

    def _paint_tab(self, painter: QPainter, index: int, area: QRectF) -> None:
        chosen = index == self.currentIndex()
        hot = self.tabRect(index).contains(self.mapFromGlobal(self.cursor().pos()))
        lit = chosen or (hot and self.underMouse())
        token = ("text" if lit else "muted") if self.isTabEnabled(index) else "outline"
        inside = area.adjusted(theme.px(self._space), 0, -theme.px(self._space), 0)
        if self.compact:
            icon = self._icons[str(self.tabData(index))]
            tint = "accent" if chosen else token
            draw_icon(painter, QPointF(area.center().x(), area.center().y()), icon, tint, 18)
        else:
            self._paint_words(painter, index, inside, token, chosen)
        if chosen:
            over = theme.px(self._overhang)
            line = inside.adjusted(-over, area.height() - 2, over, 0)
            fill(painter, line, "accent", 1)
            if self.shows_focus():
                ring(painter, inside.adjusted(-theme.px(8), 4, theme.px(8), -6))

    def _paint_words(
        self, painter: QPainter, index: int, area: QRectF, token: str, chosen: bool
    ) -> None:
        words, _ = self._widths(index)
        role = self._bold() if chosen else self._role
        write(painter, area, self.tabText(index), role=role, token=token)
        count = self._counts.get(str(self.tabData(index)), "")
        if count:
            rest = area.adjusted(words + theme.px(_COUNT_GAP), 0, theme.px(2), 0)
            write(painter, rest, count, role=self._role, token="faint")


class TabStrip(Control, QWidget):
    """The tab line of the strip, with room for controls at its right end.

    Signals:
        chosen: the key of the tab the user picked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = WordTabs("Tabs", height=_STRIP_HEIGHT, role="label", space=11)
        self.tabs.chosen.connect(self.chosen)
        self.setFocusProxy(self.tabs)
        self._corners: list[QWidget] = []
        self._line = QHBoxLayout(self)
        self._line.addWidget(self.tabs)
        self._line.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become("Tabs")
        self.theme_changed()

    def add_tab(self, key: str, text: str, reason: str = "") -> None:
        """Adds a tab; with a reason it is there but cannot be chosen."""
        self.tabs.add(key, text, tooltip=reason)
        self.tabs.setTabEnabled(self.tabs.at(key), not reason)

    def set_count(self, key: str, count: int | None) -> None:
        """Shows how many things a tab holds."""
        if self.tabs.set_count(key, count):
            self._fit()

    def set_current(self, key: str) -> None:
        """Chooses a tab; emits nothing."""
        self.tabs.setCurrentIndex(self.tabs.at(key))

    def current(self) -> str:
        """The key of the chosen tab."""
        return self.tabs.key()

    def set_present(self, keys: Sequence[str]) -> None:
        """Shows these tabs and hides the others; emits nothing."""
        for at in range(self.tabs.count()):
            self.tabs.setTabVisible(at, self.tabs.tabData(at) in keys)
        self.tabs.refresh()
        self._fit()

    def has(self, key: str) -> bool:
        """Whether a tab is there and not hidden."""
        at = self.tabs.at(key)
        return at >= 0 and self.tabs.isTabVisible(at)

    def add_corner(self, widget: QWidget) -> None:
        """Puts a control at the right end; it gives way before a tab does."""
        self._corners.append(widget)
        self._line.addWidget(widget)

    def _fit(self) -> None:
        """Leave the controls what the tabs do not need."""
        room = self.width() - self.tabs.sizeHint().width() - theme.px(_CORNER_GAP)
        for corner in self._corners:
            corner.setMaximumWidth(max(room, corner.minimumSizeHint().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def theme_changed(self) -> None:
        self._line.setContentsMargins(theme.px(1), 0, theme.px(12), 0)
        self._line.setSpacing(theme.px(8))
        super().theme_changed()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(_STRIP_HEIGHT))


class WorkspaceBar(WordTabs):
    """The workspaces in the middle of the top bar; icons where words do not fit.

    Signals:
        chosen: the key of the workspace the user picked.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Workspaces", height=_BAR_HEIGHT, role="menu", space=14, overhang=2, parent=parent
        )
        self.setUsesScrollButtons(False)

    def add_workspace(self, key: str, text: str, icon: str, tooltip: str = "") -> None:
        """Adds a workspace."""
        self.add(key, text, icon, tooltip or text)

    def set_current(self, key: str) -> None:
        """Marks a workspace; emits nothing."""
        self.setCurrentIndex(self.at(key))

    def set_compact(self, on: bool) -> None:
        """Shows icons in place of words."""
        if on != self.compact:
            self.compact = on
            self.refresh()

    def words_width(self) -> int:
        """Pixels needed to show all words."""
        space = 2 * theme.px(self._space)
        return sum(self._widths(index)[0] + space for index in range(self.count()))
