"""Desk: which regions are open at which window width, and how the user left them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import RailIcons

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

WIDE, MIDDLE = 1280, 1024
LEFT_WIDTH, RIGHT_WIDTH, ICONS_WIDTH = 272, 320, 44


class Flyout(QWidget):
    """A rail over the canvas, for windows too narrow to keep it open; Esc closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("flyout")
        self.setAutoFillBackground(True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 1, 0)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)


class Desk(QObject):
    """Sizes the regions of the window and keeps the user's choices in the settings."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._rail = window.rails[0]
        self._icons = RailIcons(window)
        self._icons.hide()
        for panel in self._rail.sections():
            self._icons.add(panel.key, panel.icon, panel.title)
        self._icons.picked.connect(self._open_flyout)
        self.flyout = Flyout(window)
        window.workspaces.changed.connect(self._workspace_changed)
        self._workspace_changed(window.workspaces.current.key)
        self._narrow: bool | None = None
        self._before: dict[str, bool] | None = None
        window.canvas.installEventFilter(self)

    @property
    def is_wide(self) -> bool:
        """Whether both rails fit beside the picture."""
        return not self._narrow

    # --- width ----------------------------------------------------------------------------------

    def fit(self, size: QSize) -> None:
        """Follow the window's width: rails open, or as icons with a flyout."""
        width = size.width() / theme.scale()
        narrow = width < WIDE
        if narrow != self._narrow:
            begun, self._narrow = self._narrow is None, narrow
            self._place_left_rail(narrow)
            if not begun:
                theme.events.changed.emit()  # Qt gives what moves the look that it was made with
            self._window.workspaces.fit_sections()
            self.size_docks()
        if self.flyout.isVisible():
            self.flyout.hide()

    def fit_again(self) -> None:
        """The text size is new: size everything anew."""
        self._narrow = None
        self.fit(self._window.size())

    def reveal(self, key: str) -> None:
        """Make a section of the left rail visible, as a flyout where the rail is closed."""
        if self._narrow:
            if not self.flyout.isVisible():
                self._open_flyout(key)
        else:
            self._window.left.setVisible(True)
        self._rail.reveal(key)

    def _place_left_rail(self, narrow: bool) -> None:
        window = self._window
        self.flyout.hide()
        if narrow:
            window.left.setWidget(self._icons)
            self.flyout.column.addWidget(self._rail)
            self._icons.show()
            _pin(window.left, theme.px(ICONS_WIDTH), theme.px(ICONS_WIDTH))
        else:
            window.left.setWidget(self._rail)
            self._rail.show()
            self._icons.setParent(window)
            self._icons.hide()
            _pin(window.left, theme.px(240), theme.px(360))

    def size_docks(self) -> None:
        """Give the regions the sizes that they begin with at this width."""
        window = self._window
        width = window.width() / theme.scale()
        right = RIGHT_WIDTH if width >= WIDE else 300 if width >= MIDDLE else 280
        _pin(window.right, theme.px(280), theme.px(420))
        _pin_height(window.bottom, theme.px(108), theme.px(328))
        window.resizeDocks(
            [window.left, window.right],
            [theme.px(ICONS_WIDTH if self._narrow else LEFT_WIDTH), theme.px(right)],
            Qt.Orientation.Horizontal,
        )
        window.workspaces.size_strip()

    def _workspace_changed(self, _key: str) -> None:
        self.flyout.hide()
        self._icons.set_present([section.key for section in self._rail.present()])

    def _open_flyout(self, key: str) -> None:
        if self.flyout.isVisible() and self.flyout.property("key") == key:
            self.flyout.hide()
            return
        dock = self._window.left
        corner = dock.mapTo(self._window, QPoint(dock.width(), 0))
        self.flyout.setGeometry(corner.x(), corner.y(), theme.px(LEFT_WIDTH), dock.height())
        self.flyout.setProperty("key", key)
        self._rail.show()
        self._rail.reveal(key)
        self.flyout.show()
        self.flyout.raise_()
        self.flyout.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self.flyout.hide()
        return False

    # --- regions by command ---------------------------------------------------------------------

    def toggle(self, dock: QDockWidget) -> None:
        dock.setVisible(not dock.isVisible())
        self.tell_actions()

    def picture_only(self, on: bool) -> None:
        """Hide all regions but the canvas, or bring back those that were open."""
        window = self._window
        regions = {"left": window.left, "right": window.right, "bottom": window.bottom}
        if on:
            self._before = {name: dock.isVisible() for name, dock in regions.items()}
        for name, dock in regions.items():
            dock.setVisible(not on and (self._before or {}).get(name, True))
        window.top_bar.setVisible(not on)
        window.statusBar().setVisible(not on)
        self.tell_actions()

    def tell_actions(self) -> None:
        """Tick the view actions as the regions are."""
        window = self._window
        for name, dock in (
            ("left_rail", window.left),
            ("right_rail", window.right),
            ("strip", window.bottom),
        ):
            window.actions_by_name[name].setChecked(not dock.isHidden())
        window.actions_by_name["smooth"].setChecked(window.canvas.smooth)
        window.actions_by_name["full_screen"].setChecked(window.isFullScreen())
        window.actions_by_name["preview"].setChecked(window.bridge.preview)

    # --- remembered -----------------------------------------------------------------------------

    def restore(self) -> None:
        """The window as it was left; on a screen that still exists."""
        window, settings = self._window, self._window.settings
        geometry = settings.value("window/geometry")
        if geometry is None or not window.restoreGeometry(geometry):
            window.resize(window.sizeHint().boundedTo(_screen_size()))
        if not _on_a_screen(window):
            window.resize(window.sizeHint().boundedTo(_screen_size()))
            window.move(QGuiApplication.primaryScreen().availableGeometry().topLeft())
        self.fit(window.size())
        saved = settings.value("window/workspaces")
        if isinstance(saved, str):
            window.workspaces.restore(saved)
        window.canvas.set_smooth(settings.value("view/smooth", True, bool) is not False)
        window.bridge.set_preview(settings.value("view/preview", True, bool) is not False)
        self.tell_actions()

    def save(self) -> None:
        """Remember geometry, docks and sections."""
        window, settings = self._window, self._window.settings
        if self._before is not None and window.actions_by_name["picture_only"].isChecked():
            self.picture_only(False)
        settings.setValue("window/geometry", window.saveGeometry())
        settings.setValue("window/workspaces", window.workspaces.state())
        settings.setValue("view/smooth", window.canvas.smooth)

    def reset(self) -> None:
        """Regions and sections as at the first start."""
        window = self._window
        for dock in (window.left, window.right, window.bottom):
            dock.setVisible(True)
        window.workspaces.reset()
        self._narrow = None
        self.fit(window.size())
        self.tell_actions()


def _pin(dock: QDockWidget, least: int, most: int) -> None:
    dock.setMinimumWidth(least)
    dock.setMaximumWidth(most)


def _pin_height(dock: QDockWidget, least: int, most: int) -> None:
    dock.setMinimumHeight(least)
    dock.setMaximumHeight(most)


def _screen_size() -> QSize:
    return QGuiApplication.primaryScreen().availableSize()


def _on_a_screen(window: QWidget) -> bool:
    frame = window.frameGeometry().adjusted(40, 0, -40, -40)  # enough to take hold of
    return any(s.availableGeometry().intersects(frame) for s in QGuiApplication.screens())
