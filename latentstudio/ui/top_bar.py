"""Top bar: mark, menus, workspaces in the middle, the model, running tasks, Save."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QMenuBar, QWidget

from latentstudio.ui import icons, theme
from latentstudio.ui.controls import Chip, IconButton, PrimaryButton, WorkspaceBar

HEIGHT = 44
_WORDS_FROM = 1280  # narrower windows show the menus in one button
_NAMES_FROM = 900  # and still narrower ones the workspaces as icons


class TopBar(QWidget):
    """The bar over everything; the parts are attributes, the window connects them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.mark = QLabel()
        self.menu_bar = QMenuBar()
        self.menu_bar.setNativeMenuBar(False)
        self.menu_button = IconButton("menu", "Menus")
        self.menu_button.setObjectName("top_bar.menus")
        self.menu_button.clicked.connect(self._open_menus)
        self.workspaces = WorkspaceBar()
        self.workspaces.setObjectName("top_bar.workspaces")
        self.workspaces.setToolTip("What is done with faces; everything stays as it was left")
        self.model = Chip("No model")
        self.model.setObjectName("model.chip")
        self.model.setAccessibleName("Model")
        self.model.set_tooltip("The open model; click for others  (Ctrl+M)")
        self.jobs = Chip("", chevron=False)
        self.jobs.setObjectName("jobs.chip")
        self.jobs.setAccessibleName("Running tasks")
        self.jobs.set_tooltip("Running tasks, with time left and cancel  (Ctrl+Shift+J)")
        self.jobs.setVisible(False)
        self.tasks = IconButton("list-checks", "Tasks", "Ctrl+Shift+J")
        self.tasks.setObjectName("jobs.list")
        self.search = IconButton("search", "Search commands", "Ctrl+K")
        self.search.setObjectName("top_bar.search")
        self.save = PrimaryButton("Save picture", "download", compact=True)
        self.save.setObjectName("picture.save")
        self.save.set_tooltip("A PNG that carries its recipe  (Ctrl+E)")
        self._arrange()
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    def _arrange(self) -> None:
        left, right = QWidget(), QWidget()
        for side, widgets in (
            (left, (self.mark, self.menu_bar, self.menu_button)),
            (right, (self.model, self.jobs, self.tasks, self.search, self.save)),
        ):
            layout = QHBoxLayout(side)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(8)
            if side is right:
                layout.addStretch(1)
            for widget in widgets:
                layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
            if side is left:
                layout.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(left, 1)
        row.addWidget(self.workspaces, 0)
        row.addWidget(right, 1)

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self.menu_bar.setFont(theme.font("menu"))
        self.mark.setPixmap(icons.mark(theme.px(22), self.devicePixelRatioF()))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        words = event.size().width() >= theme.px(_WORDS_FROM)
        self.menu_bar.setVisible(words)
        self.menu_button.setVisible(not words)
        self.save.set_collapsed(not words)
        self.model.set_compact(not words)
        self.workspaces.set_compact(event.size().width() < theme.px(_NAMES_FROM))
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("bar"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))

    def _open_menus(self) -> None:
        menu = QMenu(self)
        for action in self.menu_bar.actions():
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
