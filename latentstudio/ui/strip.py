"""Strip: tabs under the canvas; a new tab is a file and a line here."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from latentstudio.core.document import Document
from latentstudio.core.model_info import ModelInfo
from latentstudio.ui import theme
from latentstudio.ui.arithmetic import ArithmeticTab
from latentstudio.ui.candidates import CandidatesTab
from latentstudio.ui.children import ChildrenTab
from latentstudio.ui.controls import TabStrip
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.mixing_grid import MixingGridTab
from latentstudio.ui.panel import Tasks
from latentstudio.ui.strip_faces import HistoryTab, NeighboursTab
from latentstudio.ui.strip_tab import StripTab
from latentstudio.ui.timeline import TimelineTab

TABS: tuple[type[StripTab], ...] = (
    NeighboursTab,
    MixingGridTab,
    ArithmeticTab,
    ChildrenTab,
    CandidatesTab,
    GalleryTab,
    HistoryTab,
    TimelineTab,
)


class Strip(QWidget):
    """Tabs of faces; which ones there are depends on the workspace."""

    def __init__(self, document: Document, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.tabs = TabStrip()
        self.tabs.setObjectName("strip.tabs")
        self.tabs.setToolTip("Faces to go on from: near this one, kept, or what you did so far")
        self.tabs.chosen.connect(self._show)
        self._stack = QStackedWidget()
        self._tabs = [kind(document, tasks) for kind in TABS]
        for tab in self._tabs:
            self._add(tab)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self._show(self.tabs.current())
        gallery, arithmetic = self.tab("gallery"), self.tab("arithmetic")
        if isinstance(gallery, GalleryTab) and isinstance(arithmetic, ArithmeticTab):
            arithmetic.offer(gallery.selected)

    def tab(self, key: str) -> StripTab:
        """The tab of a key, for example ``history``."""
        return next(tab for tab in self._tabs if tab.key == key)

    def titles(self) -> dict[str, str]:
        """The titles of all tabs by key, also of those that other workspaces have."""
        return {tab.key: tab.title for tab in self._tabs}

    def choose(self, key: str) -> None:
        """Show a tab of the workspace; one that is not there changes nothing."""
        if self.tabs.has(key):
            self.tabs.set_current(key)
            self._show(key)

    def set_workspace(self, workspace: str) -> None:
        """Offer the tabs of a workspace, the first of them on show."""
        here = [tab.key for tab in self._tabs if workspace in tab.workspaces]
        self.tabs.set_present(here)
        self.tabs.setVisible(len(here) > 1)
        self.choose(here[0])

    def show_model(self, info: ModelInfo) -> None:
        """Let every tab adapt to a model."""
        for tab in self._tabs:
            tab.show_model(info)
        self.fill()

    def fill(self) -> None:
        """Let the tab on show ask for its faces."""
        self.tab(self.tabs.current()).fill_if_seen()

    def _add(self, tab: StripTab) -> None:
        self.tabs.add_tab(tab.key, tab.title)
        self.tabs.set_count(tab.key, tab.count())
        self.tabs.add_corner(tab.corner)
        tab.counted.connect(lambda count: self.tabs.set_count(tab.key, count))
        self._stack.addWidget(tab)

    def _show(self, key: str) -> None:
        for tab in self._tabs:
            tab.corner.setVisible(tab.key == key)
        self._stack.setCurrentWidget(self.tab(key))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("panel"))
