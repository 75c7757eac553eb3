"""Canvas header: undo and redo, the picture's name, views, zoom; a line while it renders."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, Label, Segmented, TextButton

HEIGHT = 40


class CanvasHeader(QWidget):
    """What stands over the picture; ``view_chosen`` says 0 for the picture, 1 for the sheet."""

    view_chosen = Signal(int)

    def __init__(
        self, undo: QAction, redo: QAction, full: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_header")
        self._busy = False
        self.undo = _button(undo, "undo-2")
        self.redo = _button(redo, "redo-2")
        self.full = _button(full, "maximize")
        self.title = Label("", role="heading", token="text")
        self.title.setObjectName("canvas.title")
        self.changes = Label("", token="faint")
        self.changes.setObjectName("canvas.changes")
        self.views = Segmented([("image", "Picture"), ("layout-grid", "Sheet")])
        self.views.setObjectName("canvas.view")
        self.views.setAccessibleName("View")
        self.views.setToolTip("One picture, or a sheet of faces to choose from  (Q)")
        self.views.chosen.connect(self.view_chosen)
        self.zoom = TextButton("1×")
        self.zoom.setObjectName("canvas.zoom")
        self.zoom.setAccessibleName("Zoom")
        self.zoom.setToolTip("Screen pixels for one of the model; click to fit  (0)")
        self._arrange()
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    @property
    def busy(self) -> bool:
        """Whether the line is shown."""
        return self._busy

    def set_busy(self, on: bool) -> None:
        """Show the thin line that says a picture is being drawn."""
        if on != self._busy:
            self._busy = on
            self.update()

    def add_views(self, widget: QWidget) -> None:
        """Put a workspace's own choice of views beside the others."""
        line = self.layout()
        if isinstance(line, QHBoxLayout):
            line.insertWidget(line.indexOf(self.zoom), widget)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 2)
        row.setSpacing(4)
        line = QFrame()
        line.setFixedSize(1, 20)
        line.setObjectName("divider")
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addSpacing(6)
        row.addWidget(line)
        row.addSpacing(6)
        row.addWidget(self.title)
        row.addSpacing(4)
        row.addWidget(self.changes)
        row.addStretch(1)
        row.addWidget(self.views)
        row.addWidget(self.zoom)
        row.addWidget(self.full)

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("bar"))
        bottom = self.height()
        painter.fillRect(0, bottom - 1, self.width(), 1, theme.color("line"))
        if self._busy:
            painter.fillRect(0, bottom - 2, self.width(), 2, theme.color("accent"))


def _button(action: QAction, icon: str) -> IconButton:
    """An icon button that follows an action."""
    button = IconButton(icon, action.toolTip())
    button.setObjectName(f"canvas.{action.objectName().removeprefix('action.')}")
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return button
